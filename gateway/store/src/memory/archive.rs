//! The archive of tests and of the simulator.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;

use crate::archive::{Archive, ArchiveBatch, ArchivedDecision, ArchivedEvent};
use crate::error::StoreError;
use crate::ids::{MessageId, Offset, PartitionId, Sequence, ThreadId};

/// An archive in memory. Clones share what is kept.
#[derive(Clone, Default)]
pub struct MemoryArchive {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    cursors: BTreeMap<PartitionId, Offset>,
    events: BTreeMap<(ThreadId, Sequence), ArchivedEvent>,
    decisions: BTreeMap<(MessageId, Offset), ArchivedDecision>,
    /// Earlier messages of turns, each with the turn's last.
    decided_with: BTreeMap<MessageId, MessageId>,
}

impl MemoryArchive {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Archive for MemoryArchive {
    async fn cursor(&self, partition: PartitionId) -> Result<Offset, StoreError> {
        Ok(self
            .kept
            .lock()
            .cursors
            .get(&partition)
            .copied()
            .unwrap_or_default())
    }

    async fn last_sequence(&self, thread: ThreadId) -> Result<Sequence, StoreError> {
        let kept = self.kept.lock();
        let mut of_thread = kept.events.range(all_of(thread));
        Ok(of_thread
            .next_back()
            .map(|((_, sequence), _)| *sequence)
            .unwrap_or_default())
    }

    async fn keep(&self, batch: ArchiveBatch) -> Result<(), StoreError> {
        let mut kept = self.kept.lock();
        for event in batch.events {
            let place = (event.thread, event.sequence);
            kept.events.entry(place).or_insert(event);
        }
        for decision in batch.decisions {
            kept.decisions
                .entry((decision.message_id, decision.offset))
                .or_insert(decision);
        }
        for earlier in batch.decided_with {
            kept.decided_with
                .entry(earlier.message_id)
                .or_insert(earlier.last);
        }
        let cursor = kept.cursors.entry(batch.partition).or_default();
        // A late copy of an older batch must not move the cursor back.
        *cursor = batch.cursor.max(*cursor);
        Ok(())
    }

    async fn transcript_before(
        &self,
        thread: ThreadId,
        before: Sequence,
        limit: usize,
    ) -> Result<Vec<ArchivedEvent>, StoreError> {
        let kept = self.kept.lock();
        let older = kept
            .events
            .range((thread, Sequence(0))..(thread, before))
            .rev();
        let mut last: Vec<_> = older.take(limit).map(|(_, event)| event.clone()).collect();
        last.reverse();
        Ok(last)
    }

    async fn decision(&self, message: MessageId) -> Result<Option<ArchivedDecision>, StoreError> {
        let kept = self.kept.lock();
        let turn = kept.decided_with.get(&message);
        let found = kept.last_decision(message);
        Ok(found.or_else(|| kept.last_decision(*turn?)).cloned())
    }

    async fn decision_at(
        &self,
        message: MessageId,
        offset: Offset,
    ) -> Result<Option<ArchivedDecision>, StoreError> {
        Ok(self.kept.lock().decisions.get(&(message, offset)).cloned())
    }
}

impl Kept {
    fn last_decision(&self, message: MessageId) -> Option<&ArchivedDecision> {
        let of_message = (message, Offset(0))..=(message, Offset(u64::MAX));
        self.decisions
            .range(of_message)
            .next_back()
            .map(|(_, decision)| decision)
    }
}

fn all_of(thread: ThreadId) -> std::ops::RangeInclusive<(ThreadId, Sequence)> {
    (thread, Sequence(0))..=(thread, Sequence(u64::MAX))
}
