//! One batch of an owner: all of it, in one step.

use rusqlite::params;
use signalbox_store::{Commit, Committed, JournalEntry, MessageId, Sequence, StateWrite};

use super::{dead_letters, outbox, timers};
use crate::columns::{Blob, RowSum, packed, place};
use crate::fault::Fault;
use crate::tables::{NewEvent, Tables};

pub(crate) fn commit(tables: &mut Tables<'_>, commit: &Commit) -> Result<Committed, Fault> {
    let partition = packed(commit.partition);
    let head = tables.head(partition)?;
    if !head.is_owned_under(commit.fence) {
        return Ok(Committed::Fenced);
    }
    if head.last_batch == Some(commit.batch) {
        return Ok(Committed::AlreadyCommitted);
    }
    let position = head.position;
    if commit.from != position || commit.to < commit.from || commit.to > head.tail {
        return Ok(Committed::Conflict { position });
    }
    let head = tables.change_head(partition)?;
    head.position = commit.to;
    head.last_batch = Some(commit.batch);
    for write in &commit.states {
        put_state(tables, partition, write)?;
    }
    let mut sequences: Vec<Sequence> = Vec::with_capacity(commit.transcript.len());
    for said in &commit.transcript {
        let event = NewEvent::new(said.thread, said.message_id, said.at, &said.event);
        sequences.push(tables.say(partition, &event, commit.to)?);
    }
    for entry in &commit.outbox {
        outbox::push(tables, partition, entry)?;
    }
    for id in &commit.withdrawn {
        outbox::remove(tables, partition, *id)?;
    }
    for write in &commit.timers {
        timers::write(tables, partition, write)?;
    }
    for entry in &commit.journal {
        add_journal(tables, partition, entry)?;
    }
    for letter in &commit.set_aside {
        dead_letters::set_aside(tables, partition, letter)?;
    }
    Ok(Committed::Committed { sequences })
}

fn put_state(tables: &mut Tables<'_>, partition: i64, write: &StateWrite) -> Result<(), Fault> {
    let Some(state) = &write.state else {
        tables.change(
            "DELETE FROM states WHERE partition = ?1 AND thread = ?2",
            params![partition, write.thread.0],
        )?;
        return Ok(());
    };
    let sum = state_sum(partition, &write.thread.0, state.as_bytes());
    tables
        .put_state
        .execute(params![partition, write.thread.0, Blob(state), sum.sum()])?;
    Ok(())
}

fn add_journal(tables: &mut Tables<'_>, partition: i64, entry: &JournalEntry) -> Result<(), Fault> {
    let message = entry.message_id.0.into_bytes();
    let at = place(partition, entry.offset.0);
    let sum = journal_sum(at, &entry.thread.0, &message, entry.record.as_bytes());
    tables.add_journal.execute(params![
        at,
        entry.thread.0,
        message,
        Blob(&entry.record),
        sum.sum()
    ])?;
    add_turn(tables, at, &entry.earlier)
}

/// Few turns have earlier messages: those have a row of their own.
fn add_turn(tables: &Tables<'_>, place: i64, earlier: &[MessageId]) -> Result<(), Fault> {
    if earlier.is_empty() {
        return Ok(());
    }
    let earlier: Vec<u8> = earlier
        .iter()
        .flat_map(|message| message.0.into_bytes())
        .collect();
    tables.change(
        "INSERT OR REPLACE INTO turns VALUES (?1, ?2, ?3)",
        params![place, earlier, turn_sum(place, &earlier).sum()],
    )?;
    Ok(())
}

/// The checksum of a row of `turns`.
pub(crate) fn turn_sum(place: i64, earlier: &[u8]) -> RowSum {
    RowSum::of("turns").int(place).bytes(earlier)
}

/// The checksum of a row of `states`.
pub(crate) fn state_sum(partition: i64, thread: &[u8], state: &[u8]) -> RowSum {
    RowSum::of("states")
        .int(partition)
        .bytes(thread)
        .bytes(state)
}

/// The checksum of a row of `journal`.
pub(crate) fn journal_sum(place: i64, thread: &[u8], message: &[u8], record: &[u8]) -> RowSum {
    RowSum::of("journal")
        .int(place)
        .bytes(thread)
        .bytes(message)
        .bytes(record)
}
