//! Moving the write-ahead log into the database, after the answers, so that nobody waits for it.
//!
//! A reader that holds an old snapshot (`doctor`, a backup, an open `sqlite3`) keeps the log from starting anew for as long
//! as it reads, and nothing here can hurry it. So a log that was found held is left to grow by some more before readers are
//! waited for again: the writer's waiting stays a small part of its writing, however long they read.

use std::time::Duration;

use rusqlite::Connection;

use crate::schema::BUSY;

/// From here on the log is moved into the database: 64 MiB. Trees ordered by hashes have each of their pages many times in
/// the log and are moved once, so a longer log means fewer writes; a start after a kill reads it whole.
const DUE_PAGES: i64 = 16_384;
/// From here on the writer waits for readers, so that the log starts anew: 256 MiB.
const OVERDUE_PAGES: i64 = 65_536;
/// So long at most, once for every 64 MiB: far longer than a read of ours takes.
const PATIENCE: Duration = Duration::from_millis(100);

/// When the log is moved, and how.
pub(crate) struct Checkpoints {
    due_pages: i64,
    overdue_pages: i64,
    /// How long the log was when readers last kept it from starting anew; 0 if none does.
    held_at_pages: i64,
}

/// How the log is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Checkpoint {
    /// As far as readers allow.
    Passive,
    /// All of it, so that it starts anew; waits for readers.
    Restart,
}

/// What a checkpoint came to.
struct Outcome {
    /// Whether a reader was in the way.
    held: bool,
    /// How long the log is.
    pages: i64,
    /// How much of it is in the database.
    moved: i64,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self {
            due_pages: DUE_PAGES,
            overdue_pages: OVERDUE_PAGES,
            held_at_pages: 0,
        }
    }
}

impl Checkpoints {
    /// Moves the log if it has grown. Its errors count: a page that did not reach the disk is a failed disk.
    pub(crate) fn run_if_due(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let log = run(connection, "PRAGMA wal_checkpoint(NOOP)")?;
        match self.due(log.pages, log.moved) {
            None => {}
            Some(Checkpoint::Passive) => checkpoint_now(connection)?,
            Some(Checkpoint::Restart) => {
                let restarted = restart(connection)?;
                self.held_at_pages = if restarted.held { restarted.pages } else { 0 };
            }
        }
        Ok(())
    }

    fn due(&mut self, pages: i64, moved: i64) -> Option<Checkpoint> {
        if pages < self.overdue_pages {
            // It has started anew.
            self.held_at_pages = 0;
        }
        let restart_at = match self.held_at_pages {
            0 => self.overdue_pages,
            held_at => held_at + self.due_pages,
        };
        if pages >= restart_at {
            Some(Checkpoint::Restart)
        } else if pages - moved >= self.due_pages {
            Some(Checkpoint::Passive)
        } else {
            None
        }
    }
}

/// Moves what can be moved, so that the log is written over and does not grow: for a full disk.
pub(super) fn checkpoint_now(connection: &Connection) -> rusqlite::Result<()> {
    run(connection, "PRAGMA wal_checkpoint(PASSIVE)").map(|_| ())
}

/// Moves all of it and leaves an empty log.
pub(crate) fn checkpoint_whole(connection: &Connection) -> rusqlite::Result<()> {
    run(connection, "PRAGMA wal_checkpoint(TRUNCATE)").map(|_| ())
}

fn restart(connection: &Connection) -> rusqlite::Result<Outcome> {
    connection.busy_timeout(PATIENCE)?;
    let restarted = run(connection, "PRAGMA wal_checkpoint(RESTART)");
    connection.busy_timeout(BUSY)?;
    restarted
}

fn run(connection: &Connection, checkpoint: &str) -> rusqlite::Result<Outcome> {
    let mut statement = connection.prepare_cached(checkpoint)?;
    statement.query_row([], |row| {
        Ok(Outcome {
            held: row.get(0)?,
            pages: row.get(1)?,
            moved: row.get(2)?,
        })
    })
}

#[cfg(test)]
mod tests;
