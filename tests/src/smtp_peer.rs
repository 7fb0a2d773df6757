//! An SMTP server that fails as it is told: refuses, drops the connection, says nothing. Written from RFC 5321 alone.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::until::until;

/// What becomes of a message that begins with `MAIL`.
#[derive(Debug, Clone, Copy)]
pub enum Fate {
    /// `250`.
    Accept,
    /// Each `RCPT` gets this answer.
    RefuseRecipient(&'static str),
    /// The whole message gets this answer.
    RefuseMessage(&'static str),
    /// The connection is closed at `DATA`, before the message.
    DropBeforeMessage,
    /// The connection is closed once the message is there; nobody says whether it was taken.
    DropAfterMessage,
    /// The message is read, and nothing is said until the client gives up.
    SilentAfterMessage,
}

/// A message that was read to its end.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Of the envelope.
    pub from: String,
    /// Of the envelope.
    pub to: String,
    /// Headers and body, as they came.
    pub text: String,
}

impl Mail {
    /// A header of one line, without its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (head, _) = self.text.split_once("\r\n\r\n")?;
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

#[derive(Debug, Default)]
struct Seen {
    fates: VecDeque<Fate>,
    mails: Vec<Mail>,
    conversations: Vec<AbortHandle>,
}

/// The server. Dropped, it takes no more connections.
#[derive(Debug)]
pub struct SmtpPeer {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    serving: AbortHandle,
}

impl Drop for SmtpPeer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl SmtpPeer {
    /// Messages meet these fates in order; all later ones are accepted.
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
                seen.conversations.push(conversation.abort_handle());
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

    /// All messages that were read, once they are so many.
    pub async fn mails(&self, count: usize) -> Vec<Mail> {
        let enough = async || {
            let seen = self.seen.lock().unwrap();
            (seen.mails.len() >= count).then(|| seen.mails.clone())
        };
        until("the mails are there", enough).await.0
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().conversations.len()
    }

    /// Closes all connections.
    pub fn hang_up(&self) {
        for conversation in &self.seen.lock().unwrap().conversations {
            conversation.abort();
        }
    }
}

async fn converse(stream: TcpStream, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 peer.test ready\r\n").await?;
    let (mut from, mut to) = (String::new(), String::new());
    let mut fate = Fate::Accept;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => "250-peer.test\r\n250 8BITMIME",
            "MAIL" => {
                let next = seen.lock().unwrap().fates.pop_front();
                fate = next.unwrap_or(Fate::Accept);
                from = bracketed(&line);
                "250 sender ok"
            }
            "RCPT" => {
                to = bracketed(&line);
                match fate {
                    Fate::RefuseRecipient(answer) => answer,
                    _ => "250 recipient ok",
                }
            }
            "DATA" => {
                if matches!(fate, Fate::DropBeforeMessage) {
                    return Ok(());
                }
                writing.write_all(b"354 go ahead\r\n").await?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    text += line.strip_prefix('.').unwrap_or(&line);
                    text += "\r\n";
                }
                let (from, to) = (from.clone(), to.clone());
                seen.lock().unwrap().mails.push(Mail { from, to, text });
                match fate {
                    Fate::DropAfterMessage => return Ok(()),
                    Fate::SilentAfterMessage => {
                        while lines.next_line().await?.is_some() {}
                        return Ok(());
                    }
                    Fate::RefuseMessage(answer) => answer,
                    _ => "250 taken",
                }
            }
            "NOOP" | "RSET" => "250 ok",
            "QUIT" => {
                writing.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "500 what?",
        };
        writing
            .write_all(format!("{answer}\r\n").as_bytes())
            .await?;
    }
    Ok(())
}

fn bracketed(line: &str) -> String {
    let inside = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or_else(String::new, |(address, _)| address.to_owned())
}
