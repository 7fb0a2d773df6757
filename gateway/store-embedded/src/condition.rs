//! Whether the store takes writes, as writer and callers see it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use signalbox_store::StoreError;

/// Shared between the writer's thread and everybody who asks.
#[derive(Default)]
pub(crate) struct Condition {
    full: AtomicBool,
    /// Once set, nothing is written any more.
    failed: Mutex<Option<String>>,
    /// Packed partitions that stopped because of a damaged row, with what it was.
    damaged: Mutex<BTreeMap<i64, String>>,
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

    /// Stops a partition; the others go on.
    pub(crate) fn stop(&self, partition: i64, what: String) {
        tracing::error!(%what, "stored data is damaged, its partition stops; run `signalbox doctor`");
        self.damaged.lock().entry(partition).or_insert(what);
    }

    /// # Errors
    /// [`StoreError::Damaged`] for a partition that has stopped.
    pub(crate) fn check_partition(&self, partition: i64) -> Result<(), StoreError> {
        match self.damaged.lock().get(&partition) {
            None => Ok(()),
            Some(what) => Err(StoreError::Damaged { what: what.clone() }),
        }
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
