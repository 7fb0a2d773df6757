//! What still has to leave, and what did not.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use signalbox_store::{DeadLetter, EntryId, OutboxEntry, ThreadId};

use crate::columns::{Kept, RowSum, at, destination, destination_column, limited, moment};
use crate::fault::Fault;

const TABLE: &str = "outbox";
const LETTERS: &str = "dead_letters";

/// One row of `outbox`.
pub(crate) struct Line {
    pub(crate) place: i64,
    /// Whether it is the first of its thread's line.
    pub(crate) is_head: bool,
    pub(crate) entry: OutboxEntry,
}

pub(crate) fn due(
    connection: &Connection,
    partition: i64,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<OutboxEntry>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT place, entry, thread, destination, due, not_after, attempts, speaker, payload, crc, head
         FROM outbox WHERE partition = ?1 AND head = 1 AND due <= ?2 ORDER BY due, place LIMIT ?3",
    )?;
    let mut rows = statement.query(params![partition, moment(now), limited(limit)])?;
    let mut due = Vec::new();
    while let Some(row) = rows.next()? {
        due.push(line(row, partition)?.entry);
    }
    Ok(due)
}

pub(crate) fn all(
    connection: &Connection,
    partition: i64,
    limit: usize,
) -> Result<Vec<OutboxEntry>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT place, entry, thread, destination, due, not_after, attempts, speaker, payload, crc, head
         FROM outbox WHERE partition = ?1 ORDER BY place LIMIT ?2",
    )?;
    let mut rows = statement.query(params![partition, limited(limit)])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(line(row, partition)?.entry);
    }
    Ok(all)
}

pub(crate) fn entry_at(connection: &Connection, partition: i64, place: i64) -> Result<Line, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT place, entry, thread, destination, due, not_after, attempts, speaker, payload, crc, head
         FROM outbox WHERE place = ?1",
    )?;
    let mut rows = statement.query([place])?;
    match rows.next()? {
        Some(row) => line(row, partition),
        None => Err(Fault::damaged(
            partition,
            TABLE,
            "an index names a row that is not there",
        )),
    }
}

pub(crate) fn next(connection: &Connection, partition: i64) -> Result<Option<Timestamp>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT min(due) FROM outbox WHERE partition = ?1 AND head = 1")?;
    let due: Option<i64> = statement.query_row([partition], |row| row.get(0))?;
    Ok(due.map(at))
}

pub(crate) fn dead_letters(
    connection: &Connection,
    partition: i64,
    limit: usize,
) -> Result<Vec<DeadLetter>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT place, entry, thread, destination, due, not_after, attempts, speaker, payload, crc, reason, at
         FROM dead_letters WHERE partition = ?1 ORDER BY id LIMIT ?2",
    )?;
    let mut rows = statement.query(params![partition, limited(limit)])?;
    let mut letters = Vec::new();
    while let Some(row) = rows.next()? {
        letters.push(dead_letter(row, partition)?);
    }
    Ok(letters)
}

/// The oldest dead letter of an entry, and its row.
pub(crate) fn dead_letter_of(
    connection: &Connection,
    partition: i64,
    id: EntryId,
) -> Result<Option<(i64, DeadLetter)>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT place, entry, thread, destination, due, not_after, attempts, speaker, payload, crc, reason, at, id
         FROM dead_letters WHERE partition = ?1 AND entry = ?2 ORDER BY id LIMIT 1",
    )?;
    let mut rows = statement.query(params![partition, id.0])?;
    match rows.next()? {
        Some(row) => Ok(Some((row.get(12)?, dead_letter(row, partition)?))),
        None => Ok(None),
    }
}

fn dead_letter(row: &Row<'_>, partition: i64) -> Result<DeadLetter, Fault> {
    let letter = DeadLetter {
        entry: entry(row, partition, LETTERS)?,
        reason: row.get(10)?,
        at: at(row.get(11)?),
    };
    let sum = dead_letter_sum(
        row.get(0)?,
        partition,
        &letter.entry,
        &letter.reason,
        letter.at,
    );
    sum.check(row.get(9)?, partition, LETTERS)?;
    Ok(letter)
}

fn line(row: &Row<'_>, partition: i64) -> Result<Line, Fault> {
    let line = Line {
        place: row.get(0)?,
        is_head: row.get(10)?,
        entry: entry(row, partition, TABLE)?,
    };
    entry_sum(line.place, partition, &line.entry, line.is_head).check(
        row.get(9)?,
        partition,
        TABLE,
    )?;
    Ok(line)
}

/// The columns that an entry and a dead letter share.
fn entry(row: &Row<'_>, partition: i64, table: &'static str) -> Result<OutboxEntry, Fault> {
    let Some(destination) = destination(row.get(3)?) else {
        return Err(Fault::damaged(partition, table, "a destination is unknown"));
    };
    let not_after: Option<i64> = row.get(5)?;
    let Kept(payload) = row.get(8)?;
    Ok(OutboxEntry {
        id: EntryId(row.get(1)?),
        thread: ThreadId(row.get(2)?),
        destination,
        due: at(row.get(4)?),
        not_after: not_after.map(at),
        attempts: row.get(6)?,
        speaker: row.get::<_, i64>(7)?.cast_unsigned(),
        payload,
    })
}

/// The checksum of a row of `outbox`.
pub(crate) fn entry_sum(place: i64, partition: i64, entry: &OutboxEntry, is_head: bool) -> RowSum {
    shared(RowSum::of(TABLE), place, partition, entry).int(i64::from(is_head))
}

/// The checksum of a row of `dead_letters`.
pub(crate) fn dead_letter_sum(
    place: i64,
    partition: i64,
    entry: &OutboxEntry,
    reason: &str,
    at: Timestamp,
) -> RowSum {
    shared(RowSum::of(LETTERS), place, partition, entry)
        .bytes(reason.as_bytes())
        .int(moment(at))
}

fn shared(sum: RowSum, place: i64, partition: i64, entry: &OutboxEntry) -> RowSum {
    sum.int(place)
        .int(partition)
        .bytes(&entry.id.0)
        .bytes(&entry.thread.0)
        .int(destination_column(entry.destination))
        .int(moment(entry.due))
        .maybe(entry.not_after.map(moment))
        .int(i64::from(entry.attempts))
        .int(entry.speaker.cast_signed())
        .bytes(entry.payload.as_bytes())
}
