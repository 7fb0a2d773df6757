//! What the cases store: small, really sealed, told apart by numbers.

use std::sync::Arc;

use jiff::Timestamp;
use signalbox_sealed::{DataKey, KeyedHash, Sealed};
use uuid::Uuid;

use crate::ids::{
    BatchId, DedupeKey, EntryId, Fingerprint, MessageId, NodeId, Nonce, Offset, PartitionId,
    Sequence, ThreadId, TimerId,
};
use crate::records::{
    Append, Appended, Commit, Committed, Destination, Fence, JournalEntry, LeaseRequest, Leased,
    OutboxEntry, PartitionHead, StateWrite, TimerWrite, TranscriptAppend, TranscriptRange,
};
use crate::store::Store;

pub(super) const PARTITION: PartitionId = PartitionId {
    kind: crate::ids::PartitionKind::Customer,
    number: 7,
};
pub(super) const ALL: usize = 1_000;
const START_SECOND: i64 = 1_795_000_000;

/// So many seconds after the suite's beginning of time.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(START_SECOND + seconds).expect("a second of this century")
}

pub(super) fn sealed(text: &str) -> Sealed {
    let key = DataKey::from_bytes([7; 32]);
    key.seal(b"suite", text.as_bytes(), [9; 24])
}

/// A hash that differs for every number and in every byte, and does not sort as the numbers do.
fn hash(kind: u8, number: u64) -> KeyedHash {
    let mut bytes = KeyedHash::default();
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(kind);
    let (front, back) = bytes.split_at_mut(8);
    front.copy_from_slice(&mixed.to_le_bytes());
    back.copy_from_slice(&mixed.rotate_left(29).to_le_bytes());
    bytes
}

pub(super) fn thread(number: u64) -> ThreadId {
    ThreadId(hash(1, number))
}

pub(super) fn entry_id(number: u64) -> EntryId {
    EntryId(hash(2, number))
}

pub(super) fn timer_id(number: u64) -> TimerId {
    TimerId(hash(3, number))
}

pub(super) fn batch_id(number: u64) -> BatchId {
    BatchId(hash(4, number))
}

pub(super) fn node(number: u64) -> NodeId {
    NodeId(hash(5, number))
}

pub(super) fn nonce(number: u64) -> Nonce {
    Nonce(hash(6, number))
}

pub(super) fn message_id(number: u64) -> MessageId {
    MessageId(Uuid::from_bytes(hash(7, number)))
}

/// The message with this number, said in `of`.
pub(super) fn message(number: u64, of: ThreadId) -> Append {
    Append {
        thread: of,
        dedupe: DedupeKey(hash(8, number)),
        fingerprint: Fingerprint(hash(9, number)),
        message_id: message_id(number),
        accepted_at: at(number as i64),
        sequenced: true,
        event: sealed(&format!("message {number}")),
    }
}

/// An event with this number that the customer does not see.
pub(super) fn unseen(number: u64, of: ThreadId) -> Append {
    Append {
        sequenced: false,
        ..message(number, of)
    }
}

pub(super) fn reply(number: u64, to: ThreadId) -> TranscriptAppend {
    TranscriptAppend {
        thread: to,
        message_id: message_id(number),
        at: at(number as i64),
        event: sealed(&format!("reply {number}")),
    }
}

pub(super) fn entry(number: u64, to: ThreadId, due: i64) -> OutboxEntry {
    OutboxEntry {
        id: entry_id(number),
        thread: to,
        destination: if number.is_multiple_of(2) {
            Destination::Channel
        } else {
            Destination::Partition(PartitionId::customer(3))
        },
        due: at(due),
        not_after: number.is_multiple_of(3).then(|| at(due + 600)),
        attempts: 0,
        speaker: number,
        payload: sealed(&format!("entry {number}")),
    }
}

pub(super) fn timer(number: u64, of: ThreadId, due: i64) -> TimerWrite {
    TimerWrite::Set {
        id: timer_id(number),
        thread: of,
        due: at(due),
        event: sealed(&format!("timer {number}")),
    }
}

pub(super) fn state(of: ThreadId, text: &str) -> StateWrite {
    StateWrite {
        thread: of,
        state: Some(sealed(text)),
    }
}

pub(super) fn decision(offset: u64, of: ThreadId) -> JournalEntry {
    JournalEntry {
        offset: Offset(offset),
        thread: of,
        message_id: message_id(offset),
        earlier: Vec::new(),
        record: sealed(&format!("decision {offset}")),
    }
}

/// The decision on a turn of the messages `first` to `offset`.
pub(super) fn decision_on_turn(first: u64, offset: u64, of: ThreadId) -> JournalEntry {
    JournalEntry {
        earlier: (first..offset).map(message_id).collect(),
        ..decision(offset, of)
    }
}

/// A batch that writes nothing but its position.
pub(super) fn batch(fence: Fence, from: u64, to: u64) -> Commit {
    Commit {
        partition: PARTITION,
        fence,
        from: Offset(from),
        to: Offset(to),
        batch: batch_id(from * 1_000 + to),
        states: Vec::new(),
        transcript: Vec::new(),
        outbox: Vec::new(),
        withdrawn: Vec::new(),
        set_aside: Vec::new(),
        timers: Vec::new(),
        journal: Vec::new(),
    }
}

pub(super) fn request(node_number: u64, nonce_number: u64, now: i64, until: i64) -> LeaseRequest {
    LeaseRequest {
        node: node(node_number),
        nonce: nonce(nonce_number),
        now: at(now),
        until: at(until),
    }
}

/// Makes node 1 the owner of [`PARTITION`].
pub(super) async fn own(store: &Arc<dyn Store>) -> Fence {
    granted(store, request(1, 1, 0, 1_000)).await.fence
}

pub(super) async fn granted(store: &Arc<dyn Store>, request: LeaseRequest) -> PartitionHead {
    match store.lease(PARTITION, request).await.expect("lease") {
        Leased::Granted(head) => head,
        Leased::Held { until } => panic!("the partition is free, but was held until {until}"),
    }
}

/// Appends what must be new, and answers its offset and sequence.
pub(super) async fn accepted(store: &Arc<dyn Store>, append: Append) -> (Offset, Option<Sequence>) {
    match store.append(PARTITION, append).await.expect("append") {
        Appended::Accepted { offset, receipt } => (offset, receipt.sequence),
        other => panic!("the message is new, but the answer was {other:?}"),
    }
}

/// Commits what must pass, and answers its sequences.
pub(super) async fn committed(store: &Arc<dyn Store>, commit: Commit) -> Vec<Sequence> {
    match store.commit(commit).await.expect("commit") {
        Committed::Committed { sequences } => sequences,
        other => panic!("the batch is sound, but the answer was {other:?}"),
    }
}

/// Everything that can be read of threads 0 to 9 of [`PARTITION`], for comparing before and after.
pub(super) async fn everything(store: &Arc<dyn Store>) -> Vec<String> {
    let far = at(1_000_000_000);
    let mut all = vec![
        format!("{:?}", store.inbox(PARTITION, Offset(0), ALL).await),
        format!("{:?}", store.journal(PARTITION, Offset(0), ALL).await),
        format!("{:?}", store.next_timer(PARTITION).await),
        format!("{:?}", store.next_outbox(PARTITION).await),
        format!("{:?}", store.due_outbox(PARTITION, far, ALL).await),
        format!("{:?}", store.outbox(PARTITION, ALL).await),
        format!("{:?}", store.dead_letters(PARTITION, ALL).await),
        format!("{:?}", store.trimmed(PARTITION).await),
        format!("{:?}", store.deployment_record("active").await),
    ];
    for number in 0..10 {
        let of = thread(number);
        let from_start = TranscriptRange::After(Sequence(0));
        all.push(format!(
            "{:?} {:?} {:?} {:?} {:?}",
            store.transcript(PARTITION, of, from_start, ALL).await,
            store.last_sequence(PARTITION, of).await,
            store.states(PARTITION, &[of]).await,
            store.existing_data_key(PARTITION, of).await,
            store.existing_home(PARTITION, of).await,
        ));
    }
    all
}
