//! Messages for the tests, told apart by numbers.

use jiff::Timestamp;
use signalbox_sealed::{DataKey, Sealed};
use signalbox_store::{
    Append, Appended, BatchId, Commit, DedupeKey, Fence, Fingerprint, InboxRecord, JournalEntry,
    LeaseRequest, Leased, MessageId, NodeId, Nonce, Offset, PartitionHead, PartitionId, StateWrite,
    Store, StoreError, ThreadId, TranscriptAppend,
};
use signalbox_store_redis::RedisStore;

pub(crate) const PARTITIONS: u64 = 3;
pub(crate) const THREADS: u64 = 7;
pub(crate) const ALL: usize = 1 << 20;

pub(crate) fn hash(kind: u8, number: u64) -> [u8; 16] {
    let mut bytes = [kind; 16];
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
    bytes[..8].copy_from_slice(&mixed);
    bytes
}

pub(crate) fn at(number: u64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + number as i64).expect("a second of this century")
}

pub(crate) fn sealed(text: &str) -> Sealed {
    DataKey::from_bytes([1; 32]).seal(b"test", text.as_bytes(), [2; 24])
}

pub(crate) fn partition(number: u64) -> PartitionId {
    PartitionId::customer((number % PARTITIONS) as u16)
}

pub(crate) fn thread(number: u64) -> ThreadId {
    ThreadId(hash(1, number % THREADS))
}

pub(crate) fn message_id(number: u64) -> MessageId {
    MessageId(uuid::Uuid::from_bytes(hash(4, number)))
}

/// A message, about as long as a sealed one is.
pub(crate) fn message(number: u64) -> Append {
    Append {
        thread: thread(number),
        dedupe: DedupeKey(hash(2, number)),
        fingerprint: Fingerprint(hash(3, number)),
        message_id: message_id(number),
        accepted_at: at(number),
        sequenced: true,
        event: sealed(&format!("message {number} {}", "x".repeat(500))),
    }
}

pub(crate) async fn keep(store: &RedisStore, number: u64) -> Result<Appended, StoreError> {
    store.append(partition(number), message(number)).await
}

pub(crate) async fn inbox(store: &RedisStore, partition: PartitionId) -> Vec<InboxRecord> {
    let inbox = store.inbox(partition, Offset(0), ALL).await;
    inbox.expect("the inbox is read")
}

pub(crate) async fn own(
    store: &RedisStore,
    partition: PartitionId,
    nonce: u64,
) -> Result<PartitionHead, StoreError> {
    let request = LeaseRequest {
        node: NodeId([9; 16]),
        nonce: Nonce(hash(5, nonce)),
        now: at(0),
        until: at(1_000_000),
    };
    match store.lease(partition, request).await? {
        Leased::Granted(head) => Ok(head),
        Leased::Held { until } => panic!("the partition is ours, but was held until {until}"),
    }
}

/// The reply to a message, named by it.
pub(crate) fn reply_id(to: MessageId) -> MessageId {
    let mut bytes = *to.0.as_bytes();
    bytes[15] ^= 0xff;
    MessageId(uuid::Uuid::from_bytes(bytes))
}

/// A batch that answers these records of an inbox.
pub(crate) fn answers(
    partition: PartitionId,
    fence: Fence,
    from: Offset,
    records: &[InboxRecord],
) -> Commit {
    let to = records.last().map_or(from, |last| last.offset);
    Commit {
        partition,
        fence,
        from,
        to,
        batch: BatchId(hash(6, fence.epoch.0 * 1_000_000 + to.0)),
        states: records
            .iter()
            .map(|record| StateWrite {
                thread: record.thread,
                state: Some(record.event.clone()),
            })
            .collect(),
        transcript: records
            .iter()
            .map(|record| TranscriptAppend {
                thread: record.thread,
                message_id: reply_id(record.message_id),
                at: record.accepted_at,
                event: sealed("reply"),
            })
            .collect(),
        outbox: Vec::new(),
        withdrawn: Vec::new(),
        set_aside: Vec::new(),
        timers: Vec::new(),
        journal: records
            .iter()
            .map(|record| JournalEntry {
                offset: record.offset,
                thread: record.thread,
                message_id: record.message_id,
                earlier: Vec::new(),
                record: sealed("decision"),
            })
            .collect(),
    }
}
