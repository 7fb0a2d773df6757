//! Waiting on a condition, with a bound.

use std::time::{Duration, Instant};

/// How long anything may take before the test gives up. Generous, since machines that run tests are busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How often a condition that cannot tell of itself is asked.
const ASK_EVERY: Duration = Duration::from_millis(10);

/// Asks `condition` until it holds and answers its value and how long that took.
///
/// # Panics
/// When it does not hold within [`PATIENCE`]; the message says what was waited for.
pub async fn until<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> (T, Duration) {
    let started = Instant::now();
    let mut tick = tokio::time::interval(ASK_EVERY);
    loop {
        tick.tick().await;
        if let Some(value) = condition().await {
            return (value, started.elapsed());
        }
        assert!(
            started.elapsed() < PATIENCE,
            "waited {PATIENCE:?} in vain until {what}"
        );
    }
}

/// Waits for `work`, which ends by itself when all is well.
///
/// # Panics
/// When it has not ended within [`PATIENCE`]; the message says what was waited for.
pub async fn within_patience<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done,
        Err(_) => panic!("waited {PATIENCE:?} in vain until {what}"),
    }
}
