//! A conversation at the desk, and its place in the waiting list.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use signalbox_dsl::bundle::Priority;
use signalbox_store::{MessageId, Offset, ThreadId};

use super::event::Agent;
use super::reason::Reason;

/// Waiting for so long is worth one level of priority. So an urgent conversation is taken before every normal one that has
/// waited less than twice as long, and whatever else comes, nobody is passed by anybody who comes this much times three later.
pub(super) const AGING: Duration = Duration::from_secs(10 * 60);

/// 100 %, in hundredths of a percent.
const FULL_SCORE: u32 = 10_000;

/// A conversation that waits for a person or is with one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Whose.
    pub thread: ThreadId,
    /// Which hand-over of this customer.
    pub handoff: u64,
    /// Where it waits or was taken from.
    pub queue: Arc<str>,
    /// How urgent it is.
    pub priority: Priority,
    /// Orders inside one priority, in percent: the full score is worth as much waiting as one level of priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Decimal>,
    /// When the customer was handed over. It stays when the conversation comes back from an agent who is gone.
    pub since: Timestamp,
    /// Why, in short.
    pub reason: Reason,
    /// By which decision.
    pub decided: Decided,
    /// Who has it; `None` while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

/// Where a decision record is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Its place in the inbox of the customer's partition.
    pub offset: Offset,
    /// The message that was decided.
    pub message_id: MessageId,
    /// In whose thread, if it is not the conversation's own: the visitor's who has logged in since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadId>,
}

/// An agent has the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Who.
    pub agent: Agent,
    /// Since when.
    pub since: Timestamp,
}

impl Case {
    /// Whether this agent has it.
    pub fn is_held_by(&self, agent: &str) -> bool {
        self.held
            .as_ref()
            .is_some_and(|held| held.agent.id == agent)
    }

    /// Its place in the waiting list; the least is next. Priority is a head start and waiting makes up for it, so that the order
    /// of two conversations never changes while they wait, and nobody starves.
    pub fn place(&self) -> (Timestamp, Timestamp, ThreadId) {
        let level = match self.priority {
            Priority::Low => 0,
            Priority::Normal => 1,
            Priority::High => 2,
            Priority::Urgent => 3,
        };
        let by_score = self.score.map_or(Duration::ZERO, |score| {
            let hundredths = (score * Decimal::ONE_HUNDRED).to_u32().unwrap_or_default();
            AGING * hundredths.min(FULL_SCORE - 1) / FULL_SCORE
        });
        let head_start =
            SignedDuration::try_from(AGING * level + by_score).unwrap_or(SignedDuration::MAX);
        let virtual_arrival = self.since.checked_sub(head_start).unwrap_or(Timestamp::MIN);
        (virtual_arrival, self.since, self.thread)
    }
}
