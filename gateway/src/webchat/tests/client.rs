//! A client as the sheet describes it, without any cleverness.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};
use uuid::Uuid;

use super::memory::Gateway;

pub(super) struct Client<S = TcpStream> {
    pub(super) socket: WebSocketStream<S>,
}

impl Client {
    /// Opens a socket from the gateway's own page.
    pub(super) async fn open(gateway: &Gateway) -> Self {
        let origin = format!("http://{}", gateway.address);
        Self::open_with(gateway, &[("origin", &origin)])
            .await
            .unwrap()
    }

    /// Or the status of the refusal.
    pub(super) async fn open_with(
        gateway: &Gateway,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        let mut request = format!("ws://{}/v1/webchat/ws", gateway.address)
            .into_client_request()
            .unwrap();
        for (name, value) in headers {
            request
                .headers_mut()
                .append(*name, HeaderValue::from_str(value).unwrap());
        }
        let stream = TcpStream::connect(gateway.address).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self { socket }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// A socket with its welcome.
    pub(super) async fn welcomed(gateway: &Gateway, hello: Value) -> (Self, Value) {
        let mut client = Self::open(gateway).await;
        let welcome = client.hello(hello).await;
        (client, welcome)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(super) async fn send(&mut self, frame: Value) {
        self.socket
            .send(Message::text(frame.to_string()))
            .await
            .unwrap();
    }

    /// Says hello, with `extra` in it, and gives the answer.
    pub(super) async fn hello(&mut self, extra: Value) -> Value {
        let mut hello = json!({"t": "hello", "v": 1, "site": "default"});
        hello
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        self.send(hello).await;
        self.next().await
    }

    pub(super) async fn say(&mut self, text: &str) -> String {
        let cid = Uuid::new_v4().to_string();
        self.say_as(&cid, text).await;
        cid
    }

    pub(super) async fn say_as(&mut self, cid: &str, text: &str) {
        self.send(json!({"t": "msg", "cid": cid, "content": {"type": "text", "text": text}}))
            .await;
    }

    /// The next frame.
    pub(super) async fn next(&mut self) -> Value {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("expected a frame, got {other:?}"),
            }
        }
    }

    /// The next frame, which is one of these.
    pub(super) async fn expect(&mut self, kind: &str) -> Value {
        let frame = self.next().await;
        assert_eq!(frame["t"], kind, "{frame}");
        frame
    }

    /// All frames up to the close, and its code.
    pub(super) async fn closed(&mut self) -> (Vec<Value>, u16) {
        let mut frames = Vec::new();
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => frames.push(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(close)))) => {
                    assert!((1..=123).contains(&close.reason.len()), "{close:?}");
                    return (frames, close.code.into());
                }
                Some(Ok(_)) => {}
                other => panic!("expected a close frame, got {other:?}"),
            }
        }
    }
}
