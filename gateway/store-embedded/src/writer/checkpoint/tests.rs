use std::path::Path;

use signalbox_store::Durability;

use super::*;
use crate::log::Log;
use crate::schema::{Schema, open_writer};

const SCHEMA: Schema = Schema {
    tables: "CREATE TABLE filler (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);",
    added: "",
};

fn checkpoints() -> Checkpoints {
    Checkpoints {
        due_pages: 20,
        overdue_pages: 80,
        held_at_pages: 0,
    }
}

fn writer(file: &Path) -> Connection {
    open_writer(file, SCHEMA, Durability::Memory, Log::Whole).unwrap()
}

/// A transaction of `pages` pages and a few more.
fn write(connection: &Connection, pages: i64) {
    connection
        .execute(
            "INSERT INTO filler VALUES (NULL, zeroblob(?1))",
            [pages * 4_096],
        )
        .unwrap();
}

fn log(connection: &Connection) -> Outcome {
    run(connection, "PRAGMA wal_checkpoint(NOOP)").unwrap()
}

#[test]
fn a_log_that_readers_hold_is_left_to_grow_before_they_are_waited_for_again() {
    let mut checkpoints = checkpoints();
    assert_eq!(checkpoints.due(19, 0), None);
    assert_eq!(checkpoints.due(20, 0), Some(Checkpoint::Passive));
    assert_eq!(checkpoints.due(79, 70), None);
    assert_eq!(checkpoints.due(80, 0), Some(Checkpoint::Restart));
    checkpoints.held_at_pages = 80;
    assert_eq!(checkpoints.due(80, 0), Some(Checkpoint::Passive));
    assert_eq!(checkpoints.due(99, 0), Some(Checkpoint::Passive));
    assert_eq!(checkpoints.due(99, 90), None);
    assert_eq!(checkpoints.due(100, 0), Some(Checkpoint::Restart));
    // The reader left, the log started anew and has grown again.
    assert_eq!(checkpoints.due(79, 60), None);
    assert_eq!(checkpoints.due(80, 0), Some(Checkpoint::Restart));
}

#[test]
fn a_reader_is_waited_for_once_and_the_log_starts_anew_when_it_has_gone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let writer = writer(&file);
    let mut checkpoints = checkpoints();
    write(&writer, 1);
    let reader = Connection::open(&file).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let seen: i64 = reader
        .query_row("SELECT count(*) FROM filler", [], |row| row.get(0))
        .unwrap();
    assert_eq!(seen, 1);

    write(&writer, 100);
    checkpoints.run_if_due(&writer).unwrap();
    let held_at = checkpoints.held_at_pages;
    assert_eq!(held_at, log(&writer).pages, "the reader holds the log");
    write(&writer, 5);
    checkpoints.run_if_due(&writer).unwrap();
    assert_eq!(checkpoints.held_at_pages, held_at, "waited for once");
    write(&writer, 20);
    checkpoints.run_if_due(&writer).unwrap();
    assert!(checkpoints.held_at_pages > held_at, "and once more");

    reader.execute_batch("COMMIT").unwrap();
    write(&writer, 20);
    checkpoints.run_if_due(&writer).unwrap();
    assert_eq!(checkpoints.held_at_pages, 0, "nobody holds it any more");
    write(&writer, 1);
    assert!(log(&writer).pages < 20, "it has started anew");
}

#[test]
fn only_a_checkpoint_has_little_patience() {
    let folder = tempfile::tempdir().unwrap();
    let writer = writer(&folder.path().join("store.db"));
    write(&writer, 100);
    checkpoints().run_if_due(&writer).unwrap();
    let patience: i64 = writer
        .pragma_query_value(None, "busy_timeout", |row| row.get(0))
        .unwrap();
    assert_eq!(u128::try_from(patience), Ok(BUSY.as_millis()));
}
