//! What still has to leave.

use deadpool_redis::redis::Script;
use jiff::Timestamp;
use signalbox_store::{Claimed, Fence, Fenced, OutboxEntry, PartitionId, Settlement, StoreError};

use crate::arguments::Arguments;
use crate::calls::Calls;
use crate::{records, scripts};

pub(crate) async fn due(
    calls: &Calls,
    partition: PartitionId,
    now: Timestamp,
    limit: usize,
) -> Result<Claimed, StoreError> {
    let arguments = Arguments::default().now(now).limit(limit);
    entries(calls, partition, &scripts::DUE_OUTBOX, arguments).await
}

pub(crate) async fn settle(
    calls: &Calls,
    partition: PartitionId,
    fence: Fence,
    settlement: Settlement,
    now: Timestamp,
) -> Result<Result<(), Fenced>, StoreError> {
    let arguments = Arguments::default()
        .fence(fence)
        .settlement(&settlement, now);
    calls
        .write(partition, &scripts::SETTLE, arguments)
        .await?
        .fenced()
}

pub(crate) async fn all(
    calls: &Calls,
    partition: PartitionId,
    limit: usize,
) -> Result<Vec<OutboxEntry>, StoreError> {
    let arguments = Arguments::default().limit(limit);
    entries(calls, partition, &scripts::OUTBOX, arguments).await
}

/// Entries of the outbox, by a script that answers id and entry of each.
async fn entries(
    calls: &Calls,
    partition: PartitionId,
    step: &Script,
    arguments: Arguments,
) -> Result<Vec<OutboxEntry>, StoreError> {
    let mut answer = calls.read(partition, "outbox", step, arguments).await?;
    let mut entries = Vec::new();
    while !answer.is_empty() {
        let (id, entry) = (answer.bytes()?, answer.bytes()?);
        entries.push(answer.sound(records::read_entry(&id, &entry))?);
    }
    Ok(entries)
}
