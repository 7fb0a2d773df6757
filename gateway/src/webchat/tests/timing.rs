//! Over pipes in one task's time: the clock is paused and jumps to whatever is due next.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::json;
use tokio::io::DuplexStream;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::client::Client;
use super::memory::{generous, webchat};
use crate::webchat::session::{Client as Peer, run};
use crate::webchat::settings::WebchatSettings;

async fn piped(settings: WebchatSettings) -> Client<DuplexStream> {
    let began = (Instant::now(), Timestamp::now());
    let clock = Arc::new(move || began.1 + began.0.elapsed());
    let (webchat, _) = webchat(settings, clock);
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
    Client {
        socket: WebSocketStream::from_raw_socket(theirs, Role::Client, None).await,
    }
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
