//! Letting go what the archive has.

use signalbox_store::{Fence, Fenced, Offset, PartitionId, StoreError, Trim};

use crate::arguments::Arguments;
use crate::calls::Calls;
use crate::{records, scripts};

pub(crate) async fn trim(
    calls: &Calls,
    partition: PartitionId,
    fence: Fence,
    trim: Trim,
) -> Result<Result<(), Fenced>, StoreError> {
    let mut reached = None;
    // Part by part, so that no script keeps others waiting. Each part is a trim of its own; the next one goes on.
    loop {
        let arguments = Arguments::default()
            .fence(fence)
            .number(trim.archived.0)
            .number(trim.keep_per_thread)
            .now(trim.dedupe_before);
        let mut answer = calls.write(partition, &scripts::TRIM, arguments).await?;
        if answer.fenced()?.is_err() {
            return Ok(Err(Fenced));
        }
        let trimmed = Offset(answer.number()?);
        if trimmed >= trim.archived || reached == Some(trimmed) {
            return Ok(Ok(()));
        }
        reached = Some(trimmed);
    }
}

pub(crate) async fn trimmed(calls: &Calls, partition: PartitionId) -> Result<Offset, StoreError> {
    let mut answer = calls.fields(partition, "head", &[b"trimmed"]).await?;
    let trimmed = answer
        .maybe()
        .map(|digits| answer.sound(records::number(&digits)));
    Ok(Offset(trimmed.transpose()?.unwrap_or(0)))
}
