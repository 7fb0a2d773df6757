//! A damaged archive is found when it is opened, not years later when somebody looks for what it kept.

use std::fs;
use std::path::Path;

use signalbox_store::{
    Archive, ArchiveBatch, ArchivedDecision, ArchivedEvent, Offset, Sequence, StoreError,
};
use signalbox_store_embedded::{EmbeddedArchive, OpenError};
use tempfile::TempDir;

use crate::samples;

const MESSAGES: u64 = 200;
const PAGE: usize = 4_096;

#[tokio::test]
async fn a_torn_archive_is_not_opened() {
    let source = TempDir::new().expect("a temporary directory");
    fill(source.path()).await;
    let whole = fs::read(source.path().join("archive.db")).expect("the file");
    for left in [1_000, PAGE, whole.len() / 2, whole.len() - PAGE] {
        let directory = TempDir::new().expect("a temporary directory");
        let file = directory.path().join("archive.db");
        fs::write(&file, &whole[..left]).expect("write");
        let error = refused(directory.path());
        let words = error.to_string();
        assert!(matches!(error, OpenError::Damaged { .. }), "{words}");
        assert!(words.contains(&*file.to_string_lossy()), "{words}");
        assert_eq!(words.matches("restore a backup").count(), 1, "{words}");
    }
}

#[tokio::test]
async fn a_damaged_row_of_the_archive_is_told_of_and_not_served() {
    let directory = TempDir::new().expect("a temporary directory");
    drop(samples::open(directory.path()));
    fill(directory.path()).await;
    let damaged = MESSAGES - samples::THREADS;
    flip(directory.path(), samples::message(damaged).event.as_bytes());
    let report = samples::check(directory.path()).expect("a store");
    let told = report.problems.join("; ");
    assert!(told.contains("table archive.events: 1 of"), "{told}");
    let archive = EmbeddedArchive::open(directory.path()).expect("one row is not the archive");
    let before = |number| {
        let thread = samples::thread(number);
        archive.transcript_before(thread, Sequence(u64::MAX), 2)
    };
    let served = before(damaged).await;
    assert!(
        matches!(served, Err(StoreError::Damaged { .. })),
        "{served:?}"
    );
    assert_eq!(
        before(damaged + 1).await.map(|entries| entries.len()),
        Ok(2)
    );
}

#[tokio::test]
async fn an_archive_that_forgot_how_far_it_is_is_not_opened() {
    let directory = TempDir::new().expect("a temporary directory");
    fill(directory.path()).await;
    let connection = rusqlite::Connection::open(directory.path().join("archive.db")).expect("open");
    connection
        .execute("UPDATE cursors SET cursor = cursor + 1", [])
        .expect("the cursor is there");
    drop(connection);
    let words = refused(directory.path()).to_string();
    assert!(words.contains("table cursors"), "{words}");
}

fn refused(directory: &Path) -> OpenError {
    match EmbeddedArchive::open(directory) {
        Ok(_) => panic!("a damaged archive was opened"),
        Err(error) => error,
    }
}

fn flip(directory: &Path, needle: &[u8]) {
    let file = directory.join("archive.db");
    let mut bytes = fs::read(&file).expect("the file");
    let at = bytes
        .windows(needle.len())
        .position(|window| window == needle)
        .expect("the sealed event is in the file");
    bytes[at + 100] ^= 1;
    fs::write(&file, &bytes).expect("write");
}

async fn fill(directory: &Path) {
    let archive = EmbeddedArchive::open(directory).expect("open");
    let batch = ArchiveBatch {
        partition: samples::partition(0),
        cursor: Offset(MESSAGES),
        events: (0..MESSAGES).map(event).collect(),
        decisions: (0..MESSAGES).map(decision).collect(),
        decided_with: Vec::new(),
    };
    archive.keep(batch).await.expect("keep");
}

fn event(number: u64) -> ArchivedEvent {
    ArchivedEvent {
        thread: samples::thread(number),
        sequence: Sequence(number / samples::THREADS + 1),
        message_id: samples::message_id(number),
        at: samples::at(number),
        event: samples::message(number).event,
    }
}

fn decision(number: u64) -> ArchivedDecision {
    ArchivedDecision {
        thread: samples::thread(number),
        message_id: samples::message_id(number),
        offset: Offset(number + 1),
        record: samples::sealed("decision"),
    }
}
