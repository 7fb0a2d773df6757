//! What channels push, up to the durable acknowledgement.

use super::catalogue::Area;
use super::label::{Channel, CounterByTwo, HistogramBy, label};

label! {
    /// What became of one message or event that came in.
    InboundResult = "result" {
        /// Durable, and acknowledged.
        Accepted = "accepted",
        /// Was durable before; got the same answer again.
        Duplicate = "duplicate",
        /// Its id was used for another content.
        Conflicting = "conflicting",
        /// The store could not take it; the sender was told to try again.
        Unavailable = "unavailable",
    }
}

/// See the module.
#[derive(Debug)]
pub struct InboundMetrics {
    /// Messages and events by outcome.
    pub messages: CounterByTwo<Channel, InboundResult>,
    /// From receipt to durable acknowledgement, in seconds.
    pub accept_duration: HistogramBy<Channel>,
}

const ACCEPT_SECONDS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
];

impl InboundMetrics {
    pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            messages: area.counter_by_two(
                "inbound_messages_total",
                "Messages and page events that came in, by what became of them.",
            )?,
            accept_duration: area.histogram_by(
                "inbound_accept_duration_seconds",
                "Time from receiving a message to its durable acknowledgement.",
                ACCEPT_SECONDS,
            )?,
        })
    }
}
