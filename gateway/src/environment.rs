//! The real clock and the real randomness.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use signalbox_router::Environment;

/// The world as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealEnvironment;

#[async_trait]
impl Environment for RealEnvironment {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        if aws_lc_rs::rand::fill(bytes).is_err() {
            // Keys and tokens that could be guessed are worse than no service; the library itself only fails where
            // the operating system gives no randomness at all.
            tracing::error!("the operating system gives no randomness; stopping");
            std::process::abort();
        }
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
