use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::client::Client;
use super::memory::{Gateway, generous};
use crate::webchat::settings::{SiteSettings, WebchatSettings};

async fn synced(gateway: &Gateway) -> Client {
    let (mut client, _) = Client::welcomed(gateway, json!({})).await;
    client.expect("synced").await;
    client
}

#[tokio::test]
async fn a_broken_client_is_told_how() {
    let gateway = Gateway::start(generous()).await;
    let big = format!(r#"{{"t":"ping","x":"{}"}}"#, "x".repeat(65_536));
    let exact = format!(r#"{{"t":"ping","x":"{}"}}"#, "x".repeat(65_536 - 19));
    assert_eq!(exact.len(), 65_536);
    let invalid_utf8 = Frame::message(&b"\xff\xfe"[..], OpCode::Data(Data::Text), true);
    let cases = [
        (Message::text(&big[..65_537]), 1009),
        (Message::binary(&b"{}"[..]), 1003),
        (Message::Frame(invalid_utf8), 1007),
        (Message::text("{"), 4400),
        (Message::text("[]"), 4400),
        (
            Message::text(r#"{"t":"hello","v":1,"site":"default"}"#),
            4400,
        ),
    ];
    for (message, expected) in cases {
        let mut client = synced(&gateway).await;
        client.socket.send(message).await.unwrap();
        assert_eq!(client.closed().await.1, expected);
    }
    let mut client = synced(&gateway).await;
    client.socket.send(Message::text(exact)).await.unwrap();
    client.expect("pong").await;
    // An unmasked frame is against the rules of WebSocket.
    client
        .socket
        .get_mut()
        .write_all(&[0x81, 0x00])
        .await
        .unwrap();
    assert_eq!(client.closed().await.1, 1002);
}

#[tokio::test]
async fn unknown_frames_are_answered_and_three_in_a_row_are_too_many() {
    let gateway = Gateway::start(generous()).await;
    let mut client = synced(&gateway).await;
    for _ in 0..3 {
        for _ in 0..2 {
            client.send(json!({"t": "dance"})).await;
            assert_eq!(client.expect("error").await["code"], "unknown_type");
        }
        client.send(json!({"t": "ping"})).await;
        client.expect("pong").await;
    }
    client
        .send(json!({"t": "upload_request", "name": "a"}))
        .await;
    assert_eq!(client.expect("error").await["code"], "unsupported");
    for _ in 0..3 {
        client.send(json!({"t": "dance"})).await;
    }
    assert_eq!(client.closed().await.1, 4400);
}

#[tokio::test]
async fn a_hello_must_be_right() {
    let mut settings = generous();
    settings.sites.insert(
        "shop".to_owned(),
        SiteSettings {
            origins: vec!["https://shop.example".to_owned()],
            ..SiteSettings::default()
        },
    );
    let gateway = Gateway::start(settings).await;
    let cases = [
        (json!({"t": "ping"}), 4401),
        (json!({"t": "hello", "v": 2, "site": "default"}), 4400),
        (json!({"t": "hello", "v": 1, "site": "nowhere"}), 4404),
        (json!({"t": "hello", "v": 1, "site": "shop"}), 4403),
        (
            json!({"t": "hello", "v": 1, "site": "default", "token": "x"}),
            4401,
        ),
    ];
    for (frame, expected) in cases {
        let mut client = Client::open(&gateway).await;
        client.send(frame).await;
        assert_eq!(client.closed().await.1, expected);
    }
}

#[tokio::test]
async fn foreign_origins_are_refused_before_the_upgrade() {
    let mut settings = WebchatSettings::default();
    settings.sites.get_mut("default").unwrap().origins = vec!["https://shop.example".to_owned()];
    let gateway = Gateway::start(settings).await;
    for origin in [
        "https://shop.example.evil.com",
        "https://evilshop.example",
        "null",
        "http://shop.example",
        "",
    ] {
        assert_eq!(
            Client::open_with(&gateway, &[("origin", origin)])
                .await
                .err(),
            Some(403),
            "{origin}"
        );
    }
    assert_eq!(Client::open_with(&gateway, &[]).await.err(), Some(403));
    assert!(
        Client::open_with(&gateway, &[("origin", "https://shop.example")])
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn connections_that_say_nothing_are_few() {
    let gateway = Gateway::start(WebchatSettings::default()).await;
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(Client::open(&gateway).await);
    }
    let origin = format!("http://{}", gateway.address);
    assert_eq!(
        Client::open_with(&gateway, &[("origin", &origin)])
            .await
            .err(),
        Some(429)
    );
    open[0].hello(json!({})).await;
    assert!(
        Client::open_with(&gateway, &[("origin", &origin)])
            .await
            .is_ok(),
        "a greeting makes room"
    );
}

#[tokio::test]
async fn too_much_is_refused_and_then_closed() {
    let gateway = Gateway::start(WebchatSettings::default()).await;
    let mut client = synced(&gateway).await;
    for _ in 0..11 {
        client.say("x").await;
    }
    for _ in 0..10 {
        client.expect("ack").await;
    }
    let nack = client.expect("nack").await;
    assert_eq!(nack["code"], "rate_limited");
    assert!((1..=200).contains(&nack["retry_after_ms"].as_u64().unwrap()));
    assert!(nack["message"].is_string());
    for _ in 0..300 {
        if client
            .socket
            .send(Message::text(
                r#"{"t":"msg","cid":"x","content":{"type":"text"}}"#,
            ))
            .await
            .is_err()
        {
            break;
        }
    }
    let (frames, code) = client.closed().await;
    assert_eq!(code, 4429);
    assert!(frames.last().unwrap()["retry_after_ms"].is_u64());
}

#[tokio::test]
async fn hellos_of_one_device_are_counted() {
    let gateway = Gateway::start(WebchatSettings::default()).await;
    let hello = json!({"device": "d"});
    for _ in 0..5 {
        assert_eq!(
            Client::welcomed(&gateway, hello.clone()).await.1["t"],
            "welcome"
        );
    }
    let mut client = Client::open(&gateway).await;
    assert_eq!(client.hello(hello).await["code"], "rate_limited");
    assert_eq!(client.closed().await.1, 4429);
}

#[tokio::test]
async fn a_flood_of_pings_between_fragments_is_stopped() {
    let gateway = Gateway::start(generous()).await;
    let mut client = synced(&gateway).await;
    let first = Frame::message(&b"{\"t\":"[..], OpCode::Data(Data::Text), false);
    client.socket.send(Message::Frame(first)).await.unwrap();
    for _ in 0..1_000 {
        if client
            .socket
            .send(Message::Ping(vec![0; 125].into()))
            .await
            .is_err()
        {
            break;
        }
    }
    assert_eq!(client.closed().await.1, 4429);
}

#[tokio::test]
async fn fragments_are_one_message_with_one_bound() {
    let gateway = Gateway::start(generous()).await;
    let mut client = synced(&gateway).await;
    let fragment = |bytes: &'static [u8], data, is_last| {
        Message::Frame(Frame::message(bytes, OpCode::Data(data), is_last))
    };
    client
        .socket
        .send(fragment(b"{\"t\":", Data::Text, false))
        .await
        .unwrap();
    client
        .socket
        .send(fragment(b"\"ping\"}", Data::Continue, true))
        .await
        .unwrap();
    client.expect("pong").await;
    const HALF: &[u8] = &[b' '; 40_000];
    client
        .socket
        .send(fragment(HALF, Data::Text, false))
        .await
        .unwrap();
    client
        .socket
        .send(fragment(HALF, Data::Continue, true))
        .await
        .unwrap();
    assert_eq!(client.closed().await.1, 1009);
}

#[tokio::test]
async fn a_closed_site_takes_no_messages() {
    let mut settings = generous();
    settings.sites.get_mut("default").unwrap().closed = true;
    let gateway = Gateway::start(settings).await;
    let mut client = synced(&gateway).await;
    client.say("hi").await;
    assert_eq!(client.expect("nack").await["code"], "closed");
}

#[tokio::test]
async fn leaving_closes_all_and_takes_nobody() {
    let mut settings = generous();
    settings.shutdown_spread_seconds = 0;
    let gateway = Gateway::start(settings).await;
    let mut client = synced(&gateway).await;
    let mut silent = Client::open(&gateway).await;
    let (left, right, ()) = tokio::join!(client.closed(), silent.closed(), gateway.webchat.leave());
    assert_eq!((left.1, right.1), (1001, 1001));
    let origin = format!("http://{}", gateway.address);
    assert_eq!(
        Client::open_with(&gateway, &[("origin", &origin)])
            .await
            .err(),
        Some(503)
    );
}

#[tokio::test]
async fn pages_are_served_from_the_binary() {
    let gateway = Gateway::start(generous()).await;
    let get = async |path: &str, known: &str| {
        let url = format!("http://{}{path}", gateway.address);
        reqwest::Client::new()
            .get(url)
            .header("if-none-match", known)
            .send()
            .await
            .unwrap()
    };
    let page = get("/", "").await;
    let tag = page.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert!(
        page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("default-src 'self'")
    );
    assert_eq!(get("/", &tag).await.status(), 304);
    let module = get("/webchat/page.js", "").await;
    assert_eq!(
        module.headers()["content-type"],
        "text/javascript; charset=utf-8"
    );
    assert_eq!(
        (
            &module.headers()["access-control-allow-origin"],
            &module.headers()["x-content-type-options"]
        ),
        (&"*".parse().unwrap(), &"nosniff".parse().unwrap())
    );
    assert_eq!(get("/embed.js", "").await.status(), 200);
    let icon = get("/favicon.ico", "").await;
    assert_eq!(icon.headers()["content-type"], "image/svg+xml");
    for path in [
        "/webchat/../index.html",
        "/webchat/%2e%2e/index.html",
        "/webchat/nothing.js",
        "/webchat/..%2f..%2fCargo.toml",
    ] {
        assert_eq!(get(path, "").await.status(), 404, "{path}");
    }
    let config: Value =
        serde_json::from_str(&get("/v1/webchat/config", "").await.text().await.unwrap()).unwrap();
    assert_eq!(
        config,
        json!({"sites": ["default"], "default_site": "default"})
    );
}
