//! An event that ends the process is found out and set aside; its neighbours are answered, and nobody else is suspected.
//!
//! A process that died is a thread here that never moves again: it writes nothing more, gives nothing back, catches nothing.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use jiff::Timestamp;
use signalbox_dsl::value::Value;
use signalbox_router::Rules;
use signalbox_rules::{Decision, Facts, Inputs};
use signalbox_store::{
    DeadLetter, LeaseRequest, Leased, MemoryStore, NodeId, Nonce, PartitionId, PartitionKind, Store,
};

use crate::bed::{Bed, Echo, NOON, entries_of, say, transcript};

const ALL: usize = 100;
const PARTITION: PartitionId = PartitionId {
    kind: PartitionKind::Customer,
    number: 0,
};

/// How a process ended.
enum End {
    Died,
    /// All were answered; so they read.
    Answered(Vec<Vec<String>>),
}

/// Never comes back from "deadly".
struct Deadly {
    end: Sender<End>,
}

impl Rules for Deadly {
    fn bundle(&self) -> &str {
        Echo.bundle()
    }

    fn default_queue(&self) -> Arc<str> {
        Echo.default_queue()
    }

    fn default_language(&self) -> Arc<str> {
        Echo.default_language()
    }

    fn decide(&self, inputs: Inputs<'_>) -> Decision {
        if let Some(Value::Text(text)) = inputs.facts.get("text")
            && text.contains("deadly")
        {
            self.end.send(End::Died).expect("the test listens");
            loop {
                std::thread::park();
            }
        }
        Echo.decide(inputs)
    }

    fn read_facts(&self, facts: &Facts) -> Facts {
        Echo.read_facts(facts)
    }
}

/// A gateway in a process of its own: everybody says something, then it waits until ann and cyn are answered.
fn process(store: &MemoryStore, end: Sender<End>) {
    let store: Arc<dyn Store> = Arc::new(store.clone());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut bed = Bed::on(store);
            bed.settings.customer_partitions = 1;
            bed.rules = Arc::new(Deadly { end: end.clone() });
            let router = bed.start();
            // Channels repeat what they were not told of.
            for (who, text) in [("ann", "one"), ("bob", "deadly"), ("cyn", "two")] {
                say(&router, who, "1", text).await;
            }
            let mut read = Vec::new();
            for who in ["ann", "bob", "cyn"] {
                read.push(entries_of(&router, who, 2).await);
            }
            assert!(router.stop(Duration::from_secs(60)).await);
            end.send(End::Answered(read)).expect("the test listens");
        });
    });
}

#[test]
fn an_event_that_ends_the_process_is_set_aside() {
    let store = MemoryStore::new();
    let (end, ends) = channel();
    let mut deaths = 0;
    let read = loop {
        process(&store, end.clone());
        match ends.recv().unwrap() {
            End::Died => deaths += 1,
            End::Answered(read) => break read,
        }
        assert!(deaths < 10, "this never ends");
    };
    assert_eq!(deaths, 4, "twice as it comes, twice alone");
    assert_eq!(read[0], ["customer: one", "bot: echo: one"]);
    assert_eq!(read[1], ["customer: deadly", "status: queued everybody"]);
    assert_eq!(read[2], ["customer: two", "bot: echo: two"]);
    let letters = letters(&store);
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert!(
        letters[0].reason.contains("ended without order"),
        "{}",
        letters[0].reason
    );
}

fn letters(store: &MemoryStore) -> Vec<DeadLetter> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let letters = runtime
        .unwrap()
        .block_on(store.dead_letters(PARTITION, ALL));
    letters.unwrap()
}

#[tokio::test(start_paused = true)]
async fn nobody_is_suspected_of_ends_that_came_before_they_were_handled() {
    let mut bed = Bed::new();
    bed.settings.customer_partitions = 1;
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    entries_of(&router, "ann", 2).await;
    assert!(router.stop(Duration::from_secs(60)).await);
    // A node that takes the partition and is killed, again and again, while a message waits that came in elsewhere.
    let now: Timestamp = NOON.parse().unwrap();
    let take = async |nonce: u8| {
        let request = LeaseRequest {
            node: NodeId([1; 16]),
            nonce: Nonce([nonce; 16]),
            now,
            until: now + jiff::SignedDuration::from_hours(2),
        };
        match bed.store.lease(PARTITION, request).await.unwrap() {
            Leased::Granted(head) => head,
            Leased::Held { until } => panic!("it is the node's own, but was held until {until}"),
        }
    };
    take(0).await;
    let elsewhere = bed.start_as(NodeId([9; 16]));
    say(&elsewhere, "ann", "2", "two").await;
    for nonce in 1..9 {
        assert_eq!(take(nonce).await.ended_here, u32::from(nonce));
    }
    let router = bed.start_as(NodeId([1; 16]));
    assert_eq!(entries_of(&router, "ann", 4).await[3], "bot: echo: two");
    assert_eq!(transcript(&router, "ann").await.len(), 4);
    let letters = bed.store.dead_letters(PARTITION, ALL).await.unwrap();
    assert_eq!(letters, []);
}
