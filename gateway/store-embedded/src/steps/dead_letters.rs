//! Entries that will not leave by themselves: kept, given back to the outbox, let go.

use jiff::Timestamp;
use rusqlite::params;
use signalbox_store::{
    DeadLetter, DeadLetterBounds, DeadLetterVerdict, EntryId, Fence, Fenced, OutboxEntry,
};

use super::outbox;
use crate::columns::{Blob, destination_column, limited, moment, place};
use crate::fault::Fault;
use crate::reads::outbox::{dead_letter_of, dead_letter_sum};
use crate::tables::Tables;

pub(super) fn bury(
    tables: &Tables<'_>,
    partition: i64,
    place: i64,
    entry: &OutboxEntry,
    reason: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    tables.change(
        "INSERT INTO dead_letters VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
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
            Blob(&entry.payload),
            reason,
            moment(now),
            dead_letter_sum(place, partition, entry, reason, now).sum()
        ],
    )?;
    Ok(())
}

/// A dead letter that never waited in the outbox.
pub(super) fn set_aside(
    tables: &mut Tables<'_>,
    partition: i64,
    letter: &DeadLetter,
) -> Result<(), Fault> {
    let head = tables.change_head(partition)?;
    head.outbox_tail += 1;
    let place = place(partition, head.outbox_tail);
    bury(
        tables,
        partition,
        place,
        &letter.entry,
        &letter.reason,
        letter.at,
    )
}

pub(crate) fn settle(
    tables: &mut Tables<'_>,
    partition: i64,
    fence: Fence,
    id: EntryId,
    verdict: DeadLetterVerdict,
) -> Result<Result<bool, Fenced>, Fault> {
    if let Err(fenced) = tables.check(partition, fence)? {
        return Ok(Err(fenced));
    }
    let Some((row, letter)) = dead_letter_of(tables.connection, partition, id)? else {
        return Ok(Ok(false));
    };
    tables.change("DELETE FROM dead_letters WHERE id = ?1", [row])?;
    if let DeadLetterVerdict::Retry { due, not_after } = verdict {
        let entry = OutboxEntry {
            due,
            not_after,
            attempts: 0,
            ..letter.entry
        };
        outbox::push(tables, partition, &entry)?;
    }
    Ok(Ok(true))
}

pub(crate) fn trim(
    tables: &mut Tables<'_>,
    partition: i64,
    fence: Fence,
    bounds: DeadLetterBounds,
) -> Result<Result<usize, Fenced>, Fault> {
    if let Err(fenced) = tables.check(partition, fence)? {
        return Ok(Err(fenced));
    }
    let too_many = tables.change(
        "DELETE FROM dead_letters WHERE partition = ?1 AND id <=
         (SELECT id FROM dead_letters WHERE partition = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        params![partition, limited(bounds.at_most)],
    )?;
    let too_old = tables.change(
        "DELETE FROM dead_letters WHERE partition = ?1 AND at < ?2",
        params![partition, moment(bounds.since)],
    )?;
    Ok(Ok(too_many + too_old))
}
