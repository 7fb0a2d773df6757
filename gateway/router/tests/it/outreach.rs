//! Outreach leaves once, in time or not at all, whatever restarts in between.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use signalbox_adapters::webhook::event::BusinessEvent;
use signalbox_adapters::{Inbound, InboundBody, PageEvent, PageEventKind, Profile, SendError};
use signalbox_dsl::{SourceFile, SourceSet, check};
use signalbox_router::{ActiveBundle, OutboxKind, OutboxPage, Report, Router};
use signalbox_rules::Engine;

use crate::bed::{Bed, NOON, ToldAdapter, address, entries_of, say, transcript};

const RULES: &str = r#"language 1
module shop

defaults
  language en
  zone "Asia/Shanghai"
  marketing at most once per 7d per customer

ranks usual

queue people "People" default

schema event order.delivered
  no: text

schema event order.created
  no: text

template care (no: text)
  en "How do you like order {no}?"

template browsing
  en "Can we help?"

outreach care
  on event order.delivered
  unless message
  send care (no: order.no) next day at 09:30 in customer.timezone or zone "Asia/Shanghai"
  not later than 48h, else drop

outreach browsing
  on event page.dwelled where page.dwell >= 5m
  when not (customer.tags has "ordered")
  send browsing
  counts as marketing

rule ordered
  rank usual
  on event order.created
  then tag customer "ordered" for 24h

rule stop
  rank usual
  on message
  when text has "stop"
  then tag customer "opt-out"

rule person
  rank usual
  on message
  when text has "person"
  then hand over to people
"#;

const HOUR: Duration = Duration::from_secs(3600);

/// It is noon in London and eight in the evening in Shanghai; half past nine there is in 13.5 hours.
const UNTIL_MORNING: Duration = Duration::from_secs(13 * 3600 + 1800);

fn bed() -> Bed {
    let file = SourceFile {
        path: "shop.rules".into(),
        text: RULES.into(),
    };
    let checked = check(&SourceSet::new(vec![file]));
    let bundle = checked
        .bundle
        .unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    let engine = Engine::compile(Arc::new(bundle)).unwrap();
    let mut bed = Bed::new();
    bed.rules = Arc::new(ActiveBundle::new(engine));
    // Days pass in these tests.
    bed.settings.poll = Duration::from_secs(60);
    bed.settings.lease = Duration::from_secs(300);
    bed
}

async fn report(router: &Router, who: &str, id: &str, name: &str) {
    let Json::Object(fields) = json!({"no": id}) else {
        panic!("fields are an object")
    };
    let report = Report {
        account: "crm".into(),
        id: id.into(),
        about: address(who),
        event: BusinessEvent {
            name: name.into(),
            fields,
            digest: id.into(),
        },
    };
    router.report(report).await.expect("the store takes it");
}

async fn dwells(router: &Router, who: &str, minutes: u64) {
    let page = PageEvent {
        kind: PageEventKind::Dwell,
        url: "https://shop.example/kettle".into(),
        title: None,
        referrer: None,
        dwell_ms: Some(minutes * 60_000),
        at: None,
    };
    let inbound = Inbound {
        address: address(who),
        id: format!("dwell {minutes}"),
        body: InboundBody::Page(page),
        profile: Profile::default(),
    };
    router.accept(inbound).await.expect("the store takes it");
}

async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

#[tokio::test(start_paused = true)]
async fn it_leaves_in_the_morning_and_once_though_the_node_restarts() {
    let bed = bed();
    let router = bed.start();
    report(&router, "ann", "A1", "order.delivered").await;
    pass(HOUR).await;
    assert!(router.stop(HOUR).await);
    let router = bed.start();
    pass(UNTIL_MORNING - HOUR - Duration::from_secs(60)).await;
    assert!(transcript(&router, "ann").await.is_empty(), "never early");
    let lines = entries_of(&router, "ann", 1).await;
    assert_eq!(lines, ["bot: How do you like order A1?"]);
    assert!(router.stop(HOUR).await);
    let router = bed.start();
    pass(48 * HOUR).await;
    assert_eq!(transcript(&router, "ann").await, lines, "once");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_is_away_too_long_sends_it_late_within_its_bound_only() {
    for (away, expected) in [(40, 1), (49, 0)] {
        let bed = bed();
        let router = bed.start();
        report(&router, "ann", "A1", "order.delivered").await;
        pass(HOUR).await;
        assert!(router.stop(HOUR).await);
        pass((away - 1) * HOUR).await;
        let router = bed.start();
        pass(HOUR).await;
        let lines = transcript(&router, "ann").await;
        assert_eq!(lines.len(), expected, "{away} hours: {lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_does_not_leave_if_the_customer_wrote_opted_out_or_waits_for_a_person() {
    let bed = bed();
    let router = bed.start();
    for who in ["wrote", "queued", "opted out"] {
        if who == "opted out" {
            say(&router, who, "1", "stop").await;
        }
        report(&router, who, "A1", "order.delivered").await;
        match who {
            "wrote" => drop(say(&router, who, "2", "hello").await),
            "queued" => drop(say(&router, who, "2", "person").await),
            _ => {}
        }
    }
    pass(24 * HOUR).await;
    for who in ["wrote", "queued", "opted out"] {
        let lines = transcript(&router, who).await;
        assert!(
            !lines.iter().any(|line| line.contains("order")),
            "{who}: {lines:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_customer_is_just_writing_takes_it_back() {
    let bed = bed().gathering();
    let router = bed.start();
    report(&router, "ann", "A1", "order.delivered").await;
    // The turn is still open when the outreach is due.
    pass(UNTIL_MORNING - Duration::from_millis(500)).await;
    say(&router, "ann", "1", "it came, thank you").await;
    pass(HOUR).await;
    assert_eq!(
        transcript(&router, "ann").await,
        ["customer: it came, thank you"]
    );
}

#[tokio::test(start_paused = true)]
async fn visible_dwell_without_an_order_is_answered_once_and_capped() {
    let bed = bed();
    let router = bed.start();
    report(&router, "buyer", "A1", "order.created").await;
    for minutes in [1, 5, 10] {
        dwells(&router, "ann", minutes).await;
        dwells(&router, "buyer", minutes).await;
        pass(HOUR).await;
    }
    assert_eq!(transcript(&router, "ann").await, ["bot: Can we help?"]);
    assert!(transcript(&router, "buyer").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_pushed_carries_its_bound() {
    let busy = |hours| SendError::Busy {
        reason: "later",
        wait: Some(hours * HOUR),
    };
    // 48 hours after it was planned it is worth nothing: 34.5 hours after it was due.
    for (hours, sends) in [(33, 2), (35, 1)] {
        let adapter = ToldAdapter::new([Err(busy(hours))]);
        let bed = bed().pushing(&adapter);
        let router = bed.start();
        report(&router, "ann", "A1", "order.delivered").await;
        pass(UNTIL_MORNING + HOUR).await;
        assert_eq!(adapter.texts(), ["How do you like order A1?"]);
        let waiting = router
            .outbox_list(OutboxKind::Waiting, &OutboxPage::default())
            .await
            .unwrap();
        let bound: Timestamp = NOON.parse().unwrap();
        let bound = bound.checked_add(48 * HOUR).unwrap();
        assert_eq!(waiting.entries[0].not_after, Some(bound));
        pass(35 * HOUR).await;
        assert_eq!(adapter.texts().len(), sends, "again after {hours} hours");
    }
}

#[tokio::test(start_paused = true)]
async fn what_goes_out_again_is_worth_as_much_as_when_it_was_decided() {
    let refused = Err(SendError::Refused {
        code: None,
        reason: "no",
    });
    let busy = Err(SendError::Busy {
        reason: "later",
        wait: Some(HOUR),
    });
    let adapter = ToldAdapter::new([refused, busy]);
    let bed = bed().pushing(&adapter);
    let router = bed.start();
    report(&router, "ann", "A1", "order.delivered").await;
    pass(100 * HOUR).await;
    let page = OutboxPage::default();
    let dead = router.outbox_list(OutboxKind::Dead, &page).await.unwrap();
    router.retry_dead_letter(&dead.entries[0].id).await.unwrap();
    pass(Duration::from_secs(60)).await;
    let waiting = router
        .outbox_list(OutboxKind::Waiting, &page)
        .await
        .unwrap();
    let worth = waiting.entries[0].not_after.map(|until| {
        let since: Timestamp = NOON.parse().unwrap();
        until.duration_since(since).as_hours()
    });
    // Due 13.5 hours after it was planned, and worth something until 48 hours after: that long again, and not a reply's ten minutes.
    assert_eq!(worth, Some(100 + 34));
}

#[tokio::test(start_paused = true)]
async fn what_was_planned_for_a_visitor_who_logs_in_is_sent_to_the_user() {
    let bed = bed();
    let router = bed.start();
    say(&router, "user:1", "1", "before").await;
    dwells(&router, "visitor", 6).await;
    report(&router, "visitor", "A1", "order.delivered").await;
    entries_of(&router, "visitor", 1).await;
    let (visitor, user) = (address("visitor"), address("user:1"));
    router.log_in(&visitor, &user).await.unwrap();
    // And what is planned there after it.
    report(&router, "visitor", "A2", "order.delivered").await;
    pass(24 * HOUR).await;
    let lines = transcript(&router, "user:1").await;
    let sent = lines.iter().filter(|line| line.contains("How do you like"));
    assert_eq!(sent.count(), 1, "{lines:?}");
    let lines = transcript(&router, "visitor").await;
    assert!(
        !lines.iter().any(|line| line.contains("How do you like")),
        "{lines:?}"
    );
}
