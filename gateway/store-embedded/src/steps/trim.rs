//! Letting go what the archive has.

use std::collections::BTreeMap;

use rusqlite::params;
use signalbox_store::{Fence, Fenced, Offset, ThreadId, Trim};

use crate::columns::{count, moment, place};
use crate::fault::Fault;
use crate::tables::Tables;
use crate::threads;

/// So many dedupe rows are looked at for each inbox record that goes, so that old ones go faster than new ones come …
const LOOKED_AT_PER_RECORD: u64 = 4;
/// … and so many at least and at most in one step, which others wait for.
const LOOKED_AT: std::ops::RangeInclusive<u64> = 1_000..=50_000;

pub(crate) fn trim(
    tables: &mut Tables<'_>,
    partition: i64,
    fence: Fence,
    trim: &Trim,
) -> Result<Result<(), Fenced>, Fault> {
    if let Err(fenced) = tables.check(partition, fence)? {
        return Ok(Err(fenced));
    }
    let head = tables.change_head(partition)?;
    let before = head.trimmed;
    let archived = trim.archived.min(head.position).max(before);
    head.trimmed = archived;
    let named = named(tables, partition, archived)?;
    tables.change(
        "DELETE FROM inbox WHERE place BETWEEN ?1 AND ?2",
        [place(partition, 0), place(partition, archived.0)],
    )?;
    tables.change(
        "DELETE FROM journal WHERE place BETWEEN ?1 AND ?2",
        [place(partition, 0), place(partition, archived.0)],
    )?;
    tables.change(
        "DELETE FROM turns WHERE place BETWEEN ?1 AND ?2",
        [place(partition, 0), place(partition, archived.0)],
    )?;
    for (thread, unseen) in named {
        for row in unseen {
            tables.change("DELETE FROM events WHERE id = ?1", [row])?;
        }
        trim_transcript(tables, partition, thread, archived, trim.keep_per_thread)?;
    }
    let gone = archived.0 - before.0;
    let mut sweep = std::mem::take(&mut tables.sweep);
    let swept = sweep.run(tables, partition, gone, moment(trim.dedupe_before));
    tables.sweep = sweep;
    swept?;
    Ok(Ok(()))
}

/// The threads of the part of the inbox that goes, with the rows of those of their events that no transcript shows.
fn named(
    tables: &Tables<'_>,
    partition: i64,
    archived: Offset,
) -> Result<BTreeMap<ThreadId, Vec<i64>>, Fault> {
    let mut statement = tables.connection.prepare_cached(
        "SELECT events.id, events.thread, events.sequence FROM inbox JOIN events ON events.id = inbox.event
         WHERE inbox.place BETWEEN ?1 AND ?2",
    )?;
    let mut rows = statement.query([place(partition, 0), place(partition, archived.0)])?;
    let mut named: BTreeMap<ThreadId, Vec<i64>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let unseen = named.entry(ThreadId(row.get(1)?)).or_default();
        if row.get::<_, Option<i64>>(2)?.is_none() {
            unseen.push(row.get(0)?);
        }
    }
    Ok(named)
}

fn trim_transcript(
    tables: &mut Tables<'_>,
    partition: i64,
    thread: ThreadId,
    archived: Offset,
    keep: u64,
) -> Result<(), Fault> {
    let last = tables.threads.last(tables.connection, partition, thread)?;
    let last_to_go = count(last.0.saturating_sub(keep));
    let gone = front(tables, partition, thread, archived, last_to_go)?;
    if gone
        .last()
        .is_some_and(|(sequence, _)| *sequence == count(last.0))
    {
        threads::keep_trimmed(tables.connection, partition, thread, last)?;
    }
    for (sequence, row) in gone {
        tables.change(
            "DELETE FROM transcript WHERE partition = ?1 AND thread = ?2 AND sequence = ?3",
            params![partition, thread.0, sequence],
        )?;
        tables.change("DELETE FROM events WHERE id = ?1", [row])?;
    }
    Ok(())
}

/// The first entries of a transcript, up to one that the archive does not have: what stays has no gap. A reply can be
/// archived before a message that came while it was decided.
fn front(
    tables: &Tables<'_>,
    partition: i64,
    thread: ThreadId,
    archived: Offset,
    last_to_go: i64,
) -> Result<Vec<(i64, i64)>, Fault> {
    let mut statement = tables.connection.prepare_cached(
        "SELECT transcript.sequence, events.id, events.archived_with
         FROM transcript JOIN events ON events.id = transcript.event
         WHERE transcript.partition = ?1 AND transcript.thread = ?2 AND transcript.sequence <= ?3
         ORDER BY transcript.sequence",
    )?;
    let mut rows = statement.query(params![partition, thread.0, last_to_go])?;
    let mut front = Vec::new();
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(2)? > count(archived.0) {
            break;
        }
        front.push((row.get(0)?, row.get(1)?));
    }
    Ok(front)
}

/// Goes round a partition's dedupe rows, a part with every trim: an index by time would cost every append.
#[derive(Default)]
pub(crate) struct Sweep {
    /// Where the last part ended, by partition.
    reached: BTreeMap<i64, Vec<u8>>,
}

impl Sweep {
    fn run(
        &mut self,
        tables: &Tables<'_>,
        partition: i64,
        gone: u64,
        before: i64,
    ) -> Result<(), Fault> {
        let look_at = gone
            .saturating_mul(LOOKED_AT_PER_RECORD)
            .clamp(*LOOKED_AT.start(), *LOOKED_AT.end());
        let from = self.reached.remove(&partition).unwrap_or_default();
        let end: Option<Vec<u8>> = tables.one(
            "SELECT key FROM dedupe WHERE partition = ?1 AND key > ?2 ORDER BY key LIMIT 1 OFFSET ?3",
            params![partition, from, count(look_at)],
            |row| row.get(0),
        )?;
        tables.change(
            "DELETE FROM dedupe WHERE partition = ?1 AND key > ?2 AND (?3 IS NULL OR key <= ?3) AND accepted_at < ?4",
            params![partition, from, end, before],
        )?;
        // Without an end the round is complete, and the next begins at the front.
        if let Some(end) = end {
            self.reached.insert(partition, end);
        }
        Ok(())
    }
}
