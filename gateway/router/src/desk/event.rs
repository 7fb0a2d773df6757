//! What the desk and the customers' partitions tell each other, and what agents ask of both.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use signalbox_dsl::bundle::Priority;
use signalbox_store::ThreadId;
use uuid::Uuid;

use super::case::Case;
use super::whisper::Whisper;

/// A person who answers customers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Agent {
    /// The name that they sign in with.
    pub id: String,
    /// What customers and colleagues call them.
    pub name: String,
}

/// Names a request, so that its answer is found, and a repeat is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub Uuid);

/// An event of the desk's partition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "desk", rename_all = "snake_case")]
pub enum DeskEvent {
    /// A hand-over begins.
    Queued {
        /// It.
        case: Case,
        /// Where the customer waited until now, as far as their side knew; `None` if they did not wait. An agent who has taken or
        /// moved what waited there did so before hearing of this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waited_in: Option<Arc<str>>,
    },
    /// A hand-over is more or less urgent now. Of one that the desk does not have any more it is no news.
    Changed {
        /// Whose.
        thread: ThreadId,
        /// Which hand-over.
        handoff: u64,
        /// See [`Case::priority`].
        priority: Priority,
        /// See [`Case::score`].
        score: Option<Decimal>,
    },
    /// A conversation is not handed over any more.
    Left {
        /// Whose.
        thread: ThreadId,
        /// Which hand-over; the desk may know of a later one.
        handoff: u64,
    },
    /// An agent wants something.
    Wished {
        /// Who.
        agent: Agent,
        /// Of which conversation.
        thread: ThreadId,
        /// What.
        wish: Wish,
        /// To be answered under this name.
        request: RequestId,
    },
    /// An agent is there.
    Seen {
        /// Their id.
        agent: String,
    },
    /// It is time to look whether agents are gone.
    LookForAgents,
}

/// What an agent wants of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wish", rename_all = "snake_case")]
pub enum Wish {
    /// To have it.
    Take,
    /// To let the bot have it again.
    GiveBack,
    /// To end the consultation.
    Close,
    /// To let it wait in another queue, in its old place.
    Transfer {
        /// The queue's name.
        queue: Arc<str>,
    },
}

/// What the desk tells a customer's partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "now", rename_all = "snake_case")]
pub enum FromDesk {
    /// An agent has it.
    Assigned {
        /// Who.
        agent: Agent,
    },
    /// It waits again.
    Requeued {
        /// There.
        queue: Arc<str>,
    },
    /// The bot has it again.
    GivenBack,
    /// The consultation is over.
    Closed,
    /// The desk has no room.
    TurnedAway,
}

/// An agent's words: for the customer, or for colleagues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Saying {
    /// For the customer.
    Customer {
        /// What.
        text: String,
    },
    /// For whoever opens the conversation at the desk.
    Colleagues {
        /// What.
        text: Whisper,
    },
}
