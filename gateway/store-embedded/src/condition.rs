//! Whether the store takes writes, as writer and callers see it.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use signalbox_store::StoreError;

/// Shared between the writer's thread and everybody who asks.
#[derive(Default)]
pub(crate) struct Condition {
    full: AtomicBool,
    /// Once set, nothing is written any more.
    failed: Mutex<Option<String>>,
}

impl Condition {
    pub(crate) fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Release);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Acquire)
    }

    pub(crate) fn fail(&self, reason: String) {
        self.failed.lock().get_or_insert(reason);
    }

    /// # Errors
    /// [`StoreError::Unavailable`] once the disk has failed.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match &*self.failed.lock() {
            None => Ok(()),
            Some(reason) => Err(StoreError::Unavailable {
                reason: format!("{reason}; restart the gateway, it checks its data at start"),
            }),
        }
    }
}
