//! What the hub puts down for a session until the session looks. Never waits; past its bound it says that something is
//! missing, and the session reads the store.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::entry::Entry;

/// Entries that wait for one session. A hint that brings more at once is a case for the store.
pub(super) const MAX_WAITING_ENTRIES: usize = 64;

#[derive(Default)]
pub(super) struct Mailbox {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

/// What waited.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) entries: VecDeque<Arc<Entry>>,
    /// Something was left out: the last entry of the thread that the hub has heard of.
    pub(super) missing_up_to: Option<u64>,
    /// Something may be missing, and nobody knows how much: the store does.
    pub(super) is_stale: bool,
    /// The last word on whether somebody types; earlier ones are worth nothing.
    pub(super) typing: Option<bool>,
}

impl Mailbox {
    pub(super) fn put_entries(&self, entries: &[Arc<Entry>]) {
        let mut waiting = self.waiting.lock();
        for entry in entries {
            if waiting.entries.len() < MAX_WAITING_ENTRIES {
                waiting.entries.push_back(Arc::clone(entry));
            } else {
                waiting.missing_up_to = waiting.missing_up_to.max(Some(entry.sequence()));
            }
        }
        drop(waiting);
        self.arrived.notify_one();
    }

    pub(super) fn put_stale(&self) {
        self.waiting.lock().is_stale = true;
        self.arrived.notify_one();
    }

    pub(super) fn put_typing(&self, on: bool) {
        self.waiting.lock().typing = Some(on);
        self.arrived.notify_one();
    }

    /// Whether something had to be left out since it was last emptied.
    pub(super) fn has_overflowed(&self) -> bool {
        self.waiting.lock().missing_up_to.is_some()
    }

    /// Empties it.
    pub(super) fn take(&self) -> Waiting {
        std::mem::take(&mut self.waiting.lock())
    }

    /// Comes back when something was put since the last time it came back.
    pub(super) async fn arrived(&self) {
        self.arrived.notified().await;
    }
}
