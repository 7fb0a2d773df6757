//! A receiver of HTTP requests that fails as it is told: refuses, drops the connection, says nothing, says nonsense. No library,
//! so that it can answer wrongly too.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::until::until;

/// What becomes of a request once it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Answered with this status and these further header lines: `503 Busy\r\nRetry-After: 7`.
    Answer(&'static str),
    /// The connection is closed without an answer.
    Drop,
    /// Nothing is said until the client gives up.
    Silent,
    /// `200`, with a body that never ends.
    Endless,
    /// These bytes are the answer, and the connection is closed behind them.
    Raw(Vec<u8>),
}

/// A request that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Request line and header lines.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Request {
    /// A header, by its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

#[derive(Debug, Default)]
struct Seen {
    fates: VecDeque<Fate>,
    requests: Vec<Request>,
    connections: Vec<AbortHandle>,
}

/// The receiver. Dropped, it takes no more connections.
#[derive(Debug)]
pub struct HttpPeer {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    serving: AbortHandle,
}

impl Drop for HttpPeer {
    fn drop(&mut self) {
        self.serving.abort();
        for connection in &self.seen.lock().unwrap().connections {
            connection.abort();
        }
    }
}

impl HttpPeer {
    /// Requests meet these fates in order; all later ones are answered `204`.
    pub async fn start(fates: impl IntoIterator<Item = Fate>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let seen = Arc::new(Mutex::new(Seen {
            fates: fates.into_iter().collect(),
            ..Seen::default()
        }));
        let watched = seen.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let seen = watched.clone();
                // A client that goes away ends the conversation.
                let conversation = tokio::spawn(async move { converse(stream, &seen).await });
                let mut seen = watched.lock().unwrap();
                seen.connections.push(conversation.abort_handle());
            }
        });
        Self {
            address,
            seen,
            serving: serving.abort_handle(),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All requests that were read, once they are so many.
    pub async fn requests(&self, count: usize) -> Vec<Request> {
        let enough = async || {
            let seen = self.seen.lock().unwrap();
            (seen.requests.len() >= count).then(|| seen.requests.clone())
        };
        until("the requests are there", enough).await.0
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections.len()
    }
}

async fn converse(mut stream: TcpStream, seen: &Mutex<Seen>) -> std::io::Result<()> {
    while let Some(request) = read(&mut stream).await? {
        let fate = {
            let mut seen = seen.lock().unwrap();
            seen.requests.push(request);
            seen.fates.pop_front()
        };
        match fate.unwrap_or(Fate::Answer("204 No Content")) {
            Fate::Answer(head) => {
                let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await?;
            }
            Fate::Drop => return Ok(()),
            Fate::Silent => {
                // Until the client hangs up.
                while stream.read(&mut [0; 1_024]).await? > 0 {}
                return Ok(());
            }
            Fate::Endless => {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .await?;
                loop {
                    stream.write_all(b"400\r\n").await?;
                    stream.write_all(&[b'x'; 0x400]).await?;
                    stream.write_all(b"\r\n").await?;
                }
            }
            Fate::Raw(bytes) => return stream.write_all(&bytes).await,
        }
    }
    Ok(())
}

/// The next request; nothing once the client has hung up.
async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(request) = whole(&bytes) {
            return Ok(Some(request));
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

/// A request with a body of an announced length, once all of it is there.
fn whole(bytes: &[u8]) -> Option<Request> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let mut request = Request {
        head: String::from_utf8_lossy(&bytes[..end]).into_owned(),
        body: String::new(),
    };
    let length: usize = request
        .header("content-length")
        .map_or(0, |length| length.parse().expect("a length"));
    let body = bytes.get(end + 4..end + 4 + length)?;
    request.body = String::from_utf8(body.to_vec()).expect("UTF-8");
    Some(request)
}
