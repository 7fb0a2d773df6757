//! A system of the company's that passes on what its customers say, signed, over one connection that it keeps. Written from
//! `docs/webhook.md` alone.

use std::io;
use std::net::SocketAddr;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than any answer to an event is long.
const MAX_ANSWER_BYTES: usize = 64 << 10;

/// The secret that [`setting`] is about, as it stands in a file beside the configuration.
pub const SECRET: [u8; 32] = [42; 32];

/// What `SECRET` is written as.
pub fn secret() -> String {
    format!("whsec_{}", STANDARD.encode(SECRET))
}

/// A configuration's account `app`, whose rate is out of the way and whose answers are held back.
pub const SETTING: &str = "delivery: sink
webhook:
  accounts:
    app:
      secrets: ['${file:secret}']
      per_second: 100000
      burst: 1000000
      reply: {url: 'https://app.example/', secrets: ['${file:secret}']}
webchat:
";

/// A request to the account of this name, signed now.
pub fn request(host: SocketAddr, account: &str, id: &str, body: &str, secret: &[u8]) -> String {
    let at = Timestamp::now().as_second();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let mac = STANDARD.encode(hmac::sign(&key, format!("{id}.{at}.{body}").as_bytes()));
    format!(
        "POST /v1/channels/webhook/{account} HTTP/1.1\r\nHost: {host}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\
         webhook-id: {id}\r\nwebhook-timestamp: {at}\r\nwebhook-signature: v1,{mac}\r\n\r\n{body}",
        body.len()
    )
}

/// A message of the customer `contact`.
pub fn message(id: &str, contact: &str, text: &str) -> String {
    let body = json!({
        "type": "message.created",
        "timestamp": "2026-01-02T03:04:05Z",
        "data": {
            "id": format!("of {id}"),
            "contact": {"external_id": contact, "name": contact},
            "content": {"type": "text", "text": text},
        },
    });
    body.to_string()
}

/// The system.
#[derive(Debug)]
pub struct WebhookSender {
    address: SocketAddr,
    stream: TcpStream,
}

impl WebhookSender {
    /// Connects to a gateway.
    ///
    /// # Errors
    /// Nobody is there.
    pub async fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        Ok(Self { address, stream })
    }

    /// Passes a message on to the account `app` and answers the status.
    ///
    /// # Errors
    /// The connection broke, or what came back is no answer.
    pub async fn tell(&mut self, id: &str, contact: &str, text: &str) -> io::Result<u16> {
        let body = message(id, contact, text);
        let request = request(self.address, "app", id, &body, &SECRET);
        self.stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        loop {
            if let Some(status) = whole(&bytes) {
                return Ok(status);
            }
            if bytes.len() > MAX_ANSWER_BYTES || self.stream.read_buf(&mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// The status of an answer, once all of it is there.
fn whole(bytes: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let is_it = name.eq_ignore_ascii_case("content-length");
        is_it.then(|| value.parse::<usize>().ok()).flatten()
    })?;
    if body.len() < length {
        return None;
    }
    head.split(' ').nth(1)?.parse().ok()
}
