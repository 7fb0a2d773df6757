//! How far each thread's customer has read. Kept in memory: after a restart a customer has read what came before their
//! last message, until they say more.

use std::num::NonZeroUsize;

use lru::LruCache;
use parking_lot::Mutex;
use signalbox_store::ThreadId;

/// Threads whose position is remembered.
const MAX_THREADS: NonZeroUsize = NonZeroUsize::new(65_536).unwrap();

pub(super) struct ReadPositions {
    positions: Mutex<LruCache<ThreadId, u64>>,
}

impl Default for ReadPositions {
    fn default() -> Self {
        Self {
            positions: Mutex::new(LruCache::new(MAX_THREADS)),
        }
    }
}

impl ReadPositions {
    /// Cumulative: an earlier position changes nothing.
    pub(super) fn seen(&self, thread: ThreadId, sequence: u64) {
        let mut positions = self.positions.lock();
        let position = positions.get_or_insert_mut(thread, || 0);
        *position = sequence.max(*position);
    }

    pub(super) fn position(&self, thread: ThreadId) -> u64 {
        self.positions.lock().get(&thread).copied().unwrap_or(0)
    }
}
