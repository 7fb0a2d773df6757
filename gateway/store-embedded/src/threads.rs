//! The last sequence of threads, kept in memory by the writer.
//!
//! The last entry of a thread's transcript tells it. Only where a trim takes that entry away, a row of `threads` keeps it: a row
//! for every message would dirty a page of a tree ordered by hashes for a number that is there already.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use signalbox_store::{Sequence, ThreadId, TranscriptRange};

use crate::columns::{RowSum, count, counted};
use crate::fault::Fault;
use crate::reads::events::transcript;

const TABLE: &str = "threads";
/// So many threads' counters stay in memory, about 4 MiB.
const KNOWN_THREADS: usize = 1 << 16;

/// Reads a thread's last sequence from the database; `None` if nothing was ever said there.
pub(crate) fn read(
    connection: &Connection,
    partition: i64,
    thread: ThreadId,
) -> Result<Option<Sequence>, Fault> {
    // In this order: a trim in between moves the number from the transcript to the row.
    let said = transcript(connection, partition, thread, LAST, 1)?;
    let said = said.last().map(|entry| entry.sequence);
    Ok(said.max(trimmed(connection, partition, thread)?))
}

const LAST: TranscriptRange = TranscriptRange::Before(Sequence(u64::MAX));

fn trimmed(
    connection: &Connection,
    partition: i64,
    thread: ThreadId,
) -> Result<Option<Sequence>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT last, crc FROM threads WHERE partition = ?1 AND thread = ?2")?;
    let row: Option<(i64, i64)> = statement
        .query_row(params![partition, thread.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((last, crc)) = row else {
        return Ok(None);
    };
    sum(partition, thread, last).check(crc, partition, TABLE)?;
    Ok(Some(Sequence(counted(last))))
}

/// Keeps the last sequence of a thread whose last entry goes.
pub(crate) fn keep_trimmed(
    connection: &Connection,
    partition: i64,
    thread: ThreadId,
    last: Sequence,
) -> Result<(), Fault> {
    let last = count(last.0);
    let crc = sum(partition, thread, last).sum();
    connection
        .prepare_cached("INSERT OR REPLACE INTO threads VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![partition, thread.0, last, crc])?;
    Ok(())
}

fn sum(partition: i64, thread: ThreadId, last: i64) -> RowSum {
    RowSum::of(TABLE).int(partition).bytes(&thread.0).int(last)
}

/// The counters that the writer has seen.
#[derive(Default)]
pub(crate) struct Threads {
    known: HashMap<(i64, ThreadId), Sequence>,
}

impl Threads {
    pub(crate) fn last(
        &mut self,
        connection: &Connection,
        partition: i64,
        thread: ThreadId,
    ) -> Result<Sequence, Fault> {
        if let Some(last) = self.known.get(&(partition, thread)) {
            return Ok(*last);
        }
        let last = read(connection, partition, thread)?.unwrap_or_default();
        if self.known.len() >= KNOWN_THREADS {
            self.known.clear();
        }
        self.known.insert((partition, thread), last);
        Ok(last)
    }

    /// Takes the thread's next sequence. The caller writes the entry that has it.
    pub(crate) fn next(
        &mut self,
        connection: &Connection,
        partition: i64,
        thread: ThreadId,
    ) -> Result<Sequence, Fault> {
        let next = self.last(connection, partition, thread)?.next();
        self.known.insert((partition, thread), next);
        Ok(next)
    }

    /// Forgets everything: after a rollback the database knows better.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }
}
