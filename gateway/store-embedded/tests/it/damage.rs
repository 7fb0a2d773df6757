//! One flipped bit anywhere: found, or without consequence; never served.

use std::fs;
use std::path::Path;

use signalbox_store::{Appended, Durability, Offset, Sequence, Store, StoreError, TranscriptRange};
use signalbox_store_embedded::EmbeddedStore;
use tempfile::TempDir;

use crate::samples;

const MESSAGES: u64 = 200;
const FLIPS: u64 = 120;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_is_found_or_harmless() {
    let whole = TempDir::new().expect("a temporary directory");
    fill(whole.path()).await;
    assert!(samples::check(whole.path()).expect("a store").is_sound());
    let expected = serve(whole.path()).await.expect("all is well");
    let bytes = fs::read(whole.path().join("store.db")).expect("the file");
    let (mut found, mut harmless) = (0, 0);
    for flip in 0..FLIPS {
        let bit = samples::hash(0, flip + 1);
        let bit =
            u64::from_le_bytes(bit[..8].try_into().expect("eight")) % (bytes.len() as u64 * 8);
        let directory = TempDir::new().expect("a temporary directory");
        let mut damaged = bytes.clone();
        damaged[(bit / 8) as usize] ^= 1 << (bit % 8);
        fs::write(directory.path().join("store.db"), &damaged).expect("write");
        match serve(directory.path()).await {
            Err(_) => found += 1,
            Ok(served) => {
                assert_eq!(served, expected, "bit {bit} of the file, served wrong");
                harmless += 1;
            }
        }
    }
    // Much of a young file is empty pages, so that not every flip can be found.
    assert!(found > FLIPS / 5, "{found} found, {harmless} harmless");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_row_stops_its_partition_only() {
    let directory = TempDir::new().expect("a temporary directory");
    fill(directory.path()).await;
    let text = samples::message(4);
    let needle = text.event.as_bytes();
    let file = directory.path().join("store.db");
    let mut bytes = fs::read(&file).expect("the file");
    // In its row, in the state that was made of it, and in what page splits left behind.
    let copies: Vec<_> = bytes
        .windows(needle.len())
        .enumerate()
        .filter(|(_, window)| *window == needle)
        .map(|(at, _)| at)
        .collect();
    assert!(!copies.is_empty(), "the sealed event is in the file");
    for at in copies {
        bytes[at + 100] ^= 1;
    }
    fs::write(&file, &bytes).expect("write");
    let report = samples::check(directory.path()).expect("a store");
    assert!(!report.is_sound());
    let told = report.problems.join("; ");
    assert!(told.contains("table events: 1 of"), "{told}");
    let store = samples::open(directory.path());
    let damaged = samples::partition(4);
    let answer = store.inbox(damaged, Offset(0), 100).await;
    let Err(StoreError::Damaged { what }) = answer else {
        panic!("the damaged row was served: {answer:?}");
    };
    assert!(
        what.contains("events") && what.contains("customer-1"),
        "{what}"
    );
    let refused = samples::keep(&store, 1_000_003 * 3 + 1).await;
    assert!(
        matches!(refused, Err(StoreError::Damaged { .. })),
        "{refused:?}"
    );
    for other in [0, 2] {
        let inbox = store.inbox(samples::partition(other), Offset(0), 100).await;
        assert!(inbox.is_ok_and(|records| !records.is_empty()));
    }
    samples::keep(&store, 3 * 1_000)
        .await
        .expect("others go on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_that_the_database_tells_of_stops_its_partition_only() {
    let directory = TempDir::new().expect("a temporary directory");
    let store = samples::open(directory.path());
    samples::keep(&store, 1).await.expect("keep");
    // A column of a type that nobody ever wrote, in the row that message 4 looks for.
    let connection = rusqlite::Connection::open(directory.path().join("store.db")).expect("open");
    let key = samples::message(4).dedupe.0;
    let row = "INSERT INTO dedupe SELECT partition, ?1, 7, message, sequence, accepted_at, crc FROM dedupe";
    assert_eq!(connection.execute(row, [key]), Ok(1));

    // 4 and 7 are of one partition.
    for number in [4, 7] {
        let refused = samples::keep(&store, number).await;
        assert!(
            matches!(refused, Err(StoreError::Damaged { .. })),
            "message {number}: {refused:?}"
        );
    }
    samples::keep(&store, 2).await.expect("others go on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flip_amid_the_log_is_not_taken_for_its_end() {
    let source = TempDir::new().expect("a temporary directory");
    let store = samples::open(source.path());
    for number in 0..6 {
        samples::keep(&store, number).await.expect("keep");
    }
    let log = fs::read(source.path().join("store.db-wal")).expect("the log");
    let database = fs::read(source.path().join("store.db")).expect("the file");
    drop(store);
    for place in [3, 20, 40, 100, log.len() / 3, log.len() / 2] {
        let directory = TempDir::new().expect("a temporary directory");
        let mut damaged = log.clone();
        damaged[place] ^= 0x10;
        fs::write(directory.path().join("store.db"), &database).expect("write");
        fs::write(directory.path().join("store.db-wal"), &damaged).expect("write");
        let opened = EmbeddedStore::open(directory.path(), Durability::Fsync);
        let Err(error) = opened else {
            panic!("byte {place} of the log is damaged, and acknowledged messages lie behind it");
        };
        assert!(error.to_string().contains("signalbox doctor"), "{error}");
    }
}

async fn fill(directory: &Path) {
    let store = samples::open(directory);
    for number in 0..MESSAGES {
        samples::keep(&store, number).await.expect("keep");
    }
    for number in 0..3 {
        let partition = samples::partition(number);
        let fence = samples::own(&store, partition, 1).await;
        let commit = samples::answers(&store, partition, fence, Offset(0)).await;
        store.commit(commit.expect("inbox")).await.expect("commit");
    }
}

/// Everything that the store serves, or the first damage that it tells of.
async fn serve(directory: &Path) -> Result<Vec<String>, String> {
    let told = |error: StoreError| error.to_string();
    let store = EmbeddedStore::open(directory, Durability::Fsync).map_err(|e| e.to_string())?;
    let mut served = Vec::new();
    for number in 0..3 {
        let partition = samples::partition(number);
        for record in store
            .inbox(partition, Offset(0), 1_000)
            .await
            .map_err(told)?
        {
            served.push(format!("{record:?} {:?}", record.event.as_bytes()));
        }
        for entry in store
            .journal(partition, Offset(0), 1_000)
            .await
            .map_err(told)?
        {
            served.push(format!("{entry:?} {:?}", entry.record.as_bytes()));
        }
        for number in 0..samples::THREADS {
            let thread = samples::thread(number);
            let range = TranscriptRange::After(Sequence(0));
            let entries = store.transcript(partition, thread, range, 1_000).await;
            for entry in entries.map_err(told)? {
                served.push(format!("{entry:?} {:?}", entry.event.as_bytes()));
            }
            let last = store.last_sequence(partition, thread).await.map_err(told)?;
            let states = store.states(partition, &[thread]).await.map_err(told)?;
            let states: Vec<_> = states
                .iter()
                .flatten()
                .map(|s| s.as_bytes().to_vec())
                .collect();
            served.push(format!("{last:?} {states:?}"));
        }
    }
    for number in 0..MESSAGES {
        let again = store
            .append(samples::partition(number), samples::message(number))
            .await;
        let again = again.map_err(told)?;
        assert!(
            matches!(again, Appended::Repeated(_)),
            "message {number} was taken twice"
        );
        served.push(format!("{again:?}"));
    }
    for number in 0..3 {
        let head = samples::own(&store, samples::partition(number), 2).await;
        served.push(format!("{}", head.epoch.0.min(2)));
    }
    Ok(served)
}
