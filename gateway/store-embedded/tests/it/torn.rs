//! A log that ends anywhere: an acknowledged message may be gone only if its bytes are, and nothing is served wrong.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use signalbox_store::{Durability, Offset, Store};
use signalbox_store_embedded::EmbeddedStore;
use tempfile::TempDir;

use crate::samples;

const MESSAGES: u64 = 12;
const LOG_HEADER: u64 = 32;
const PAGE: usize = 4_096;
const FRAME: u64 = 24 + PAGE as u64;

#[test]
fn a_cut_log_loses_only_what_was_cut() {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let source = TempDir::new().expect("a temporary directory");
    let store = samples::open(source.path());
    let log = source.path().join("store.db-wal");
    let mut lengths = Vec::new();
    for number in 0..MESSAGES {
        runtime
            .block_on(samples::keep(&store, number))
            .expect("keep");
        lengths.push(fs::metadata(&log).expect("the log").len());
    }
    // As a power failure would find it: the store is still open.
    let crashed = TempDir::new().expect("a temporary directory");
    for file in ["store.db", "store.db-wal"] {
        fs::copy(source.path().join(file), crashed.path().join(file)).expect("copy");
    }
    drop(store);
    let whole = fs::metadata(crashed.path().join("store.db-wal"))
        .expect("the log")
        .len();
    assert_eq!((whole - LOG_HEADER) % FRAME, 0, "the log is as assumed");
    let mut cuts = BTreeSet::from([0, 1, LOG_HEADER - 1, LOG_HEADER, whole]);
    for length in lengths.iter().copied() {
        cuts.extend([
            length - FRAME / 2,
            length - 1,
            length,
            length + 1,
            length + 25,
        ]);
    }
    for cut in cuts.into_iter().filter(|cut| *cut <= whole) {
        let kept = lengths.iter().filter(|length| **length <= cut).count() as u64;
        let found = runtime.block_on(reopened(crashed.path(), cut));
        assert!(
            found >= kept,
            "cut at {cut} of {whole}: {kept} messages were whole, {found} were found"
        );
    }
}

#[test]
fn a_torn_database_is_named_and_advice_is_given_once() {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let source = TempDir::new().expect("a temporary directory");
    let store = samples::open(source.path());
    for number in 0..10 * MESSAGES {
        runtime
            .block_on(samples::keep(&store, number))
            .expect("keep");
    }
    drop(store);
    let whole = fs::read(source.path().join("store.db")).expect("the file");
    for left in [1_000, PAGE, 7 * PAGE, whole.len() / 2, whole.len() - PAGE] {
        let directory = TempDir::new().expect("a temporary directory");
        let file = directory.path().join("store.db");
        fs::write(&file, &whole[..left]).expect("write");
        let Err(error) = EmbeddedStore::open(directory.path(), Durability::Fsync) else {
            panic!("{left} of {} bytes were taken for a store", whole.len());
        };
        let words = error.to_string();
        assert!(words.contains(&*file.to_string_lossy()), "{words}");
        assert_eq!(words.matches("restore a backup").count(), 1, "{words}");
        assert_eq!(words.matches("signalbox doctor").count(), 1, "{words}");
        // What doctor finds comes with doctor's own advice.
        let problems = match samples::check(directory.path()) {
            Ok(report) => report.problems,
            Err(error) => vec![error.to_string()],
        };
        assert!(
            problems.iter().any(|problem| problem.contains("store.db")),
            "{left}: {problems:?}"
        );
    }
}

/// Opens a copy whose log is cut, and answers how many messages are there; all of them must be right.
async fn reopened(crashed: &Path, cut: u64) -> u64 {
    let directory = TempDir::new().expect("a temporary directory");
    for file in ["store.db", "store.db-wal"] {
        fs::copy(crashed.join(file), directory.path().join(file)).expect("copy");
    }
    let log = fs::OpenOptions::new()
        .write(true)
        .open(directory.path().join("store.db-wal"))
        .expect("the log");
    log.set_len(cut).expect("cut");
    let store = match EmbeddedStore::open(directory.path(), Durability::Fsync) {
        Ok(store) => store,
        Err(error) => {
            panic!("a cut log must not keep the store from opening (cut at {cut}): {error}")
        }
    };
    let mut found = 0;
    for number in 0..3 {
        let inbox = store
            .inbox(samples::partition(number), Offset(0), 1_000)
            .await
            .expect("inbox");
        for record in inbox {
            found += 1;
            let number = (0..MESSAGES).find(|n| samples::message_id(*n) == record.message_id);
            let number = number.expect("one of ours");
            assert_eq!(record.event, samples::message(number).event);
        }
    }
    // And it takes the others again.
    for number in 0..MESSAGES {
        samples::keep(&store, number).await.expect("keep");
    }
    found
}
