//! The store as built, through its asynchronous interface: the same messages, one task for each that waits.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use signalbox_sealed::{DataKey, Sealed};
use signalbox_store::{
    Append, Appended, BatchId, Commit, Committed, DedupeKey, Durability, Fence, Fingerprint,
    JournalEntry, LeaseRequest, Leased, MessageId, NodeId, Nonce, Offset, PartitionId, StateWrite,
    Store, ThreadId, TranscriptAppend,
};
use signalbox_store_embedded::EmbeddedStore;
use tokio::task::JoinSet;

use crate::candidate::{Message, Messages, PARTITIONS};
use crate::cpu;

const WAITING: [usize; 4] = [1, 32, 256, 2_048];
const ROUND: Duration = Duration::from_secs(3);

pub(crate) fn measure(directory: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    println!(
        "{:<12} {:>4} {:>12} {:>12} {:>14}",
        "durability", "wait", "appends/s", "messages/s", "CPU/message"
    );
    for durability in [Durability::Fsync, Durability::EverySecond] {
        for waiting in WAITING {
            let directory = tempfile::tempdir_in(directory).expect("directory");
            let store = EmbeddedStore::open(directory.path(), durability).expect("open");
            let (appends, messages, cpu) = runtime.block_on(run(Arc::new(store), waiting));
            let name = format!("{durability:?}");
            println!("{name:<12} {waiting:>4} {appends:>12.0} {messages:>12.0} {cpu:>14.1?}");
        }
    }
}

/// Answers appends a second while only appending, and messages a second with both steps and the CPU time of each.
async fn run(store: Arc<EmbeddedStore>, waiting: usize) -> (f64, f64, Duration) {
    let mut partitions = Vec::new();
    for number in 0..PARTITIONS {
        partitions.push(Partition::own(&store, number).await);
    }
    let mut messages = Messages::default().map(|message| {
        let (sealed, state) = seal(&message);
        (message, sealed, state)
    });
    let mut spent = (Duration::ZERO, Duration::ZERO);
    let (mut done, mut cpu) = (0, Duration::ZERO);
    while spent.0 + spent.1 < ROUND {
        let group: Vec<_> = messages.by_ref().take(waiting).collect();
        let cpu_before = cpu::spent();
        let begin = Instant::now();
        let mut tasks = JoinSet::new();
        for (message, event, state) in group {
            let store = Arc::clone(&store);
            tasks.spawn(async move {
                let append = append(&message, event.clone());
                let partition = PartitionId::customer(message.partition as u16);
                let appended = store.append(partition, append).await;
                assert!(matches!(appended, Ok(Appended::Accepted { .. })));
                (message, event, state)
            });
        }
        let mut kept = tasks.join_all().await;
        spent.0 += begin.elapsed();
        kept.sort_by_key(|(message, ..)| message.partition);
        let begin = Instant::now();
        let mut tasks = JoinSet::new();
        for batch in kept.chunk_by(|one, other| one.0.partition == other.0.partition) {
            let commit = partitions[batch[0].0.partition as usize].commit(batch);
            let store = Arc::clone(&store);
            tasks.spawn(async move {
                let committed = store.commit(commit).await;
                assert!(matches!(committed, Ok(Committed::Committed { .. })));
            });
        }
        tasks.join_all().await;
        spent.1 += begin.elapsed();
        cpu += cpu::spent() - cpu_before;
        done += waiting;
    }
    let appends = done as f64 / spent.0.as_secs_f64();
    let messages = done as f64 / (spent.0 + spent.1).as_secs_f64();
    (appends, messages, cpu.div_f64(done as f64))
}

struct Partition {
    id: PartitionId,
    fence: Fence,
    position: u64,
}

impl Partition {
    async fn own(store: &EmbeddedStore, number: u64) -> Self {
        let id = PartitionId::customer(number as u16);
        let request = LeaseRequest {
            node: NodeId([1; 16]),
            nonce: Nonce([2; 16]),
            now: Timestamp::UNIX_EPOCH,
            until: Timestamp::MAX,
        };
        match store.lease(id, request).await {
            Ok(Leased::Granted(head)) => Self {
                id,
                fence: head.fence,
                position: 0,
            },
            other => panic!("the partition is free, but the answer was {other:?}"),
        }
    }

    fn commit(&mut self, batch: &[(Message, Sealed, Sealed)]) -> Commit {
        let from = self.position;
        self.position += batch.len() as u64;
        let thread = |message: &Message| ThreadId(message.thread);
        Commit {
            partition: self.id,
            fence: self.fence,
            from: Offset(from),
            to: Offset(self.position),
            batch: BatchId(batch[0].0.id),
            states: batch
                .iter()
                .map(|(message, _, state)| StateWrite {
                    thread: thread(message),
                    state: Some(state.clone()),
                })
                .collect(),
            transcript: batch
                .iter()
                .map(|(message, event, _)| TranscriptAppend {
                    thread: thread(message),
                    message_id: MessageId(uuid::Uuid::from_bytes(message.reply_id)),
                    at: Timestamp::UNIX_EPOCH,
                    event: event.clone(),
                })
                .collect(),
            outbox: Vec::new(),
            withdrawn: Vec::new(),
            set_aside: Vec::new(),
            timers: Vec::new(),
            journal: (from + 1..)
                .zip(batch)
                .map(|(offset, (message, event, _))| JournalEntry {
                    offset: Offset(offset),
                    thread: thread(message),
                    message_id: MessageId(uuid::Uuid::from_bytes(message.id)),
                    earlier: Vec::new(),
                    record: event.clone(),
                })
                .collect(),
        }
    }
}

fn append(message: &Message, event: Sealed) -> Append {
    Append {
        thread: ThreadId(message.thread),
        dedupe: DedupeKey(message.dedupe),
        fingerprint: Fingerprint(message.fingerprint),
        message_id: MessageId(uuid::Uuid::from_bytes(message.id)),
        accepted_at: Timestamp::UNIX_EPOCH,
        sequenced: true,
        event,
    }
}

/// Sealing belongs to the router: it is done before the clock starts.
fn seal(message: &Message) -> (Sealed, Sealed) {
    let key = DataKey::from_bytes([7; 32]);
    let seal = |plain: &[u8]| key.seal(b"bench", &plain[..plain.len() - 45], [1; 24]);
    (seal(&message.event), seal(&message.state))
}
