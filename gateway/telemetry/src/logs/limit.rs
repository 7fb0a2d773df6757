//! How many lines one place in the code may write: a token bucket a callsite.
//!
//! A fault that repeats a thousand times a second would fill the disk with one sentence and hide all others. Errors are
//! limited too: the first hundred say what has to be known. Memory is bounded, since a callsite is a static of the program.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus::IntCounter;
use tracing::callsite::Identifier;

/// So many lines a callsite may write at once.
const LINES_AT_ONCE: u32 = 100;
/// So fast it may write again.
const LINES_PER_SECOND: u32 = 10;

/// In this time a bucket gains one line.
const LINE_PERIOD: Duration = Duration::from_millis(1_000 / LINES_PER_SECOND as u64);
/// In this time an empty bucket becomes full.
const FILL_PERIOD: Duration = LINE_PERIOD.saturating_mul(LINES_AT_ONCE);

/// Tells the time.
pub(crate) type Clock = Box<dyn Fn() -> Instant + Send + Sync>;

/// The buckets of all callsites.
pub(crate) struct LineLimit {
    buckets: Mutex<HashMap<Identifier, Bucket>>,
    suppressed: IntCounter,
    clock: Clock,
}

struct Bucket {
    /// When it will be full again; each line moves this away.
    full_at: Instant,
    suppressed: u64,
}

/// A line may be written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// So many of the same callsite were not, since the last that was.
    pub(crate) suppressed: u64,
}

impl LineLimit {
    /// Full buckets; lines that are not written are counted in `suppressed`.
    pub(crate) fn new(suppressed: IntCounter, clock: Clock) -> Self {
        Self {
            buckets: Mutex::default(),
            suppressed,
            clock,
        }
    }

    /// Asks for one line. `None`: it must not be written, and was counted.
    pub(crate) fn take(&self, callsite: Identifier) -> Option<Allowed> {
        let now = (self.clock)();
        // A bucket is whole at any moment, whoever panicked with it.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(callsite).or_insert(Bucket {
            full_at: now,
            suppressed: 0,
        });
        let full_at = bucket.full_at.max(now) + LINE_PERIOD;
        if full_at.duration_since(now) > FILL_PERIOD {
            bucket.suppressed += 1;
            self.suppressed.inc();
            return None;
        }
        bucket.full_at = full_at;
        Some(Allowed {
            suppressed: std::mem::take(&mut bucket.suppressed),
        })
    }
}
