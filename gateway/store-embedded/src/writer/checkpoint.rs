//! Moving the write-ahead log into the database, after the answers, so that nobody waits for it.

use rusqlite::Connection;

/// From here on the log is moved into the database: 64 MiB. Trees ordered by hashes have each of their pages many times in
/// the log and are moved once, so a longer log means fewer writes; a start after a kill reads it whole.
const DUE_PAGES: i64 = 16_384;
/// From here on the writer waits for readers, so that the log starts anew: 256 MiB.
const OVERDUE_PAGES: i64 = 65_536;

/// Moves the log if it has grown. Its errors count: a page that did not reach the disk is a failed disk.
pub(crate) fn checkpoint_if_due(connection: &Connection) -> rusqlite::Result<()> {
    let (pages, moved) = run(connection, "PRAGMA wal_checkpoint(NOOP)")?;
    if pages >= OVERDUE_PAGES {
        run(connection, "PRAGMA wal_checkpoint(RESTART)")?;
    } else if pages - moved >= DUE_PAGES {
        run(connection, "PRAGMA wal_checkpoint(PASSIVE)")?;
    }
    Ok(())
}

/// Moves what can be moved, so that the log is written over and does not grow: for a full disk.
pub(super) fn checkpoint_now(connection: &Connection) -> rusqlite::Result<()> {
    run(connection, "PRAGMA wal_checkpoint(PASSIVE)").map(|_| ())
}

/// Moves all of it and leaves an empty log.
pub(super) fn checkpoint_whole(connection: &Connection) -> rusqlite::Result<()> {
    run(connection, "PRAGMA wal_checkpoint(TRUNCATE)").map(|_| ())
}

/// Answers how many pages the log holds and how many of them are in the database.
fn run(connection: &Connection, checkpoint: &str) -> rusqlite::Result<(i64, i64)> {
    let mut statement = connection.prepare_cached(checkpoint)?;
    statement.query_row([], |row| Ok((row.get(1)?, row.get(2)?)))
}
