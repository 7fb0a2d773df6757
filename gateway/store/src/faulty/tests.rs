//! The faults happen, repeat with their seed, and tell the truth about what was applied.

use std::sync::Arc;

use async_trait::async_trait;

use super::{FaultCounts, FaultSchedule, FaultyStore};
use crate::conformance::{self, Workbench};
use crate::error::StoreError;
use crate::ids::{DedupeKey, Fingerprint, MessageId, NodeId, Nonce, Offset, PartitionId, ThreadId};
use crate::memory::MemoryStore;
use crate::records::{Append, Fenced, LeaseRequest, Leased};
use crate::store::Store;

const PARTITION: PartitionId = PartitionId {
    kind: crate::ids::PartitionKind::Customer,
    number: 1,
};

struct WithoutFaults;

#[async_trait]
impl Workbench for WithoutFaults {
    async fn fresh(&self) -> Arc<dyn Store> {
        let schedule = FaultSchedule::default();
        Arc::new(FaultyStore::new(MemoryStore::new(), schedule))
    }

    async fn reopen(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        store
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_faults_it_is_a_store() {
    conformance::run_all(&WithoutFaults).await;
}

#[tokio::test]
async fn an_answer_is_kept_and_a_dropped_one_is_not() {
    let (applied, dropped) = (1_000, 0);
    for (unknown_applied, unknown_dropped, kept) in [(applied, dropped, 1), (dropped, 1_000, 0)] {
        let store = FaultyStore::new(
            MemoryStore::new(),
            FaultSchedule {
                unknown_applied,
                unknown_dropped,
                ..FaultSchedule::default()
            },
        );
        let answer = store.append(PARTITION, message(1)).await;
        assert!(matches!(answer, Err(StoreError::Unknown { .. })));
        let inbox = store.inner().inbox(PARTITION, Offset(0), 10).await;
        assert_eq!(inbox.map(|records| records.len()), Ok(kept));
    }
}

#[tokio::test]
async fn a_dropped_lease_fences_its_owner() {
    let schedule = FaultSchedule {
        lease_dropped: 1_000,
        ..FaultSchedule::default()
    };
    let store = FaultyStore::new(MemoryStore::new(), schedule);
    let request = LeaseRequest {
        node: NodeId([1; 16]),
        nonce: Nonce([2; 16]),
        now: jiff::Timestamp::UNIX_EPOCH,
        until: jiff::Timestamp::MAX,
    };
    let Ok(Leased::Granted(head)) = store.lease(PARTITION, request).await else {
        panic!("the partition is free");
    };
    assert_eq!(
        store
            .renew(PARTITION, head.fence, jiff::Timestamp::MAX)
            .await,
        Ok(Err(Fenced))
    );
}

#[tokio::test(start_paused = true)]
async fn a_seed_repeats_its_faults() {
    let run = async |seed| -> (Vec<bool>, FaultCounts) {
        let schedule = FaultSchedule {
            seed,
            unknown_applied: 100,
            unknown_dropped: 100,
            unavailable: 100,
            delayed: 100,
            longest_delay: std::time::Duration::from_secs(5),
            lease_dropped: 0,
        };
        let store = FaultyStore::new(MemoryStore::new(), schedule);
        let mut answers = Vec::new();
        for number in 0..200 {
            answers.push(store.append(PARTITION, message(number)).await.is_ok());
        }
        (answers, store.counts())
    };
    let first = run(1).await;
    assert_eq!(first, run(1).await);
    assert_ne!(first, run(2).await);
    let counts = first.1;
    let all = [
        counts.unknown_applied,
        counts.unknown_dropped,
        counts.unavailable,
        counts.delayed,
    ];
    assert!(all.iter().all(|count| *count > 0), "{counts:?}");
}

fn message(number: u8) -> Append {
    let key = signalbox_sealed::DataKey::from_bytes([1; 32]);
    Append {
        thread: ThreadId([number; 16]),
        dedupe: DedupeKey([number; 16]),
        fingerprint: Fingerprint([number; 16]),
        message_id: MessageId(uuid::Uuid::from_bytes([number; 16])),
        accepted_at: jiff::Timestamp::UNIX_EPOCH,
        sequenced: true,
        event: key.seal(b"test", b"hello", [number; 24]),
    }
}
