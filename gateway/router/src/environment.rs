//! Clock and randomness, so that a simulator can own both.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use signalbox_store::MessageId;
use uuid::Builder;

/// The world outside, as far as the router asks it anything but the store and the channels.
#[async_trait]
pub trait Environment: Send + Sync + 'static {
    /// What time it is. May jump; whoever needs order uses log time.
    fn now(&self) -> Timestamp;

    /// Fills `bytes` with randomness that nobody can guess.
    fn fill_random(&self, bytes: &mut [u8]);

    /// Comes back after `duration`.
    async fn sleep(&self, duration: Duration);
}

/// Draws `N` random bytes.
pub(crate) fn random<const N: usize>(environment: &dyn Environment) -> [u8; N] {
    let mut bytes = [0; N];
    environment.fill_random(&mut bytes);
    bytes
}

/// A new message id: sortable by time (UUID version 7).
pub(crate) fn new_message_id(environment: &dyn Environment, now: Timestamp) -> MessageId {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    MessageId(Builder::from_unix_timestamp_millis(millis, &random(environment)).into_uuid())
}
