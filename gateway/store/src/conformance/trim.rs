//! Letting go what the archive has, and nothing else.

use std::sync::Arc;

use super::Workbench;
use super::samples::{
    ALL, PARTITION, accepted, at, batch, committed, decision, message, own, reply, thread,
};
use crate::ids::{Offset, Sequence, ThreadId};
use crate::records::{Appended, Commit, Fence, TranscriptRange, Trim};
use crate::store::Store;

const ALWAYS: i64 = -1_000;

pub(super) async fn what_is_not_archived_stays(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = six_messages_of_two_threads(&store).await;
    trim(&store, fence, 4, 0, ALWAYS).await;
    assert_eq!(store.trimmed(PARTITION).await, Ok(Offset(4)));
    assert_eq!(inbox(&store).await, [5, 6]);
    let journal = store.journal(PARTITION, Offset(0), ALL).await;
    let journal: Vec<_> = journal
        .expect("journal")
        .iter()
        .map(|j| j.offset.0)
        .collect();
    assert_eq!(journal, [5, 6]);
    // Messages 1, 3, 5 are thread 1's; the reply was committed with the batch that ends at 6.
    assert_eq!(transcript(&store, thread(1)).await, [3, 4]);
    assert_eq!(transcript(&store, thread(0)).await, [3]);
    trim(&store, fence, 2, 0, ALWAYS).await;
    assert_eq!(
        store.trimmed(PARTITION).await,
        Ok(Offset(4)),
        "a late copy of an older trim moves nothing back"
    );
}

pub(super) async fn the_last_of_each_thread_stay(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = six_messages_of_two_threads(&store).await;
    trim(&store, fence, 6, 2, ALWAYS).await;
    assert_eq!(inbox(&store).await, [0; 0]);
    assert_eq!(transcript(&store, thread(1)).await, [3, 4]);
    assert_eq!(transcript(&store, thread(0)).await, [2, 3]);
    let kept = TranscriptRange::After(Sequence(2));
    let kept = store.transcript(PARTITION, thread(1), kept, 1).await;
    assert_eq!(
        kept.expect("transcript")[0].event,
        message(5, thread(1)).event,
        "what stays in the transcript is readable after its inbox record went"
    );
}

pub(super) async fn sequences_go_on_after_everything_was_trimmed(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = six_messages_of_two_threads(&store).await;
    trim(&store, fence, 6, 0, ALWAYS).await;
    assert_eq!(transcript(&store, thread(1)).await, [0; 0]);
    assert_eq!(
        store.last_sequence(PARTITION, thread(1)).await,
        Ok(Some(Sequence(4)))
    );
    let store = bench.reopen(store).await;
    assert_eq!(
        accepted(&store, message(7, thread(1))).await,
        (Offset(7), Some(Sequence(5)))
    );
}

pub(super) async fn what_stays_of_a_transcript_has_no_gap(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    accepted(&store, message(1, thread(1))).await;
    // It comes while the first is decided, so the reply to the first stands behind it.
    accepted(&store, message(2, thread(1))).await;
    let answered = Commit {
        transcript: vec![reply(10, thread(1))],
        ..batch(fence, 0, 1)
    };
    committed(&store, answered).await;
    trim(&store, fence, 1, 0, ALWAYS).await;
    assert_eq!(
        transcript(&store, thread(1)).await,
        [2, 3],
        "the second message is not archived, and what stands behind it stays with it"
    );
    committed(&store, batch(fence, 1, 2)).await;
    trim(&store, fence, 2, 0, ALWAYS).await;
    assert_eq!(transcript(&store, thread(1)).await, [0; 0]);
    assert_eq!(
        accepted(&store, message(3, thread(1))).await,
        (Offset(3), Some(Sequence(4))),
        "the thread goes on where it was"
    );
}

pub(super) async fn uncommitted_records_stay(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = own(&store).await;
    for number in 1..=4 {
        accepted(&store, message(number, thread(1))).await;
    }
    committed(&store, batch(fence, 0, 2)).await;
    trim(&store, fence, 4, 0, ALWAYS).await;
    assert_eq!(store.trimmed(PARTITION).await, Ok(Offset(2)));
    assert_eq!(inbox(&store).await, [3, 4]);
}

pub(super) async fn old_dedupe_rows_go(bench: &dyn Workbench) {
    let store = bench.fresh().await;
    let fence = six_messages_of_two_threads(&store).await;
    trim(&store, fence, 6, 0, 4).await;
    for (number, known) in [(3, false), (4, true), (5, true)] {
        let again = store.append(PARTITION, message(number, thread(9))).await;
        let repeated = matches!(again, Ok(Appended::Repeated(_)));
        assert_eq!(repeated, known, "message {number}: {again:?}");
    }
}

/// Messages 1 to 6 at offsets 1 to 6, odd ones in thread 1, even ones in thread 0; all committed in one batch with a
/// reply in thread 1, which is its entry 4.
async fn six_messages_of_two_threads(store: &Arc<dyn Store>) -> Fence {
    let fence = own(store).await;
    for number in 1..=6 {
        accepted(store, message(number, thread(number % 2))).await;
    }
    let commit = Commit {
        transcript: vec![reply(10, thread(1))],
        journal: (1..=6)
            .map(|offset| decision(offset, thread(offset % 2)))
            .collect(),
        ..batch(fence, 0, 6)
    };
    committed(store, commit).await;
    fence
}

async fn trim(store: &Arc<dyn Store>, fence: Fence, archived: u64, keep: u64, dedupe_before: i64) {
    let trim = Trim {
        archived: Offset(archived),
        keep_per_thread: keep,
        dedupe_before: at(dedupe_before),
    };
    assert_eq!(store.trim(PARTITION, fence, trim).await, Ok(Ok(())));
}

async fn inbox(store: &Arc<dyn Store>) -> Vec<u64> {
    let records = store.inbox(PARTITION, Offset(0), ALL).await.expect("inbox");
    records.iter().map(|record| record.offset.0).collect()
}

async fn transcript(store: &Arc<dyn Store>, of: ThreadId) -> Vec<u64> {
    let from_start = TranscriptRange::After(Sequence(0));
    let entries = store.transcript(PARTITION, of, from_start, ALL).await;
    let entries = entries.expect("transcript");
    entries.iter().map(|entry| entry.sequence.0).collect()
}
