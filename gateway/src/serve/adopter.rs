//! Decides which bundle is live: takes changed rules over, or keeps the old ones and says why, and goes back when people ask.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use signalbox_dsl::{Locale, SourceSet};
use signalbox_router::{ActiveBundle, Router};
use signalbox_telemetry::Metrics;
use signalbox_telemetry::metrics::rules::ReloadResult;

use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use crate::admin::{LiveRulesControl, RollbackError, RuleRequest};
use crate::bundles::{
    Activation, Adopter, BundleOrigin, BundleRecords, DisableError, DisabledRule, RecordError,
    Refusal, RulesStatus, StatusReport, prepare,
};
use crate::live_bundle::LiveBundle;
use crate::observer::MetricsObserver;
use crate::words::{Told, Words, words};

use super::disabling::without;

pub(super) struct LiveRules {
    pub(super) router: Router,
    pub(super) observer: Arc<MetricsObserver>,
    pub(super) records: BundleRecords,
    pub(super) status: Arc<RulesStatus>,
    pub(super) metrics: Arc<Metrics>,
    /// In which language whoever edits rule files beside this terminal reads what became of them.
    pub(super) locale: Locale,
    /// What is live. One change at a time: files may change while people go back.
    pub(super) change: Mutex<Arc<ActiveBundle>>,
}

#[async_trait]
impl Adopter for LiveRules {
    async fn adopt(&self, bundle: LiveBundle) -> bool {
        let mut live = self.change.lock().await;
        match self.take_files(&mut live, &bundle).await {
            Ok(()) => true,
            Err(error) => {
                self.metrics.rules.reloads.count(ReloadResult::Failed);
                let Words { en, zh } = error.words();
                self.hold(&Refusal::plain(words!(
                    "the changed rules cannot be kept in the store yet, this is tried again: {en}",
                    "改动的规则暂时无法存入存储，正在重试：{zh}"
                )));
                false
            }
        }
    }

    fn refuse(&self, refusal: Refusal) {
        self.metrics.rules.reloads.count(ReloadResult::Refused);
        self.hold(&refusal);
    }

    fn unreadable(&self, reason: Words) {
        self.metrics.rules.reloads.count(ReloadResult::Failed);
        self.hold(&Refusal::plain(reason));
    }
}

#[async_trait]
impl LiveRulesControl for LiveRules {
    fn status(&self) -> StatusReport {
        self.status.report()
    }

    async fn history(&self) -> Result<Vec<Activation>, RecordError> {
        self.records.history().await
    }

    async fn sources(&self, bundle: &str) -> Result<Option<SourceSet>, RecordError> {
        self.records.sources(bundle).await
    }

    async fn roll_back(&self, to: Option<String>) -> Result<StatusReport, RollbackError> {
        let mut change = self.change.lock().await;
        let live = self.status.report().bundle;
        let wanted = target(&self.records.history().await?, &live, to.as_deref())?;
        let Some(sources) = self.records.sources(&wanted).await? else {
            return Err(RollbackError::Unknown(wanted));
        };
        let bundle = prepare_elsewhere(sources).await?;
        // A second step back still leads away from the files that are on disk.
        let files = self.records.rolled_back().await?.unwrap_or(live);
        let disabled = self.records.disabled().await?;
        let origin = if bundle.hash() == files {
            self.records.keep_as_active(&bundle).await?;
            BundleOrigin::Files
        } else {
            self.records.keep_as_rollback(&bundle, &files).await?;
            BundleOrigin::Rollback
        };
        self.make_live(&mut change, &bundle, disabled, origin);
        tracing::warn!(
            bundle = bundle.hash(),
            "people went back to these rules; the rule files are taken again when they change"
        );
        Ok(self.status.report())
    }

    async fn disable(&self, request: RuleRequest) -> Result<StatusReport, DisableError> {
        self.switch_off(request).await
    }

    async fn enable(&self, request: RuleRequest) -> Result<StatusReport, DisableError> {
        self.switch_on(request).await
    }
}

/// Which bundle is meant: the one before the live one, or the only one whose hash begins so.
fn target(history: &[Activation], live: &str, to: Option<&str>) -> Result<String, RollbackError> {
    let Some(prefix) = to else {
        return before(history, live).ok_or(RollbackError::NothingBefore);
    };
    let mut found: Vec<_> = history
        .iter()
        .map(|past| &past.bundle)
        .filter(|bundle| bundle.starts_with(prefix))
        .collect();
    found.sort_unstable();
    found.dedup();
    match found[..] {
        [bundle] => Ok(bundle.clone()),
        [] => Err(RollbackError::Unknown(prefix.to_owned())),
        _ => Err(RollbackError::Ambiguous(prefix.to_owned())),
    }
}

/// What was live before the live bundle, when the files brought that. So going back twice goes further back, not forth again.
fn before(history: &[Activation], live: &str) -> Option<String> {
    let mut line: Vec<&str> = Vec::new();
    let mut lines: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for past in history {
        match lines.get(&*past.bundle).filter(|_| past.by_rollback) {
            Some(as_it_was) => line.clone_from(as_it_was),
            None => {
                line.push(&past.bundle);
                lines.insert(&past.bundle, line.clone());
            }
        }
    }
    let mut line = line.into_iter().rev();
    line.find(|bundle| *bundle != live).map(str::to_owned)
}

/// Not on a thread that serves.
async fn prepare_elsewhere(sources: SourceSet) -> Result<LiveBundle, RollbackError> {
    match spawn_blocking(move || prepare(sources, "")).await {
        Ok(Ok(bundle)) => Ok(bundle),
        Ok(Err(refusal)) => Err(RollbackError::Refused(refusal)),
        Err(_) => Err(RollbackError::Refused(Refusal::plain(words!(
            "checking them stopped with an error of signalbox itself; please report it",
            "检查时 signalbox 自身出错而中止；请报告此问题"
        )))),
    }
}

impl LiveRules {
    /// Makes the files' bundle the live one, unless it is already, or people went away from it.
    async fn take_files(
        &self,
        live: &mut Arc<ActiveBundle>,
        bundle: &LiveBundle,
    ) -> Result<(), RecordError> {
        let report = self.status.report();
        if bundle.hash() == report.bundle {
            self.unchanged(BundleOrigin::Files); // back to what is live
            return Ok(());
        }
        if self.records.rolled_back().await?.as_deref() == Some(bundle.hash()) {
            self.unchanged(BundleOrigin::Rollback);
            return Ok(());
        }
        let disabled = self.records.disabled().await?;
        // Kept first: a decision must never name a bundle that nobody can look up.
        self.records.keep_as_active(bundle).await?;
        self.make_live(live, bundle, disabled, BundleOrigin::Files);
        self.metrics.rules.reloads.count(ReloadResult::Adopted);
        tracing::info!(
            bundle = bundle.hash(),
            rules = bundle.rule_names().len(),
            "changed rules are live"
        );
        Ok(())
    }

    fn make_live(
        &self,
        live: &mut Arc<ActiveBundle>,
        bundle: &LiveBundle,
        disabled: Vec<DisabledRule>,
        origin: BundleOrigin,
    ) {
        self.observer.adopt(bundle.hash(), bundle.rule_names());
        *live = without(&bundle.active(), disabled, &self.status, &self.metrics);
        self.router.adopt(live.clone());
        let rules = bundle.rule_names().len();
        self.status
            .adopted(bundle.hash(), rules, origin, Timestamp::now());
        self.metrics.rules.refused.set(0);
    }

    /// The files need nothing done.
    fn unchanged(&self, origin: BundleOrigin) {
        if self.status.unchanged(origin) {
            let told = words!(
                "the rule files are what is live again, nothing is refused any more",
                "规则文件又与生效的规则一致，不再有被拒绝的改动"
            );
            tracing::info!("{}", told.told(self.locale));
        }
        self.metrics.rules.refused.set(0);
    }

    /// The live rules stay. ERROR, since somebody must repair the files.
    fn hold(&self, refusal: &Refusal) {
        self.status.refused(refusal, Timestamp::now());
        self.metrics.rules.refused.set(1);
        let told = words!(
            "changed rules are refused, the live ones stay",
            "改动的规则被拒绝，原来的规则继续生效"
        );
        let details = refusal.details.told(self.locale);
        tracing::error!(
            summary = refusal.summary.en,
            "{}: {}{}{details}",
            told.told(self.locale),
            refusal.summary.told(self.locale),
            if details.is_empty() { "" } else { "\n" },
        );
    }
}
