//! In which thread is kept what an address says.

use rusqlite::params;
use signalbox_store::ThreadId;

use crate::fault::Fault;
use crate::reads::homes::{home, home_sum};
use crate::tables::Tables;

pub(crate) fn keep(
    tables: &Tables<'_>,
    partition: i64,
    thread: ThreadId,
    candidate: ThreadId,
) -> Result<ThreadId, Fault> {
    if let Some(kept) = home(tables.connection, partition, thread)? {
        return Ok(kept);
    }
    let sum = home_sum(partition, &thread.0, &candidate.0);
    tables.change(
        "INSERT INTO homes VALUES (?1, ?2, ?3, ?4)",
        params![partition, thread.0, candidate.0, sum.sum()],
    )?;
    Ok(candidate)
}
