//! Setting timers, and turning them into events.

use jiff::Timestamp;
use rusqlite::params;
use signalbox_store::{Fence, Fenced, ThreadId, TimerId, TimerWrite};

use crate::columns::{Blob, Kept, RowSum, limited, moment};
use crate::fault::Fault;
use crate::tables::{NewEvent, Tables};

const TABLE: &str = "timers";

pub(super) fn write(
    tables: &mut Tables<'_>,
    partition: i64,
    write: &TimerWrite,
) -> Result<(), Fault> {
    match write {
        TimerWrite::Set {
            id,
            thread,
            due,
            event,
        } => {
            let due = moment(*due);
            let sum = timer_sum(partition, &id.0, &thread.0, due, event.as_bytes());
            tables.change(
                "INSERT INTO timers VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (partition, timer)
                 DO UPDATE SET thread = excluded.thread, due = excluded.due, event = excluded.event, crc = excluded.crc",
                params![partition, id.0, thread.0, due, Blob(event), sum.sum()],
            )?;
        }
        TimerWrite::Cancel { id } => remove(tables, partition, *id)?,
    }
    Ok(())
}

pub(crate) fn fire(
    tables: &mut Tables<'_>,
    partition: i64,
    fence: Fence,
    now: Timestamp,
    limit: usize,
) -> Result<Result<usize, Fenced>, Fault> {
    if let Err(fenced) = tables.check(partition, fence)? {
        return Ok(Err(fenced));
    }
    let due = due(tables, partition, moment(now), limit)?;
    for timer in &due {
        remove(tables, partition, timer.id)?;
        let next = tables.head(partition)?.tail.next();
        let event = NewEvent::new(timer.thread, timer.id.fired_at(next), now, &timer.event.0);
        tables.receive(partition, &event, None)?;
    }
    Ok(Ok(due.len()))
}

struct Due {
    id: TimerId,
    thread: ThreadId,
    event: Kept,
}

fn due(tables: &Tables<'_>, partition: i64, now: i64, limit: usize) -> Result<Vec<Due>, Fault> {
    let mut statement = tables.connection.prepare_cached(
        "SELECT timer, thread, due, event, crc FROM timers WHERE partition = ?1 AND due <= ?2
         ORDER BY due, timer LIMIT ?3",
    )?;
    let mut rows = statement.query(params![partition, now, limited(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let timer = Due {
            id: TimerId(row.get(0)?),
            thread: ThreadId(row.get(1)?),
            event: row.get(3)?,
        };
        let sum = timer_sum(
            partition,
            &timer.id.0,
            &timer.thread.0,
            row.get(2)?,
            timer.event.0.as_bytes(),
        );
        sum.check(row.get(4)?, partition, TABLE)?;
        found.push(timer);
    }
    Ok(found)
}

fn remove(tables: &Tables<'_>, partition: i64, id: TimerId) -> Result<(), Fault> {
    tables.change(
        "DELETE FROM timers WHERE partition = ?1 AND timer = ?2",
        params![partition, id.0],
    )?;
    Ok(())
}

/// The checksum of a row of `timers`.
pub(crate) fn timer_sum(
    partition: i64,
    timer: &[u8],
    thread: &[u8],
    due: i64,
    event: &[u8],
) -> RowSum {
    RowSum::of(TABLE)
        .int(partition)
        .bytes(timer)
        .bytes(thread)
        .int(due)
        .bytes(event)
}
