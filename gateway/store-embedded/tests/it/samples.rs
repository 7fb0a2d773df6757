//! Messages for the tests, told apart by numbers, and a store to keep them.

use std::path::Path;

use jiff::Timestamp;
use signalbox_sealed::{DataKey, Sealed};
use signalbox_store::{
    Append, Appended, BatchId, Commit, DedupeKey, Durability, Fence, Fingerprint, JournalEntry,
    LeaseRequest, Leased, MessageId, NodeId, Nonce, Offset, PartitionId, StateWrite, Store,
    StoreError, ThreadId, TranscriptAppend,
};
use signalbox_store_embedded::{CheckError, EmbeddedStore, Report};

pub(crate) const THREADS: u64 = 7;

pub(crate) fn open(directory: &Path) -> EmbeddedStore {
    EmbeddedStore::open(directory, Durability::Fsync).expect("the store opens")
}

pub(crate) fn check(directory: &Path) -> Result<Report, CheckError> {
    signalbox_store_embedded::check(directory, Durability::Fsync)
}

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
    PartitionId::customer((number % 3) as u16)
}

pub(crate) fn thread(number: u64) -> ThreadId {
    ThreadId(hash(1, number % THREADS))
}

pub(crate) fn message_id(number: u64) -> MessageId {
    MessageId(uuid::Uuid::from_bytes(hash(4, number)))
}

/// The text of a message, about as long as a sealed one is.
pub(crate) fn text(number: u64) -> String {
    format!("message {number} {}", "x".repeat(500))
}

pub(crate) fn message(number: u64) -> Append {
    Append {
        thread: thread(number),
        dedupe: DedupeKey(hash(2, number)),
        fingerprint: Fingerprint(hash(3, number)),
        message_id: message_id(number),
        accepted_at: at(number),
        sequenced: true,
        event: sealed(&text(number)),
    }
}

/// Keeps a message, or says why not. A repeat is as good as the first time.
pub(crate) async fn keep(store: &EmbeddedStore, number: u64) -> Result<(), StoreError> {
    let appended = store.append(partition(number), message(number)).await?;
    assert_ne!(appended, Appended::Conflicting);
    Ok(())
}

pub(crate) async fn own(store: &EmbeddedStore, partition: PartitionId, nonce: u64) -> Fence {
    let request = LeaseRequest {
        node: NodeId([9; 16]),
        nonce: Nonce(hash(5, nonce)),
        now: at(0),
        until: at(1_000_000),
    };
    match store.lease(partition, request).await {
        Ok(Leased::Granted(head)) => head.fence,
        other => panic!("the partition is free, but the answer was {other:?}"),
    }
}

/// A batch that answers every message of a partition's inbox behind `from`.
pub(crate) async fn answers(
    store: &EmbeddedStore,
    partition: PartitionId,
    fence: Fence,
    from: Offset,
) -> Result<Commit, StoreError> {
    let inbox = store.inbox(partition, from, 1_000).await?;
    let to = inbox.last().map_or(from, |last| last.offset);
    Ok(Commit {
        partition,
        fence,
        from,
        to,
        batch: BatchId(hash(6, fence.epoch.0 * 1_000_000 + to.0)),
        states: inbox
            .iter()
            .map(|record| StateWrite {
                thread: record.thread,
                state: Some(record.event.clone()),
            })
            .collect(),
        transcript: inbox
            .iter()
            .map(|record| TranscriptAppend {
                thread: record.thread,
                message_id: record.message_id,
                at: record.accepted_at,
                event: sealed("reply"),
            })
            .collect(),
        outbox: Vec::new(),
        withdrawn: Vec::new(),
        set_aside: Vec::new(),
        timers: Vec::new(),
        journal: inbox
            .iter()
            .map(|record| JournalEntry {
                offset: record.offset,
                thread: record.thread,
                message_id: record.message_id,
                earlier: Vec::new(),
                record: sealed("decision"),
            })
            .collect(),
    })
}
