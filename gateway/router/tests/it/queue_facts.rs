//! Rules read how many wait, wherever the desk's owner is, and the decision says what they read.

use std::sync::Arc;
use std::time::Duration;

use signalbox_dsl::value::Value;
use signalbox_dsl::{SourceFile, SourceSet, check};
use signalbox_router::{ActiveBundle, Environment, Router, Wish};
use signalbox_rules::Engine;
use signalbox_store::{LeaseRequest, NodeId, Nonce, PartitionId};

use crate::bed::{Bed, entries_of, say};
use crate::desk::{DONE, agent, desk_when, request, take, thread};

const RULES: &str = r#"language 1
module shop

defaults
  language en
  zone "UTC"

ranks usual

queue people "People" default
queue experts "Experts"

template waiting (before: int, since: duration)
  en "{before} before you, since {since}"

rule person
  rank usual
  on message
  when text has "human"
  then hand over to people
       reply waiting (before: queue.people.waiting, since: queue.people.wait)

rule again
  rank usual
  on message
  while queued
  when text has "how long" and queue.experts.waiting is 0
  then reply waiting (before: queue.people.waiting, since: queue.people.wait)
"#;

fn bed() -> Bed {
    let file = SourceFile {
        path: "shop.rules".into(),
        text: RULES.into(),
    };
    let checked = check(&SourceSet::new(vec![file]));
    let bundle = checked
        .bundle
        .unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
    let engine = Engine::compile(Arc::new(bundle)).unwrap();
    let mut bed = Bed::new();
    bed.rules = Arc::new(ActiveBundle::new(engine));
    bed
}

/// What the bot answered, the desk having heard of the hand-over.
async fn handed_over(router: &Router, who: &str) -> String {
    say(router, who, "human-1", "human").await;
    let lines = entries_of(router, who, 3).await;
    desk_when(router, |desk| desk.case(thread(router, who)).is_some()).await;
    lines[2].clone()
}

#[tokio::test(start_paused = true)]
async fn a_customer_hears_how_many_wait_before_them() {
    let router = bed().start();
    assert_eq!(
        handed_over(&router, "ann").await,
        "bot: 0 before you, since 0 seconds"
    );
    tokio::time::sleep(Duration::from_secs(5 * 60 + 1)).await;
    let bob = handed_over(&router, "bob").await;
    assert!(bob.starts_with("bot: 1 before you, since "), "{bob}");
    assert!(bob.ends_with(" 6 minutes"), "begun minutes count: {bob}");
    say(&router, "bob", "2", "how long?").await;
    let lines = entries_of(&router, "bob", 5).await;
    assert!(
        lines[4].starts_with("bot: 1 before you"),
        "himself not: {lines:?}"
    );
    let file = &router.customers(&[thread(&router, "bob")]).await.unwrap();
    let decided = file[&thread(&router, "bob")].desk.decided.unwrap();
    let record = router.decision(thread(&router, "bob"), decided).await;
    let facts = record.unwrap().unwrap().facts;
    let one = Value::Number(1.into());
    assert_eq!(facts.get("queue.people.waiting"), Some(&one), "on record");
    // Who was taken waits no more.
    assert_eq!(take(&router, "lin", thread(&router, "ann"), 1).await, DONE);
    let wish = router.wish(agent("lin"), thread(&router, "bob"), Wish::Take, request(2));
    assert_eq!(wish.await.unwrap(), DONE);
    let cyn = handed_over(&router, "cyn").await;
    assert_eq!(cyn, "bot: 0 before you, since 0 seconds");
}

#[tokio::test(start_paused = true)]
async fn a_node_without_the_desk_asks_the_store() {
    let bed = bed();
    let first = bed.start_as(NodeId([1; 16]));
    handed_over(&first, "ann").await;
    assert!(first.stop(Duration::from_secs(60)).await);
    // Another node has the desk, for longer than what is known may be old.
    let request = LeaseRequest {
        node: NodeId([9; 16]),
        nonce: Nonce([9; 16]),
        now: bed.world.now(),
        until: bed.world.now() + Duration::from_secs(3_600),
    };
    let desk = PartitionId::desk();
    bed.store.lease(desk, request).await.unwrap();
    let second = bed.start_as(NodeId([1; 16]));
    say(&second, "bob", "human-1", "human").await;
    let lines = entries_of(&second, "bob", 3).await;
    assert!(lines[2].starts_with("bot: 1 before you"), "{lines:?}");
}
