//! The store of tests and of the simulator: everything in memory, one lock, the same promises but durability.
//!
//! Ordered maps throughout: two runs with the same calls give the same answers in the same order. Clones share what is
//! kept, so a test "restarts" a node by handing the same store to a new one.

mod archive;
mod outbox;
mod partition;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use parking_lot::Mutex;
use signalbox_sealed::{Sealed, WrappedKey};

pub use self::archive::MemoryArchive;
use self::partition::Partition;
use crate::error::StoreError;
use crate::ids::{EntryId, Offset, PartitionId, Sequence, ThreadId};
use crate::records::{
    Append, Appended, Claimed, Commit, Committed, DeadLetter, DeadLetterBounds, DeadLetterVerdict,
    Durability, Fence, Fenced, InboxRecord, JournalEntry, LeaseRequest, Leased, OutboxEntry,
    Settlement, TranscriptRange, TranscriptRecord, Trim,
};
use crate::store::Store;

/// A store in memory.
#[derive(Clone, Default)]
pub struct MemoryStore {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    partitions: BTreeMap<PartitionId, Partition>,
    deployment: BTreeMap<String, (u64, Vec<u8>)>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn with<Answer>(
        &self,
        partition: PartitionId,
        step: impl FnOnce(&mut Partition) -> Answer,
    ) -> Answer {
        step(self.kept.lock().partitions.entry(partition).or_default())
    }
}

#[async_trait]
impl Store for MemoryStore {
    fn durability(&self) -> Durability {
        Durability::Memory
    }

    async fn append(&self, partition: PartitionId, append: Append) -> Result<Appended, StoreError> {
        Ok(self.with(partition, |kept| kept.append(append)))
    }

    async fn inbox(
        &self,
        partition: PartitionId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<InboxRecord>, StoreError> {
        Ok(self.with(partition, |kept| kept.inbox(after, limit)))
    }

    async fn states(
        &self,
        partition: PartitionId,
        threads: &[ThreadId],
    ) -> Result<Vec<Option<Sealed>>, StoreError> {
        Ok(self.with(partition, |kept| {
            threads.iter().map(|thread| kept.state(*thread)).collect()
        }))
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        Ok(self.with(commit.partition, |kept| kept.commit(commit)))
    }

    async fn fire_timers(
        &self,
        partition: PartitionId,
        fence: Fence,
        now: Timestamp,
        limit: usize,
    ) -> Result<Result<usize, Fenced>, StoreError> {
        Ok(self.with(partition, |kept| {
            kept.check(fence)?;
            Ok(kept.fire_timers(now, limit))
        }))
    }

    async fn next_timer(&self, partition: PartitionId) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.with(partition, |kept| kept.next_timer()))
    }

    async fn lease(
        &self,
        partition: PartitionId,
        request: LeaseRequest,
    ) -> Result<Leased, StoreError> {
        Ok(self.with(partition, |kept| kept.lease(request)))
    }

    async fn renew(
        &self,
        partition: PartitionId,
        fence: Fence,
        until: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError> {
        Ok(self.with(partition, |kept| {
            kept.check(fence)?;
            kept.renew(until);
            Ok(())
        }))
    }

    async fn release(
        &self,
        partition: PartitionId,
        fence: Fence,
    ) -> Result<Result<(), Fenced>, StoreError> {
        Ok(self.with(partition, |kept| {
            kept.check(fence)?;
            kept.release();
            Ok(())
        }))
    }

    async fn due_outbox(
        &self,
        partition: PartitionId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Claimed, StoreError> {
        Ok(self.with(partition, |kept| kept.outbox.due(now, limit)))
    }

    async fn next_outbox(&self, partition: PartitionId) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.with(partition, |kept| kept.outbox.next()))
    }

    async fn settle(
        &self,
        partition: PartitionId,
        fence: Fence,
        settlement: Settlement,
        now: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError> {
        Ok(self.with(partition, |kept| {
            kept.check(fence)?;
            kept.outbox.settle(settlement.id, settlement.outcome, now);
            if let Some(receipt) = settlement.receipt {
                kept.append(receipt);
            }
            Ok(())
        }))
    }

    async fn note_try(
        &self,
        partition: PartitionId,
        fence: Fence,
        offset: Offset,
    ) -> Result<Result<u32, Fenced>, StoreError> {
        Ok(self.with(partition, |kept| {
            kept.check(fence)?;
            Ok(kept.note_try(offset))
        }))
    }

    async fn outbox(
        &self,
        partition: PartitionId,
        limit: usize,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        Ok(self.with(partition, |kept| kept.outbox.all(limit)))
    }

    async fn settle_dead_letter(
        &self,
        partition: PartitionId,
        fence: Fence,
        id: EntryId,
        verdict: DeadLetterVerdict,
    ) -> Result<Result<bool, Fenced>, StoreError> {
        Ok(self.with(partition, |kept| {
            kept.check(fence)?;
            Ok(kept.outbox.settle_dead_letter(id, verdict))
        }))
    }

    async fn trim_dead_letters(
        &self,
        partition: PartitionId,
        fence: Fence,
        bounds: DeadLetterBounds,
    ) -> Result<Result<usize, Fenced>, StoreError> {
        Ok(self.with(partition, |kept| {
            kept.check(fence)?;
            Ok(kept.outbox.trim_dead_letters(bounds))
        }))
    }

    async fn dead_letters(
        &self,
        partition: PartitionId,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        Ok(self.with(partition, |kept| kept.outbox.dead_letters(limit)))
    }

    async fn transcript(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        range: TranscriptRange,
        limit: usize,
    ) -> Result<Vec<TranscriptRecord>, StoreError> {
        Ok(self.with(partition, |kept| kept.transcript(thread, range, limit)))
    }

    async fn last_sequence(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<Sequence>, StoreError> {
        Ok(self.with(partition, |kept| kept.last_sequence(thread)))
    }

    async fn journal(
        &self,
        partition: PartitionId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        Ok(self.with(partition, |kept| kept.journal(after, limit)))
    }

    async fn data_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        candidate: WrappedKey,
    ) -> Result<WrappedKey, StoreError> {
        Ok(self.with(partition, |kept| kept.data_key(thread, candidate)))
    }

    async fn existing_data_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<WrappedKey>, StoreError> {
        Ok(self.with(partition, |kept| kept.existing_data_key(thread)))
    }

    async fn home(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        candidate: ThreadId,
    ) -> Result<ThreadId, StoreError> {
        Ok(self.with(partition, |kept| kept.home(thread, candidate)))
    }

    /// Tests put several nodes on one.
    fn is_shared(&self) -> bool {
        true
    }

    async fn existing_home(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<ThreadId>, StoreError> {
        Ok(self.with(partition, |kept| kept.existing_home(thread)))
    }

    async fn trim(
        &self,
        partition: PartitionId,
        fence: Fence,
        trim: Trim,
    ) -> Result<Result<(), Fenced>, StoreError> {
        Ok(self.with(partition, |kept| {
            kept.check(fence)?;
            kept.trim(trim);
            Ok(())
        }))
    }

    async fn trimmed(&self, partition: PartitionId) -> Result<Offset, StoreError> {
        Ok(self.with(partition, |kept| kept.trimmed()))
    }

    async fn deployment_record(&self, name: &str) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        Ok(self.kept.lock().deployment.get(name).cloned())
    }

    async fn replace_deployment_record(
        &self,
        name: &str,
        expected: u64,
        bytes: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let mut kept = self.kept.lock();
        let version = kept.deployment.get(name).map_or(0, |(version, _)| *version);
        if version == expected {
            kept.deployment
                .insert(name.to_owned(), (expected + 1, bytes));
        }
        Ok(version == expected)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
