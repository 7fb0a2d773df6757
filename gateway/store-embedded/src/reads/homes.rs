//! In which thread is kept what an address says.

use rusqlite::{Connection, OptionalExtension, params};
use signalbox_store::ThreadId;

use crate::columns::RowSum;
use crate::fault::Fault;

const HOMES: &str = "homes";

pub(crate) fn home(
    connection: &Connection,
    partition: i64,
    thread: ThreadId,
) -> Result<Option<ThreadId>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT home, crc FROM homes WHERE partition = ?1 AND thread = ?2")?;
    let row: Option<([u8; 16], i64)> = statement
        .query_row(params![partition, thread.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((home, crc)) = row else {
        return Ok(None);
    };
    home_sum(partition, &thread.0, &home).check(crc, partition, HOMES)?;
    Ok(Some(ThreadId(home)))
}

/// The checksum of a row of `homes`.
pub(crate) fn home_sum(partition: i64, thread: &[u8], home: &[u8]) -> RowSum {
    RowSum::of(HOMES).int(partition).bytes(thread).bytes(home)
}
