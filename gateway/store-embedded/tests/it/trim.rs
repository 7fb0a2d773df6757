//! A trim leaves transcripts without gaps, and threads that go on where they were.

use std::path::Path;

use signalbox_store::{Commit, Offset, Sequence, Store, TranscriptRange, Trim};
use signalbox_store_embedded::EmbeddedStore;
use tempfile::TempDir;

use crate::samples;

/// Messages of one thread: as many threads as partitions apart, they are in one partition too.
const MESSAGES: [u64; 3] = [0, 3 * samples::THREADS, 6 * samples::THREADS];

#[tokio::test]
async fn a_reply_archived_before_a_message_leaves_no_gap() {
    let directory = TempDir::new().expect("a temporary directory");
    let store = samples::open(directory.path());
    let partition = samples::partition(0);
    let fence = samples::own(&store, partition, 1).await;
    samples::keep(&store, MESSAGES[0]).await.expect("keep");
    let reply = samples::answers(&store, partition, fence, Offset(0)).await;
    // It comes while the first is decided, so the reply to the first stands behind it.
    samples::keep(&store, MESSAGES[1]).await.expect("keep");
    store.commit(reply.expect("inbox")).await.expect("commit");
    assert_eq!(sequences(&store).await, [1, 2, 3]);

    let trimmed = store.trim(partition, fence, all_of(Offset(1))).await;
    assert_eq!(trimmed, Ok(Ok(())));
    assert_eq!(
        sequences(&store).await,
        [2, 3],
        "the second message is not archived"
    );

    let nothing_said = samples::answers(&store, partition, fence, Offset(1)).await;
    let nothing_said = Commit {
        transcript: Vec::new(),
        ..nothing_said.expect("inbox")
    };
    store.commit(nothing_said).await.expect("commit");
    let trimmed = store.trim(partition, fence, all_of(Offset(2))).await;
    assert_eq!(trimmed, Ok(Ok(())));
    assert_eq!(sequences(&store).await, [0; 0]);
    drop(store);

    let store = samples::open(directory.path());
    samples::keep(&store, MESSAGES[2]).await.expect("keep");
    assert_eq!(
        sequences(&store).await,
        [4],
        "the thread goes on where it was"
    );
    drop(store);
    let report = samples::check(directory.path()).expect("a store");
    assert!(report.is_sound(), "{:?}", report.problems);
}

#[tokio::test]
async fn nothing_of_a_trimmed_turn_stays() {
    let directory = TempDir::new().expect("a temporary directory");
    let store = samples::open(directory.path());
    let partition = samples::partition(0);
    let fence = samples::own(&store, partition, 1).await;
    samples::keep(&store, MESSAGES[0]).await.expect("keep");
    let answers = samples::answers(&store, partition, fence, Offset(0)).await;
    let mut turn = answers.expect("inbox");
    turn.journal[0].earlier = vec![samples::message_id(MESSAGES[1])];
    store.commit(turn).await.expect("commit");
    assert_eq!(turns(directory.path()), 1);
    let trimmed = store.trim(partition, fence, all_of(Offset(1))).await;
    assert_eq!(trimmed, Ok(Ok(())));
    assert_eq!(turns(directory.path()), 0);
}

/// How many rows tell of earlier messages of turns.
fn turns(directory: &Path) -> u64 {
    let report = samples::check(directory).expect("a store");
    assert!(report.is_sound(), "{:?}", report.problems);
    let turns = report.tables.iter().find(|table| table.name == "turns");
    turns.expect("the table is there").rows
}

fn all_of(archived: Offset) -> Trim {
    Trim {
        archived,
        keep_per_thread: 0,
        dedupe_before: samples::at(0),
    }
}

async fn sequences(store: &EmbeddedStore) -> Vec<u64> {
    let from_start = TranscriptRange::After(Sequence(0));
    let entries = store.transcript(samples::partition(0), samples::thread(0), from_start, 100);
    let entries = entries.await.expect("transcript");
    entries.iter().map(|entry| entry.sequence.0).collect()
}
