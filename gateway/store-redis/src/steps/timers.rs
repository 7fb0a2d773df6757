//! Timers that become events.

use jiff::Timestamp;
use signalbox_store::{Fence, Fenced, PartitionId, StoreError};

use crate::arguments::Arguments;
use crate::calls::Calls;
use crate::{moment, scripts};

pub(crate) async fn fire(
    calls: &Calls,
    partition: PartitionId,
    fence: Fence,
    now: Timestamp,
    limit: usize,
) -> Result<Result<usize, Fenced>, StoreError> {
    let arguments = Arguments::default()
        .fence(fence)
        .now(now)
        .bytes(moment::exact(now))
        .limit(limit);
    let mut answer = calls
        .write(partition, &scripts::FIRE_TIMERS, arguments)
        .await?;
    if answer.fenced()?.is_err() {
        return Ok(Err(Fenced));
    }
    let fired = usize::try_from(answer.number()?).ok();
    answer.sound(fired).map(Ok)
}
