//! Switches rules of the live bundle off and on as people ask, and as other processes on the same store were asked.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use signalbox_router::ActiveBundle;
use signalbox_telemetry::Metrics;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::adopter::LiveRules;
use crate::admin::RuleRequest;
use crate::bundles::{
    DisableError, DisabledRule, LiveDisabled, RecordError, RulesStatus, StatusReport, Wish,
};

/// So long a rule may go on elsewhere that was switched off here.
const FOLLOW_EVERY: Duration = Duration::from_secs(5);

/// The bundle without the rules that are switched off; tells status and metrics of them.
pub(super) fn without(
    bundle: &ActiveBundle,
    disabled: Vec<DisabledRule>,
    status: &RulesStatus,
    metrics: &Metrics,
) -> Arc<ActiveBundle> {
    let names: Vec<Arc<str>> = disabled.iter().map(|it| it.rule.clone()).collect();
    let rules = &bundle.engine().bundle().rules;
    let is_live = |it: &DisabledRule| rules.iter().any(|rule| rule.name == it.rule);
    let shown: Vec<LiveDisabled> = disabled
        .into_iter()
        .map(|disabled| LiveDisabled {
            is_live: is_live(&disabled),
            disabled,
        })
        .collect();
    let live = shown.iter().filter(|it| it.is_live);
    let since = live.map(|it| it.disabled.since);
    metrics.rules.disabled(since.map(|at| at.as_second()));
    status.disabled(shown);
    Arc::new(bundle.without(&names))
}

impl LiveRules {
    pub(super) async fn switch_off(
        &self,
        request: RuleRequest,
    ) -> Result<StatusReport, DisableError> {
        let mut live = self.change.lock().await;
        let wish = Wish {
            rule: &request.rule,
            by: request.by.as_deref(),
            at: Timestamp::now(),
        };
        let disabled = self.records.disable(wish, live.engine().bundle()).await?;
        self.take_without(&mut live, disabled);
        tracing::warn!(
            rule = request.rule,
            by = request.by,
            "people disabled a rule; it stays so until `signalbox rules enable`"
        );
        Ok(self.status.report())
    }

    pub(super) async fn switch_on(
        &self,
        request: RuleRequest,
    ) -> Result<StatusReport, DisableError> {
        let mut live = self.change.lock().await;
        let bundle = live.engine().bundle().clone();
        let disabled = self.records.enable(&request.rule, &bundle).await?;
        self.take_without(&mut live, disabled);
        tracing::warn!(
            rule = request.rule,
            by = request.by,
            "people enabled a rule again"
        );
        Ok(self.status.report())
    }

    fn take_without(&self, live: &mut Arc<ActiveBundle>, disabled: Vec<DisabledRule>) {
        *live = without(live, disabled, &self.status, &self.metrics);
        self.router.adopt(live.clone());
    }

    /// Takes over what people switch off and on at other processes on the same store, until `stop`.
    pub(super) async fn follow_others(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(FOLLOW_EVERY) => {}
            }
            if let Err(error) = self.follow().await {
                tracing::warn!(%error, "it cannot be looked up which rules are disabled; those that were stay so");
            }
        }
    }

    async fn follow(&self) -> Result<(), RecordError> {
        let mut live = self.change.lock().await;
        let disabled = self.records.disabled().await?;
        let known = self.status.report().disabled;
        if !known.iter().map(|it| &it.disabled).eq(&disabled) {
            self.take_without(&mut live, disabled);
        }
        Ok(())
    }
}
