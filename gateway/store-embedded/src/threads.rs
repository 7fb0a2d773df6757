//! The last sequence of threads, kept in memory by the writer and written once a transaction.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use signalbox_store::{Sequence, ThreadId};

use crate::columns::{RowSum, count, counted};
use crate::fault::Fault;

const TABLE: &str = "threads";
/// So many threads' counters stay in memory, about 4 MiB.
const KNOWN_THREADS: usize = 1 << 16;

/// Reads a thread's last sequence from the database.
pub(crate) fn read(
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

fn sum(partition: i64, thread: ThreadId, last: i64) -> RowSum {
    RowSum::of(TABLE).int(partition).bytes(&thread.0).int(last)
}

/// The counters that the writer has seen.
#[derive(Default)]
pub(crate) struct Threads {
    known: HashMap<(i64, ThreadId), Counter>,
    changed: Vec<(i64, ThreadId)>,
}

struct Counter {
    last: Sequence,
    changed: bool,
}

impl Threads {
    pub(crate) fn last(
        &mut self,
        connection: &Connection,
        partition: i64,
        thread: ThreadId,
    ) -> Result<Sequence, Fault> {
        if let Some(counter) = self.known.get(&(partition, thread)) {
            return Ok(counter.last);
        }
        let last = read(connection, partition, thread)?.unwrap_or_default();
        let counter = Counter {
            last,
            changed: false,
        };
        self.known.insert((partition, thread), counter);
        Ok(last)
    }

    /// Takes the thread's next sequence; it is written at the end of the transaction.
    pub(crate) fn next(
        &mut self,
        connection: &Connection,
        partition: i64,
        thread: ThreadId,
    ) -> Result<Sequence, Fault> {
        let next = self.last(connection, partition, thread)?.next();
        let counter = self.known.entry((partition, thread)).or_insert(Counter {
            last: next,
            changed: false,
        });
        counter.last = next;
        if !counter.changed {
            counter.changed = true;
            self.changed.push((partition, thread));
        }
        Ok(next)
    }

    pub(crate) fn write(&mut self, connection: &Connection) -> Result<(), Fault> {
        let mut statement =
            connection.prepare_cached("INSERT OR REPLACE INTO threads VALUES (?1, ?2, ?3, ?4)")?;
        // Sorted, so that neighbours are written while their page is at hand.
        self.changed.sort_unstable();
        for (partition, thread) in self.changed.drain(..) {
            let Some(counter) = self.known.get_mut(&(partition, thread)) else {
                continue;
            };
            counter.changed = false;
            let last = count(counter.last.0);
            let crc = sum(partition, thread, last).sum();
            statement.execute(params![partition, thread.0, last, crc])?;
        }
        if self.known.len() > KNOWN_THREADS {
            self.known.clear();
        }
        Ok(())
    }

    /// Forgets everything: after a rollback the database knows better.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
        self.changed.clear();
    }
}
