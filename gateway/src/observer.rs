//! What the router tells, as metrics, traces and one log line a decision.

mod decision_line;
pub(crate) mod redis;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use parking_lot::Mutex;
use signalbox_adapters::Channel;
use signalbox_router::{
    CommitAnswer, DecisionPlace, DeliveryAnswer, DeskAct, DeskFigures, Handling, Misfit, Observer,
    Reception,
};
use signalbox_rules::{Action, Decision, DropReason, OutreachStep, ScriptFailure};
use signalbox_store::PartitionId;
use signalbox_telemetry::Metrics;
use signalbox_telemetry::metrics::desk::{self, QueueStanding};
use signalbox_telemetry::metrics::inbound::InboundResult;
use signalbox_telemetry::metrics::label;
use signalbox_telemetry::metrics::outbound::AttemptResult;
use signalbox_telemetry::metrics::processing::{
    CommitResult, EffectKind, OutreachResult, ProcessResult,
};
use signalbox_telemetry::metrics::rules::{FiredRules, ScriptResult};
use signalbox_telemetry::metrics::store::StoreFailure;
use signalbox_telemetry::traces::{context, spans};

/// See the module.
pub struct MetricsObserver {
    metrics: Arc<Metrics>,
    bundle: ArcSwap<ActiveBundle>,
}

struct ActiveBundle {
    hash: String,
    fired: FiredRules,
    /// Account and field of attributes that did not fit and were told of.
    told_misfits: Mutex<BTreeSet<(String, String)>>,
}

/// Fields that do not fit, so many by name in the log of one bundle; the metric counts all.
const MOST_MISFITS_TOLD: usize = 64;

impl ActiveBundle {
    fn new(hash: &str, fired: FiredRules) -> Self {
        Self {
            hash: hash.to_owned(),
            fired,
            told_misfits: Mutex::default(),
        }
    }

    /// Whether it is the first of its kind, and there is room to remember it.
    fn is_news(&self, account: &str, misfit: &Misfit) -> bool {
        let mut told = self.told_misfits.lock();
        told.len() < MOST_MISFITS_TOLD && told.insert((account.to_owned(), misfit.field.clone()))
    }
}

impl MetricsObserver {
    /// An observer that notes into `metrics`, with the bundle that is live first.
    pub fn new<'a>(
        metrics: Arc<Metrics>,
        hash: &str,
        rules: impl Iterator<Item = &'a Arc<str>>,
    ) -> Self {
        let bundle = ActiveBundle::new(hash, metrics.rules.adopt(hash, rules));
        Self {
            metrics,
            bundle: ArcSwap::from_pointee(bundle),
        }
    }

    /// Notes that another bundle is live.
    pub fn adopt<'a>(&self, hash: &str, rules: impl Iterator<Item = &'a Arc<str>>) {
        let fired = self.metrics.rules.adopt(hash, rules);
        self.bundle.store(Arc::new(ActiveBundle::new(hash, fired)));
    }
}

impl Observer for MetricsObserver {
    fn traceparent(&self) -> Option<String> {
        context::traceparent(&tracing::Span::current())
    }

    fn decision_span(&self, traceparent: Option<&str>) -> tracing::Span {
        let span = spans::decide(&self.bundle.load().hash);
        if let Some(traceparent) = traceparent {
            context::continue_from(&span, traceparent);
        }
        span
    }

    fn commit_span(
        &self,
        partition: PartitionId,
        records: usize,
        traceparents: &[&str],
    ) -> tracing::Span {
        let span = spans::commit(u32::from(partition.number), records);
        // A batch has many parents: it continues the first one's trace and is linked to the others'.
        if let Some((first, others)) = traceparents.split_first() {
            context::continue_from(&span, first);
            for other in others {
                context::link(&span, other);
            }
        }
        span
    }

    fn reply_span(&self, channel: Channel, traceparent: &str) -> tracing::Span {
        let span = spans::reply(channel.name());
        context::continue_from(&span, traceparent);
        span
    }

    fn received(&self, channel: Channel, reception: Reception, took: Duration) {
        let result = match reception {
            Reception::Accepted => InboundResult::Accepted,
            Reception::Repeated => InboundResult::Duplicate,
            Reception::Conflicting => InboundResult::Conflicting,
            Reception::Unavailable => InboundResult::Unavailable,
        };
        let inbound = &self.metrics.inbound;
        if reception == Reception::Unavailable {
            self.metrics.store.errors.count(StoreFailure::Unavailable);
        }
        inbound.messages.count(label_of(channel), result);
        inbound
            .accept_duration
            .observe(label_of(channel), took.as_secs_f64());
    }

    fn handled(&self, handling: Handling) {
        let result = match handling {
            Handling::Done => ProcessResult::Ok,
            Handling::Quarantined => {
                tracing::error!(
                    bundle = self.bundle.load().hash,
                    "an event could not be handled; it was set aside and its conversation handed to people. \
                     Please report this with the bundle"
                );
                ProcessResult::Quarantined
            }
        };
        self.metrics.processing.events.count(result);
    }

    fn decided(&self, decision: &Decision, place: DecisionPlace) {
        let bundle = self.bundle.load();
        for fired in &decision.trace.fired {
            bundle.fired.count(&fired.rule);
        }
        for computed in &decision.trace.computed {
            let result = match computed.failure {
                None => ScriptResult::Ok,
                Some(ScriptFailure::Absent { .. }) => ScriptResult::Absent,
                Some(_) => ScriptResult::Failed,
            };
            self.metrics.rules.scripts.count(&computed.fact, result);
        }
        for effect in &decision.effects {
            self.metrics
                .processing
                .effects
                .count(effect_kind(&effect.action));
        }
        for step in &decision.outreach {
            let result = outreach_result(step);
            self.metrics.processing.outreach.count(result);
        }
        let floor = decision.trace.floor.as_deref();
        spans::note_decided(&tracing::Span::current(), floor, decision.effects.len());
        decision_line::write(decision, place);
    }

    fn attribute_misfit(&self, account: &str, misfit: &Misfit) {
        self.metrics.rules.attribute_misfits.inc();
        if self.bundle.load().is_news(account, misfit) {
            tracing::warn!(
                account,
                %misfit,
                "a signed token says something of a customer that does not fit the rules' `schema customer`; the rules go without it, now and whenever it comes again"
            );
        }
    }

    fn committed(&self, answer: CommitAnswer, records: usize, took: Duration) {
        let errors = &self.metrics.store.errors;
        match answer {
            CommitAnswer::Unknown => errors.count(StoreFailure::Unknown),
            CommitAnswer::Unavailable => errors.count(StoreFailure::Unavailable),
            _ => {}
        }
        let processing = &self.metrics.processing;
        processing.commits.count(match answer {
            CommitAnswer::Committed => CommitResult::Committed,
            CommitAnswer::Already => CommitResult::Already,
            CommitAnswer::Fenced => CommitResult::Fenced,
            CommitAnswer::Conflict => CommitResult::Conflict,
            CommitAnswer::Unknown => CommitResult::Unknown,
            CommitAnswer::Unavailable => CommitResult::Unavailable,
        });
        processing.batch_records.observe(records as f64);
        processing.commit_duration.observe(took.as_secs_f64());
    }

    fn replied(&self, channel: Channel, took: Duration) {
        let latency = &self.metrics.processing.reply_latency;
        latency.observe(label_of(channel), took.as_secs_f64());
    }

    fn delivered(&self, channel: Channel, answer: DeliveryAnswer, took: Duration) {
        let result = match answer {
            DeliveryAnswer::Delivered => AttemptResult::Delivered,
            DeliveryAnswer::Retry => AttemptResult::Retry,
            DeliveryAnswer::Unanswered => AttemptResult::Unanswered,
            DeliveryAnswer::Dead => AttemptResult::Dead,
            DeliveryAnswer::Suppressed => AttemptResult::Suppressed,
            DeliveryAnswer::Withheld => AttemptResult::Withheld,
        };
        let outbound = &self.metrics.outbound;
        outbound.attempts.count(label_of(channel), result);
        outbound
            .attempt_duration
            .observe(label_of(channel), took.as_secs_f64());
    }

    fn accounts_paused(&self, channel: Channel, count: usize) {
        let paused = &self.metrics.outbound.accounts_paused;
        paused.set(label_of(channel), i64::try_from(count).unwrap_or(i64::MAX));
    }

    fn dead_letters_dropped(&self, count: usize) {
        let dropped = &self.metrics.outbound.dead_letters_dropped;
        dropped.inc_by(count as u64);
    }

    fn timers_fired(&self, count: usize, lateness: Duration) {
        let processing = &self.metrics.processing;
        processing.timers_fired.inc_by(count as u64);
        processing.timer_lateness.observe(lateness.as_secs_f64());
    }

    fn desk_stands(&self, figures: &DeskFigures, now: Timestamp) {
        let queues = figures.queues.iter().map(|(name, queue)| {
            let waited = |since: Timestamp| now.duration_since(since);
            let oldest = queue.oldest.map(waited).unwrap_or_default();
            let waiting = [queue.low, queue.normal, queue.high, queue.urgent];
            let standing = QueueStanding {
                waiting: waiting.map(|count| count as u64),
                // The clock may have stepped back.
                oldest: Duration::try_from(oldest).unwrap_or_default(),
            };
            (&**name, standing)
        });
        let desk = &self.metrics.desk;
        desk.stands(queues, figures.assigned, figures.agents_present);
    }

    fn desk_left(&self) {
        self.metrics.desk.left();
    }

    fn desk_acted(&self, act: DeskAct) {
        let desk = &self.metrics.desk;
        desk.acts.count(match act {
            DeskAct::Taken { since, at } => {
                let waited = Duration::try_from(at.duration_since(since)).unwrap_or_default();
                desk.wait.observe(waited.as_secs_f64());
                desk::DeskAct::Take
            }
            DeskAct::Answered => desk::DeskAct::Answer,
            DeskAct::GivenBack => desk::DeskAct::GiveBack,
            DeskAct::Closed => desk::DeskAct::Close,
            DeskAct::Transferred => desk::DeskAct::Transfer,
            DeskAct::Lost => desk::DeskAct::Lost,
        });
    }

    fn partitions_owned(&self, count: usize) {
        self.metrics
            .processing
            .partitions_owned
            .set(gauge(count as u64));
    }

    fn archive_lag(&self, records: u64) {
        self.metrics.processing.archive_lag.set(gauge(records));
    }
}

fn label_of(channel: Channel) -> label::Channel {
    match channel {
        Channel::Webchat => label::Channel::Webchat,
        Channel::Webhook => label::Channel::Webhook,
        Channel::Email => label::Channel::Email,
    }
}

fn effect_kind(action: &Action) -> EffectKind {
    match action {
        Action::Reply { .. } => EffectKind::Reply,
        Action::HandOver { .. } => EffectKind::HandOver,
        Action::SetPriority { .. } => EffectKind::SetPriority,
        Action::SetScore { .. } => EffectKind::SetScore,
        Action::Tag { .. } => EffectKind::Tag,
        Action::Untag { .. } => EffectKind::Untag,
        Action::Note { .. } => EffectKind::Note,
        Action::SetLanguage { .. } => EffectKind::SetLanguage,
        Action::CancelOutreach { .. } => EffectKind::CancelOutreach,
    }
}

fn outreach_result(step: &OutreachStep) -> OutreachResult {
    match step {
        OutreachStep::Planned { .. } => OutreachResult::Planned,
        OutreachStep::AlreadyPlanned { .. } => OutreachResult::AlreadyPlanned,
        OutreachStep::Cancelled { .. } => OutreachResult::Cancelled,
        OutreachStep::Postponed { .. } => OutreachResult::Postponed,
        OutreachStep::Sent { .. } => OutreachResult::Sent,
        OutreachStep::Dropped { because, .. } => match because {
            DropReason::NotInRules => OutreachResult::NotInRules,
            DropReason::TooLate => OutreachResult::TooLate,
            DropReason::PersonOwns => OutreachResult::PersonOwns,
            DropReason::OptedOut => OutreachResult::OptedOut,
            DropReason::ConditionNotTrue => OutreachResult::ConditionNotTrue,
            DropReason::LimitReached => OutreachResult::LimitReached,
            DropReason::MarketingCap => OutreachResult::MarketingCap,
            DropReason::ValueMissing { .. } => OutreachResult::ValueMissing,
            DropReason::Failed => OutreachResult::Failed,
        },
    }
}

fn gauge(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_told_once_a_bundle_and_counted_each_time() {
        let metrics = Arc::new(Metrics::new().unwrap());
        let observer = MetricsObserver::new(metrics.clone(), "one", std::iter::empty());
        let misfit = |field: &str| Misfit {
            field: field.to_owned(),
            problem: "must be a whole number".to_owned(),
        };
        let is_news = |field: &str| observer.bundle.load().is_news("shop", &misfit(field));
        assert!(is_news("customer.tier"));
        assert!(!is_news("customer.tier"));
        assert!(is_news("customer.age"));
        let many = (0..1_000).filter(|n| is_news(&format!("customer.f{n}")));
        assert_eq!(many.count(), MOST_MISFITS_TOLD - 2);
        observer.adopt("two", std::iter::empty());
        assert!(
            observer
                .bundle
                .load()
                .is_news("shop", &misfit("customer.tier"))
        );
        for _ in 0..3 {
            observer.attribute_misfit("shop", &misfit("customer.tier"));
        }
        assert_eq!(metrics.rules.attribute_misfits.get(), 3);
    }
}
