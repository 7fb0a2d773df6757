//! What a partition's owner does: batches, decisions, commits, replies.

use prometheus::{Histogram, IntCounter, IntGauge};

use super::catalogue::Area;
use super::label::{Channel, CounterBy, HistogramBy, label};

label! {
    /// How an event was handled.
    ProcessResult = "result" {
        /// As it should be.
        Ok = "ok",
        /// It broke the handler and was set aside.
        Quarantined = "quarantined",
    }
}

label! {
    /// The store's answer to a commit.
    CommitResult = "result" {
        /// Kept now.
        Committed = "committed",
        /// Had been kept by an earlier try.
        Already = "already",
        /// Another owner has the partition.
        Fenced = "fenced",
        /// The position had moved.
        Conflict = "conflict",
        /// The store did not say.
        Unknown = "unknown",
        /// Nothing was changed; tried again later.
        Unavailable = "unavailable",
    }
}

label! {
    /// What the rules asked for.
    EffectKind = "effect" {
        /// Say something.
        Reply = "reply",
        /// Pass to people.
        HandOver = "hand_over",
        /// Set the priority.
        SetPriority = "set_priority",
        /// Set the score that orders inside a priority.
        SetScore = "set_score",
        /// Put a tag on.
        Tag = "tag",
        /// Take a tag off.
        Untag = "untag",
        /// A note for people.
        Note = "note",
        /// Change the language.
        SetLanguage = "set_language",
        /// Take planned outreach back.
        CancelOutreach = "cancel_outreach",
    }
}

label! {
    /// What became of an outreach.
    OutreachResult = "result" {
        /// It waits.
        Planned = "planned",
        /// One waits already.
        AlreadyPlanned = "already_planned",
        /// What stands behind `unless` happened.
        Cancelled = "cancelled",
        /// Due in quiet hours.
        Postponed = "postponed",
        /// It left.
        Sent = "sent",
        /// Dropped: the live rules have none of this name.
        NotInRules = "not_in_rules",
        /// Dropped: its time was over.
        TooLate = "too_late",
        /// Dropped: people had the conversation.
        PersonOwns = "person_owns",
        /// Dropped: the customer opted out.
        OptedOut = "opted_out",
        /// Dropped: its `when` was not true.
        ConditionNotTrue = "condition_not_true",
        /// Dropped: its limit was used up.
        LimitReached = "limit_reached",
        /// Dropped: the cap of all marketing was used up.
        MarketingCap = "marketing_cap",
        /// Dropped: a value was absent.
        ValueMissing = "value_missing",
        /// Dropped: signalbox failed on it.
        Failed = "failed",
    }
}

/// See the module.
#[derive(Debug)]
pub struct ProcessingMetrics {
    /// Turns and events handled.
    pub events: CounterBy<ProcessResult>,
    /// Inbox records of one commit.
    pub batch_records: Histogram,
    /// One commit, in seconds.
    pub commit_duration: Histogram,
    /// Commits by the store's answer.
    pub commits: CounterBy<CommitResult>,
    /// Effects carried out.
    pub effects: CounterBy<EffectKind>,
    /// Steps of outreach.
    pub outreach: CounterBy<OutreachResult>,
    /// From the last message of a turn to its committed reply, in seconds.
    pub reply_latency: HistogramBy<Channel>,
    /// Partitions that this process owns.
    pub partitions_owned: IntGauge,
    /// Timers that fired.
    pub timers_fired: IntCounter,
    /// How late the latest of them was, in seconds.
    pub timer_lateness: Histogram,
    /// Decided records that the archive does not have yet.
    pub archive_lag: IntGauge,
}

const BATCH_RECORDS: &[f64] = &[
    1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0,
];
const COMMIT_SECONDS: &[f64] = &[
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
];
/// Every bound that an objective names stands here exactly.
const REPLY_SECONDS: &[f64] = &[
    0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0,
];

const LATENESS_SECONDS: &[f64] = &[0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0];

impl ProcessingMetrics {
    pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            events: area.counter_by(
                "processed_events_total",
                "Turns and events that were handled; a quarantined one broke the rules engine and went to people.",
            )?,
            batch_records: area.histogram("batch_records", "Inbox records that one commit handled.", BATCH_RECORDS)?,
            commit_duration: area.histogram(
                "commit_duration_seconds",
                "Time that the store took for one commit.",
                COMMIT_SECONDS,
            )?,
            commits: area.counter_by("commits_total", "Commits, by the store's answer.")?,
            effects: area.counter_by("effects_total", "Effects of rules that were carried out.")?,
            outreach: area.counter_by(
                "outreach_total",
                "Outreach by what became of it: planned, sent, cancelled, postponed, or why it was dropped.",
            )?,
            reply_latency: area.histogram_by(
                "reply_latency_seconds",
                "Time from accepting the last message of a turn to its reply being committed, gathering included.",
                REPLY_SECONDS,
            )?,
            partitions_owned: area.gauge("partitions_owned", "Partitions that this process owns.")?,
            timers_fired: area.counter("timers_fired_total", "Timers that became events.")?,
            timer_lateness: area.histogram(
                "timer_lateness_seconds",
                "How late timers fired, the latest of each batch.",
                LATENESS_SECONDS,
            )?,
            archive_lag: area.gauge(
                "archive_lag_records",
                "Decided records that the archive does not have yet; they stay in the hot store until it has.",
            )?,
        })
    }
}
