//! An event that ends the process is found out and set aside; its neighbours are answered, and nobody else is suspected.
//!
//! A process that died is a thread here that never moves again: it writes nothing more, gives nothing back, catches nothing.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use signalbox_adapters::{Inbound, InboundBody, PageEvent, PageEventKind, Profile};
use signalbox_dsl::bundle::Trigger;
use signalbox_dsl::value::Value;
use signalbox_router::{
    Accepted, Decided, DecisionRecord, Environment, OutboxKind, OutboxPage, Router, RouterSettings,
    Rules,
};
use signalbox_rules::{Decision, Facts, Inputs};
use signalbox_store::{
    DeadLetter, FaultSchedule, FaultyStore, LeaseRequest, Leased, MemoryStore, NodeId, Nonce,
    Offset, PartitionId, PartitionKind, Store,
};

use crate::bed::{Bed, Echo, NOON, address, entries_of, say, transcript, until};

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

/// A gateway in a process of its own: everybody says something, then it waits until all are answered.
fn process(
    store: Arc<dyn Store>,
    partitions: u16,
    words: &'static [(&'static str, &'static str)],
    end: Sender<End>,
) {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut bed = Bed::on(store);
            bed.settings.customer_partitions = partitions;
            bed.rules = Arc::new(Deadly { end: end.clone() });
            let router = bed.start();
            // Channels repeat what they were not told of.
            for (who, text) in words {
                say(&router, who, "1", text).await;
            }
            let mut read = Vec::new();
            for (who, _) in words {
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
    let words = &[("ann", "one"), ("bob", "deadly"), ("cyn", "two")];
    let (deaths, read) = until_all_are_answered(Arc::new(store.clone()), 1, words);
    assert_eq!(deaths, 4, "twice as it comes, twice alone");
    assert_eq!(read[0], ["customer: one", "bot: echo: one"]);
    assert_eq!(read[1], ["customer: deadly", "status: queued everybody"]);
    assert_eq!(read[2], ["customer: two", "bot: echo: two"]);
    let letters = letters(&store, 1);
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert!(
        letters[0].reason.contains("ended without order"),
        "{}",
        letters[0].reason
    );
}

#[test]
fn nobody_in_another_partition_is_suspected() {
    const PARTITIONS: u16 = 16;
    const SEEDS: u64 = 8;
    let crowd = ('a'..='z').map(|name| String::leak(name.into()) as &'static str);
    let words: Vec<_> = crowd
        .map(|name| (name, name))
        .chain([("bob", "deadly")])
        .collect();
    let words: &'static [_] = words.leak();
    for seed in 0..SEEDS {
        // Commits take as long as disks do: the process ends while some of them are under way.
        let store = FaultyStore::new(
            MemoryStore::new(),
            FaultSchedule {
                seed,
                delayed: 1_000,
                longest_delay: Duration::from_millis(30),
                ..FaultSchedule::default()
            },
        );
        said_while_nobody_listens(Arc::new(store.clone()), PARTITIONS, words);
        let (_, read) = until_all_are_answered(Arc::new(store.clone()), PARTITIONS, words);
        for ((_, text), read) in words.iter().zip(read) {
            let answer = match *text {
                "deadly" => "status: queued everybody".to_owned(),
                text => format!("bot: echo: {text}"),
            };
            assert_eq!(read[1], answer, "{text}, seed {seed}");
        }
        let letters = letters(store.inner(), PARTITIONS);
        assert_eq!(letters.len(), 1, "seed {seed}: {letters:?}");
    }
}

/// Everybody says something while a node has the partitions that does not move.
fn said_while_nobody_listens(
    store: Arc<dyn Store>,
    partitions: u16,
    words: &[(&'static str, &'static str)],
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let now: Timestamp = NOON.parse().unwrap();
        for partition in (0..partitions).map(PartitionId::customer) {
            let request = LeaseRequest {
                node: RouterSettings::default().node,
                nonce: Nonce([0; 16]),
                now,
                until: now + jiff::SignedDuration::from_hours(1),
            };
            store.lease(partition, request).await.unwrap();
        }
        let mut bed = Bed::on(store);
        bed.settings.customer_partitions = partitions;
        let elsewhere = bed.start_as(NodeId([9; 16]));
        for (who, text) in words {
            say(&elsewhere, who, "1", text).await;
        }
        assert!(elsewhere.stop(Duration::from_secs(60)).await);
    });
}

/// Starts a process after each that died. Answers how many died, and what everybody reads in the end.
fn until_all_are_answered(
    store: Arc<dyn Store>,
    partitions: u16,
    words: &'static [(&'static str, &'static str)],
) -> (usize, Vec<Vec<String>>) {
    let (end, ends) = channel();
    for deaths in 0..10 {
        process(store.clone(), partitions, words, end.clone());
        if let End::Answered(read) = ends.recv().unwrap() {
            return (deaths, read);
        }
    }
    panic!("this never ends")
}

fn letters(store: &MemoryStore, partitions: u16) -> Vec<DeadLetter> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap();
    let partitions = (0..partitions).map(PartitionId::customer);
    partitions
        .flat_map(|partition| {
            let letters = runtime.block_on(store.dead_letters(partition, ALL));
            letters.unwrap()
        })
        .collect()
}

/// Remembers what it was asked.
#[derive(Default)]
struct Hearing {
    texts: Mutex<Vec<String>>,
}

impl Rules for Hearing {
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
        if let Some(Value::Text(text)) = inputs.facts.get("text") {
            self.texts.lock().push(text.to_string());
        }
        Echo.decide(inputs)
    }

    fn read_facts(&self, facts: &Facts) -> Facts {
        Echo.read_facts(facts)
    }
}

/// Lets two processes end, as the store sees it, while each tried what lies behind `after`.
async fn ends_twice(bed: &Bed, after: Offset) {
    let now: Timestamp = NOON.parse().unwrap();
    for nonce in 0..4 {
        let request = LeaseRequest {
            node: NodeId([1; 16]),
            nonce: Nonce([nonce; 16]),
            now,
            until: now + jiff::SignedDuration::from_hours(2),
        };
        let Leased::Granted(head) = bed.store.lease(PARTITION, request).await.unwrap() else {
            panic!("it is the node's own")
        };
        if nonce > 1 {
            let tried = bed.store.note_try(PARTITION, head.fence, after.next());
            tried.await.unwrap().unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_was_set_aside_is_decided_when_it_is_given_back() {
    let mut bed = Bed::new().gathering();
    bed.settings.customer_partitions = 1;
    let hearing = Arc::new(Hearing::default());
    bed.rules = hearing.clone();
    let router = bed.start_as(NodeId([1; 16]));
    say(&router, "ann", "1", "my order").await;
    say(&router, "ann", "2", "where is it?").await;
    // Both are taken into the turn, which is not due yet.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(router.stop(Duration::from_secs(60)).await);
    assert!(hearing.texts.lock().is_empty());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (now, first) = (bed.world.now(), Nonce([9; 16]));
    let request = LeaseRequest {
        node: NodeId([1; 16]),
        nonce: first,
        now,
        until: now + jiff::SignedDuration::from_hours(2),
    };
    let Leased::Granted(head) = bed.store.lease(PARTITION, request).await.unwrap() else {
        panic!("nobody has it")
    };
    let fired = bed.store.fire_timers(PARTITION, head.fence, now, 10);
    assert_eq!(fired.await.unwrap().unwrap(), 1);
    ends_twice(&bed, head.position).await;
    let router = bed.start_as(NodeId([1; 16]));
    let lines = entries_of(&router, "ann", 3).await;
    assert_eq!(lines[2], "status: queued everybody");
    assert!(hearing.texts.lock().is_empty());
    let letters = router
        .outbox_list(OutboxKind::Dead, &OutboxPage::default())
        .await
        .unwrap();
    router
        .retry_dead_letter(&letters.entries[0].id)
        .await
        .unwrap();
    let heard = until(|| async { hearing.texts.lock().first().cloned() }).await;
    assert_eq!(heard, "my order\nwhere is it?");
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

async fn sees_a_page(router: &Router, kind: PageEventKind) -> Accepted {
    let page = PageEvent {
        kind,
        url: "https://shop.example/kettle".into(),
        title: None,
        referrer: None,
        dwell_ms: None,
        at: None,
    };
    let inbound = Inbound {
        address: address("ann"),
        id: "page".into(),
        body: InboundBody::Page(page),
        profile: Profile::default(),
    };
    router.accept(inbound).await.expect("the store takes it")
}

/// What becomes of a page event that ended two processes.
async fn page_set_aside(kind: PageEventKind) -> (Vec<String>, Option<DecisionRecord>) {
    let mut bed = Bed::new();
    bed.settings.customer_partitions = 1;
    ends_twice(&bed, Offset(0)).await;
    let elsewhere = bed.start_as(NodeId([9; 16]));
    let seen = sees_a_page(&elsewhere, kind).await;
    assert!(elsewhere.stop(Duration::from_secs(60)).await);
    ends_twice(&bed, Offset(0)).await;
    let router = bed.start_as(NodeId([1; 16]));
    let letters = async || {
        router
            .outbox_list(OutboxKind::Dead, &OutboxPage::default())
            .await
            .unwrap()
    };
    until(|| async { (letters().await.entries.len() == 1).then_some(()) }).await;
    let decided = Decided {
        offset: Offset(1),
        message_id: seen.message_id,
        thread: None,
    };
    let record = router.decision(seen.thread, decided).await.unwrap();
    (transcript(&router, "ann").await, record)
}

#[tokio::test(start_paused = true)]
async fn a_page_event_that_is_set_aside_has_the_name_that_rules_know() {
    let (lines, record) = page_set_aside(PageEventKind::Dwell).await;
    assert_eq!(lines, ["status: queued everybody"]);
    let trigger = record.expect("it is on record").trigger;
    assert_eq!(trigger, Trigger::Event("page.dwelled".into()));
}

#[tokio::test(start_paused = true)]
async fn a_page_event_that_rules_never_see_hands_nothing_over() {
    let (lines, record) = page_set_aside(PageEventKind::Visibility).await;
    assert_eq!(lines, [""; 0]);
    assert_eq!(record, None);
}
