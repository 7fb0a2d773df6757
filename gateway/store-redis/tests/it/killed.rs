//! kill -9 of the server in the middle of appends and batches that are asked again: nothing acknowledged is lost, nothing doubled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use signalbox_store::{Appended, Committed, Offset, Sequence, Store, StoreError, TranscriptRange};
use signalbox_store_redis::RedisStore;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::samples::{self, ALL, PARTITIONS};
use crate::server::{DURABLE, Server};

const KILLS: u64 = 10;
const WRITERS: u64 = 8;
/// The kill comes after so many acknowledgements at most.
const LATEST_KILL: u64 = 300;
const BATCH_RECORDS: usize = 20;

/// What the writers were told.
#[derive(Default)]
struct Told {
    kept: Mutex<BTreeMap<u64, Option<Sequence>>>,
    committed: Mutex<BTreeMap<u64, Offset>>,
    unknown: AtomicU64,
    acknowledgements: AtomicU64,
    heard: Notify,
    is_over: AtomicBool,
}

impl Told {
    fn hear(&self) {
        self.acknowledgements.fetch_add(1, Ordering::Relaxed);
        self.heard.notify_waiters();
    }

    async fn until(&self, acknowledgements: u64) {
        loop {
            let heard = self.heard.notified();
            if self.acknowledgements.load(Ordering::Relaxed) >= acknowledgements {
                return;
            }
            heard.await;
        }
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_doubled() {
    let mut server = Server::start(DURABLE);
    let store = Arc::new(server.open("shop").await);
    let told = Arc::new(Told::default());
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        tasks.spawn(append_on(Arc::clone(&store), Arc::clone(&told), writer));
    }
    for partition in 0..PARTITIONS {
        tasks.spawn(commit_on(Arc::clone(&store), Arc::clone(&told), partition));
    }
    let mut chance = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..KILLS {
        // Any kill is another one: the system's timing is the real chance here.
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let so_far = told.acknowledgements.load(Ordering::Relaxed);
        told.until(so_far + 1 + (chance >> 33) % LATEST_KILL).await;
        server.kill();
        server.start_again();
    }
    let so_far = told.acknowledgements.load(Ordering::Relaxed);
    told.until(so_far + LATEST_KILL).await;
    told.is_over.store(true, Ordering::Relaxed);
    while let Some(ended) = tasks.join_next().await {
        ended.expect("a writer");
    }
    server.kill();
    server.start_again();
    let store = server.open("shop").await;
    verify(&store, &told).await;
    assert!(
        told.unknown.load(Ordering::Relaxed) > 0,
        "no kill fell between a question and its answer; then this test proves nothing"
    );
}

/// Appends messages of its own, one after the other, each until it is acknowledged.
async fn append_on(store: Arc<RedisStore>, told: Arc<Told>, writer: u64) {
    let mut number = writer;
    while !told.is_over() {
        match samples::keep(&store, number).await {
            Ok(Appended::Accepted { receipt, .. } | Appended::Repeated(receipt)) => {
                told.kept.lock().insert(number, receipt.sequence);
                told.hear();
                number += WRITERS;
            }
            Ok(Appended::Conflicting) => panic!("message {number} was sent with one content"),
            Err(error) => hear_of(&told, &error),
        }
    }
}

fn hear_of(told: &Told, error: &StoreError) {
    match error {
        StoreError::Unknown { .. } => {
            told.unknown.fetch_add(1, Ordering::Relaxed);
        }
        StoreError::Unavailable { .. } => {}
        StoreError::Damaged { .. } => panic!("{error}"),
    }
}

/// Owns a partition and answers what comes, each batch until its outcome is known.
async fn commit_on(store: Arc<RedisStore>, told: Arc<Told>, number: u64) {
    let partition = samples::partition(number);
    let head = loop {
        match samples::own(&store, partition, number).await {
            Ok(head) => break head,
            Err(error) => hear_of(&told, &error),
        }
    };
    let mut position = Offset(0);
    while !told.is_over() {
        let records = match store.inbox(partition, position, BATCH_RECORDS).await {
            Ok(records) => records,
            Err(error) => {
                hear_of(&told, &error);
                continue;
            }
        };
        if records.is_empty() {
            tokio::task::yield_now().await;
            continue;
        }
        let commit = samples::answers(partition, head.fence, position, &records);
        loop {
            match store.commit(commit.clone()).await {
                Ok(Committed::Committed { .. } | Committed::AlreadyCommitted) => break,
                Ok(other) => panic!("partition {number} is ours alone, but: {other:?}"),
                Err(error) => hear_of(&told, &error),
            }
        }
        position = commit.to;
        told.committed.lock().insert(number, position);
        told.hear();
    }
}

async fn verify(store: &RedisStore, told: &Told) {
    let mut stands = BTreeMap::new();
    for number in 0..PARTITIONS {
        let partition = samples::partition(number);
        let inbox = samples::inbox(store, partition).await;
        for record in &inbox {
            let before = stands.insert(record.message_id, record.clone());
            assert!(before.is_none(), "{:?} stands twice", record.message_id);
        }
        let committed = told.committed.lock().get(&number).copied();
        let committed = committed.unwrap_or_default();
        let journal = store.journal(partition, Offset(0), ALL).await;
        let offsets = journal
            .expect("journal")
            .into_iter()
            .map(|entry| entry.offset.0);
        assert!(
            offsets.eq(1..=committed.0),
            "one decision each up to what was acknowledged, {committed}, and none behind it"
        );
        check_threads(store, number, &inbox, committed).await;
    }
    for (number, sequence) in told.kept.lock().iter() {
        let record = stands.get(&samples::message_id(*number));
        let record = record.unwrap_or_else(|| panic!("message {number} was acknowledged"));
        assert_eq!(record.event, samples::message(*number).event);
        assert_eq!(record.sequence, *sequence);
    }
    // One message of each writer may have been on its way.
    let acknowledged = told.kept.lock().len() as u64;
    let kept = stands.len() as u64;
    assert!(
        (acknowledged..=acknowledged + WRITERS).contains(&kept),
        "{kept} of {acknowledged}"
    );
}

/// Each transcript is dense, holds every message of its thread once, and one reply to each that was answered.
async fn check_threads(
    store: &RedisStore,
    number: u64,
    inbox: &[signalbox_store::InboxRecord],
    committed: Offset,
) {
    for thread in (0..samples::THREADS).map(samples::thread) {
        let from_start = TranscriptRange::After(Sequence(0));
        let transcript = store
            .transcript(samples::partition(number), thread, from_start, ALL)
            .await
            .expect("transcript");
        let sequences = transcript.iter().map(|entry| entry.sequence.0);
        assert!(sequences.eq(1..=transcript.len() as u64), "no gaps");
        let said: BTreeSet<_> = transcript.iter().map(|entry| entry.message_id).collect();
        assert_eq!(said.len(), transcript.len(), "nothing twice");
        let own = inbox.iter().filter(|record| record.thread == thread);
        let expected: BTreeSet<_> = own
            .flat_map(|record| {
                let is_answered = record.offset <= committed;
                let reply = is_answered.then(|| samples::reply_id(record.message_id));
                std::iter::once(record.message_id).chain(reply)
            })
            .collect();
        assert_eq!(said, expected);
    }
}
