//! A power failure below `fsync`: pages of the last moments never reached the disk, later ones did. The store starts with
//! what came before them. In `fsync` the same is damage.

use std::fs;
use std::path::Path;

use signalbox_store::{Durability, Offset, Store};
use signalbox_store_embedded::{EmbeddedStore, check};
use tempfile::TempDir;

use crate::samples;

const MESSAGES: u64 = 12;
const LOG_HEADER: usize = 32;
const FRAME: usize = 24 + 4_096;

/// The files of a store that was not closed, with a hole in place of a frame of its log.
struct Failed {
    directory: TempDir,
    log: Vec<u8>,
}

impl Failed {
    async fn after_writing(durability: Durability) -> Self {
        let source = TempDir::new().expect("a temporary directory");
        let store = EmbeddedStore::open(source.path(), durability).expect("open");
        for number in 0..MESSAGES {
            samples::keep(&store, number).await.expect("keep");
        }
        let directory = TempDir::new().expect("a temporary directory");
        copy(source.path(), directory.path());
        let log = fs::read(log_of(source.path())).expect("the log");
        assert_eq!((log.len() - LOG_HEADER) % FRAME, 0, "a log as assumed");
        Self { directory, log }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn frames(&self) -> usize {
        (self.log.len() - LOG_HEADER) / FRAME
    }

    fn lose_frame(&self, frame: usize) {
        let mut log = self.log.clone();
        let at = LOG_HEADER + frame * FRAME;
        log[at..at + FRAME].fill(0);
        fs::write(log_of(self.path()), log).expect("write");
    }
}

fn copy(from: &Path, to: &Path) {
    for file in ["store.db", "store.db-wal"] {
        fs::copy(from.join(file), to.join(file)).expect("copy");
    }
}

fn log_of(directory: &Path) -> std::path::PathBuf {
    directory.join("store.db-wal")
}

/// Which messages are there, all of them as they were.
async fn found(store: &EmbeddedStore) -> Vec<u64> {
    let mut found = Vec::new();
    for partition in (0..3).map(samples::partition) {
        let inbox = store.inbox(partition, Offset(0), 1_000).await;
        for record in inbox.expect("inbox") {
            let number = (0..MESSAGES).find(|n| samples::message_id(*n) == record.message_id);
            let number = number.expect("one of ours");
            assert_eq!(record.event, samples::message(number).event);
            found.push(number);
        }
    }
    found.sort_unstable();
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_synced_later_starts_with_what_came_before_the_hole() {
    for durability in [Durability::EverySecond, Durability::Memory] {
        for part in [0, 1, 2, 3] {
            let failed = Failed::after_writing(durability).await;
            failed.lose_frame(failed.frames() * part / 4);
            let report = check(failed.path(), durability).expect("a store");
            assert!(report.is_sound(), "{:?}", report.problems);
            assert!(report.log_is_cut, "{part} quarters of the log are left");

            let store = EmbeddedStore::open(failed.path(), durability).expect("it starts");
            let kept = found(&store).await;
            assert_eq!(kept, (0..kept.len() as u64).collect::<Vec<_>>());
            assert_eq!(kept.is_empty(), part == 0, "{part} quarters: {kept:?}");
            assert!(kept.len() < MESSAGES as usize, "something was lost");

            // What lay behind the hole is not found again behind what is written now, whoever looks.
            samples::keep(&store, 0).await.expect("keep");
            samples::keep(&store, MESSAGES - 1).await.expect("keep");
            let killed = TempDir::new().expect("a temporary directory");
            copy(failed.path(), killed.path());
            let report = samples::check(killed.path()).expect("a store");
            assert!(report.is_sound(), "{:?}", report.problems);
            assert!(!report.log_is_cut);
            let again = found(&samples::open(killed.path())).await;
            assert!(again.contains(&(MESSAGES - 1)), "{again:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_syncs_every_commit_takes_a_hole_for_damage() {
    let failed = Failed::after_writing(Durability::Fsync).await;
    failed.lose_frame(failed.frames() / 2);
    let Err(error) = EmbeddedStore::open(failed.path(), Durability::Fsync) else {
        panic!("acknowledged messages lie behind the hole");
    };
    let words = error.to_string();
    assert!(words.contains("store.durability"), "{words}");
    assert_eq!(words.matches("restore a backup").count(), 1, "{words}");
    let report = samples::check(failed.path()).expect("a store");
    let told = report.problems.join("; ");
    assert!(told.contains("store.db-wal: transactions"), "{told}");
    assert!(!report.log_is_cut);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_on_the_disk_before_the_first_message_is_never_a_hole() {
    let failed = Failed::after_writing(Durability::EverySecond).await;
    let mut log = failed.log.clone();
    log[20] ^= 1;
    fs::write(log_of(failed.path()), log).expect("write");
    let headless = EmbeddedStore::open(failed.path(), Durability::EverySecond);
    assert!(headless.is_err(), "the head of the log was synced");

    failed.lose_frame(0);
    fs::write(failed.path().join("store.db"), []).expect("write");
    let Err(error) = EmbeddedStore::open(failed.path(), Durability::EverySecond) else {
        panic!("a store without its tables was taken for a new one");
    };
    assert!(error.to_string().contains("no tables"), "{error}");
}
