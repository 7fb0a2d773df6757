//! The router's bounds and times. Built by the configuration, which validates each against the others.

use std::time::Duration;

use signalbox_store::NodeId;

use crate::delivery_mode::DeliveryMode;

/// See each field. [`RouterSettings::default`] is what an embedded gateway runs with.
#[derive(Debug, Clone)]
pub struct RouterSettings {
    /// Who this process is in leases. Stable over restarts of an embedded gateway, so that it takes its own lease over at once.
    pub node: NodeId,
    /// How many partitions conversations are spread over. Fixed when the store is made.
    pub customer_partitions: u16,
    /// Inbox records handled and committed at once, at most.
    pub batch_records: usize,
    /// A turn is answered when the customer has been quiet for so long …
    pub gather: Duration,
    /// … or at the latest so long after its first message.
    pub gather_at_most: Duration,
    /// A lease runs so long unless renewed; it is renewed after a third.
    pub lease: Duration,
    /// How often an owner looks for records that nobody told it of.
    pub poll: Duration,
    /// A pushed reply is worth nothing after this.
    pub reply_not_after: Duration,
    /// To whom anything is pushed.
    pub delivery: DeliveryMode,
    /// Attempts to deliver one entry before it becomes a dead letter.
    pub delivery_attempts: u32,
    /// The longest wait before the first retry; doubles each time, with full jitter, up to [`RouterSettings::delivery_backoff_at_most`].
    pub delivery_backoff: Duration,
    /// See [`RouterSettings::delivery_backoff`].
    pub delivery_backoff_at_most: Duration,
    /// Dead letters that are kept in each partition, at most: the oldest go first.
    pub dead_letters: usize,
    /// How long a dead letter is kept.
    pub dead_letters_for: Duration,
    /// Entries of one partition that are being sent at once over one channel, at most.
    pub deliveries_at_once: usize,
    /// Customers' states and keys that an owner keeps at hand, at most, in each partition.
    pub cached_customers: usize,
    /// How often what is decided goes to the archive.
    pub archive_every: Duration,
    /// Entries of each thread that stay in the hot store.
    pub keep_per_thread: u64,
    /// How long a repeated message is recognised.
    pub dedupe_for: Duration,
}

impl Default for RouterSettings {
    fn default() -> Self {
        Self {
            node: NodeId(*b"embedded gateway"),
            customer_partitions: 256,
            batch_records: 256,
            gather: Duration::from_millis(1_500),
            gather_at_most: Duration::from_secs(5),
            lease: Duration::from_secs(600),
            poll: Duration::from_secs(5),
            reply_not_after: Duration::from_secs(600),
            delivery: DeliveryMode::Live,
            delivery_attempts: 8,
            delivery_backoff: Duration::from_secs(1),
            delivery_backoff_at_most: Duration::from_secs(300),
            dead_letters: 1_000,
            dead_letters_for: Duration::from_secs(30 * 24 * 3_600),
            deliveries_at_once: 32,
            cached_customers: 512,
            archive_every: Duration::from_secs(10),
            keep_per_thread: 500,
            dedupe_for: Duration::from_secs(7 * 24 * 3_600),
        }
    }
}
