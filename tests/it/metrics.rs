//! The figures add up, are there from the start, and do not grow with what strangers send.

use std::collections::BTreeSet;

use serde_json::json;
use signalbox_tests::address;
use signalbox_tests::chat_client::{ChatClient, Upgrade, Wire};
use signalbox_tests::crowd::Crowd;
use signalbox_tests::deployment::{Deployment, repository};
use signalbox_tests::gateway::Gateway;
use signalbox_tests::metrics::{Scrape, scrape};
use signalbox_tests::oracle;
use signalbox_tests::seed::Random;
use signalbox_tests::strangers;
use signalbox_tests::until::{PATIENCE, until};

const CUSTOMERS: usize = 6;
const MESSAGES: u64 = 150;

/// Visitors who come once, each with a site, page and id of its own.
const STRANGERS: usize = 2_000;
const STRANGERS_AT_ONCE: usize = 50;

const ACCEPTED: &str = r#"signalbox_inbound_messages_total{channel="webchat",result="accepted"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_was_decided() {
    let mut random = Random::announced("metrics");
    let gateway = Gateway::start(&Deployment::hello()).await;
    let mut address = address::fixed(gateway.address());
    let clients = (0..CUSTOMERS)
        .map(|_| ChatClient::new(random.fork()))
        .collect();
    let mut crowd = Crowd::start(clients, &address, &mut random);
    crowd.until(|progress| progress.answered >= MESSAGES).await;
    let clients = crowd.finish().await;
    oracle::assert_all_well(&clients, &mut address).await;

    let said: usize = clients.iter().map(|client| client.said().len()).sum();
    let scrape = scrape(gateway.address()).await;
    assert_eq!(scrape.value(ACCEPTED), said as f64);
    let ok = scrape.value(r#"signalbox_processed_events_total{result="ok"}"#);
    assert_eq!(ok, said as f64, "every accepted message was decided");
    let quarantined = scrape.value(r#"signalbox_processed_events_total{result="quarantined"}"#);
    assert_eq!(quarantined, 0.0);
    let replies = scrape.value(r#"signalbox_effects_total{effect="reply"}"#);
    assert_eq!(replies, said as f64, "every message was answered once");
    let latency = scrape.value(r#"signalbox_reply_latency_seconds_count{channel="webchat"}"#);
    assert_eq!(latency, said as f64, "every reply was timed");
    assert_eq!(scrape.sum("signalbox_store_errors_total"), 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_closed_series_is_there_before_anything_happened() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let scrape = scrape(gateway.address()).await;
    let manual = std::fs::read_to_string(repository().join("docs/metrics.md")).unwrap();
    let mut count = 0;
    for row in manual.lines().filter_map(|line| line.strip_prefix("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let metric = cells[0].trim_end_matches('`');
        for series in documented_series(metric, cells[1], cells[2]) {
            assert!(
                scrape
                    .series()
                    .iter()
                    .any(|there| matches_series(there, &series)),
                "{metric} is documented, and /metrics lacks {series:?} before the first message"
            );
            count += 1;
        }
    }
    assert!(count > 50, "the manual was read: {count} series");
}

/// The series that a row of the manual promises, each as its name and its labels.
fn documented_series(metric: &str, kind: &str, labels: &str) -> Vec<(String, Vec<String>)> {
    let name = if kind == "histogram" {
        format!("{metric}_count")
    } else {
        metric.to_owned()
    };
    let mut series = vec![(name, Vec::new())];
    for label in labels
        .split(';')
        .map(str::trim)
        .filter(|label| !label.is_empty())
    {
        let Some((label, values)) = label.split_once(": ") else {
            continue; // A value that is only known at run time, such as the version.
        };
        if values.contains(" of ") {
            continue; // An open set, such as the names of rules.
        }
        let label = label.trim_matches('`');
        series = series
            .into_iter()
            .flat_map(|(name, before)| {
                values.split(", ").map(move |value| {
                    let mut all = before.clone();
                    all.push(format!("{label}=\"{value}\""));
                    (name.clone(), all)
                })
            })
            .collect();
    }
    series
}

fn matches_series(there: &str, (name, labels): &(String, Vec<String>)) -> bool {
    there.split('{').next() == Some(name) && labels.iter().all(|label| there.contains(label))
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_add_no_series() {
    let mut random = Random::announced("strangers");
    let gateway = Gateway::start(&Deployment::hello()).await;
    // One of each kind first, so that only what grows with their number is seen.
    visit(&gateway, &mut random).await;
    let before = names(&scrape(gateway.address()).await);
    let mut visits = 1;
    while visits < STRANGERS {
        let visitors = (0..STRANGERS_AT_ONCE).map(|_| random.fork());
        let mut visitors: Vec<Random> = visitors.collect();
        futures_util::future::join_all(visitors.iter_mut().map(|random| visit(&gateway, random)))
            .await;
        visits += STRANGERS_AT_ONCE;
    }
    let after = names(&scrape(gateway.address()).await);
    assert_eq!(before, after, "series grew with strangers");
    until("all of them are gone", async || {
        let open = scrape(gateway.address())
            .await
            .value("signalbox_ws_connections");
        (open == 0.0).then_some(())
    })
    .await;
}

/// A million of them: `make soak PART=strangers`.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_who_write_by_webhook_add_no_series() {
    let gateway = Gateway::start(&strangers::deployment()).await;
    strangers::add_no_series(&gateway, STRANGERS as u64).await;
}

fn names(scrape: &Scrape) -> BTreeSet<String> {
    scrape.series().into_iter().map(str::to_owned).collect()
}

/// A visitor with everything of its own: site, page, ids, words, and a frame of a type nobody knows.
async fn visit(gateway: &Gateway, random: &mut Random) {
    let address = gateway.address();
    let mut wire = Wire::open(address, &Upgrade::of_page(address))
        .await
        .expect("a socket");
    let own = random.uuid().to_string();
    let site = if random.once_in(4) {
        own.as_str()
    } else {
        "hello"
    };
    wire.send(&json!({
        "t": "hello", "v": 1, "site": site, "token": null, "visitor": null, "device": own,
        "resume": null, "page": {"url": format!("http://{own}.example/"), "title": own, "referrer": own},
        "locale": "en", "tz": "UTC", "caps": [&own[..8]],
    }))
    .await;
    if site == "hello" {
        wire.frame_of("synced", PATIENCE).await;
        wire.send(&json!({"t": own})).await;
        wire.frame_of("error", PATIENCE).await;
        wire.send(&json!({"t": "page", "kind": "view", "url": format!("http://{own}.example/"), "title": own, "referrer": own, "ts": "2026-11-20T08:00:00Z", "dwell_ms": 0})).await;
        wire.send(&json!({"t": "msg", "cid": own, "content": {"type": "text", "text": own}}))
            .await;
        wire.frame_of("ack", PATIENCE).await;
    }
}
