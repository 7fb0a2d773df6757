//! Inbox and transcript. Both are without gaps by construction: a missing row is damage, not an answer.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use signalbox_sealed::Sealed;
use signalbox_store::{
    InboxRecord, MessageId, Offset, Sequence, ThreadId, TranscriptRange, TranscriptRecord,
};

use crate::columns::{Kept, at, count, counted, last_place, limited, ordinal, place};
use crate::fault::Fault;
use crate::heads;
use crate::tables::event_sum;

const TABLE: &str = "events";

pub(crate) fn inbox(
    connection: &Connection,
    partition: i64,
    after: Offset,
    limit: usize,
) -> Result<Vec<InboxRecord>, Fault> {
    // One snapshot for the head and the rows.
    let _snapshot = connection.unchecked_transaction()?;
    let head = heads::read(connection, partition)?;
    let after = after.max(head.trimmed);
    if after >= head.tail || limit == 0 {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare_cached(
        "SELECT events.archived_with, events.received, events.thread, events.sequence, events.message, events.at,
         events.event, events.crc, inbox.place
         FROM inbox JOIN events ON events.id = inbox.event WHERE inbox.place > ?1 AND inbox.place <= ?2
         ORDER BY inbox.place LIMIT ?3",
    )?;
    let mut rows = statement.query([
        place(partition, after.0),
        last_place(partition),
        limited(limit),
    ])?;
    let mut records = Vec::new();
    let mut expected = after.next();
    while let Some(row) = rows.next()? {
        let found = Event::read(row, partition)?;
        let offset = Offset(ordinal(row.get(8)?));
        if offset != expected || found.archived_with != offset || !found.received {
            return Err(missing(partition, expected));
        }
        expected = offset.next();
        records.push(InboxRecord {
            offset,
            thread: found.thread,
            message_id: found.message_id,
            sequence: found.sequence,
            accepted_at: found.at,
            event: found.event,
        });
    }
    if expected <= head.tail && records.len() < limit {
        return Err(missing(partition, expected));
    }
    Ok(records)
}

fn missing(partition: i64, offset: Offset) -> Fault {
    Fault::damaged(partition, "inbox", &format!("offset {offset} is missing"))
}

pub(crate) fn transcript(
    connection: &Connection,
    partition: i64,
    thread: ThreadId,
    range: TranscriptRange,
    limit: usize,
) -> Result<Vec<TranscriptRecord>, Fault> {
    let (comparison, order, bound) = match range {
        TranscriptRange::After(sequence) => (">", "ASC", sequence),
        TranscriptRange::Before(sequence) => ("<", "DESC", sequence),
    };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT events.archived_with, events.received, events.thread, events.sequence, events.message, events.at,
         events.event, events.crc, transcript.sequence
         FROM transcript JOIN events ON events.id = transcript.event
         WHERE transcript.partition = ?1 AND transcript.thread = ?2 AND transcript.sequence {comparison} ?3
         ORDER BY transcript.sequence {order} LIMIT ?4"
    ))?;
    let values = params![partition, thread.0, count(bound.0), limited(limit)];
    let mut rows = statement.query(values)?;
    let mut records: Vec<TranscriptRecord> = Vec::new();
    while let Some(row) = rows.next()? {
        let found = Event::read(row, partition)?;
        let sequence = Sequence(counted(row.get(8)?));
        let follows = records
            .last()
            .is_none_or(|last| last.sequence.0.abs_diff(sequence.0) == 1);
        if found.thread != thread || found.sequence != Some(sequence) || !follows {
            let problem = format!("sequence {sequence} of a thread is not where it belongs");
            return Err(Fault::damaged(partition, "transcript", &problem));
        }
        records.push(TranscriptRecord {
            sequence,
            message_id: found.message_id,
            at: found.at,
            event: found.event,
        });
    }
    if matches!(range, TranscriptRange::Before(_)) {
        records.reverse();
    }
    Ok(records)
}

/// A row of `events`, checked.
struct Event {
    archived_with: Offset,
    received: bool,
    thread: ThreadId,
    sequence: Option<Sequence>,
    message_id: MessageId,
    at: Timestamp,
    event: Sealed,
}

impl Event {
    /// From columns 0 to 7 of a row.
    fn read(row: &Row<'_>, partition: i64) -> Result<Self, Fault> {
        let archived_with: i64 = row.get(0)?;
        let received: bool = row.get(1)?;
        let thread: [u8; 16] = row.get(2)?;
        let sequence: Option<i64> = row.get(3)?;
        let message: [u8; 16] = row.get(4)?;
        let moment: i64 = row.get(5)?;
        let Kept(event) = row.get(6)?;
        event_sum(
            partition,
            archived_with,
            received,
            &thread,
            sequence,
            &message,
            moment,
            event.as_bytes(),
        )
        .check(row.get(7)?, partition, TABLE)?;
        Ok(Self {
            archived_with: Offset(counted(archived_with)),
            received,
            thread: ThreadId(thread),
            sequence: sequence.map(|sequence| Sequence(counted(sequence))),
            message_id: MessageId(uuid::Uuid::from_bytes(message)),
            at: at(moment),
            event,
        })
    }
}
