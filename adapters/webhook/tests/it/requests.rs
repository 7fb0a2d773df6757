//! What a receiver reads, and what becomes of its answers.

use std::time::Duration;

use serde_json::{Value, json};
use signalbox_adapters::webhook::key::{PublicKey, SharedSecret};
use signalbox_adapters::webhook::signature::Verifier;
use signalbox_adapters::webhook::signing::Signer;
use signalbox_adapters::{Adapter, SendError};
use signalbox_tests::http_peer::{Fate, HttpPeer, Request};

use crate::{SECRET, part, settings, webhooks};

/// The seed 00 to 1f, and its public half.
const SEED: &str = "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const PUBLIC: &str = "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
/// Standard Webhooks' own example.
const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn is_proven(request: &Request, secrets: &[&str], keys: &[&str]) -> bool {
    let secrets = secrets
        .iter()
        .map(|text| SharedSecret::parse(text).unwrap());
    let keys = keys.iter().map(|text| PublicKey::parse(text).unwrap());
    let tolerance = jiff::SignedDuration::from_mins(5);
    let verifier = Verifier::new(secrets.collect(), keys.collect(), tolerance);
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers = names.map(|name| (name, request.header(name).unwrap().as_bytes()));
    let now = "2026-01-02T03:04:05Z".parse().unwrap();
    verifier
        .verify(headers.into_iter(), request.body.as_bytes(), now)
        .is_ok()
}

#[tokio::test]
async fn a_receiver_gets_one_signed_request_that_says_all() {
    let peer = HttpPeer::start([]).await;
    let mut with_keys = settings(format!("http://{}/in?shop=1", peer.address()));
    with_keys.signer = Signer::parse([SECRET, OLD, SEED]).unwrap();
    webhooks(with_keys).send(&part()).await.unwrap();
    let requests = peer.requests(1).await;
    let [request] = &requests[..] else {
        panic!("{requests:?}");
    };
    assert!(
        request.head.starts_with("POST /in?shop=1 HTTP/1.1"),
        "{request:?}"
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("webhook-id"), Some(part().key.as_str()));
    assert_eq!(request.header("webhook-timestamp"), Some("1767323045"));
    for (secrets, keys) in [(&[SECRET][..], &[][..]), (&[OLD], &[]), (&[], &[PUBLIC])] {
        assert!(is_proven(request, secrets, keys), "{secrets:?} {keys:?}");
    }
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(
        body,
        json!({
            "type": "message.created",
            "timestamp": "2026-01-02T03:04:00Z",
            "data": {
                "id": "m_0b8f",
                "contact": {"external_id": "u-1"},
                "from": "agent",
                "name": "小王",
                "content": {"type": "text", "text": "您的订单 A1 已送达。"},
                "in_reply_to": "m-1",
            },
        })
    );
}

#[tokio::test]
async fn every_attempt_is_the_same_request_at_its_own_time() {
    let peer = HttpPeer::start([Fate::Answer("500 Oops"), Fate::Drop]).await;
    let seconds = std::sync::atomic::AtomicI64::new(1_767_323_045);
    let mut ticking = settings(format!("http://{}/", peer.address()));
    ticking.clock = std::sync::Arc::new(move || {
        let now = seconds.fetch_add(60, std::sync::atomic::Ordering::Relaxed);
        jiff::Timestamp::from_second(now).unwrap()
    });
    let webhooks = webhooks(ticking);
    let mut ends = Vec::new();
    for _ in 0..3 {
        ends.push(webhooks.send(&part()).await.is_ok());
    }
    assert_eq!(ends, [false, false, true]);
    let requests = peer.requests(3).await;
    let column = |name| requests.iter().map(move |request| request.header(name));
    assert!(column("webhook-id").all(|id| id == Some(part().key.as_str())));
    assert!(
        requests
            .iter()
            .all(|request| request.body == requests[0].body)
    );
    let times: std::collections::BTreeSet<_> = column("webhook-timestamp").collect();
    let signatures: std::collections::BTreeSet<_> = column("webhook-signature").collect();
    assert_eq!((times.len(), signatures.len()), (3, 3));
}

#[tokio::test]
async fn nothing_is_followed_elsewhere() {
    let elsewhere = HttpPeer::start([]).await;
    let place = format!("307 Moved\r\nLocation: http://{}/", elsewhere.address());
    let peer = HttpPeer::start([Fate::Answer(place.leak())]).await;
    let end = webhooks(settings(format!("http://{}/", peer.address())))
        .send(&part())
        .await;
    assert!(matches!(end, Err(SendError::Busy { .. })), "{end:?}");
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_receiver_that_is_away_is_busy_and_one_that_is_gone_is_not_asked_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let away = webhooks(settings(format!("http://{address}/")));
    let end = away.send(&part()).await;
    assert!(matches!(end, Err(SendError::Busy { .. })), "{end:?}");

    let peer = HttpPeer::start([Fate::Answer("410 Gone")]).await;
    let gone = webhooks(settings(format!("http://{}/", peer.address())));
    for _ in 0..3 {
        let end = gone.send(&part()).await;
        assert!(
            matches!(
                end,
                Err(SendError::Unauthorized {
                    code: Some(410),
                    ..
                })
            ),
            "{end:?}"
        );
    }
    assert_eq!(peer.requests(1).await.len(), 1);
}

#[tokio::test]
async fn connections_are_kept_and_bounded() {
    let peer = HttpPeer::start([]).await;
    let webhooks = webhooks(settings(format!("http://{}/", peer.address())));
    for _ in 0..5 {
        webhooks.send(&part()).await.unwrap();
    }
    assert_eq!(peer.connections(), 1);

    let silent = HttpPeer::start((0..8).map(|_| Fate::Silent)).await;
    let mut impatient = settings(format!("http://{}/", silent.address()));
    impatient.at_once = 1;
    impatient.answer_within = Duration::from_millis(300);
    let webhooks = crate::webhooks(impatient);
    let part = part();
    let (first, second) = tokio::join!(webhooks.send(&part), webhooks.send(&part));
    for end in [first, second] {
        assert!(matches!(end, Err(SendError::Unanswered { .. })), "{end:?}");
    }
    assert_eq!(silent.connections(), 2, "one after the other");
}

#[tokio::test]
async fn an_account_that_is_gone_is_refused() {
    let webhooks = webhooks(settings("http://127.0.0.1:9/".to_owned()));
    let mut part = part();
    part.to.account = "other".to_owned();
    let end = webhooks.send(&part).await;
    assert!(matches!(end, Err(SendError::Refused { .. })), "{end:?}");
}
