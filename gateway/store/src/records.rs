//! What goes into a store and comes out of it.

use jiff::Timestamp;
use signalbox_sealed::Sealed;

use crate::ids::{
    BatchId, DedupeKey, EntryId, Epoch, Fingerprint, MessageId, NodeId, Nonce, Offset, PartitionId,
    Sequence, ThreadId, TimerId,
};

/// What a store promises of a write that it has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Lost when the process ends.
    Memory,
    /// Up to a second is lost when the machine stops; nothing when only the process does.
    EverySecond,
    /// Kept through a power failure.
    Fsync,
    /// Kept through the loss of a machine.
    Replicated,
}

/// One thing that happened, on its way into a partition's inbox.
#[derive(Debug, Clone)]
pub struct Append {
    /// Whose it is.
    pub thread: ThreadId,
    /// Makes a repeat recognisable.
    pub dedupe: DedupeKey,
    /// Of the content.
    pub fingerprint: Fingerprint,
    /// Its name towards clients; kept with the dedupe row, so that a repeat gets the same answer.
    pub message_id: MessageId,
    /// When it was accepted: log time.
    pub accepted_at: Timestamp,
    /// Whether the customer sees it in the transcript: then it takes the thread's next sequence.
    pub sequenced: bool,
    /// The event itself.
    pub event: Sealed,
}

/// What the channel is told, the first time and every time again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppendReceipt {
    /// Its name towards clients.
    pub message_id: MessageId,
    /// Its place in the thread, if it took one.
    pub sequence: Option<Sequence>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
}

/// The answer to an [`Append`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// Kept, as durably as the store promises.
    Accepted {
        /// Its place in the inbox.
        offset: Offset,
        /// What the channel is told.
        receipt: AppendReceipt,
    },
    /// Was kept before, with the same content; nothing was stored.
    Repeated(AppendReceipt),
    /// The key was used for another content; nothing was stored.
    Conflicting,
}

/// One event of an inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRecord {
    /// Its place.
    pub offset: Offset,
    /// Whose it is.
    pub thread: ThreadId,
    /// Its name towards clients.
    pub message_id: MessageId,
    /// Its place in the thread, if it took one.
    pub sequence: Option<Sequence>,
    /// Log time.
    pub accepted_at: Timestamp,
    /// The event itself.
    pub event: Sealed,
}

/// Who may write a partition. Compared whole by every write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fence {
    /// Counts owners.
    pub epoch: Epoch,
    /// Drawn by this owner.
    pub nonce: Nonce,
}

/// Asks for a partition.
#[derive(Debug, Clone, Copy)]
pub struct LeaseRequest {
    /// Who asks.
    pub node: NodeId,
    /// Drawn for this lease.
    pub nonce: Nonce,
    /// The asker's clock.
    pub now: Timestamp,
    /// The lease runs out then, unless renewed.
    pub until: Timestamp,
}

/// The answer to a [`LeaseRequest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leased {
    /// The partition is the asker's.
    Granted(PartitionHead),
    /// Another node has it.
    Held {
        /// Until then, as it stands.
        until: Timestamp,
    },
}

/// Where a partition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionHead {
    /// Its owner's fence.
    pub fence: Fence,
    /// The last inbox record that is committed.
    pub position: Offset,
    /// The last inbox record there is.
    pub tail: Offset,
    /// So many owners in a row had this position before them, with records behind it, and ended without giving the partition
    /// up. 0 after an owner that ended in order.
    pub ended_here: u32,
}

/// A write came from somebody who does not own the partition any more. Nothing was changed; tear the partition's task down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fenced;

/// One batch of an owner: all of it, or nothing, and only under the current fence.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Which partition.
    pub partition: PartitionId,
    /// The owner's.
    pub fence: Fence,
    /// The position that the batch was read from.
    pub from: Offset,
    /// The position after it; equal to `from` only for writes that handle no inbox record.
    pub to: Offset,
    /// Names the batch, so that its repeat is recognised.
    pub batch: BatchId,
    /// New states.
    pub states: Vec<StateWrite>,
    /// What was said to customers; each takes its thread's next sequence, in this order.
    pub transcript: Vec<TranscriptAppend>,
    /// What has to leave; channels' messages and forwards to other partitions.
    pub outbox: Vec<OutboxEntry>,
    /// Outbox entries that must not leave any more.
    pub withdrawn: Vec<EntryId>,
    /// Timers to set, move or cancel.
    pub timers: Vec<TimerWrite>,
    /// Decision records, one an event at most, in the order of offsets.
    pub journal: Vec<JournalEntry>,
    /// Events that were given up, as forwards to where they came from: dead letters from the start.
    pub set_aside: Vec<DeadLetter>,
}

/// The answer to a [`Commit`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// All of it is kept.
    Committed {
        /// The sequences given to [`Commit::transcript`], in its order.
        sequences: Vec<Sequence>,
    },
    /// This very batch was committed before.
    AlreadyCommitted,
    /// Somebody else owns the partition.
    Fenced,
    /// The position is not `from`: the batch was read from somewhere else. Nothing was changed.
    Conflict {
        /// Where the partition stands.
        position: Offset,
    },
}

/// A thread's (customer's) state.
#[derive(Debug, Clone)]
pub struct StateWrite {
    /// Whose.
    pub thread: ThreadId,
    /// `None` removes it.
    pub state: Option<Sealed>,
}

/// An entry of a transcript, before it has its sequence.
#[derive(Debug, Clone)]
pub struct TranscriptAppend {
    /// Whose transcript.
    pub thread: ThreadId,
    /// Its name towards clients.
    pub message_id: MessageId,
    /// Log time of the decision.
    pub at: Timestamp,
    /// The event itself.
    pub event: Sealed,
}

/// An entry of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptRecord {
    /// Its place in the thread.
    pub sequence: Sequence,
    /// Its name towards clients.
    pub message_id: MessageId,
    /// Log time.
    pub at: Timestamp,
    /// The event itself.
    pub event: Sealed,
}

/// Which part of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TranscriptRange {
    /// The first entries behind a sequence, oldest first.
    After(Sequence),
    /// The last entries before a sequence, oldest first.
    Before(Sequence),
}

/// Where an outbox entry goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// To a platform, by the channel named inside the sealed payload.
    Channel,
    /// To another partition's inbox, as a forwarded event.
    Partition(PartitionId),
}

/// What still has to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its stable key.
    pub id: EntryId,
    /// Entries of one thread leave in the order in which they were committed.
    pub thread: ThreadId,
    /// Where to.
    pub destination: Destination,
    /// Not before.
    pub due: Timestamp,
    /// Worth nothing after this.
    pub not_after: Option<Timestamp>,
    /// Attempts so far.
    pub attempts: u32,
    /// Who spoke when this was decided: the speaker's token, compared before the send.
    pub speaker: u64,
    /// What leaves.
    pub payload: Sealed,
}

/// Outbox entries that are due, at most one a thread: the head of its line. Reading claims nothing: there is one reader,
/// the owner, and the settlement is fenced.
pub type Claimed = Vec<OutboxEntry>;

/// How an attempt to deliver ended.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// Which entry.
    pub id: EntryId,
    /// How.
    pub outcome: SettlementOutcome,
    /// The receipt, as an event of the inbox; appended in the same step.
    pub receipt: Option<Append>,
}

/// What becomes of an outbox entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettlementOutcome {
    /// It is gone: delivered, expired or withdrawn.
    Done,
    /// It stays, and is due again then.
    Retry {
        /// Then.
        due: Timestamp,
        /// Whether it was an attempt; not while our own settings keep it from being one.
        counts: bool,
    },
    /// It will not leave by itself again: moved to the dead letters, in the same step.
    DeadLetter {
        /// In our own plain words, with a platform's code at most: it is not sealed.
        reason: String,
    },
}

/// An entry that did not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The entry as it was.
    pub entry: OutboxEntry,
    /// Why, in our own plain words, with a platform's code at most: it is not sealed.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// What a person decides about a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadLetterVerdict {
    /// Back to the end of its thread's line in the outbox, under its old key and with all its attempts still to come.
    Retry {
        /// Due from then on.
        due: Timestamp,
        /// Worth nothing after this.
        not_after: Option<Timestamp>,
    },
    /// It goes.
    Discard,
}

/// Which dead letters a partition keeps.
#[derive(Debug, Clone, Copy)]
pub struct DeadLetterBounds {
    /// The newest so many.
    pub at_most: usize,
    /// Those since then.
    pub since: Timestamp,
}

/// Sets, moves or cancels a timer.
#[derive(Debug, Clone)]
pub enum TimerWrite {
    /// Sets it, or moves it.
    Set {
        /// Which.
        id: TimerId,
        /// Whose.
        thread: ThreadId,
        /// When it becomes an event.
        due: Timestamp,
        /// The event that it becomes.
        event: Sealed,
    },
    /// Cancels it; no matter if it is gone.
    Cancel {
        /// Which.
        id: TimerId,
    },
}

/// The record of what was decided on one inbox record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Of which.
    pub offset: Offset,
    /// Whose.
    pub thread: ThreadId,
    /// The message that was decided, so that it can be explained by its id; of a turn of several messages the last.
    pub message_id: MessageId,
    /// The turn's earlier messages, oldest first: they are explained by the same record.
    pub earlier: Vec<MessageId>,
    /// The decision record.
    pub record: Sealed,
}

/// What may go from the hot store, because the archive has it.
#[derive(Debug, Clone, Copy)]
pub struct Trim {
    /// Inbox records and journal up to and including this.
    pub archived: Offset,
    /// Transcript entries at or below `archived` go, except the last so many of each thread.
    pub keep_per_thread: u64,
    /// Dedupe rows accepted before this go.
    pub dedupe_before: Timestamp,
}
