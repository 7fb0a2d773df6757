//! Who owns a partition, and what its owners have tried.

use jiff::Timestamp;
use signalbox_store::{
    Epoch, Fence, Fenced, LeaseRequest, Leased, Offset, PartitionHead, PartitionId, StoreError,
};

use crate::arguments::Arguments;
use crate::calls::Calls;
use crate::{moment, scripts};

pub(crate) async fn lease(
    calls: &Calls,
    partition: PartitionId,
    request: LeaseRequest,
) -> Result<Leased, StoreError> {
    let arguments = Arguments::default()
        .bytes(request.node.0)
        .bytes(request.nonce.0)
        .now(request.now)
        .due(request.until);
    let mut answer = calls.write(partition, &scripts::LEASE, arguments).await?;
    match answer.bytes()?.as_slice() {
        b"granted" => Ok(Leased::Granted(PartitionHead {
            fence: Fence {
                epoch: Epoch(answer.number()?),
                nonce: request.nonce,
            },
            position: Offset(answer.number()?),
            tail: Offset(answer.number()?),
            ended_here: u32::try_from(answer.number()?).unwrap_or(u32::MAX),
        })),
        b"held" => {
            let until = answer.bytes()?;
            let until = answer.sound(moment::read(&until))?;
            Ok(Leased::Held { until })
        }
        _ => Err(answer.damaged("is not understood")),
    }
}

pub(crate) async fn renew(
    calls: &Calls,
    partition: PartitionId,
    fence: Fence,
    until: Timestamp,
) -> Result<Result<(), Fenced>, StoreError> {
    let arguments = Arguments::default().fence(fence).due(until);
    calls
        .write(partition, &scripts::RENEW, arguments)
        .await?
        .fenced()
}

pub(crate) async fn release(
    calls: &Calls,
    partition: PartitionId,
    fence: Fence,
) -> Result<Result<(), Fenced>, StoreError> {
    let arguments = Arguments::default().fence(fence);
    calls
        .write(partition, &scripts::RELEASE, arguments)
        .await?
        .fenced()
}

pub(crate) async fn note_try(
    calls: &Calls,
    partition: PartitionId,
    fence: Fence,
    offset: Offset,
) -> Result<Result<u32, Fenced>, StoreError> {
    let arguments = Arguments::default().fence(fence).number(offset.0);
    let mut answer = calls
        .write(partition, &scripts::NOTE_TRY, arguments)
        .await?;
    if answer.fenced()?.is_err() {
        return Ok(Err(Fenced));
    }
    let before = u32::try_from(answer.number()?).ok();
    answer.sound(before).map(Ok)
}
