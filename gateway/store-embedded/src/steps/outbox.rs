//! What still has to leave, in lines of threads: only the head of a line is marked and indexed by its time.

use jiff::Timestamp;
use rusqlite::params;
use signalbox_store::{
    Append, EntryId, Fence, Fenced, OutboxEntry, Settlement, SettlementOutcome, ThreadId,
};

use super::{append, dead_letters};
use crate::columns::{Blob, destination_column, moment, place};
use crate::fault::Fault;
use crate::reads::outbox::{Line, entry_at, entry_sum};
use crate::tables::Tables;

pub(super) fn push(
    tables: &mut Tables<'_>,
    partition: i64,
    entry: &OutboxEntry,
) -> Result<(), Fault> {
    let head = tables.change_head(partition)?;
    head.outbox_tail += 1;
    let place = place(partition, head.outbox_tail);
    let behind = tables.one(
        "SELECT 1 FROM outbox WHERE partition = ?1 AND thread = ?2 LIMIT 1",
        params![partition, entry.thread.0],
        |_| Ok(()),
    )?;
    let is_head = behind.is_none();
    tables.change(
        "INSERT OR IGNORE INTO outbox VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            place,
            partition,
            entry.id.0,
            entry.thread.0,
            destination_column(entry.destination),
            moment(entry.due),
            entry.not_after.map(moment),
            entry.attempts,
            entry.speaker.cast_signed(),
            is_head,
            Blob(&entry.payload),
            entry_sum(place, partition, entry, is_head).sum()
        ],
    )?;
    Ok(())
}

/// Removes an entry and makes the next of its line the head.
pub(super) fn remove(
    tables: &Tables<'_>,
    partition: i64,
    id: EntryId,
) -> Result<Option<Line>, Fault> {
    let Some(line) = find(tables, partition, id)? else {
        return Ok(None);
    };
    tables.change("DELETE FROM outbox WHERE place = ?1", [line.place])?;
    if line.is_head {
        advance(tables, partition, line.entry.thread)?;
    }
    Ok(Some(line))
}

pub(crate) fn settle(
    tables: &mut Tables<'_>,
    partition: i64,
    fence: Fence,
    settlement: &Settlement,
    now: Timestamp,
) -> Result<Result<(), Fenced>, Fault> {
    if let Err(fenced) = tables.check(partition, fence)? {
        return Ok(Err(fenced));
    }
    match &settlement.outcome {
        SettlementOutcome::Done => {
            remove(tables, partition, settlement.id)?;
        }
        SettlementOutcome::Retry { due, counts } => {
            retry(tables, partition, settlement.id, *due, *counts)?;
        }
        SettlementOutcome::DeadLetter { reason } => {
            if let Some(line) = remove(tables, partition, settlement.id)? {
                dead_letters::bury(tables, partition, line.place, &line.entry, reason, now)?;
            }
        }
    }
    if let Some(receipt) = &settlement.receipt {
        keep_receipt(tables, partition, receipt)?;
    }
    Ok(Ok(()))
}

fn keep_receipt(tables: &mut Tables<'_>, partition: i64, receipt: &Append) -> Result<(), Fault> {
    // Whether it is new or was kept before is all the same to the settlement.
    append::append(tables, partition, receipt).map(|_| ())
}

fn find(tables: &Tables<'_>, partition: i64, id: EntryId) -> Result<Option<Line>, Fault> {
    let place = tables.one(
        "SELECT place FROM outbox WHERE partition = ?1 AND entry = ?2",
        params![partition, id.0],
        |row| row.get(0),
    )?;
    place
        .map(|place| entry_at(tables.connection, partition, place))
        .transpose()
}

/// The next of a thread's line, if there is one, becomes its head.
fn advance(tables: &Tables<'_>, partition: i64, thread: ThreadId) -> Result<(), Fault> {
    let next = tables.one(
        "SELECT place FROM outbox WHERE partition = ?1 AND thread = ?2 ORDER BY place LIMIT 1",
        params![partition, thread.0],
        |row| row.get(0),
    )?;
    let Some(next) = next else {
        return Ok(());
    };
    let line = entry_at(tables.connection, partition, next)?;
    tables.change(
        "UPDATE outbox SET head = 1, crc = ?2 WHERE place = ?1",
        params![next, entry_sum(next, partition, &line.entry, true).sum()],
    )?;
    Ok(())
}

fn retry(
    tables: &Tables<'_>,
    partition: i64,
    id: EntryId,
    due: Timestamp,
    counts: bool,
) -> Result<(), Fault> {
    let Some(mut line) = find(tables, partition, id)? else {
        return Ok(());
    };
    line.entry.due = due;
    line.entry.attempts = line.entry.attempts.saturating_add(u32::from(counts));
    let sum = entry_sum(line.place, partition, &line.entry, line.is_head);
    tables.change(
        "UPDATE outbox SET due = ?2, attempts = ?3, crc = ?4 WHERE place = ?1",
        params![line.place, moment(due), line.entry.attempts, sum.sum()],
    )?;
    Ok(())
}
