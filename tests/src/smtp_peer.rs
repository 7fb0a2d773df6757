//! An SMTP server that fails as it is told: refuses, drops the connection, says nothing. Written from RFC 5321 alone.
//!
//! Two ways to tell it: a [`Fate`] for each message, and a [`Trouble`] that every connection meets until it is mended.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::until::until;

/// What becomes of a message that begins with `MAIL`; where `RSET` follows it, there was none.
#[derive(Debug, Clone, Copy)]
pub enum Fate {
    /// `250`.
    Accept,
    /// `MAIL` gets this answer.
    RefuseSender(&'static str),
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

/// Where a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Connected, before the server's first words.
    Greeting,
    /// `EHLO`.
    Hello,
    /// `STARTTLS`, which is offered only where it meets trouble.
    StartTls,
    /// `AUTH`.
    SignIn,
    /// `MAIL`.
    Sender,
    /// `RCPT`.
    Recipient,
    /// `DATA`.
    Data,
    /// The end of the message.
    Message,
    /// `QUIT`.
    Quit,
}

/// What happens there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// This answer.
    Answer(&'static str),
    /// The connection is closed.
    Drop,
    /// Nothing is said until the client gives up.
    Hang,
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
    troubles: Vec<(Phase, Trouble)>,
    hellos: Vec<String>,
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

    /// From now on every connection meets these troubles; none of them: it is mended.
    pub fn trouble(&self, troubles: impl IntoIterator<Item = (Phase, Trouble)>) {
        self.seen.lock().unwrap().troubles = troubles.into_iter().collect();
    }

    /// What clients called themselves.
    pub fn hellos(&self) -> Vec<String> {
        self.seen.lock().unwrap().hellos.clone()
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
    let (mut from, mut to) = (String::new(), String::new());
    let mut fate = Fate::Accept;
    let (mut phase, mut answer) = (Some(Phase::Greeting), "220 peer.test ready");
    loop {
        match phase.and_then(|phase| trouble_at(seen, phase)) {
            Some(Trouble::Drop) => return Ok(()),
            Some(Trouble::Hang) => {
                while lines.next_line().await?.is_some() {}
                return Ok(());
            }
            Some(Trouble::Answer(told)) => answer = told,
            None => {}
        }
        let said = format!("{answer}\r\n");
        writing.write_all(said.as_bytes()).await?;
        if phase == Some(Phase::Quit) {
            return Ok(());
        }
        if phase == Some(Phase::Data) && answer.starts_with('3') {
            let text = message(&mut lines).await?;
            let (from, to) = (from.clone(), to.clone());
            seen.lock().unwrap().mails.push(Mail { from, to, text });
            (phase, answer) = (Some(Phase::Message), "250 taken");
            match fate {
                Fate::DropAfterMessage => return Ok(()),
                Fate::SilentAfterMessage => {
                    while lines.next_line().await?.is_some() {}
                    return Ok(());
                }
                Fate::RefuseMessage(told) => answer = told,
                _ => {}
            }
            continue;
        }
        let Some(line) = lines.next_line().await? else {
            return Ok(());
        };
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        (phase, answer) = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                let mut seen = seen.lock().unwrap();
                seen.hellos.push(line["EHLO".len()..].trim().to_owned());
                let is_offered = |(phase, _): &(Phase, Trouble)| *phase == Phase::StartTls;
                let offer = if seen.troubles.iter().any(is_offered) {
                    "250-peer.test\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN"
                } else {
                    "250-peer.test\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME"
                };
                (Some(Phase::Hello), offer)
            }
            "STARTTLS" => (Some(Phase::StartTls), "220 go ahead"),
            "AUTH" => (Some(Phase::SignIn), "235 come in"),
            "MAIL" => {
                let next = seen.lock().unwrap().fates.pop_front();
                fate = next.unwrap_or(Fate::Accept);
                from = bracketed(&line);
                let answer = match fate {
                    Fate::RefuseSender(told) => told,
                    _ => "250 sender ok",
                };
                (Some(Phase::Sender), answer)
            }
            "RCPT" => {
                to = bracketed(&line);
                let answer = match fate {
                    Fate::RefuseRecipient(told) => told,
                    _ => "250 recipient ok",
                };
                (Some(Phase::Recipient), answer)
            }
            "DATA" if matches!(fate, Fate::DropBeforeMessage) => return Ok(()),
            "DATA" => (Some(Phase::Data), "354 go ahead"),
            "NOOP" => (None, "250 ok"),
            // There was no message: the next one meets its fate.
            "RSET" => {
                seen.lock().unwrap().fates.push_front(fate);
                (None, "250 ok")
            }
            "QUIT" => (Some(Phase::Quit), "221 bye"),
            _ => (None, "500 what?"),
        };
    }
}

fn trouble_at(seen: &Mutex<Seen>, phase: Phase) -> Option<Trouble> {
    let seen = seen.lock().unwrap();
    let found = seen.troubles.iter().find(|(place, _)| *place == phase);
    found.map(|(_, trouble)| *trouble)
}

/// What comes up to the line with a dot.
async fn message(lines: &mut Lines<BufReader<OwnedReadHalf>>) -> std::io::Result<String> {
    let mut text = String::new();
    while let Some(line) = lines.next_line().await? {
        if line == "." {
            break;
        }
        text += line.strip_prefix('.').unwrap_or(&line);
        text += "\r\n";
    }
    Ok(text)
}

fn bracketed(line: &str) -> String {
    let inside = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or_else(String::new, |(address, _)| address.to_owned())
}
