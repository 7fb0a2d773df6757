//! A disk without space: new messages are refused in plain words, the owner's work goes on, and space coming back is enough.

use std::fs;
use std::path::Path;
use std::process::Command;

use signalbox_store::{Offset, Store, StoreError, Trim};
use signalbox_store_embedded::EmbeddedStore;
use tempfile::TempDir;

use crate::samples;

const DISK: &str = "size=40m";
const FILLER_BYTES: usize = 16 << 20;
/// Far more than the disk holds.
const MOST_MESSAGES: u64 = 200_000;

/// A small disk, gone with the test.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// `None` where this user may not mount.
    fn mount() -> Option<Self> {
        let place = TempDir::new().expect("a temporary directory");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", DISK, "signalbox-test"])
            .arg(place.path())
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then_some(Self(place))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "unmount");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_and_recovers() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("SKIPPED: mounting needs root, so there is no disk to fill");
        return;
    };
    let filler = disk.path().join("filler");
    fs::write(&filler, vec![0; FILLER_BYTES]).expect("fill");
    let directory = disk.path().join("data");
    let mut store = samples::open(&directory);
    let (kept, words) = fill(&store, 0).await;
    assert!(kept > 100, "the disk held {kept} messages");
    assert!(words.contains("no space left in"), "{words}");
    assert!(words.contains("acknowledged messages are safe"), "{words}");
    verify(&store, kept).await;
    let ready = store.ready().await;
    assert!(
        matches!(ready, Err(StoreError::Unavailable { .. })),
        "{ready:?}"
    );

    // The owner's work goes on: decide what is there, let go what is archived.
    let partition = samples::partition(0);
    let fence = samples::own(&store, partition, 1).await;
    let commit = samples::answers(&store, partition, fence, Offset(0)).await;
    let to = commit.as_ref().expect("inbox").to;
    store.commit(commit.expect("inbox")).await.expect("commit");
    let trim = Trim {
        archived: to,
        keep_per_thread: 1_000_000,
        dedupe_before: samples::at(0),
    };
    let trimmed = store.trim(partition, fence, trim).await;
    assert_eq!(trimmed, Ok(Ok(())));

    // It starts on a full disk too, and still says so.
    drop(store);
    store = samples::open(&directory);
    let (_, words) = fill(&store, MOST_MESSAGES).await;
    assert!(words.contains("no space left in"), "{words}");

    // Space comes back: nobody has to restart anything.
    fs::remove_file(&filler).expect("free");
    assert_eq!(store.ready().await, Ok(()));
    samples::keep(&store, 2 * MOST_MESSAGES)
        .await
        .expect("space is back");
    drop(store);
    let report = samples::check(&directory).expect("a store");
    assert!(report.is_sound(), "{:?}", report.problems);
    verify_all_known(&samples::open(&directory), kept).await;
}

/// Keeps messages until one is refused; answers how many were kept, and the words.
async fn fill(store: &EmbeddedStore, first: u64) -> (u64, String) {
    for number in first..first + MOST_MESSAGES {
        match samples::keep(store, number).await {
            Ok(()) => {}
            Err(StoreError::Unavailable { reason }) => return (number - first, reason),
            Err(other) => panic!("a full disk is no reason for {other:?}"),
        }
    }
    panic!("the disk was never full");
}

async fn verify(store: &EmbeddedStore, kept: u64) {
    let mut found = 0;
    for number in 0..3 {
        let inbox = store.inbox(samples::partition(number), Offset(0), 1 << 20);
        found += inbox.await.expect("inbox").len() as u64;
    }
    assert_eq!(
        found, kept,
        "what was acknowledged is there, and nothing else"
    );
}

/// Every message is known: answered as a repeat.
async fn verify_all_known(store: &EmbeddedStore, kept: u64) {
    for number in 0..kept {
        let again = store
            .append(samples::partition(number), samples::message(number))
            .await
            .expect("append");
        assert!(
            matches!(again, signalbox_store::Appended::Repeated(_)),
            "message {number}: {again:?}"
        );
    }
}
