//! What leaves through the outbox. The web chat does not: there the commit is the delivery.

use prometheus::IntCounter;

use super::catalogue::Area;
use super::label::{Channel, CounterByTwo, GaugeBy, HistogramBy, label};

label! {
    /// How one attempt to deliver ended.
    AttemptResult = "result" {
        /// The platform took it.
        Delivered = "delivered",
        /// Nothing was accepted; tried again later.
        Retry = "retry",
        /// The request left and no answer came.
        Unanswered = "unanswered",
        /// It will never be delivered.
        Dead = "dead",
        /// Worth nothing any more, or somebody else had the word.
        Suppressed = "suppressed",
        /// `delivery` in the configuration lets nothing leave to that address.
        Withheld = "withheld",
    }
}

/// See the module.
#[derive(Debug)]
pub struct OutboundMetrics {
    /// Attempts by outcome.
    pub attempts: CounterByTwo<Channel, AttemptResult>,
    /// Dead letters that went for want of room, or of age.
    pub dead_letters_dropped: IntCounter,
    /// Accounts by which nothing leaves, because their platform does not take who we are.
    pub accounts_paused: GaugeBy<Channel>,
    /// One attempt, in seconds.
    pub attempt_duration: HistogramBy<Channel>,
}

const ATTEMPT_SECONDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

impl OutboundMetrics {
    pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            attempts: area.counter_by_two(
                "outbound_attempts_total",
                "Attempts to deliver an outbox entry, by outcome.",
            )?,
            dead_letters_dropped: area.counter(
                "dead_letters_dropped_total",
                "Dead letters that went before anybody decided about them: there were more, or they were older, than router.dead_letters and router.dead_letters_for keep.",
            )?,
            accounts_paused: area.gauge_by(
                "outbound_accounts_paused",
                "Accounts by which nothing leaves, because their platform does not take our password, our sender or our encryption.",
            )?,
            attempt_duration: area.histogram_by(
                "outbound_attempt_duration_seconds",
                "Time that one attempt took.",
                ATTEMPT_SECONDS,
            )?,
        })
    }
}
