//! Over pipes in one task's time: the clock is paused and jumps to whatever is due next.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::json;
use tokio::io::DuplexStream;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;
use tower::ServiceExt;

use super::client::Client;
use super::memory::{MemoryConversations, generous, webchat};
use crate::webchat::router;
use crate::webchat::session::{Client as Peer, run};
use crate::webchat::settings::WebchatSettings;

pub(super) async fn piped(settings: WebchatSettings) -> Client<DuplexStream> {
    piped_with(settings).await.0
}

async fn piped_with(settings: WebchatSettings) -> (Client<DuplexStream>, Arc<MemoryConversations>) {
    let began = (Instant::now(), Timestamp::now());
    let clock = Arc::new(move || began.1 + began.0.elapsed());
    let (webchat, conversations) = webchat(settings, clock);
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let peer = Peer {
        address,
        origin: Some("http://gateway.example".to_owned()),
        host: Some("gateway.example".to_owned()),
        bearer: None,
        does_not_track: false,
    };
    let connection = webchat
        .connections
        .open(address, Instant::now())
        .unwrap_or_else(|full| panic!("{full:?}"));
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    tokio::spawn(run(webchat, ours, peer, connection));
    let socket = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    (Client { socket }, conversations)
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_no_hello_is_closed_after_ten_seconds() {
    let began = Instant::now();
    let mut client = piped(generous()).await;
    assert_eq!(client.closed().await.1, 4401);
    assert_eq!(began.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn pings_keep_a_client_that_answers_them() {
    let mut client = piped(generous()).await;
    client.hello(json!({})).await;
    client.expect("synced").await;
    let began = Instant::now();
    // Reading answers pings.
    let silence = tokio::time::timeout(Duration::from_secs(3_600), client.next());
    assert!(
        silence.await.is_err(),
        "nothing is said, and nothing is closed"
    );
    assert!(began.elapsed() >= Duration::from_secs(3_600));
}

#[tokio::test(start_paused = true)]
async fn a_client_from_which_nothing_comes_is_closed_after_a_minute() {
    let mut client = piped(generous()).await;
    client.hello(json!({})).await;
    let began = Instant::now();
    // It does not look at its socket, so it answers no ping.
    tokio::time::sleep(Duration::from_secs(61)).await;
    let mut pings = 0;
    let code = loop {
        match client.socket.next().await {
            Some(Ok(Message::Ping(_))) => pings += 1,
            Some(Ok(Message::Close(Some(close)))) => break u16::from(close.code),
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(code, 4408);
    assert!(pings >= 2, "{pings}");
    assert_eq!(began.elapsed().as_secs(), 61);
}

#[tokio::test(start_paused = true)]
async fn a_beacon_whose_body_does_not_come_is_given_up_after_ten_seconds() {
    let (webchat, _) = webchat(generous(), Arc::new(Timestamp::now));
    let began = Instant::now();
    let body = Body::from_stream(futures_util::stream::pending::<Result<Bytes, Infallible>>());
    let request = Request::post("/v1/webchat/beacon").body(body).unwrap();
    let answer = router(webchat).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(began.elapsed().as_secs(), 10);
}

/// Entries of a thread that are far more than what waits for a client.
const FLOOD: usize = 200;
/// So many of them are more than fit the pipe: whoever reads them lets the server write.
const PIPEFUL: usize = 4;

async fn flooded() -> Client<DuplexStream> {
    let (mut client, conversations) = piped_with(generous()).await;
    client.hello(json!({})).await;
    client.expect("synced").await;
    client.say("tell me everything").await;
    client.expect("ack").await;
    let thread = conversations.only_thread();
    let text = "字".repeat(8_000);
    for _ in 0..FLOOD {
        conversations.say(thread, &text, None);
    }
    client
}

/// Reads so many entries, or up to the close.
async fn read(client: &mut Client<DuplexStream>, entries: usize) -> Result<(), u16> {
    let mut read = 0;
    while read < entries {
        match client.socket.next().await {
            Some(Ok(Message::Text(_))) => read += 1,
            Some(Ok(Message::Close(Some(close)))) => return Err(close.code.into()),
            Some(Ok(_)) => {}
            other => panic!("expected an entry or a close frame, got {other:?}"),
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn while_nothing_is_read_silence_is_not_the_clients() {
    let mut client = flooded().await;
    let began = Instant::now();
    // Slow, but not so slow as to be given up: for more than a minute there is no room for what it might ask.
    for _ in 0..FLOOD / PIPEFUL {
        assert_eq!(read(&mut client, PIPEFUL).await, Ok(()));
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    assert!(began.elapsed() >= Duration::from_secs(150));
    client.send(json!({"t": "ping"})).await;
    client.expect("pong").await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stops_to_read_is_too_slow_and_not_idle() {
    let mut client = flooded().await;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(57) {
        assert_eq!(read(&mut client, PIPEFUL).await, Ok(()));
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    // The minute without a word ends here, the ten seconds without progress later. It looks again in time for the close.
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert_eq!(read(&mut client, usize::MAX).await, Err(4413));
}
