//! What is settled once for a thread: its data key, and where it is kept.

use signalbox_sealed::WrappedKey;
use signalbox_store::{PartitionId, StoreError, ThreadId};

use crate::arguments::Arguments;
use crate::calls::Calls;
use crate::{records, scripts};

pub(crate) async fn data_key(
    calls: &Calls,
    partition: PartitionId,
    thread: ThreadId,
    candidate: WrappedKey,
) -> Result<WrappedKey, StoreError> {
    let arguments = Arguments::default()
        .bytes(thread.0)
        .bytes(candidate.0.as_bytes());
    let mut answer = calls
        .write(partition, &scripts::DATA_KEY, arguments)
        .await?;
    let key = answer.bytes()?;
    Ok(WrappedKey(answer.sealed(key)?))
}

pub(crate) async fn existing_data_key(
    calls: &Calls,
    partition: PartitionId,
    thread: ThreadId,
) -> Result<Option<WrappedKey>, StoreError> {
    let mut answer = calls.fields(partition, "keys", &[&thread.0]).await?;
    let key = answer.maybe().map(|bytes| answer.sealed(bytes));
    Ok(key.transpose()?.map(WrappedKey))
}

pub(crate) async fn home(
    calls: &Calls,
    partition: PartitionId,
    thread: ThreadId,
    candidate: ThreadId,
) -> Result<ThreadId, StoreError> {
    let arguments = Arguments::default()
        .bytes(thread.0)
        .bytes(records::home(thread, candidate));
    let mut answer = calls.write(partition, &scripts::HOME, arguments).await?;
    let home = answer.bytes()?;
    answer.sound(records::read_home(thread, &home))
}

pub(crate) async fn existing_home(
    calls: &Calls,
    partition: PartitionId,
    thread: ThreadId,
) -> Result<Option<ThreadId>, StoreError> {
    let mut answer = calls.fields(partition, "homes", &[&thread.0]).await?;
    let home = answer
        .maybe()
        .map(|bytes| answer.sound(records::read_home(thread, &bytes)));
    home.transpose()
}
