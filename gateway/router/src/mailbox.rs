//! Hands what this process has just appended to the partition's owner in the same process, opened as it is.
//!
//! A shortcut past the store and never a second truth: it holds copies of kept records only, the owner takes them in
//! the order of offsets and without gaps, and reads the store for whatever is not here.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use parking_lot::Mutex;
use signalbox_store::{MessageId, Offset, ThreadId};
use tokio::sync::Notify;

use crate::event::Event;

/// A record of an inbox, opened.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) offset: Offset,
    pub(crate) thread: ThreadId,
    pub(crate) message_id: MessageId,
    pub(crate) accepted_at: Timestamp,
    pub(crate) event: Event,
}

#[derive(Default)]
pub(crate) struct Mailbox {
    records: Mutex<BTreeMap<Offset, Arrived>>,
    /// Something was kept that was not handed over.
    look: AtomicBool,
    /// Something came back to the outbox.
    look_in_outbox: AtomicBool,
    wake: Notify,
}

impl Mailbox {
    /// Past this the owner is behind anyway and reads the store.
    const MOST_RECORDS: usize = 1_024;

    /// Hands a kept record over.
    pub(crate) fn hand_over(&self, record: Arrived) {
        {
            let mut records = self.records.lock();
            if records.len() < Self::MOST_RECORDS {
                records.insert(record.offset, record);
            } else {
                self.look.store(true, Ordering::Release);
            }
        }
        self.wake.notify_one();
    }

    /// Tells the owner that the store has something that was not handed over.
    pub(crate) fn look_in_store(&self) {
        self.look.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Tells the owner that its outbox has something that no batch of its own put there.
    pub(crate) fn look_in_outbox(&self) {
        self.look_in_outbox.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Whether the owner was told to look in its outbox since it was last asked.
    pub(crate) fn take_outbox_look(&self) -> bool {
        self.look_in_outbox.swap(false, Ordering::AcqRel)
    }

    /// Whether the owner was told to look in the store since it was last asked.
    pub(crate) fn take_look(&self) -> bool {
        self.look.swap(false, Ordering::AcqRel)
    }

    /// Waits until there may be something new.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Takes the records right behind `position`, at most `limit`. Forgets what the owner is past.
    pub(crate) fn take_behind(&self, position: Offset, limit: usize) -> Taken {
        let mut records = self.records.lock();
        let later = records.split_off(&position.next());
        *records = later;
        let mut next = position.next();
        let mut taken = Vec::new();
        while taken.len() < limit {
            let Some(record) = records.remove(&next) else {
                break;
            };
            next = next.next();
            taken.push(record);
        }
        if !taken.is_empty() {
            Taken::Records(taken)
        } else if records.is_empty() {
            Taken::Nothing
        } else {
            Taken::Gap
        }
    }
}

/// What a mailbox had.
pub(crate) enum Taken {
    /// The records right behind the position.
    Records(Vec<Arrived>),
    /// Nothing behind the position.
    Nothing,
    /// Later records, but not the next one: the store has it.
    Gap,
}
