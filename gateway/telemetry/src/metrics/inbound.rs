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
        /// Not what the channel's format allows.
        RejectedSchema = "rejected_schema",
        /// Above a limit.
        RejectedRate = "rejected_rate",
        /// The store could not take it; the sender was told to try again.
        Unavailable = "unavailable",
    }
}

label! {
    /// Why a signature or token was not accepted.
    SignatureFailure = "reason" {
        /// Not of the right form.
        Malformed = "malformed",
        /// Signed with another key, or by an algorithm that is not allowed.
        Wrong = "wrong",
        /// Too old, or not valid yet.
        Expired = "expired",
        /// Signed for somebody or something else.
        Misdirected = "misdirected",
    }
}

/// See the module.
#[derive(Debug)]
pub struct InboundMetrics {
    /// Messages and events by outcome.
    pub messages: CounterByTwo<Channel, InboundResult>,
    /// From receipt to durable acknowledgement, in seconds.
    pub accept_duration: HistogramBy<Channel>,
    /// Size of what was received, in bytes.
    pub body_bytes: HistogramBy<Channel>,
    /// Signatures and tokens that were refused.
    pub signature_failures: CounterByTwo<Channel, SignatureFailure>,
}

const ACCEPT_SECONDS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
];
const BODY_BYTES: &[f64] = &[64.0, 256.0, 1_024.0, 4_096.0, 16_384.0, 65_536.0, 262_144.0];

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
            body_bytes: area.histogram_by(
                "inbound_body_bytes",
                "Size of what was received.",
                BODY_BYTES,
            )?,
            signature_failures: area.counter_by_two(
                "signature_failures_total",
                "Signatures and tokens that were refused: an attack, or a key that was changed on one side only.",
            )?,
        })
    }
}
