//! What a channel that is pushed to offers, and how a send can end.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::message::{Address, Channel, Content};

/// One outside channel that messages are pushed to.
///
/// An adapter translates and nothing more: it keeps no queue, retries nothing and routes nothing. The router does
/// those, so every channel gets the same guarantees.
#[async_trait]
pub trait Adapter: Send + Sync + 'static {
    /// Which channel it is.
    fn channel(&self) -> Channel;

    /// What the router does when a request left and no answer came.
    fn when_unanswered(&self) -> WhenUnanswered;

    /// Delivers one part and waits for the platform's answer. May be called twice with the same [`Part::key`] after a
    /// crash; pass the key on where the platform deduplicates.
    async fn send(&self, part: &Part) -> Result<Receipt, SendError>;
}

/// One message on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The same on every attempt: 32 hexadecimal digits.
    pub key: String,
    /// To whom.
    pub to: Address,
    /// What.
    pub content: Content,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a part comes from, for platforms that file and show it. The same on every attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Our name of the message, as the transcript and `explain` have it.
    pub message: String,
    /// When it was said.
    pub at: Timestamp,
    /// Who says it.
    pub by: Author,
    /// What they are called, if they have a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The customer's message that it answers, by the id that the channel gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// The keys of what left to them shortly before and belongs together with this, the oldest first: the one that all began
    /// with, and the last one. Empty where it stands alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<String>,
}

/// Who says what leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Author {
    /// Rules.
    #[default]
    Bot,
    /// A person of the company.
    Agent,
}

/// The platform took it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The platform's name for it, if it gave one.
    pub platform_id: Option<String>,
}

/// What becomes of a message that may or may not have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenUnanswered {
    /// The platform recognises the key: send it again.
    Resend,
    /// A second one would be seen by the customer: leave it to a person.
    Hold,
}

/// Why a send ended without a receipt. The variant says what the router does next, so choose it by consequence, not by
/// status code.
///
/// Reasons are words of the adapter's own, written down in its code: what a platform says may quote a customer's address or
/// text, and reasons are stored and shown as they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Nothing was accepted: safe to retry, after `wait` if the platform named one.
    #[error("the platform is busy: {reason}")]
    Busy {
        /// In plain words.
        reason: &'static str,
        /// How long the platform asked to be left alone.
        wait: Option<Duration>,
    },
    /// Nothing was tried: a rate or a number of connections of our own is used up. No attempt is counted.
    #[error("held back: {reason}")]
    HeldBack {
        /// In plain words.
        reason: &'static str,
        /// When to try, at the earliest.
        wait: Duration,
    },
    /// The request left us and no answer came: a retry may deliver twice.
    #[error("no answer within {waited:?}")]
    Unanswered {
        /// How long we waited.
        waited: Duration,
    },
    /// This message will never be accepted as it is.
    #[error("the platform refused the message: {reason}{}", Code(.code))]
    Refused {
        /// The platform's code; `None` where it was not asked.
        code: Option<i64>,
        /// In plain words.
        reason: &'static str,
    },
    /// Our credentials or settings are wrong: nothing more leaves until somebody mends them.
    #[error("the platform rejected our credentials: {reason}{}", Code(.code))]
    Unauthorized {
        /// The platform's code, if it gave one.
        code: Option<i64>,
        /// In plain words.
        reason: &'static str,
    },
}

/// ` (code 550)`, or nothing.
struct Code<'e>(&'e Option<i64>);

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(code) => write!(f, " (code {code})"),
            None => Ok(()),
        }
    }
}
