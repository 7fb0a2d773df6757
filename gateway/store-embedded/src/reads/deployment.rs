//! Data keys of threads and records of the deployment.

use rusqlite::{Connection, OptionalExtension, params};
use signalbox_sealed::WrappedKey;
use signalbox_store::ThreadId;

use crate::columns::{Kept, RowSum, counted};
use crate::fault::Fault;

const KEYS: &str = "data_keys";
const RECORDS: &str = "deployment";

pub(crate) fn data_key(
    connection: &Connection,
    partition: i64,
    thread: ThreadId,
) -> Result<Option<WrappedKey>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT wrapped, crc FROM data_keys WHERE partition = ?1 AND thread = ?2",
    )?;
    let row: Option<(Kept, i64)> = statement
        .query_row(params![partition, thread.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((Kept(wrapped), crc)) = row else {
        return Ok(None);
    };
    key_sum(partition, &thread.0, wrapped.as_bytes()).check(crc, partition, KEYS)?;
    Ok(Some(WrappedKey(wrapped)))
}

pub(crate) fn record(connection: &Connection, name: &str) -> Result<Option<(u64, Vec<u8>)>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT version, bytes, crc FROM deployment WHERE name = ?1")?;
    let row: Option<(i64, Vec<u8>, i64)> = statement
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((version, bytes, crc)) = row else {
        return Ok(None);
    };
    if record_sum(name, version, &bytes).sum() != crc {
        return Err(Fault::Damaged {
            // Not a partition's: no partition has to stop for it.
            partition: -1,
            what: format!("table {RECORDS}, record {name}: it does not match its checksum"),
        });
    }
    Ok(Some((counted(version), bytes)))
}

/// The checksum of a row of `data_keys`.
pub(crate) fn key_sum(partition: i64, thread: &[u8], wrapped: &[u8]) -> RowSum {
    RowSum::of(KEYS).int(partition).bytes(thread).bytes(wrapped)
}

/// The checksum of a row of `deployment`.
pub(crate) fn record_sum(name: &str, version: i64, bytes: &[u8]) -> RowSum {
    RowSum::of(RECORDS)
        .bytes(name.as_bytes())
        .int(version)
        .bytes(bytes)
}
