//! From an address to its thread and the thread's partition.

use std::sync::Arc;

use signalbox_adapters::Address;
use signalbox_sealed::DeploymentKey;
use signalbox_store::{DedupeKey, Fingerprint, PartitionId, ThreadId};

/// Names addresses and messages for the store, by hashes that tell nothing about them.
#[derive(Clone)]
pub struct Directory {
    key: Arc<DeploymentKey>,
    customer_partitions: u16,
    desk: ThreadId,
}

impl Directory {
    /// `customer_partitions` must be at least 1 and never change for a store.
    pub fn new(key: Arc<DeploymentKey>, customer_partitions: u16) -> Self {
        Self {
            desk: ThreadId(key.hash("desk", &[])),
            key,
            customer_partitions: customer_partitions.max(1),
        }
    }

    /// The thread of an address.
    pub fn thread(&self, address: &Address) -> ThreadId {
        let parts = [
            address.channel.name().as_bytes(),
            address.account.as_bytes(),
            address.external_id.as_bytes(),
        ];
        ThreadId(self.key.hash("thread", &parts))
    }

    /// What the desk's one state and its events are kept under: a thread that no address has.
    pub fn desk(&self) -> ThreadId {
        self.desk
    }

    /// The line of a partition's outbox in which news of a thread wait for the desk.
    pub(crate) fn desk_line(&self, thread: ThreadId) -> ThreadId {
        ThreadId(self.key.hash("desk line", &[&thread.0]))
    }

    /// What a partition's news to and from the desk are sealed under.
    pub(crate) fn desk_talk(&self, partition: PartitionId) -> ThreadId {
        ThreadId(
            self.key
                .hash("desk talk", &[partition.to_string().as_bytes()]),
        )
    }

    /// The partition of a thread. Part of the thread's hash, so it needs no look-up.
    pub fn partition(&self, thread: ThreadId) -> PartitionId {
        if thread == self.desk {
            return PartitionId::desk();
        }
        let [first, second, ..] = thread.0;
        PartitionId::customer(u16::from_be_bytes([first, second]) % self.customer_partitions)
    }

    /// What makes a repeat of `id` recognisable. `kind` keeps messages, page events and forwards apart. The first half is the
    /// thread's own, so that a store in key order finds the rows of a talking customer on a page that it has at hand.
    pub(crate) fn dedupe(&self, thread: ThreadId, kind: &str, id: &[u8]) -> DedupeKey {
        let mut key = self.key.hash("dedupe", &[&thread.0, kind.as_bytes(), id]);
        for (place, byte) in key.iter_mut().zip(thread.0.iter().take(8)) {
            *place = *byte;
        }
        DedupeKey(key)
    }

    /// The thread's own: whoever knows one customer's words cannot find out who else has written them.
    pub(crate) fn fingerprint(&self, thread: ThreadId, content: &[u8]) -> Fingerprint {
        Fingerprint(self.key.hash("fingerprint", &[&thread.0, content]))
    }

    /// A stable 128-bit name made of what it names, for entries, timers, batches and replies.
    pub(crate) fn derive(&self, domain: &str, parts: &[&[u8]]) -> [u8; 16] {
        self.key.hash(domain, parts)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use signalbox_sealed::DeploymentKey;
    use signalbox_store::ThreadId;

    use super::Directory;

    #[test]
    fn the_same_words_of_two_customers_have_nothing_in_common() {
        let directory = Directory::new(Arc::new(DeploymentKey::from_bytes(&[7; 32])), 4);
        let of = |thread| directory.fingerprint(ThreadId([thread; 16]), b"my card was stolen");
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
}
