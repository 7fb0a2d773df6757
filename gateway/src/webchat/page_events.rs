//! Page events of visitors who have not said anything yet. They are worth remembering for a while and not worth a
//! durable log: when their first message comes, the last of them follow it; when they log in, they are the user's.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use lru::LruCache;
use parking_lot::Mutex;
use signalbox_adapters::PageEvent;
use signalbox_store::ThreadId;

/// Visitors whose page events are remembered …
const MAX_VISITORS: NonZeroUsize = NonZeroUsize::new(16_384).unwrap();
/// … and how many of each: the last ones.
const MAX_EVENTS: usize = 10;

pub(super) struct HeldPageEvents {
    events: Mutex<LruCache<ThreadId, VecDeque<PageEvent>>>,
}

impl Default for HeldPageEvents {
    fn default() -> Self {
        Self {
            events: Mutex::new(LruCache::new(MAX_VISITORS)),
        }
    }
}

impl HeldPageEvents {
    pub(super) fn hold(&self, thread: ThreadId, event: PageEvent) {
        let mut held = self.events.lock();
        let events = held.get_or_insert_mut(thread, VecDeque::new);
        if events.len() == MAX_EVENTS {
            events.pop_front();
        }
        events.push_back(event);
    }

    /// Whoever came as `visitor` turns out to be `user`: what is held of the one is now held of the other.
    pub(super) fn carry_over(&self, visitor: ThreadId, user: ThreadId) {
        let events = self.release(visitor);
        for event in events {
            self.hold(user, event);
        }
    }

    /// What is held of a visitor whose thread begins.
    pub(super) fn release(&self, thread: ThreadId) -> VecDeque<PageEvent> {
        self.events.lock().pop(&thread).unwrap_or_default()
    }
}
