//! People who write once and never again: any number of them leaves the number of series as it was.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::JoinSet;

use crate::deployment::Deployment;
use crate::gateway::Gateway;
use crate::metrics::scrape;
use crate::webhook_sender::{SETTING, WebhookSender, secret};

/// Connections over which they write.
const AT_ONCE: usize = 32;
/// Of so many that came one is told on the terminal.
const TOLD_EACH: u64 = 50_000;

/// A deployment that takes their messages.
pub fn deployment() -> Deployment {
    let deployment = Deployment::hello().with_setting("webchat:\n", SETTING);
    let beside = deployment.configuration().with_file_name("secret");
    fs::write(beside, secret()).expect("the secret is written");
    deployment
}

/// Lets `count` people write, each one message under an id, a name and words of their own, and compares the series before
/// (one of them had written) and after.
///
/// # Panics
/// A message was not accepted, or there is a series more or less.
pub async fn add_no_series(gateway: &Gateway, count: u64) {
    write(gateway, 0..1).await;
    let before = series(gateway).await;
    write(gateway, 1..count).await;
    let after = series(gateway).await;
    assert_eq!(before, after, "series grew with strangers");
    let accepted = r#"signalbox_inbound_messages_total{channel="webhook",result="accepted"}"#;
    let accepted = scrape(gateway.address()).await.value(accepted);
    assert_eq!(accepted, count as f64, "every one of them was heard");
    println!(
        "strangers: {count} wrote, {} series before and after",
        after.len()
    );
}

async fn series(gateway: &Gateway) -> BTreeSet<String> {
    let scrape = scrape(gateway.address()).await;
    scrape.series().into_iter().map(str::to_owned).collect()
}

async fn write(gateway: &Gateway, people: std::ops::Range<u64>) {
    let (address, end) = (gateway.address(), people.end);
    let next = Arc::new(AtomicU64::new(people.start));
    let mut writing = JoinSet::new();
    for _ in 0..AT_ONCE {
        let next = next.clone();
        writing.spawn(async move {
            let mut sender = WebhookSender::connect(address).await.expect("a connection");
            loop {
                let who = next.fetch_add(1, Ordering::Relaxed);
                if who >= end {
                    return;
                }
                let (id, contact) = (format!("evt_{who}"), format!("stranger-{who}"));
                let text = format!("words of {who}");
                let told = sender.tell(&id, &contact, &text).await;
                assert_eq!(told.expect("an answer"), 202, "{id}");
                if who > 0 && who.is_multiple_of(TOLD_EACH) {
                    println!("strangers: {who} of {end}");
                }
            }
        });
    }
    writing.join_all().await;
}
