//! Nothing is lost and nothing is done twice behind a store that fails, beside owners that were deposed and do not know it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use signalbox_router::{AcceptError, Router};
use signalbox_store::{FaultSchedule, FaultyStore, MemoryStore, NodeId, PartitionId, Store};

use crate::bed::{Bed, PARTITIONS, ToldAdapter, entries_of, message, transcript, until};

const SEEDS: u64 = 24;
const CUSTOMERS: usize = 6;
const MESSAGES: usize = 12;

fn schedule(seed: u64) -> FaultSchedule {
    FaultSchedule {
        seed,
        unknown_applied: 40,
        unknown_dropped: 40,
        unavailable: 60,
        delayed: 200,
        longest_delay: Duration::from_millis(800),
        lease_dropped: 15,
    }
}

/// As a channel does: the same message with the same id until it is accepted.
async fn say_until_accepted(router: &Router, who: &str, id: &str, text: &str) {
    loop {
        match router.accept(message(who, id, text)).await {
            Ok(_) => return,
            Err(AcceptError::Unavailable { .. }) => {
                tokio::time::sleep(Duration::from_millis(300)).await
            }
            Err(AcceptError::Conflict) => panic!("the same content is never a conflict"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_and_nothing_is_done_twice_whatever_the_store_does() {
    let mut faults = 0;
    for seed in 0..SEEDS {
        let store = FaultyStore::new(MemoryStore::new(), schedule(seed));
        let adapter = ToldAdapter::new([]);
        let mut bed = Bed::on(Arc::new(store.clone())).pushing(&adapter);
        bed.settings.lease = Duration::from_secs(20);
        bed.settings.poll = Duration::from_secs(1);
        bed.settings.reply_not_after = Duration::from_secs(24 * 3_600);
        let first = bed.start_as(NodeId([1; 16]));
        let mut speaking = tokio::task::JoinSet::new();
        for who in 0..CUSTOMERS {
            let router = first.clone();
            speaking.spawn(async move {
                for id in 0..MESSAGES {
                    say_until_accepted(
                        &router,
                        &who.to_string(),
                        &id.to_string(),
                        &format!("m{id}"),
                    )
                    .await;
                }
            });
        }
        // The same node again, as after a crash that the old owners do not know of: they are fenced at their next write.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let second = bed.start_as(NodeId([1; 16]));
        speaking.join_all().await;
        let counts = store.counts();
        faults += counts.unknown_applied + counts.unknown_dropped + counts.lease_dropped;
        store.reschedule(FaultSchedule::default());
        for who in 0..CUSTOMERS {
            let who = who.to_string();
            entries_of(&second, &who, 2 * MESSAGES).await;
            let lines = transcript(&second, &who).await;
            let said: Vec<&str> = lines
                .iter()
                .filter_map(|line| line.strip_prefix("customer: "))
                .collect();
            let answered: Vec<&str> = lines
                .iter()
                .filter_map(|line| line.strip_prefix("bot: echo: "))
                .collect();
            let expected: Vec<String> = (0..MESSAGES).map(|id| format!("m{id}")).collect();
            assert_eq!(
                said, expected,
                "seed {seed}, customer {who}: what was said, once and in order"
            );
            assert_eq!(
                answered, expected,
                "seed {seed}, customer {who}: answered once and in order"
            );
        }
        assert!(
            first.stop(Duration::from_secs(60)).await,
            "seed {seed}: the deposed one stops too"
        );
        assert!(second.stop(Duration::from_secs(60)).await, "seed {seed}");
    }
    assert!(
        faults > SEEDS,
        "the store must have failed, or nothing is proven: {faults} faults"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_is_not_sent_again_whatever_the_store_does() {
    let mut faults = 0;
    for seed in 0..SEEDS {
        // No lease is dropped: a deposed owner cannot write down what it sent.
        let faulty = FaultSchedule {
            lease_dropped: 0,
            ..schedule(seed)
        };
        let store = FaultyStore::new(MemoryStore::new(), faulty);
        let adapter = ToldAdapter::new([]);
        adapter.takes(Duration::from_millis(700), "");
        let mut bed = Bed::on(Arc::new(store.clone())).pushing(&adapter);
        bed.settings.poll = Duration::from_secs(1);
        bed.settings.reply_not_after = Duration::from_secs(24 * 3_600);
        let first = bed.start();
        for id in 0..MESSAGES {
            for who in 0..CUSTOMERS {
                let (who, id) = (who.to_string(), id.to_string());
                say_until_accepted(&first, &who, &id, &id).await;
            }
        }
        // In the middle of it, with sends under way and a store that still fails.
        assert!(first.stop(Duration::from_secs(600)).await, "seed {seed}");
        let second = bed.start();
        let all = CUSTOMERS * MESSAGES;
        until(|| async { (adapter.sent.lock().len() >= all).then_some(()) }).await;
        let counts = store.counts();
        faults += counts.unknown_applied + counts.unknown_dropped + counts.unavailable;
        until(|| async {
            for number in 0..PARTITIONS {
                let waits = store.inner().next_outbox(PartitionId::customer(number));
                if waits.await.unwrap().is_some() {
                    return None;
                }
            }
            Some(())
        })
        .await;
        store.reschedule(FaultSchedule::default());
        assert!(second.stop(Duration::from_secs(600)).await, "seed {seed}");
        let sent = adapter.sent.lock();
        let keys: HashSet<&str> = sent.iter().map(|part| part.key.as_str()).collect();
        assert_eq!(
            (sent.len(), keys.len()),
            (all, all),
            "seed {seed}: sends and different keys among them"
        );
    }
    assert!(
        faults > SEEDS,
        "the store must have failed, or nothing is proven: {faults} faults"
    );
}
