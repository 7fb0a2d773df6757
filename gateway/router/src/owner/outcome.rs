//! From how a send ended to what becomes of its entry.
//!
//! Reasons are in our own words, with the platform's code at most ([`SendError`] holds no others): a platform's own words may
//! quote the customer's number or text, and reasons are not sealed.

use std::time::Duration;

use jiff::Timestamp;
use signalbox_adapters::{Receipt, SendError, WhenUnanswered};
use signalbox_store::SettlementOutcome;

use super::deliveries::Sent;
use super::later;
use crate::event::ReceiptOutcome;
use crate::ingest::{AcceptError, Accepted};
use crate::observer::DeliveryAnswer;

/// Attempts to reach another partition: some ten minutes with the default waits, as long as a reply that stands behind it in
/// its thread's line is worth something.
const FORWARD_ATTEMPTS: u32 = 12;

/// How a send ended.
#[derive(Debug)]
pub(super) enum Outcome {
    Delivered,
    /// Nothing was accepted; again after the platform's own wish or the back-off.
    Again {
        reason: String,
        wait: Option<Duration>,
        counts: bool,
    },
    /// The platform does not take who we are: the account pauses, and the entry waits as it was.
    Unauthorized {
        reason: String,
    },
    Unanswered {
        reason: String,
        policy: WhenUnanswered,
    },
    Refused {
        reason: String,
    },
    Suppressed,
    Withheld,
}

/// What becomes of an entry, and who hears what of it.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) outcome: SettlementOutcome,
    pub(super) answer: DeliveryAnswer,
    pub(super) receipt: Option<ReceiptOutcome>,
}

impl Outcome {
    pub(super) fn of_send(result: Result<Receipt, SendError>, policy: WhenUnanswered) -> Self {
        let error = match result {
            Ok(_) => return Self::Delivered,
            Err(error) => error,
        };
        let reason = error.to_string();
        match error {
            SendError::Busy { wait, .. } => Self::Again {
                reason,
                wait,
                counts: true,
            },
            SendError::HeldBack { wait, .. } => Self::Again {
                reason,
                wait: Some(wait),
                counts: false,
            },
            SendError::Unauthorized { .. } => Self::Unauthorized { reason },
            SendError::Unanswered { .. } => Self::Unanswered { reason, policy },
            SendError::Refused { .. } => Self::Refused { reason },
        }
    }

    /// `gives_up`: after some attempts it is not tried any more.
    pub(super) fn of_forward(result: Result<Accepted, AcceptError>, gives_up: bool) -> Self {
        match result {
            Ok(_) => Self::Delivered,
            // It can never be kept: not by waiting either.
            Err(AcceptError::Conflict) => Self::Refused {
                reason: "the other partition has something else under this event's name; please report it".to_owned(),
            },
            Err(AcceptError::Unavailable { .. }) => Self::Again {
                reason: "the other partition could not take the event".to_owned(),
                wait: None,
                counts: gives_up,
            },
        }
    }
}

/// Decides on an entry. `most` is how often a channel is tried; `again` is when it would be tried next.
pub(super) fn judge(sent: &Sent, most: u32, now: Timestamp, again: Timestamp) -> Verdict {
    let attempts = sent.flight.entry.attempts.saturating_add(1);
    let is_last = match sent.flight.message {
        Some(_) => attempts >= most,
        None => attempts >= FORWARD_ATTEMPTS,
    };
    let given_up =
        |reason: &str| format!("given up after {attempts} attempts; the last one: {reason}");
    match &sent.outcome {
        Outcome::Delivered => Verdict {
            outcome: SettlementOutcome::Done,
            answer: DeliveryAnswer::Delivered,
            receipt: Some(ReceiptOutcome::Delivered),
        },
        Outcome::Suppressed => Verdict {
            outcome: SettlementOutcome::Done,
            answer: DeliveryAnswer::Suppressed,
            receipt: Some(ReceiptOutcome::Expired),
        },
        Outcome::Withheld => Verdict {
            outcome: SettlementOutcome::Done,
            answer: DeliveryAnswer::Withheld,
            receipt: Some(ReceiptOutcome::Withheld),
        },
        Outcome::Refused { reason } => dead(reason.clone()),
        Outcome::Unanswered {
            reason,
            policy: WhenUnanswered::Hold,
        } => Verdict {
            outcome: SettlementOutcome::DeadLetter {
                reason: format!("{reason}; it may have arrived, so it is not sent again by itself"),
            },
            answer: DeliveryAnswer::Unanswered,
            receipt: Some(ReceiptOutcome::Unanswered),
        },
        Outcome::Again {
            reason,
            counts: true,
            ..
        }
        | Outcome::Unanswered { reason, .. }
            if is_last =>
        {
            dead(given_up(reason))
        }
        Outcome::Again { wait, counts, .. } => Verdict {
            outcome: SettlementOutcome::Retry {
                due: again.max(later(now, wait.unwrap_or_default())),
                counts: *counts,
            },
            answer: DeliveryAnswer::Retry,
            receipt: None,
        },
        Outcome::Unauthorized { .. } => Verdict {
            outcome: SettlementOutcome::Retry {
                due: sent.flight.entry.due,
                counts: false,
            },
            answer: DeliveryAnswer::Retry,
            receipt: None,
        },
        Outcome::Unanswered { .. } => Verdict {
            outcome: SettlementOutcome::Retry {
                due: again,
                counts: true,
            },
            answer: DeliveryAnswer::Unanswered,
            receipt: None,
        },
    }
}

fn dead(reason: String) -> Verdict {
    Verdict {
        outcome: SettlementOutcome::DeadLetter { reason },
        answer: DeliveryAnswer::Dead,
        receipt: Some(ReceiptOutcome::Dead),
    }
}

#[cfg(test)]
mod tests;
