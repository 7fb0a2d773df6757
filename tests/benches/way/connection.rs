//! A customer's socket that does as little as the protocol allows, so that the load costs less than what it loads.

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

pub(crate) struct Connection {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What the load has to know of a frame.
#[derive(Deserialize)]
struct Frame<'a> {
    t: &'a str,
    #[serde(borrow)]
    data: Option<Data<'a>>,
}

#[derive(Deserialize)]
struct Data<'a> {
    in_reply_to: Option<&'a str>,
}

impl Connection {
    /// Connects as a new visitor and waits until the server is in step.
    pub(crate) async fn open(port: u16) -> Self {
        let url = format!("ws://127.0.0.1:{port}/v1/webchat/ws");
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert(
            "Origin",
            format!("http://127.0.0.1:{port}").parse().unwrap(),
        );
        headers.insert(
            "Sec-WebSocket-Protocol",
            "signalbox.chat.v1".parse().unwrap(),
        );
        let (socket, _) = connect_async(request)
            .await
            .expect("the server takes the connection");
        let mut connection = Self { socket };
        let hello = format!(
            r#"{{"t":"hello","v":1,"site":"hello","token":null,"visitor":null,"device":"{}","resume":null,"locale":"en","tz":"UTC","caps":["ack"]}}"#,
            Uuid::new_v4()
        );
        connection.socket.send(Message::text(hello)).await.unwrap();
        connection.wait_for("synced").await;
        connection
    }

    /// Says a message and answers its id.
    pub(crate) async fn say(&mut self) -> Uuid {
        let cid = Uuid::new_v4();
        let text = r#"{"t":"msg","cid":"CID","content":{"type":"text","text":"where is my order A-10023? it should have come yesterday"},"client_ts":"2026-11-20T08:00:00Z"}"#;
        let frame = text.replace("CID", &cid.to_string());
        self.socket.send(Message::text(frame)).await.unwrap();
        cid
    }

    /// The id of the next message that is answered.
    pub(crate) async fn answered(&mut self) -> Uuid {
        loop {
            let text = self.text().await;
            let frame: Frame<'_> = serde_json::from_str(&text).expect("a frame");
            assert_ne!(frame.t, "nack", "the server takes no more: {text}");
            if let Some(cid) = frame.data.and_then(|data| data.in_reply_to) {
                return cid.parse().unwrap();
            }
        }
    }

    async fn wait_for(&mut self, kind: &str) {
        loop {
            let text = self.text().await;
            if serde_json::from_str::<Frame<'_>>(&text).expect("a frame").t == kind {
                return;
            }
        }
    }

    async fn text(&mut self) -> String {
        loop {
            match self
                .socket
                .next()
                .await
                .expect("the connection stays")
                .expect("the connection stays")
            {
                Message::Text(text) => return text.as_str().to_owned(),
                Message::Close(frame) => panic!("the server closed the connection: {frame:?}"),
                _ => {}
            }
        }
    }
}
