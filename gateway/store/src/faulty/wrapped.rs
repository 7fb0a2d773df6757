//! The trait, call by call.

use async_trait::async_trait;
use jiff::Timestamp;
use signalbox_sealed::{Sealed, WrappedKey};

use super::FaultyStore;
use crate::error::StoreError;
use crate::ids::{EntryId, Offset, PartitionId, Sequence, ThreadId};
use crate::records::{
    Append, Appended, Claimed, Commit, Committed, DeadLetter, DeadLetterBounds, DeadLetterVerdict,
    Durability, Fence, Fenced, InboxRecord, JournalEntry, LeaseRequest, Leased, OutboxEntry,
    Settlement, TranscriptRange, TranscriptRecord, Trim,
};
use crate::store::Store;

#[async_trait]
impl<S: Store> Store for FaultyStore<S> {
    fn durability(&self) -> Durability {
        self.inner.durability()
    }

    async fn append(&self, partition: PartitionId, append: Append) -> Result<Appended, StoreError> {
        self.write(self.inner.append(partition, append)).await
    }

    async fn inbox(
        &self,
        partition: PartitionId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<InboxRecord>, StoreError> {
        self.read(self.inner.inbox(partition, after, limit)).await
    }

    async fn states(
        &self,
        partition: PartitionId,
        threads: &[ThreadId],
    ) -> Result<Vec<Option<Sealed>>, StoreError> {
        self.read(self.inner.states(partition, threads)).await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        let (partition, fence) = (commit.partition, commit.fence);
        self.own(partition, fence, self.inner.commit(commit)).await
    }

    async fn fire_timers(
        &self,
        partition: PartitionId,
        fence: Fence,
        now: Timestamp,
        limit: usize,
    ) -> Result<Result<usize, Fenced>, StoreError> {
        self.own(
            partition,
            fence,
            self.inner.fire_timers(partition, fence, now, limit),
        )
        .await
    }

    async fn next_timer(&self, partition: PartitionId) -> Result<Option<Timestamp>, StoreError> {
        self.read(self.inner.next_timer(partition)).await
    }

    async fn lease(
        &self,
        partition: PartitionId,
        request: LeaseRequest,
    ) -> Result<Leased, StoreError> {
        self.write(self.inner.lease(partition, request)).await
    }

    async fn renew(
        &self,
        partition: PartitionId,
        fence: Fence,
        until: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError> {
        self.own(partition, fence, self.inner.renew(partition, fence, until))
            .await
    }

    async fn release(
        &self,
        partition: PartitionId,
        fence: Fence,
    ) -> Result<Result<(), Fenced>, StoreError> {
        self.own(partition, fence, self.inner.release(partition, fence))
            .await
    }

    async fn due_outbox(
        &self,
        partition: PartitionId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Claimed, StoreError> {
        self.read(self.inner.due_outbox(partition, now, limit))
            .await
    }

    async fn next_outbox(&self, partition: PartitionId) -> Result<Option<Timestamp>, StoreError> {
        self.read(self.inner.next_outbox(partition)).await
    }

    async fn settle(
        &self,
        partition: PartitionId,
        fence: Fence,
        settlement: Settlement,
        now: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError> {
        self.own(
            partition,
            fence,
            self.inner.settle(partition, fence, settlement, now),
        )
        .await
    }

    async fn note_try(
        &self,
        partition: PartitionId,
        fence: Fence,
        offset: Offset,
    ) -> Result<Result<u32, Fenced>, StoreError> {
        self.own(
            partition,
            fence,
            self.inner.note_try(partition, fence, offset),
        )
        .await
    }

    async fn outbox(
        &self,
        partition: PartitionId,
        limit: usize,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        self.read(self.inner.outbox(partition, limit)).await
    }

    async fn settle_dead_letter(
        &self,
        partition: PartitionId,
        fence: Fence,
        id: EntryId,
        verdict: DeadLetterVerdict,
    ) -> Result<Result<bool, Fenced>, StoreError> {
        self.own(
            partition,
            fence,
            self.inner.settle_dead_letter(partition, fence, id, verdict),
        )
        .await
    }

    async fn trim_dead_letters(
        &self,
        partition: PartitionId,
        fence: Fence,
        bounds: DeadLetterBounds,
    ) -> Result<Result<usize, Fenced>, StoreError> {
        self.own(
            partition,
            fence,
            self.inner.trim_dead_letters(partition, fence, bounds),
        )
        .await
    }

    async fn dead_letters(
        &self,
        partition: PartitionId,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        self.read(self.inner.dead_letters(partition, limit)).await
    }

    async fn transcript(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        range: TranscriptRange,
        limit: usize,
    ) -> Result<Vec<TranscriptRecord>, StoreError> {
        self.read(self.inner.transcript(partition, thread, range, limit))
            .await
    }

    async fn last_sequence(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<Sequence>, StoreError> {
        self.read(self.inner.last_sequence(partition, thread)).await
    }

    async fn journal(
        &self,
        partition: PartitionId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        self.read(self.inner.journal(partition, after, limit)).await
    }

    async fn data_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        candidate: WrappedKey,
    ) -> Result<WrappedKey, StoreError> {
        self.write(self.inner.data_key(partition, thread, candidate))
            .await
    }

    async fn existing_data_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<WrappedKey>, StoreError> {
        self.read(self.inner.existing_data_key(partition, thread))
            .await
    }

    async fn home(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        candidate: ThreadId,
    ) -> Result<ThreadId, StoreError> {
        self.write(self.inner.home(partition, thread, candidate))
            .await
    }

    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }

    async fn existing_home(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<ThreadId>, StoreError> {
        self.read(self.inner.existing_home(partition, thread)).await
    }

    async fn trim(
        &self,
        partition: PartitionId,
        fence: Fence,
        trim: Trim,
    ) -> Result<Result<(), Fenced>, StoreError> {
        self.own(partition, fence, self.inner.trim(partition, fence, trim))
            .await
    }

    async fn trimmed(&self, partition: PartitionId) -> Result<Offset, StoreError> {
        self.read(self.inner.trimmed(partition)).await
    }

    async fn deployment_record(&self, name: &str) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        self.read(self.inner.deployment_record(name)).await
    }

    async fn replace_deployment_record(
        &self,
        name: &str,
        expected: u64,
        bytes: Vec<u8>,
    ) -> Result<bool, StoreError> {
        self.write(self.inner.replace_deployment_record(name, expected, bytes))
            .await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.read(self.inner.ready()).await
    }
}
