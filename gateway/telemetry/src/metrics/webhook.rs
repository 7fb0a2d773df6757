//! Requests of the webhook that came to nothing.

use super::catalogue::Area;
use super::label::{CounterBy, label};

label! {
    /// Why a request was refused.
    WebhookRefusal = "reason" {
        /// No account of that name.
        UnknownAccount = "unknown_account",
        /// A header is missing or makes no sense, or no signature is of a known key.
        Unsigned = "unsigned",
        /// Signed, or not, at another time than now.
        Stale = "stale",
        /// The account is closed for good.
        Closed = "closed",
        /// Not `application/json`.
        WrongType = "wrong_type",
        /// The body was too large, or broke off.
        TooLarge = "too_large",
        /// The body took too long.
        Slow = "slow",
        /// Proven, but not as the protocol or the rules' `schema event` say.
        Malformed = "malformed",
        /// Over the account's rate.
        TooFast = "too_fast",
    }
}

/// See the module.
#[derive(Debug)]
pub struct WebhookMetrics {
    /// By reason.
    pub refused: CounterBy<WebhookRefusal>,
}

impl WebhookMetrics {
    pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            refused: area.counter_by(
                "webhook_refused_total",
                "Requests of the webhook that were refused before they reached the store.",
            )?,
        })
    }
}
