//! Who listens to which thread, in this process.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use signalbox_router::{ThreadEvent, ThreadHints};
use signalbox_store::ThreadId;
use uuid::Uuid;

use super::entry::Entry;
use super::mailbox::Mailbox;

/// So that two threads seldom wait for each other.
const SHARDS: usize = 32;

type Shard = Mutex<HashMap<ThreadId, Vec<(Uuid, Arc<Mailbox>)>>>;

/// Passes hints on to the sessions of a thread. Publishing never waits for a session.
pub struct Hub {
    shards: [Shard; SHARDS],
}

/// A session's ear. It hears nothing more once this is dropped.
pub(super) struct Subscription {
    hub: Arc<Hub>,
    thread: ThreadId,
    pub(super) mailbox: Arc<Mailbox>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
        }
    }
}

impl Hub {
    pub(super) fn subscribe(self: &Arc<Self>, thread: ThreadId, session: Uuid) -> Subscription {
        let mailbox = Arc::<Mailbox>::default();
        let listener = (session, Arc::clone(&mailbox));
        self.shard(thread)
            .lock()
            .entry(thread)
            .or_default()
            .push(listener);
        Subscription {
            hub: Arc::clone(self),
            thread,
            mailbox,
        }
    }

    /// Tells all other sessions of a thread that somebody types there, or no longer.
    pub(super) fn typing(&self, thread: ThreadId, session: Uuid, on: bool) {
        if let Some(listeners) = self.shard(thread).lock().get(&thread) {
            for (listener, mailbox) in listeners {
                if *listener != session {
                    mailbox.put_typing(on);
                }
            }
        }
    }

    fn shard(&self, thread: ThreadId) -> &Shard {
        let [first, ..] = thread.0;
        &self.shards[usize::from(first) % SHARDS]
    }
}

impl ThreadHints for Hub {
    fn entries(&self, thread: ThreadId, entries: &[Arc<ThreadEvent>]) {
        let shard = self.shard(thread).lock();
        let Some(listeners) = shard.get(&thread) else {
            return;
        };
        let entries: Vec<_> = entries.iter().map(Arc::clone).map(Entry::new).collect();
        for (_, mailbox) in listeners {
            mailbox.put_entries(&entries);
        }
    }

    fn stale(&self, thread: ThreadId) {
        if let Some(listeners) = self.shard(thread).lock().get(&thread) {
            for (_, mailbox) in listeners {
                mailbox.put_stale();
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut shard = self.hub.shard(self.thread).lock();
        if let Some(listeners) = shard.get_mut(&self.thread) {
            // By its own mailbox: a session that turns to the thread it is in already has two ears for a moment.
            listeners.retain(|(_, mailbox)| !Arc::ptr_eq(mailbox, &self.mailbox));
            if listeners.is_empty() {
                shard.remove(&self.thread);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREAD: ThreadId = ThreadId([7; 16]);

    #[test]
    fn a_session_that_turns_to_its_own_thread_again_still_hears() {
        let hub = Arc::new(Hub::default());
        let session = Uuid::from_u128(1);
        let first = hub.subscribe(THREAD, session);
        let second = hub.subscribe(THREAD, session);
        drop(first);
        hub.stale(THREAD);
        assert!(second.mailbox.take().is_stale);
        drop(second);
        assert!(
            hub.shard(THREAD).lock().is_empty(),
            "nobody listens any more"
        );
    }
}
