//! Takes what is decided over into the archive, and only then lets the hot store trim it.
//!
//! One task for all partitions, beside the owners: a slow archive delays trimming and nothing else.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use signalbox_store::{
    ArchiveBatch, ArchivedDecision, ArchivedEvent, Fence, Offset, PartitionId, Sequence,
    StoreError, ThreadId, TranscriptRange, Trim,
};
use tokio_util::sync::CancellationToken;

use crate::shared::Shared;

/// Inbox records archived in one step, at most.
const RECORDS_AT_ONCE: usize = 512;
/// How often dedupe rows that are too old go from partitions in which nothing happens.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);
/// Transcript entries read in one step, at most.
const ENTRIES_AT_ONCE: usize = 512;

/// Archives every owned partition now and then, until `stop`.
pub(crate) async fn archive(shared: Arc<Shared>, stop: CancellationToken) {
    let mut sweep_at = Timestamp::MIN;
    loop {
        tokio::select! {
            () = shared.environment.sleep(shared.settings.archive_every) => {}
            () = stop.cancelled() => return,
        }
        let round = archive_all(&shared, &mut sweep_at, &stop);
        if AssertUnwindSafe(round).catch_unwind().await.is_err() {
            tracing::error!(
                "the archiver stopped with an error of signalbox and goes on with its next round; please report it"
            );
        }
    }
}

async fn archive_all(shared: &Shared, sweep_at: &mut Timestamp, stop: &CancellationToken) {
    let now = shared.environment.now();
    let sweep = now >= *sweep_at;
    if sweep {
        *sweep_at = now.checked_add(SWEEP_EVERY).unwrap_or(Timestamp::MAX);
    }
    let mut lag = 0;
    for partition in shared.partitions() {
        let Some((fence, position)) = shared.standing(partition) else {
            continue;
        };
        match archive_partition(shared, partition, fence, position, sweep, stop).await {
            Ok(left) => lag += left,
            Err(error) => {
                tracing::warn!(%partition, %error, "the archive did not take the partition over; trying again later")
            }
        }
    }
    shared.observer.archive_lag(lag);
}

/// Archives a partition up to `position` and trims it, if there is anything new or a `sweep` is due. Answers how many records
/// are left for later.
pub(crate) async fn archive_partition(
    shared: &Shared,
    partition: PartitionId,
    fence: Fence,
    position: Offset,
    sweep: bool,
    stop: &CancellationToken,
) -> Result<u64, StoreError> {
    let mut cursor = shared.archive.cursor(partition).await?;
    while cursor < position && !stop.is_cancelled() {
        let batch = next_batch(shared, partition, cursor, position).await?;
        cursor = batch.cursor;
        shared.archive.keep(batch).await?;
    }
    if sweep || shared.store.trimmed(partition).await? < cursor {
        let trim = Trim {
            archived: cursor,
            keep_per_thread: shared.settings.keep_per_thread,
            dedupe_before: dedupe_before(shared),
        };
        // Fenced: the new owner archives from where the cursor stands.
        let _fenced = shared.store.trim(partition, fence, trim).await?;
    }
    Ok(position.0.saturating_sub(cursor.0))
}

fn dedupe_before(shared: &Shared) -> Timestamp {
    let kept = jiff::SignedDuration::try_from(shared.settings.dedupe_for)
        .unwrap_or(jiff::SignedDuration::MAX);
    shared
        .environment
        .now()
        .checked_sub(kept)
        .unwrap_or(Timestamp::MIN)
}

/// The next records behind `cursor` and what they led to.
async fn next_batch(
    shared: &Shared,
    partition: PartitionId,
    cursor: Offset,
    position: Offset,
) -> Result<ArchiveBatch, StoreError> {
    let mut records = shared
        .store
        .inbox(partition, cursor, RECORDS_AT_ONCE)
        .await?;
    records.retain(|record| record.offset <= position);
    let end = records.last().map_or(position, |record| record.offset);
    let threads: BTreeSet<ThreadId> = records.iter().map(|record| record.thread).collect();
    let mut events = Vec::new();
    for thread in threads {
        new_entries(shared, partition, cursor, thread, &mut events).await?;
    }
    let journal = shared
        .store
        .journal(partition, cursor, RECORDS_AT_ONCE)
        .await?;
    let decisions = journal
        .into_iter()
        .filter(|entry| entry.offset <= end)
        .map(|entry| ArchivedDecision {
            thread: entry.thread,
            message_id: entry.message_id,
            offset: entry.offset,
            record: entry.record,
        })
        .collect();
    Ok(ArchiveBatch {
        partition,
        cursor: end,
        events,
        decisions,
    })
}

/// Adds what the archive does not have yet of a thread. Whenever much has come together it is kept at once, with the cursor
/// where it is, so that memory has a bound however long the archive was away; what is kept twice counts once.
async fn new_entries(
    shared: &Shared,
    partition: PartitionId,
    cursor: Offset,
    thread: ThreadId,
    events: &mut Vec<ArchivedEvent>,
) -> Result<(), StoreError> {
    let mut after: Sequence = shared.archive.last_sequence(thread).await?;
    loop {
        let entries = shared
            .store
            .transcript(
                partition,
                thread,
                TranscriptRange::After(after),
                ENTRIES_AT_ONCE,
            )
            .await?;
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
            };
            shared.archive.keep(batch).await?;
        }
    }
}
