//! Reads what the archive does not have yet of a partition.

use std::collections::{BTreeMap, BTreeSet};

use signalbox_store::{
    ArchiveBatch, ArchivedDecision, ArchivedEvent, DecidedWith, JournalEntry, Offset, PartitionId,
    Sequence, StoreError, ThreadId, TranscriptRange,
};

use crate::shared::Shared;

/// Inbox records archived in one step, at most.
const RECORDS_AT_ONCE: usize = 512;
/// Transcript entries read in one step, at most.
const ENTRIES_AT_ONCE: usize = 512;

/// How far a partition may be archived.
pub(super) struct Reach {
    pub(super) position: Offset,
    /// The last sequence of each thread that the records up to `position` name; `None` where everything may be archived.
    pub(super) sequences: Option<BTreeMap<ThreadId, Sequence>>,
}

impl Reach {
    fn last_of(&self, thread: ThreadId) -> Sequence {
        match &self.sequences {
            None => Sequence(u64::MAX),
            Some(known) => known.get(&thread).copied().unwrap_or_default(),
        }
    }
}

/// What lies behind `cursor` now, up to `position` or to the border of `threads` of them.
pub(super) async fn survey(
    shared: &Shared,
    partition: PartitionId,
    cursor: Offset,
    position: Offset,
    threads: usize,
) -> Result<Reach, StoreError> {
    let mut end = cursor;
    let mut sequences = BTreeMap::new();
    while end < position && sequences.len() < threads {
        let mut records = shared.store.inbox(partition, end, RECORDS_AT_ONCE).await?;
        records.retain(|record| record.offset <= position);
        let Some(last) = records.last() else {
            // INVARIANT: only what is decided is trimmed, so the rest is not there any more.
            end = position;
            break;
        };
        end = last.offset;
        let named: BTreeSet<ThreadId> = records.iter().map(|record| record.thread).collect();
        for thread in named {
            let last = shared.store.last_sequence(partition, thread).await?;
            sequences.insert(thread, last.unwrap_or_default());
        }
    }
    Ok(Reach {
        position: end,
        sequences: Some(sequences),
    })
}

/// The next records behind `cursor` and what they led to.
pub(super) async fn next_batch(
    shared: &Shared,
    partition: PartitionId,
    cursor: Offset,
    reach: &Reach,
) -> Result<ArchiveBatch, StoreError> {
    let position = reach.position;
    let mut records = shared
        .store
        .inbox(partition, cursor, RECORDS_AT_ONCE)
        .await?;
    records.retain(|record| record.offset <= position);
    let end = records.last().map_or(position, |record| record.offset);
    let threads: BTreeSet<ThreadId> = records.iter().map(|record| record.thread).collect();
    let mut events = Vec::new();
    for thread in threads {
        new_entries(shared, partition, cursor, thread, reach, &mut events).await?;
    }
    let journal = shared
        .store
        .journal(partition, cursor, RECORDS_AT_ONCE)
        .await?;
    let mut batch = ArchiveBatch {
        partition,
        cursor: end,
        events,
        decisions: Vec::new(),
        decided_with: Vec::new(),
    };
    for entry in journal {
        if entry.offset <= end {
            add_decision(&mut batch, entry);
        }
    }
    Ok(batch)
}

fn add_decision(batch: &mut ArchiveBatch, entry: JournalEntry) {
    let last = entry.message_id;
    let earlier = entry.earlier.into_iter();
    batch
        .decided_with
        .extend(earlier.map(|message_id| DecidedWith { message_id, last }));
    batch.decisions.push(ArchivedDecision {
        thread: entry.thread,
        message_id: last,
        offset: entry.offset,
        record: entry.record,
    });
}

/// Adds what the archive does not have yet of a thread. Whenever much has come together it is kept at once, with the cursor
/// where it is, so that memory has a bound however long the archive was away; what is kept twice counts once.
async fn new_entries(
    shared: &Shared,
    partition: PartitionId,
    cursor: Offset,
    thread: ThreadId,
    reach: &Reach,
    events: &mut Vec<ArchivedEvent>,
) -> Result<(), StoreError> {
    let most = reach.last_of(thread);
    let mut after: Sequence = shared.archive.last_sequence(thread).await?;
    loop {
        let mut entries = shared
            .store
            .transcript(
                partition,
                thread,
                TranscriptRange::After(after),
                ENTRIES_AT_ONCE,
            )
            .await?;
        entries.retain(|entry| entry.sequence <= most);
        let Some(last) = entries.last() else {
            return Ok(());
        };
        after = last.sequence;
        events.extend(entries.into_iter().map(|entry| ArchivedEvent {
            thread,
            sequence: entry.sequence,
            message_id: entry.message_id,
            at: entry.at,
            event: entry.event,
        }));
        if events.len() >= ENTRIES_AT_ONCE {
            let batch = ArchiveBatch {
                partition,
                cursor,
                events: std::mem::take(events),
                decisions: Vec::new(),
                decided_with: Vec::new(),
            };
            shared.archive.keep(batch).await?;
        }
    }
}
