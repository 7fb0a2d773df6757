//! Many ask for the same at once, one reads: a reading is under way, and at most one waits behind it, for all who came meanwhile.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

/// See the module. Whoever asks gets a reading that began after they asked, so their own change is in it.
pub(super) struct SharedRead<T> {
    begun: AtomicU64,
    /// Held while reading; the number of the last reading, and what it gave.
    last: Mutex<Option<(u64, T)>>,
}

impl<T> Default for SharedRead<T> {
    fn default() -> Self {
        Self {
            begun: AtomicU64::new(0),
            last: Mutex::new(None),
        }
    }
}

impl<T: Clone> SharedRead<T> {
    /// What `read` gives, here or for somebody else.
    pub(super) async fn get(&self, read: impl AsyncFnOnce() -> T) -> T {
        let begun = self.begun.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        if let Some((number, known)) = &*last
            && *number > begun
        {
            return known.clone();
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        // Whoever hangs up here leaves the next one to read.
        let read = read().await;
        *last = Some((number, read.clone()));
        read
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Semaphore;
    use tokio::task::{JoinSet, yield_now};

    use super::*;

    struct World {
        shared: SharedRead<u64>,
        reads: AtomicU64,
        /// What there is to read.
        now: AtomicU64,
        may_end: Semaphore,
    }

    impl World {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                shared: SharedRead::default(),
                reads: AtomicU64::new(0),
                now: AtomicU64::new(1),
                may_end: Semaphore::new(0),
            })
        }

        async fn get(self: Arc<Self>) -> u64 {
            let read = async || {
                self.reads.fetch_add(1, Ordering::SeqCst);
                let seen = self.now.load(Ordering::SeqCst);
                self.may_end.acquire().await.unwrap().forget();
                seen
            };
            self.shared.get(read).await
        }

        async fn reads_are(&self, count: u64) {
            while self.reads.load(Ordering::SeqCst) < count {
                yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn whoever_comes_during_a_reading_shares_the_next_one() {
        let world = World::new();
        let first = tokio::spawn(world.clone().get());
        world.reads_are(1).await;
        world.now.store(2, Ordering::SeqCst);
        let mut others = JoinSet::new();
        for _ in 0..100 {
            others.spawn(world.clone().get());
        }
        for _ in 0..1_000 {
            yield_now().await;
        }
        world.may_end.add_permits(2);
        assert_eq!(first.await.unwrap(), 1);
        assert!(others.join_all().await.into_iter().all(|seen| seen == 2));
        assert_eq!(world.reads.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_reading_that_nobody_waits_for_any_more_is_made_by_the_next() {
        let world = World::new();
        let first = tokio::spawn(world.clone().get());
        world.reads_are(1).await;
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        world.may_end.add_permits(1);
        assert_eq!(world.clone().get().await, 1);
    }
}
