//! What an inbox and a transcript hold, before it is sealed.
//!
//! Serialised as JSON: it is read by later versions, by the archive's readers and by people in an emergency. New fields
//! need a default.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_adapters::{Address, Content, PageEvent, Profile};
use signalbox_store::{MessageId, Sequence, ThreadId};

use crate::carried::Carried;
use crate::customer::OpenTurn;
use crate::desk::{Agent, DeskEvent, FromDesk, RequestId, Saying};
use crate::report::Happened;
use crate::step::HandedOn;

/// One event of a partition: of a customer's, or of the desk's ([`Event::AtDesk`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Something for the transcript: seen by the customer.
    Said(Said),
    /// Something that the customer did on a page.
    Page(PageSeen),
    /// Something that another system reported about the customer.
    Happened(Happened),
    /// A turn has been quiet long enough to be answered.
    TurnDue {
        /// Which turn: a later message has moved on to another.
        turn: u64,
    },
    /// An outreach may be due.
    OutreachDue,
    /// Something for the transcript that was said in another thread of the same person.
    Carried(Carried),
    /// The visitor behind this thread has logged in as a user who has a thread of their own, and goes on there.
    GoesOn {
        /// The user's own thread, from which it is known where that is.
        thread: ThreadId,
    },
    /// A visitor has become the user of this thread.
    Linked {
        /// The visitor's thread.
        thread: ThreadId,
        /// What the user takes over with it, if anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handed_on: Option<Box<HandedOn>>,
    },
    /// An event that was set aside, given back by a person.
    Again {
        /// What it was called when it came first.
        message_id: MessageId,
        /// The event as it was.
        what: Box<Event>,
        /// The turn that was open and went along with it: it opens again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        turn: Option<OpenTurn>,
    },
    /// How a delivery ended.
    Receipt {
        /// In reply to which message.
        message_id: MessageId,
        /// How.
        outcome: ReceiptOutcome,
    },
    /// What the desk did with the conversation.
    FromDesk {
        /// Which hand-over it is about.
        handoff: u64,
        /// What.
        news: FromDesk,
    },
    /// An agent says something: to the customer, if they have the conversation, or to colleagues.
    AgentSaid {
        /// Who.
        agent: Agent,
        /// The agent's own name of it.
        request: RequestId,
        /// What, to whom.
        saying: Saying,
    },
    /// An event of the desk.
    AtDesk(DeskEvent),
}

impl Event {
    /// What it shows in the transcript, if anything, and when that was said if not when it was kept.
    pub(crate) fn shown(&self) -> Option<(&Shown, Option<Timestamp>)> {
        match self {
            Self::Said(said) => Some((&said.shown, None)),
            Self::Carried(carried) => Some((&carried.shown, Some(carried.at))),
            _ => None,
        }
    }
}

/// A message, with what the rules may read about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// What the transcript shows.
    pub shown: Shown,
    /// From or to whom.
    pub address: Address,
    /// What the channel says about the person; for customers' messages.
    #[serde(default)]
    pub profile: Profile,
    /// Carries the trace from the callback to the reply through restarts (W3C `traceparent`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

/// A transcript entry's content, as clients see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Shown {
    /// Somebody said something.
    Message {
        /// Who.
        from: Speaker,
        /// What the speaker is called, if they have a name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The client's own id of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cid: Option<String>,
        /// The client's id of the message that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        in_reply_to: Option<String>,
        /// What was said.
        content: Content,
    },
    /// The conversation changed hands.
    Status {
        /// `bot`, `queued`, `assigned`, or `closed`: the consultation is over, and the bot answers again.
        status: String,
        /// The queue it waits in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<String>,
        /// What the person is called who has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<String>,
    },
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The customer.
    Customer,
    /// Rules.
    Bot,
    /// A person of the company.
    Agent,
}

/// A page event with where it came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageSeen {
    /// What happened.
    pub page: PageEvent,
    /// To whom.
    pub address: Address,
    /// What the channel says about the person; empty where it does not know, as in a beacon.
    #[serde(default)]
    pub profile: Profile,
}

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptOutcome {
    /// The platform took it.
    Delivered,
    /// The request left and no answer came.
    Unanswered,
    /// It will never be delivered.
    Dead,
    /// It was worth nothing any more, or somebody else had the word.
    Expired,
    /// This gateway does not write to that address.
    Withheld,
}

/// An entry of a thread, as sessions pass it on.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadEvent {
    /// Its place in the thread.
    pub sequence: Sequence,
    /// Its name towards clients.
    pub message_id: MessageId,
    /// Log time.
    pub at: Timestamp,
    /// What it shows.
    pub shown: Shown,
}

/// Where sessions hear of new entries. A hint only: it may come twice, late, or never; whoever needs all of them reads the transcript.
pub trait ThreadHints: Send + Sync + 'static {
    /// New entries of a thread, in order, without gaps among themselves. Must not block.
    fn entries(&self, thread: ThreadId, entries: &[Arc<ThreadEvent>]);

    /// The thread has new entries which nobody can name now: look in the transcript. Must not block.
    fn stale(&self, thread: ThreadId);
}
