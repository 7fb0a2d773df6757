//! Bad input at the webhook's socket: bounded, answered, nothing kept that was not accepted, and good senders notice nothing.

use std::net::SocketAddr;

use signalbox_tests::gateway::Gateway;
use signalbox_tests::http;
use signalbox_tests::metrics::scrape;
use signalbox_tests::strangers;
use signalbox_tests::until::{until, within_patience};
use signalbox_tests::webhook_sender::{SECRET, WebhookSender, message, request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a gigabyte may add to the memory in use.
const MAX_GROWTH_BYTES: u64 = 64 << 20;
/// What a system's buffers take of a body that nobody reads.
const MAX_TAKEN_BYTES: usize = 100 << 20;
/// Senders that begin a body and never end it; fewer than `webhook.bodies_at_once`.
const LORISES: usize = 200;

const HEAD: &str =
    "POST /v1/channels/webhook/app HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

async fn is_healthy(gateway: &mut Gateway, id: &str) {
    assert!(gateway.runs(), "{}", gateway.log().text());
    assert!(!gateway.log().has("panicked"), "{}", gateway.log().text());
    let mut sender = WebhookSender::connect(gateway.address()).await.unwrap();
    let told = within_patience("an answer", sender.tell(id, "good", "still there?")).await;
    assert_eq!(told.unwrap(), 202, "a good sender notices nothing");
}

async fn kept(gateway: &Gateway) -> f64 {
    let accepted = r#"signalbox_inbound_messages_total{channel="webhook",result="accepted"}"#;
    scrape(gateway.address()).await.value(accepted)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gigabyte_is_refused_and_not_kept_in_memory() {
    let mut gateway = Gateway::start(&strangers::deployment()).await;
    is_healthy(&mut gateway, "evt_1").await;
    let before = gateway.resident_bytes();
    for (length, chunk) in [
        ("Content-Length: 1000000000", &b""[..]),
        ("Transfer-Encoding: chunked", b"10000\r\n"),
    ] {
        let mut stream = TcpStream::connect(gateway.address()).await.unwrap();
        let head = format!("{HEAD}webhook-id: evt\r\n{length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let sent = within_patience("a refusal", send_until_refused(&mut stream, chunk)).await;
        assert!(sent < MAX_TAKEN_BYTES, "{length}: {sent} bytes were taken");
        if let Ok(answer) = http::read_answer(&mut stream).await {
            assert_eq!(answer.status, 413, "{answer:?}");
        }
    }
    let after = gateway.resident_bytes();
    assert!(
        after < before + MAX_GROWTH_BYTES,
        "memory grew from {before} to {after} bytes"
    );
    is_healthy(&mut gateway, "evt_2").await;
    assert_eq!(kept(&gateway).await, 2.0, "nothing else was kept");
}

/// Writes 64 KiB blocks, each behind `prefix`, until the server answers or hangs up; answers how much went out.
async fn send_until_refused(stream: &mut TcpStream, prefix: &[u8]) -> usize {
    let mut block = prefix.to_vec();
    block.resize(prefix.len() + (64 << 10), b' ');
    if !prefix.is_empty() {
        block.extend_from_slice(b"\r\n");
    }
    let (mut answers, mut body) = stream.split();
    let mut sent = 0;
    let mut answer = [0; 1];
    while sent < 1_000_000_000 {
        tokio::select! {
            written = body.write_all(&block) => match written {
                Ok(()) => sent += block.len(),
                Err(_) => break,
            },
            _ = answers.peek(&mut answer) => break,
        }
    }
    sent
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_senders_are_let_go_and_hold_up_nobody() {
    let deployment =
        strangers::deployment().with_setting("webhook:\n", "webhook:\n  body_within: 2s\n");
    let mut gateway = Gateway::start(&deployment).await;
    let mut slow = Vec::new();
    for place in 0..LORISES {
        let mut stream = TcpStream::connect(gateway.address()).await.unwrap();
        // Half of them begin a message that would be proven if it came to its end.
        let id = format!("slow-{place}");
        let whole = request(
            gateway.address(),
            "app",
            &id,
            &message(&id, "slow", "x"),
            &SECRET,
        );
        let half = if place % 2 == 0 {
            whole[..whole.len() - 1].to_owned()
        } else {
            format!("{HEAD}Content-Length: 100000\r\n\r\n{{")
        };
        stream.write_all(half.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    is_healthy(&mut gateway, "evt_1").await;
    for mut stream in slow {
        let mut answer = Vec::new();
        let ended = stream.read_to_end(&mut answer);
        // A reset behind the answer is an end too.
        let _ = within_patience("the end of a slow sender", ended).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer:?}");
    }
    is_healthy(&mut gateway, "evt_2").await;
    assert_eq!(kept(&gateway).await, 2.0, "half a message is none");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_senders_at_once_than_bodies_are_told_to_come_again() {
    let setting = "webhook:
  bodies_at_once: 2
  body_within: 60s
";
    let deployment = strangers::deployment().with_setting(
        "webhook:
",
        setting,
    );
    let mut gateway = Gateway::start(&deployment).await;
    let mut slow = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(gateway.address()).await.unwrap();
        let half = format!("{HEAD}Expect: 100-continue\r\nContent-Length: 100\r\n\r\n");
        stream.write_all(half.as_bytes()).await.unwrap();
        // It is asked for once there is a place for it.
        let mut told = *b"HTTP/1.1 100 Continue\r\n\r\n";
        let wanted = told;
        let read = within_patience("a place", stream.read_exact(&mut told)).await;
        read.unwrap();
        assert_eq!(told, wanted);
        slow.push(stream);
    }
    let body = message("evt_1", "good", "hello");
    let address = gateway.address();
    let answer = post(address, "evt_1", &body).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    let told = answer.head.to_ascii_lowercase();
    assert!(told.contains("retry-after: "), "{answer:?}");
    drop(slow);
    until("they are free again", async || {
        (post(address, "evt_1", &body).await.status != 503).then_some(())
    })
    .await;
    is_healthy(&mut gateway, "evt_2").await;
    assert_eq!(kept(&gateway).await, 2.0, "each once");
}

async fn post(address: SocketAddr, id: &str, body: &str) -> http::Answer {
    let request = request(address, "app", id, body, &SECRET);
    let request = request.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    http::exchange(address, request.as_bytes())
        .await
        .expect("an answer")
}
