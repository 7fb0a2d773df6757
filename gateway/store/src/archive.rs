//! Where transcripts and decisions go for good.

use async_trait::async_trait;
use jiff::Timestamp;
use signalbox_sealed::Sealed;

use crate::error::StoreError;
use crate::ids::{MessageId, Offset, PartitionId, Sequence, ThreadId};

/// A transcript entry on its way to the archive, or out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedEvent {
    /// Whose transcript.
    pub thread: ThreadId,
    /// Its place in the thread.
    pub sequence: Sequence,
    /// Its name towards clients.
    pub message_id: MessageId,
    /// Log time.
    pub at: Timestamp,
    /// The event itself, sealed as in the hot store.
    pub event: Sealed,
}

/// A decision record on its way to the archive, or out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedDecision {
    /// Of whom.
    pub thread: ThreadId,
    /// Of which message; of a turn of several messages the last.
    pub message_id: MessageId,
    /// Its place in its partition's inbox.
    pub offset: Offset,
    /// The record itself, sealed as in the hot store.
    pub record: Sealed,
}

/// An earlier message of a turn, by which the turn's decision is found too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecidedWith {
    /// Which.
    pub message_id: MessageId,
    /// The turn's last message: its decision is this one's.
    pub last: MessageId,
}

/// What one step of the archiver writes, together with its cursor.
#[derive(Debug, Clone)]
pub struct ArchiveBatch {
    /// Of which partition.
    pub partition: PartitionId,
    /// The cursor after it.
    pub cursor: Offset,
    /// Transcript entries; those that the archive has already are skipped.
    pub events: Vec<ArchivedEvent>,
    /// Decision records; those that the archive has already are skipped.
    pub decisions: Vec<ArchivedDecision>,
    /// Earlier messages of the turns that were decided; those that the archive has already are skipped.
    pub decided_with: Vec<DecidedWith>,
}

/// Keeps what the hot store lets go. Events, decisions and cursor of a batch are kept together or not at all.
#[async_trait]
pub trait Archive: Send + Sync + 'static {
    /// How far a partition is archived.
    async fn cursor(&self, partition: PartitionId) -> Result<Offset, StoreError>;

    /// The last sequence of a thread that is archived. A batch takes over what is newer from the hot store, for every
    /// thread that the batch's part of the inbox names.
    async fn last_sequence(&self, thread: ThreadId) -> Result<Sequence, StoreError>;

    /// Keeps one batch, durably.
    async fn keep(&self, batch: ArchiveBatch) -> Result<(), StoreError>;

    /// The last entries of a transcript before a sequence, oldest first, at most `limit`.
    async fn transcript_before(
        &self,
        thread: ThreadId,
        before: Sequence,
        limit: usize,
    ) -> Result<Vec<ArchivedEvent>, StoreError>;

    /// What was decided on a message, whichever of its turn it was: the last time, if it was set aside and given back.
    async fn decision(&self, message: MessageId) -> Result<Option<ArchivedDecision>, StoreError>;

    /// What was decided at one place of the partition's inbox, on the message that is the last of its turn.
    async fn decision_at(
        &self,
        message: MessageId,
        offset: Offset,
    ) -> Result<Option<ArchivedDecision>, StoreError>;
}
