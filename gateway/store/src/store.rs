//! The one trait through which the router keeps anything.

use async_trait::async_trait;
use jiff::Timestamp;
use signalbox_sealed::WrappedKey;

use crate::error::StoreError;
use crate::ids::{EntryId, Offset, PartitionId, Sequence, ThreadId};
use crate::records::{
    Append, Appended, Claimed, Commit, Committed, DeadLetter, DeadLetterBounds, DeadLetterVerdict,
    Durability, Fence, Fenced, InboxRecord, JournalEntry, LeaseRequest, Leased, OutboxEntry,
    Settlement, TranscriptRange, TranscriptRecord, Trim,
};

/// The durable log and what belongs to it.
///
/// Every method is one atomic step on one partition. A write that has answered is kept as [`Store::durability`] says.
/// Owner's writes compare the fence in the same step: a stale owner changes nothing, not even by a trim.
/// `append` needs no fence, since any node may accept a message.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// What an answered write has survived.
    fn durability(&self) -> Durability;

    /// Keeps one event: dedupe row, thread sequence, transcript and inbox record, or none of them.
    async fn append(&self, partition: PartitionId, append: Append) -> Result<Appended, StoreError>;

    /// The inbox behind `after`, oldest first, at most `limit`.
    async fn inbox(
        &self,
        partition: PartitionId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<InboxRecord>, StoreError>;

    /// The states of threads, in the order asked.
    async fn states(
        &self,
        partition: PartitionId,
        threads: &[ThreadId],
    ) -> Result<Vec<Option<signalbox_sealed::Sealed>>, StoreError>;

    /// One batch of the owner. The fence is compared first, then the batch with the last one committed, then the position;
    /// a `to` before `from` or behind the tail is a conflict too. New outbox entries come before withdrawals.
    ///
    /// # Errors
    /// After [`StoreError::Unknown`] the same commit may be repeated as it is: it answers `AlreadyCommitted`,
    /// `Committed`, `Fenced` or `Conflict`.
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError>;

    /// Turns timers that are due at `now` into inbox events, at most `limit`, soonest first, accepted at `now`. A timer
    /// goes in the step in which its event comes, so it fires once; its message is named by [`TimerId::fired_at`].
    /// Answers how many fired.
    ///
    /// [`TimerId::fired_at`]: crate::TimerId::fired_at
    async fn fire_timers(
        &self,
        partition: PartitionId,
        fence: Fence,
        now: Timestamp,
        limit: usize,
    ) -> Result<Result<usize, Fenced>, StoreError>;

    /// When the partition's next timer is due.
    async fn next_timer(&self, partition: PartitionId) -> Result<Option<Timestamp>, StoreError>;

    /// Takes the partition if nobody else's lease runs: the epoch grows by one and every older fence is void.
    /// A node that asks for what it holds itself gets a new epoch too.
    async fn lease(
        &self,
        partition: PartitionId,
        request: LeaseRequest,
    ) -> Result<Leased, StoreError>;

    /// Prolongs the owner's lease.
    async fn renew(
        &self,
        partition: PartitionId,
        fence: Fence,
        until: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError>;

    /// Gives the partition up; the next asker gets it at once. The fence is void from here on.
    async fn release(
        &self,
        partition: PartitionId,
        fence: Fence,
    ) -> Result<Result<(), Fenced>, StoreError>;

    /// Outbox entries due at `now`, at most one a thread (the first committed of its line, even if a later one is due sooner), at most `limit`.
    async fn due_outbox(
        &self,
        partition: PartitionId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Claimed, StoreError>;

    /// When the partition's next outbox entry is due.
    async fn next_outbox(&self, partition: PartitionId) -> Result<Option<Timestamp>, StoreError>;

    /// Settles one attempt. An entry that is gone is no error: the settlement was kept before, or the entry was withdrawn;
    /// its receipt is appended all the same (its dedupe key makes it one).
    async fn settle(
        &self,
        partition: PartitionId,
        fence: Fence,
        settlement: Settlement,
        now: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError>;

    /// Notes durably that the owner handles the record at `offset` alone, because owners before it ended where this one
    /// stands. Answers how many owners noted that of this record before this one: repeated, it answers the same. Only the last
    /// record that was noted is remembered.
    async fn note_try(
        &self,
        partition: PartitionId,
        fence: Fence,
        offset: Offset,
    ) -> Result<Result<u32, Fenced>, StoreError>;

    /// What waits in the outbox, each thread's in the order in which it was committed, at most `limit`.
    async fn outbox(
        &self,
        partition: PartitionId,
        limit: usize,
    ) -> Result<Vec<OutboxEntry>, StoreError>;

    /// Carries out what a person decided about a dead letter. Answers whether it was there.
    async fn settle_dead_letter(
        &self,
        partition: PartitionId,
        fence: Fence,
        id: EntryId,
        verdict: DeadLetterVerdict,
    ) -> Result<Result<bool, Fenced>, StoreError>;

    /// Lets the oldest dead letters go that are outside the bounds. Answers how many went.
    async fn trim_dead_letters(
        &self,
        partition: PartitionId,
        fence: Fence,
        bounds: DeadLetterBounds,
    ) -> Result<Result<usize, Fenced>, StoreError>;

    /// Entries that did not leave, oldest first. Each is something that a person has to look at, so they go by
    /// [`Store::trim_dead_letters`] alone.
    async fn dead_letters(
        &self,
        partition: PartitionId,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError>;

    /// A part of a thread's transcript, oldest first, at most `limit`. Entries that were trimmed are missing.
    async fn transcript(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        range: TranscriptRange,
        limit: usize,
    ) -> Result<Vec<TranscriptRecord>, StoreError>;

    /// The thread's last sequence; `None` if nothing was ever said there.
    async fn last_sequence(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<Sequence>, StoreError>;

    /// Decision records behind `after`, oldest first, at most `limit`.
    async fn journal(
        &self,
        partition: PartitionId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<JournalEntry>, StoreError>;

    /// The thread's data key; keeps `candidate` if there is none yet. Of two askers both get the same.
    async fn data_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        candidate: WrappedKey,
    ) -> Result<WrappedKey, StoreError>;

    /// The thread's data key, if it has one.
    async fn existing_data_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<WrappedKey>, StoreError>;

    /// The thread in which is kept what comes from the address that `thread` was made of; keeps `candidate` as that if nothing
    /// is yet. Of two askers both get the same, and it never changes: a customer who logs in goes on in the thread in which
    /// they were anonymous.
    async fn home(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        candidate: ThreadId,
    ) -> Result<ThreadId, StoreError>;

    /// What [`Store::home`] has kept, if anything.
    async fn existing_home(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<ThreadId>, StoreError>;

    /// Lets go what the archive has. Nothing behind the committed position goes; of transcripts only those are
    /// touched that the trimmed part of the inbox names, since the archive has read no others. Of each only the front goes, up
    /// to the first entry that has to stay, so that what stays has no gap.
    async fn trim(
        &self,
        partition: PartitionId,
        fence: Fence,
        trim: Trim,
    ) -> Result<Result<(), Fenced>, StoreError>;

    /// Where the partition was last trimmed to: the archive's cursor in the hot store's own words.
    async fn trimmed(&self, partition: PartitionId) -> Result<Offset, StoreError>;

    /// A deployment-wide record, such as which bundle is active: its version and bytes. Not sealed: nothing of customers is
    /// in it.
    async fn deployment_record(&self, name: &str) -> Result<Option<(u64, Vec<u8>)>, StoreError>;

    /// Replaces a deployment-wide record if its version is still `expected` (0: there is none). Answers whether it did.
    async fn replace_deployment_record(
        &self,
        name: &str,
        expected: u64,
        bytes: Vec<u8>,
    ) -> Result<bool, StoreError>;

    /// Whether other processes may write to it too: then what is not there now may be there at the next look.
    fn is_shared(&self) -> bool;

    /// Whether the store would take a write now; in plain words why not.
    async fn ready(&self) -> Result<(), StoreError>;
}
