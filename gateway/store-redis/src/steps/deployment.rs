//! Records of the whole deployment.

use signalbox_store::StoreError;

use crate::arguments::Arguments;
use crate::calls::Calls;
use crate::failure::Failure;
use crate::scripts;

pub(crate) async fn record(
    calls: &Calls,
    name: &str,
) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
    let arguments = Arguments::default().bytes(name);
    let answer = calls.deployment(&scripts::RECORD, arguments).await;
    let mut answer = answer.map_err(Failure::of_read)?;
    if answer.is_empty() {
        return Ok(None);
    }
    Ok(Some((answer.number()?, answer.bytes()?)))
}

pub(crate) async fn replace(
    calls: &Calls,
    name: &str,
    expected: u64,
    bytes: Vec<u8>,
) -> Result<bool, StoreError> {
    let arguments = Arguments::default()
        .bytes(name)
        .number(expected)
        .bytes(bytes);
    let answer = calls.deployment(&scripts::REPLACE_RECORD, arguments).await;
    Ok(answer.map_err(Failure::of_write)?.bytes()? == b"done")
}
