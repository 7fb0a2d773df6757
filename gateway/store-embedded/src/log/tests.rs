use std::fs;

use super::*;

const FRAME: usize = FRAME_HEADER_BYTES + 4_096;

/// A log of ten transactions of one frame each, of which this one, counted from the end, is missing.
fn without_frame(from_end: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.db");
    let connection = Connection::open(&source).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
             CREATE TABLE filler (id INTEGER PRIMARY KEY);",
        )
        .unwrap();
    for _ in 0..10 {
        connection
            .execute("INSERT INTO filler VALUES (NULL)", [])
            .unwrap();
    }
    let mut log = fs::read(log_of(&source)).unwrap();
    let at = log.len() - from_end * FRAME;
    log[at..at + FRAME].fill(0);
    fs::write(log_of(&folder.path().join("store.db")), log).unwrap();
    folder
}

fn checked(folder: &tempfile::TempDir, durability: Durability) -> Result<Log, OpenError> {
    check(&folder.path().join("store.db"), durability)
}

#[test]
fn what_lies_behind_a_hole_is_counted() {
    let folder = without_frame(5);
    let cut = Log::Cut { transactions: 4 };
    assert_eq!(checked(&folder, Durability::EverySecond).unwrap(), cut);
    assert_eq!(checked(&folder, Durability::Memory).unwrap(), cut);
    let refused = checked(&folder, Durability::Fsync);
    assert!(
        matches!(refused, Err(OpenError::Damaged { .. })),
        "{refused:?}"
    );
}

#[test]
fn the_last_transaction_may_be_half_there() {
    for from_end in [1, 2] {
        let folder = without_frame(from_end);
        for durability in [Durability::EverySecond, Durability::Fsync] {
            assert_eq!(checked(&folder, durability).unwrap(), Log::Whole);
        }
    }
}
