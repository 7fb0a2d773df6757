//! States of threads, decision records, the next timer.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use signalbox_sealed::Sealed;
use signalbox_store::{JournalEntry, MessageId, Offset, ThreadId};

use crate::columns::{Kept, at, last_place, limited, ordinal, place};
use crate::fault::Fault;
use crate::steps::commit::{journal_sum, state_sum, turn_sum};

pub(crate) fn states(
    connection: &Connection,
    partition: i64,
    threads: &[ThreadId],
) -> Result<Vec<Option<Sealed>>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT state, crc FROM states WHERE partition = ?1 AND thread = ?2")?;
    let mut states = Vec::with_capacity(threads.len());
    for thread in threads {
        let row: Option<(Kept, i64)> = statement
            .query_row(params![partition, thread.0], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let state = row.map(|(Kept(state), crc)| {
            let sum = state_sum(partition, &thread.0, state.as_bytes());
            sum.check(crc, partition, "states").map(|()| state)
        });
        states.push(state.transpose()?);
    }
    Ok(states)
}

pub(crate) fn journal(
    connection: &Connection,
    partition: i64,
    after: Offset,
    limit: usize,
) -> Result<Vec<JournalEntry>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT journal.place, thread, message, record, journal.crc, earlier, turns.crc
         FROM journal LEFT JOIN turns ON turns.place = journal.place
         WHERE journal.place > ?1 AND journal.place <= ?2 ORDER BY journal.place LIMIT ?3",
    )?;
    let mut rows = statement.query([
        place(partition, after.0),
        last_place(partition),
        limited(limit),
    ])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let place: i64 = row.get(0)?;
        let thread: [u8; 16] = row.get(1)?;
        let message: [u8; 16] = row.get(2)?;
        let Kept(record) = row.get(3)?;
        journal_sum(place, &thread, &message, record.as_bytes()).check(
            row.get(4)?,
            partition,
            "journal",
        )?;
        entries.push(JournalEntry {
            offset: Offset(ordinal(place)),
            thread: ThreadId(thread),
            message_id: MessageId(uuid::Uuid::from_bytes(message)),
            earlier: earlier(row, partition, place)?,
            record,
        });
    }
    Ok(entries)
}

/// The earlier messages of a turn, from a row of the journal.
fn earlier(row: &Row<'_>, partition: i64, place: i64) -> Result<Vec<MessageId>, Fault> {
    let Some(earlier) = row.get::<_, Option<Vec<u8>>>(5)? else {
        return Ok(Vec::new());
    };
    turn_sum(place, &earlier).check(row.get(6)?, partition, "turns")?;
    let (messages, _) = earlier.as_chunks();
    Ok(messages
        .iter()
        .map(|message| MessageId(uuid::Uuid::from_bytes(*message)))
        .collect())
}

pub(crate) fn next_timer(
    connection: &Connection,
    partition: i64,
) -> Result<Option<Timestamp>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT min(due) FROM timers WHERE partition = ?1")?;
    let due: Option<i64> = statement.query_row([partition], |row| row.get(0))?;
    Ok(due.map(at))
}
