//! Data keys of threads and records of the deployment.

use rusqlite::params;
use signalbox_sealed::WrappedKey;
use signalbox_store::ThreadId;

use crate::columns::{Blob, count};
use crate::fault::Fault;
use crate::reads::deployment::{data_key, key_sum, record, record_sum};
use crate::tables::Tables;

pub(crate) fn keep_data_key(
    tables: &Tables<'_>,
    partition: i64,
    thread: ThreadId,
    candidate: &WrappedKey,
) -> Result<WrappedKey, Fault> {
    if let Some(kept) = data_key(tables.connection, partition, thread)? {
        return Ok(kept);
    }
    let sum = key_sum(partition, &thread.0, candidate.0.as_bytes());
    tables.change(
        "INSERT INTO data_keys VALUES (?1, ?2, ?3, ?4)",
        params![partition, thread.0, Blob(&candidate.0), sum.sum()],
    )?;
    Ok(candidate.clone())
}

pub(crate) fn replace_record(
    tables: &Tables<'_>,
    name: &str,
    expected: u64,
    bytes: &[u8],
) -> Result<bool, Fault> {
    let version = record(tables.connection, name)?.map_or(0, |(version, _)| version);
    if version != expected {
        return Ok(false);
    }
    let version = count(expected + 1);
    tables.change(
        "INSERT OR REPLACE INTO deployment VALUES (?1, ?2, ?3, ?4)",
        params![name, version, bytes, record_sum(name, version, bytes).sum()],
    )?;
    Ok(true)
}
