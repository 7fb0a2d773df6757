use std::sync::atomic::Ordering;

use serde_json::json;

use super::client::Client;
use super::logs::Warnings;
use super::memory::{Gateway, generous};

#[tokio::test]
async fn what_cannot_be_kept_is_logged_by_who_tried_and_not_again() {
    let gateway = Gateway::start(generous()).await;
    let (mut client, _) = Client::welcomed(&gateway, json!({})).await;
    client.expect("synced").await;
    client.say("hi").await;
    client.expect("ack").await;
    let warnings = Warnings::listen();
    gateway.conversations.is_down.store(true, Ordering::SeqCst);
    client
        .send(json!({"t": "page", "kind": "view", "url": "https://shop.example/"}))
        .await;
    client.say("again").await;
    assert_eq!(client.expect("nack").await["code"], "unavailable");
    assert_eq!(warnings.take(), Vec::<String>::new());
    // What nobody else tells of is logged here.
    client.send(json!({"t": "sync", "from": 0})).await;
    assert_eq!(client.expect("error").await["code"], "unavailable");
    assert_eq!(warnings.take().len(), 1);
}

#[tokio::test]
async fn a_proxy_that_lifts_the_limits_for_all_is_told_of_once() {
    let gateway = Gateway::start(generous()).await;
    let origin = format!("http://{}", gateway.address);
    let warnings = Warnings::listen();
    let _direct = Client::open(&gateway).await;
    assert_eq!(warnings.take(), Vec::<String>::new());
    for header in ["x-forwarded-for", "forwarded"] {
        let headers = [("origin", origin.as_str()), (header, "for=192.0.2.7")];
        let _behind = Client::open_with(&gateway, &headers).await.unwrap();
    }
    let told = warnings.take();
    assert!(
        told.len() == 1 && told[0].contains("webchat.trusted_proxies"),
        "{told:?}"
    );
    let mut settings = generous();
    settings.trusted_proxies = vec!["127.0.0.1".to_owned()];
    let gateway = Gateway::start(settings).await;
    let origin = format!("http://{}", gateway.address);
    let headers = [
        ("origin", origin.as_str()),
        ("x-forwarded-for", "127.0.0.1"),
    ];
    let _behind = Client::open_with(&gateway, &headers).await.unwrap();
    assert_eq!(warnings.take(), Vec::<String>::new());
}
