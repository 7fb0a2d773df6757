//! How often something may be done: a bucket of tokens that fills up with time.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::time::Duration;

use lru::LruCache;
use parking_lot::Mutex;
use tokio::time::Instant;

/// How fast a bucket fills, and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rate {
    pub(crate) per_second: f64,
    pub(crate) burst: f64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct TokenBucket {
    tokens: f64,
    at: Instant,
}

impl Rate {
    pub(super) fn per_minute(count: u32) -> Self {
        Self {
            per_second: f64::from(count) / 60.0,
            burst: f64::from(count),
        }
    }
}

impl TokenBucket {
    /// A full one.
    pub(crate) fn new(rate: Rate, now: Instant) -> Self {
        Self {
            tokens: rate.burst,
            at: now,
        }
    }

    /// Takes one token, or says how long it is until there is one.
    pub(crate) fn take(&mut self, rate: Rate, now: Instant) -> Result<(), Duration> {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = rate.burst.min(self.tokens + passed * rate.per_second);
        self.at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64(
            (1.0 - self.tokens) / rate.per_second,
        ))
    }

    /// Puts a token back that was taken for something that did not count.
    pub(crate) fn give_back(&mut self, rate: Rate) {
        self.tokens = rate.burst.min(self.tokens + 1.0);
    }
}

/// A bucket for each of the keys that were used last. One that was forgotten is full again: whoever rotates through
/// more keys than this holds is stopped by the limits on addresses and connections.
pub(super) struct KeyedBuckets<K> {
    buckets: Mutex<LruCache<K, TokenBucket>>,
    rate: Rate,
}

const MAX_KEYS: NonZeroUsize = NonZeroUsize::new(65_536).unwrap();

impl<K: Hash + Eq> KeyedBuckets<K> {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            buckets: Mutex::new(LruCache::new(MAX_KEYS)),
            rate,
        }
    }

    pub(super) fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        self.buckets
            .lock()
            .get_or_insert_mut(key, || TokenBucket::new(self.rate, now))
            .take(self.rate, now)
    }
}

#[cfg(test)]
mod tests;
