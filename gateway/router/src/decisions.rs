//! Reads what was decided, from wherever it is: the hot store's journal, or the archive that it has gone to.

use signalbox_sealed::Sealed;
use signalbox_store::{JournalEntry, MessageId, Offset, PartitionId, StoreError, ThreadId};

use crate::decision_record::DecisionRecord;
use crate::desk::Decided;
use crate::shared::Shared;
use crate::transcript::ReadError;
use crate::vault::SealedKind;

/// Journal entries read in one step, at most.
const JOURNAL_AT_ONCE: usize = 256;

impl Shared {
    /// The record of a decision: from the hot store, or from the archive that it has gone to.
    pub(crate) async fn decision(
        &self,
        thread: ThreadId,
        decided: Decided,
    ) -> Result<Option<DecisionRecord>, ReadError> {
        let thread = decided.thread.unwrap_or(thread);
        let partition = self.directory.partition(thread);
        let before = Offset(decided.offset.0.saturating_sub(1));
        let hot = self.store.journal(partition, before, 1).await?;
        let found = hot
            .into_iter()
            .find(|entry| entry.offset == decided.offset && entry.thread == thread);
        let sealed = match found {
            Some(entry) => entry.record,
            None => {
                let archived = self
                    .archive
                    .decision_at(decided.message_id, decided.offset)
                    .await?;
                match archived {
                    Some(archived) if archived.thread == thread => archived.record,
                    _ => return Ok(None),
                }
            }
        };
        self.opened(thread, decided.offset, &sealed).await
    }

    /// The record of the decision on a message, whichever of its turn it was.
    pub(crate) async fn decision_on(
        &self,
        thread: ThreadId,
        message: MessageId,
    ) -> Result<Option<DecisionRecord>, ReadError> {
        // The hot store first: what goes from there is in the archive by then.
        if let Some(entry) = self.journal_entry_on(thread, message).await? {
            return self.opened(thread, entry.offset, &entry.record).await;
        }
        match self.archive.decision(message).await? {
            Some(archived) if archived.thread == thread => {
                self.opened(thread, archived.offset, &archived.record).await
            }
            _ => Ok(None),
        }
    }

    /// The record of the decision on a message of whoever: from the archive, which knows all threads, or from a hot store's journal.
    pub(crate) async fn decision_of(
        &self,
        message: MessageId,
    ) -> Result<Option<DecisionRecord>, ReadError> {
        for partition in self.partitions() {
            let found = self.journal_entry(partition, message, |_| true).await?;
            if let Some(entry) = found {
                return self.opened(entry.thread, entry.offset, &entry.record).await;
            }
        }
        // The hot stores first: what goes from there is in the archive by then.
        match self.archive.decision(message).await? {
            Some(archived) => {
                self.opened(archived.thread, archived.offset, &archived.record)
                    .await
            }
            None => Ok(None),
        }
    }

    /// What the hot store's journal says of a message: the last time, if it was set aside and given back. The journal is short:
    /// it holds what the archive does not have yet.
    async fn journal_entry_on(
        &self,
        thread: ThreadId,
        message: MessageId,
    ) -> Result<Option<JournalEntry>, ReadError> {
        let partition = self.directory.partition(thread);
        self.journal_entry(partition, message, |of| of == thread)
            .await
    }

    async fn journal_entry(
        &self,
        partition: PartitionId,
        message: MessageId,
        is_meant: impl Fn(ThreadId) -> bool + Send,
    ) -> Result<Option<JournalEntry>, ReadError> {
        let (mut after, mut latest) = (Offset(0), None);
        loop {
            let page = self
                .store
                .journal(partition, after, JOURNAL_AT_ONCE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(latest);
            };
            after = last.offset;
            let found = page.into_iter().rfind(|entry| {
                let is_of_turn = entry.message_id == message || entry.earlier.contains(&message);
                is_of_turn && is_meant(entry.thread)
            });
            latest = found.or(latest);
        }
    }

    async fn opened(
        &self,
        thread: ThreadId,
        offset: Offset,
        sealed: &Sealed,
    ) -> Result<Option<DecisionRecord>, ReadError> {
        let partition = self.directory.partition(thread);
        let key = self.vault.existing_key(partition, thread).await;
        let Some(key) = key.map_err(StoreError::from)? else {
            return Ok(None);
        };
        let kind = SealedKind::Decision(offset);
        let record = self.vault.open(&key, kind, thread, sealed);
        Ok(Some(record.map_err(StoreError::from)?))
    }
}
