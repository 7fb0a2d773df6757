//! Bad input at the real socket: clear refusals, no panic, bounded memory, and well-behaved customers notice nothing.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use signalbox_tests::address::{self, Address};
use signalbox_tests::chat_client::{ChatClient, Incoming, PATH, Step, Upgrade, Wire};
use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::Gateway;
use signalbox_tests::http;
use signalbox_tests::oracle;
use signalbox_tests::seed::Random;
use signalbox_tests::until::PATIENCE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{Frame, FrameHeader};

const MAX_MESSAGE_BYTES: usize = 64 << 10;

/// What a flood may add to the memory in use: far less than was sent.
const MAX_GROWTH_BYTES: u64 = 64 << 20;

/// Upgrade and hello each have 10 s; twice that, with room for a busy machine.
const SLOW_LORIS_ENDS_WITHIN: Duration = Duration::from_secs(45);

async fn is_healthy(gateway: &mut Gateway, address: &mut Address) {
    assert!(gateway.runs(), "{}", gateway.log().text());
    assert_eq!(gateway.get("/healthz").await.status, 200);
    assert_eq!(gateway.get("/readyz").await.status, 200);
    assert!(!gateway.log().has("panicked"), "{}", gateway.log().text());
    let mut customer = ChatClient::new(Random::from_seed(7));
    let mut script = |chat: &ChatClient| match (chat.said().len(), chat.unanswered()) {
        (0, _) => Step::Say("still there?".to_owned()),
        (_, 0) => Step::Leave,
        _ => Step::Wait,
    };
    customer.chat(address, &mut script).await;
    assert_eq!(oracle::judge(&customer), Vec::<String>::new());
}

/// A socket that has been welcomed, or one that has not said hello yet.
async fn socket(address: SocketAddr, is_greeted: bool) -> Wire {
    let mut wire = Wire::open(address, &Upgrade::of_page(address))
        .await
        .expect("a socket");
    if is_greeted {
        wire.send(&json!({"t": "hello", "v": 1, "site": "hello", "token": null, "visitor": null, "device": uuid::Uuid::new_v4().to_string(), "resume": null, "locale": "en", "tz": "UTC", "caps": []})).await;
        wire.frame_of("synced", PATIENCE).await;
    }
    wire
}

fn frame(code: OpCode, is_final: bool, payload: Vec<u8>) -> Message {
    let header = FrameHeader {
        is_final,
        opcode: code,
        mask: Some([1, 2, 3, 4]),
        ..FrameHeader::default()
    };
    Message::Frame(Frame::from_payload(header, payload.into()))
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_messages_close_with_the_code_that_says_why() {
    let mut gateway = Gateway::start(&Deployment::hello()).await;
    let mut direct = address::fixed(gateway.address());
    let too_big = format!(r#"{{"t":"ping","x":"{}"}}"#, "x".repeat(MAX_MESSAGE_BYTES));
    let deep = "[".repeat(MAX_MESSAGE_BYTES / 2);
    let bad = [
        ("a binary frame", Message::binary(vec![1, 2, 3]), 1003),
        (
            "no UTF-8",
            frame(OpCode::Data(Data::Text), true, vec![b'"', 0xff, b'"']),
            1007,
        ),
        (
            "one byte too much",
            Message::text(too_big[..=MAX_MESSAGE_BYTES].to_owned()),
            1009,
        ),
        ("no JSON", Message::text("hello?"), 4400),
        ("JSON that is no object", Message::text("[1]"), 4400),
        ("an object without a type", Message::text("{}"), 4400),
        ("a type that is no text", Message::text(r#"{"t":7}"#), 4400),
        ("deeply nested", Message::text(deep), 4400),
        (
            "continuation of nothing",
            frame(OpCode::Data(Data::Continue), true, vec![b'x']),
            1002,
        ),
        (
            "a reserved opcode",
            frame(OpCode::Data(Data::Reserved(5)), true, vec![b'x']),
            1002,
        ),
    ];
    for (what, message, code) in bad {
        for is_greeted in [false, true] {
            let mut wire = socket(gateway.address(), is_greeted).await;
            wire.send_raw(message.clone()).await;
            let ended = wire.end(PATIENCE).await;
            assert_eq!(
                ended,
                Incoming::Closed(code),
                "{what}, greeted: {is_greeted}"
            );
        }
    }
    is_healthy(&mut gateway, &mut direct).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_of_a_known_type_with_wrong_fields_break_nothing() {
    let mut gateway = Gateway::start(&Deployment::hello()).await;
    let mut direct = address::fixed(gateway.address());
    let wrong = [
        json!({"t": "msg"}),
        json!({"t": "msg", "cid": 5, "content": null}),
        json!({"t": "msg", "cid": "not a uuid", "content": {"type": "text", "text": "x"}}),
        json!({"t": "msg", "cid": "7b6d5b2e-3c1f-4a8e-9d55-0d6a3f1c2b4e", "content": {"type": "hologram"}}),
        json!({"t": "sync", "from": -1}),
        json!({"t": "sync", "from": u64::MAX}),
        json!({"t": "history", "before_seq": "x", "limit": 1e300}),
        json!({"t": "history", "before_seq": 0, "limit": 0}),
        json!({"t": "seen", "seq": u64::MAX}),
        json!({"t": "typing", "on": "maybe"}),
        json!({"t": "page", "kind": "teleport", "url": 5}),
        json!({"t": "auth", "token": "x"}),
        json!({"t": "hello", "v": 1, "site": "hello"}),
        json!({"t": "upload_request", "name": "../../etc/passwd", "size": -1}),
    ];
    for frame in wrong {
        let mut wire = socket(gateway.address(), true).await;
        wire.send(&frame).await;
        wire.send(&json!({"t": "ping"})).await;
        // Answered, ignored or closed with a reason: never dropped without a word.
        loop {
            match tokio::time::timeout(PATIENCE, wire.receive())
                .await
                .expect("an answer")
            {
                Incoming::Frame(answer) if answer["t"] == "pong" => break,
                Incoming::Frame(answer) => assert_ne!(answer["t"], "ack", "{frame} was accepted"),
                Incoming::Closed(1008 | 4400 | 4401) => break,
                other => panic!("{frame}: {other:?}"),
            }
        }
    }
    is_healthy(&mut gateway, &mut direct).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_are_refused_and_not_kept_in_memory() {
    let mut gateway = Gateway::start(&Deployment::hello()).await;
    let mut direct = address::fixed(gateway.address());
    is_healthy(&mut gateway, &mut direct).await;
    let before = gateway.resident_bytes();
    a_gigabyte_to_the_beacon(gateway.address()).await;
    an_endless_header(gateway.address()).await;
    an_endless_message_in_fragments(gateway.address()).await;
    a_flood_of_pings(gateway.address()).await;
    let after = gateway.resident_bytes();
    println!(
        "hostile: {} KiB in use before, {} KiB after",
        before >> 10,
        after >> 10
    );
    assert!(
        after < before + MAX_GROWTH_BYTES,
        "memory grew from {before} to {after} bytes"
    );
    is_healthy(&mut gateway, &mut direct).await;
}

/// Names 1 GB and sends until the server has had enough.
async fn a_gigabyte_to_the_beacon(address: SocketAddr) {
    for head in ["Content-Length: 1000000000", "Transfer-Encoding: chunked"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "POST /v1/webchat/beacon HTTP/1.1\r\nHost: {address}\r\nContent-Type: text/plain\r\n{head}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let sent = send_until_refused(&mut stream, b"10000\r\n").await;
        assert!(
            sent < 100 << 20,
            "{head}: {sent} bytes were taken before it was refused"
        );
        if let Ok(answer) = http::read_answer(&mut stream).await {
            assert!((400..500).contains(&answer.status), "{answer:?}");
        }
    }
}

async fn an_endless_header(address: SocketAddr) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {PATH} HTTP/1.1\r\nHost: {address}\r\nX-Long: ");
    stream.write_all(request.as_bytes()).await.unwrap();
    let sent = send_until_refused(&mut stream, b"").await;
    assert!(sent < 100 << 20, "{sent} bytes of a header were taken");
}

/// Writes 64 KiB blocks, each behind `prefix`, until the server answers or hangs up; answers how much went out.
async fn send_until_refused(stream: &mut TcpStream, prefix: &[u8]) -> usize {
    let mut block = prefix.to_vec();
    block.resize(prefix.len() + (64 << 10), b'x');
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

async fn an_endless_message_in_fragments(address: SocketAddr) {
    let mut wire = socket(address, true).await;
    wire.send_raw(frame(OpCode::Data(Data::Text), false, vec![b'"'; 1000]))
        .await;
    for _ in 0..MAX_MESSAGE_BYTES / 1000 + 1 {
        wire.send_raw(frame(OpCode::Data(Data::Continue), false, vec![b'x'; 1000]))
            .await;
    }
    assert_eq!(wire.end(PATIENCE).await, Incoming::Closed(1009));
}

/// Pings between the fragments of a message are allowed, and answered; whoever does not read the answers is let go.
async fn a_flood_of_pings(address: SocketAddr) {
    let mut wire = socket(address, true).await;
    wire.send_raw(frame(OpCode::Data(Data::Text), false, br#"{"t":"#.to_vec()))
        .await;
    for _ in 0..5_000 {
        wire.send_raw(Message::Ping(vec![b'p'; 100].into())).await;
    }
    wire.send_raw(frame(
        OpCode::Data(Data::Continue),
        true,
        br#""ping"}"#.to_vec(),
    ))
    .await;
    // Either it was served or let go; the caller looks at the memory and at other customers.
    let _ = tokio::time::timeout(PATIENCE, wire.receive()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_lorises_are_let_go_and_hold_up_nobody() {
    /// More than the connections without hello that one address may have.
    const LORISES: usize = 40;
    let mut gateway = Gateway::start(&Deployment::hello()).await;
    let mut direct = address::fixed(gateway.address());
    let mut headers = Vec::new();
    for _ in 0..LORISES {
        let mut stream = TcpStream::connect(gateway.address()).await.unwrap();
        let half = format!("GET {PATH} HTTP/1.1\r\nHost: x\r\n");
        stream.write_all(half.as_bytes()).await.unwrap();
        headers.push(stream);
    }
    is_healthy(&mut gateway, &mut direct).await;
    for mut stream in headers {
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(SLOW_LORIS_ENDS_WITHIN, stream.read_to_end(&mut rest));
        assert!(ended.await.is_ok(), "half a request is held forever");
    }
    // Upgraded, and then silent: closed as not authenticated.
    let mut silent = socket(gateway.address(), false).await;
    let ended = silent.end(SLOW_LORIS_ENDS_WITHIN).await;
    assert_eq!(ended, Incoming::Closed(4401), "no hello within 10 s");
    is_healthy(&mut gateway, &mut direct).await;
}
