//! States of threads, and decision records.

use signalbox_sealed::Sealed;
use signalbox_store::{JournalEntry, Offset, PartitionId, StoreError, ThreadId};

use crate::calls::Calls;
use crate::records;

pub(crate) async fn states(
    calls: &Calls,
    partition: PartitionId,
    threads: &[ThreadId],
) -> Result<Vec<Option<Sealed>>, StoreError> {
    if threads.is_empty() {
        return Ok(Vec::new());
    }
    let fields: Vec<&[u8]> = threads.iter().map(|thread| thread.0.as_slice()).collect();
    let mut answer = calls.fields(partition, "states", &fields).await?;
    let mut states = Vec::with_capacity(threads.len());
    for _ in threads {
        let state = answer.maybe();
        states.push(state.map(|bytes| answer.sealed(bytes)).transpose()?);
    }
    Ok(states)
}

pub(crate) async fn journal(
    calls: &Calls,
    partition: PartitionId,
    after: Offset,
    limit: usize,
) -> Result<Vec<JournalEntry>, StoreError> {
    let mut journal = Vec::new();
    for (offset, mut fields) in calls.entries(partition, "journal", after.0, limit).await? {
        let record = fields.bytes()?;
        let earlier = fields.maybe();
        let entry = records::read_decision(Offset(offset), &record, earlier.as_deref());
        journal.push(fields.sound(entry)?);
    }
    Ok(journal)
}
