//! Where the router tells what it does. The gateway turns it into metrics and traces.

use std::time::Duration;

use jiff::Timestamp;
use signalbox_adapters::Channel;
use signalbox_rules::Decision;
use signalbox_store::{Offset, PartitionId, ThreadId};

use crate::desk::{DeskAct, DeskFigures};
use crate::rules::Misfit;

/// How an inbound message was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reception {
    /// Kept.
    Accepted,
    /// Was kept before.
    Repeated,
    /// Its id was used before for another content.
    Conflicting,
    /// The store could not take it.
    Unavailable,
}

/// How an event was handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// As it should be.
    Done,
    /// The rules failed on it: set aside, and its conversation handed to people.
    Quarantined,
}

/// How a commit was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitAnswer {
    /// Kept.
    Committed,
    /// Was kept before.
    Already,
    /// Somebody else owns the partition.
    Fenced,
    /// Read from somewhere else.
    Conflict,
    /// The store did not say.
    Unknown,
    /// The store could not take it.
    Unavailable,
}

/// How an attempt to deliver ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryAnswer {
    /// The platform took it.
    Delivered,
    /// Later again.
    Retry,
    /// The request left and no answer came.
    Unanswered,
    /// Given up.
    Dead,
    /// Too late, or somebody else has the word.
    Suppressed,
    /// This gateway does not write to that address.
    Withheld,
}

/// Where a decision belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionPlace {
    /// The partition that it was made in.
    pub partition: PartitionId,
    /// The inbox record that brought it about.
    pub offset: Offset,
    /// The conversation.
    pub thread: ThreadId,
}

/// What the router tells. Calls come from the way of a message: they must be cheap and must not block.
#[expect(unused_variables, reason = "a listener takes what it needs")]
pub trait Observer: Send + Sync + 'static {
    /// The current trace, to be carried inside the event (W3C `traceparent`).
    fn traceparent(&self) -> Option<String> {
        None
    }

    /// The span in which an event is decided and answered, continuing the trace that came with it.
    fn decision_span(&self, traceparent: Option<&str>) -> tracing::Span {
        tracing::Span::none()
    }

    /// The span in which a batch is committed, joined to the traces of the messages that it answers.
    fn commit_span(
        &self,
        partition: PartitionId,
        records: usize,
        traceparents: &[&str],
    ) -> tracing::Span {
        tracing::Span::none()
    }

    /// The span in which a committed reply goes to the sessions, continuing the trace of the message that it answers.
    fn reply_span(&self, channel: Channel, traceparent: &str) -> tracing::Span {
        tracing::Span::none()
    }

    /// An inbound message was answered.
    fn received(&self, channel: Channel, reception: Reception, took: Duration) {}

    /// A turn or event was handled.
    fn handled(&self, handling: Handling) {}

    /// A turn or event was decided. Called inside its [`Observer::decision_span`].
    fn decided(&self, decision: &Decision, place: DecisionPlace) {}

    /// A customer's signed token says something that does not fit the live rules, which so go without it. Told of every decision.
    fn attribute_misfit(&self, account: &str, misfit: &Misfit) {}

    /// A commit of so many records was answered.
    fn committed(&self, answer: CommitAnswer, records: usize, took: Duration) {}

    /// A reply is with the customer (web chat) or in the outbox, so long after its message was accepted.
    fn replied(&self, channel: Channel, took: Duration) {}

    /// An attempt to deliver ended.
    fn delivered(&self, channel: Channel, answer: DeliveryAnswer, took: Duration) {}

    /// So many accounts of a channel are paused now, because the platform does not take who we are.
    fn accounts_paused(&self, channel: Channel, count: usize) {}

    /// So many dead letters went for want of room, or of age.
    fn dead_letters_dropped(&self, count: usize) {}

    /// Timers became events, the latest so late.
    fn timers_fired(&self, count: usize, lateness: Duration) {}

    /// A partition was taken or lost; so many are owned now.
    fn partitions_owned(&self, count: usize) {}

    /// How the desk stands now. Told by its owner after each change, and as often as it looks for records.
    fn desk_stands(&self, figures: &DeskFigures, now: Timestamp) {}

    /// This process does not own the desk any more.
    fn desk_left(&self) {}

    /// An agent did something.
    fn desk_acted(&self, act: DeskAct) {}

    /// So many decided records wait for the archive, over all owned partitions.
    fn archive_lag(&self, records: u64) {}
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deaf;

impl Observer for Deaf {}
