//! One WebSocket to the gateway, as the protocol's §2 describes it: JSON in text frames, close codes, nothing else.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{self, Message};

/// The only subprotocol there is.
pub const SUBPROTOCOL: &str = "signalbox.chat.v1";

/// Where the socket is.
pub const PATH: &str = "/v1/webchat/ws";

/// The headers that a test may want to choose.
#[derive(Debug, Clone)]
pub struct Upgrade {
    /// `Origin`; `None` sends none, as programs that are no browser do.
    pub origin: Option<String>,
    /// `Sec-WebSocket-Protocol`; `None` sends none.
    pub subprotocol: Option<String>,
}

impl Upgrade {
    /// What a browser sends from a page that was served at `address`.
    pub fn of_page(address: SocketAddr) -> Self {
        Self {
            origin: Some(format!("http://{address}")),
            subprotocol: Some(SUBPROTOCOL.to_owned()),
        }
    }
}

/// Why there is no socket.
#[derive(Debug)]
pub enum UpgradeFailed {
    /// The server answered, and not with 101.
    Status(u16),
    /// There was no connection, or it broke, or it spoke no WebSocket.
    Connection(String),
}

/// What came.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// A frame of the protocol.
    Frame(Value),
    /// The server said goodbye with this code.
    Closed(u16),
    /// The connection ended without a goodbye.
    Lost,
}

/// An open socket.
#[derive(Debug)]
pub struct Wire<S = TcpStream>(WebSocketStream<S>);

impl Wire {
    /// Connects and upgrades.
    ///
    /// # Errors
    /// [`UpgradeFailed`], by whether the server answered.
    pub async fn open(address: SocketAddr, upgrade: &Upgrade) -> Result<Self, UpgradeFailed> {
        let stream = TcpStream::connect(address)
            .await
            .map_err(|error| UpgradeFailed::Connection(error.to_string()))?;
        // A frame that waits for the answer to the last one would measure the kernel, not the gateway.
        stream
            .set_nodelay(true)
            .map_err(|error| UpgradeFailed::Connection(error.to_string()))?;
        Self::over(stream, address, upgrade).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// Upgrades a connection that is there.
    ///
    /// # Errors
    /// As [`Wire::open`].
    pub async fn over(
        stream: S,
        address: SocketAddr,
        upgrade: &Upgrade,
    ) -> Result<Self, UpgradeFailed> {
        let mut request = format!("ws://{address}{PATH}")
            .into_client_request()
            .expect("the address makes a URL");
        let mut header = |name: &'static str, value: &Option<String>| {
            if let Some(value) = value {
                let value = HeaderValue::from_str(value).expect("the test's header is one");
                request
                    .headers_mut()
                    .insert(HeaderName::from_static(name), value);
            }
        };
        header("origin", &upgrade.origin);
        header("sec-websocket-protocol", &upgrade.subprotocol);
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tungstenite::Error::Http(answer)) => {
                Err(UpgradeFailed::Status(answer.status().as_u16()))
            }
            Err(error) => Err(UpgradeFailed::Connection(error.to_string())),
        }
    }

    /// Sends a frame of the protocol. A connection that broke is found out by the next [`Wire::receive`].
    pub async fn send(&mut self, frame: &Value) {
        self.send_raw(Message::text(frame.to_string())).await;
    }

    /// Sends any message, also what the protocol forbids.
    pub async fn send_raw(&mut self, message: Message) {
        let _ = self.0.send(message).await;
    }

    /// The next frame, or how it ended. Pings are answered, and not shown.
    pub async fn receive(&mut self) -> Incoming {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                    Ok(value) => return Incoming::Frame(value),
                    Err(error) => panic!("the server sent no JSON: {error}: {text}"),
                },
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Binary(_))) => panic!("the server sent a binary frame"),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Incoming::Closed(frame.code.into());
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => return Incoming::Lost,
            }
        }
    }

    /// The next frame, where the test knows that one comes.
    ///
    /// # Panics
    /// When the connection ends, or nothing comes within `within`.
    pub async fn frame(&mut self, within: Duration) -> Value {
        match tokio::time::timeout(within, self.receive()).await {
            Ok(Incoming::Frame(frame)) => frame,
            Ok(other) => panic!("expected a frame, got {other:?}"),
            Err(_) => panic!("expected a frame, got nothing within {within:?}"),
        }
    }

    /// Reads on until a frame with this `t` comes, and answers it. Others on the way are dropped.
    ///
    /// # Panics
    /// As [`Wire::frame`].
    pub async fn frame_of(&mut self, kind: &str, within: Duration) -> Value {
        loop {
            let frame = self.frame(within).await;
            if frame["t"] == kind {
                return frame;
            }
        }
    }

    /// Reads on until the connection ends, and answers how.
    ///
    /// # Panics
    /// When it is still open after `within` of silence.
    pub async fn end(&mut self, within: Duration) -> Incoming {
        loop {
            match tokio::time::timeout(within, self.receive()).await {
                Ok(Incoming::Frame(_)) => {}
                Ok(ended) => return ended,
                Err(_) => panic!("expected the connection to end within {within:?}"),
            }
        }
    }

    /// Says goodbye as a page that is closed does, and waits until the server has said it too, or for `within`: a dead
    /// line says nothing.
    pub async fn close(mut self, within: Duration) {
        let goodbye = async {
            let _ = self.0.close(None).await;
            while let Some(Ok(_)) = self.0.next().await {}
        };
        let _ = tokio::time::timeout(within, goodbye).await;
    }
}
