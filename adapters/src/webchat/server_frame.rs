//! What the server says.
//!
//! An [`EventFrame`] is written once for an entry of a thread and then shared by all its sockets and by answers to
//! `history`: the same text stands in all of them.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::message::Content;

/// A frame without a place in the thread, except `ack`, which counts as its message's.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum ServerFrame<'a> {
    /// The answer to `hello`.
    Welcome {
        /// Names this session in support requests.
        session: &'a str,
        /// For the next `hello`.
        visitor: &'a str,
        /// `None` until the first message.
        conversation: Option<Conversation<'a>>,
        /// Whether what was missed follows, all of it.
        resumed: bool,
        /// What the client must keep to.
        limits: Limits<'a>,
        /// How often the client should send `ping`.
        ping_interval_ms: u64,
        /// The server's clock.
        #[serde(serialize_with = "to_the_millisecond")]
        server_time: Timestamp,
    },
    /// The message is durable.
    Ack {
        /// The client's id of it.
        cid: &'a str,
        /// Ours.
        id: &'a str,
        /// Its place in the thread.
        seq: u64,
        /// When it was accepted.
        #[serde(serialize_with = "to_the_millisecond")]
        ts: Timestamp,
        /// The conversation that it began.
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<&'a str>,
    },
    /// The message is not taken.
    Nack {
        /// The client's id of it.
        cid: &'a str,
        /// Why.
        code: NackCode,
        /// The same in plain words, for the client's author.
        message: &'a str,
        /// Send it again then.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
    /// All up to here was sent.
    Synced {
        /// The last.
        seq: u64,
    },
    /// Too much was missed to be replayed; `history` has it.
    Gap {
        /// The first that is missing.
        from: u64,
        /// The last that is missing.
        to: u64,
    },
    /// Somebody types.
    Typing {
        /// Who.
        from: &'a str,
        /// Begins or ends.
        on: bool,
    },
    /// The answer to `ping`.
    Pong,
    /// Send `auth` with another token before this one ends.
    TokenExpiring {
        /// In so many seconds.
        in_s: u64,
    },
    /// Something was not taken that has no `cid`.
    Error {
        /// Which kind.
        code: ErrorCode,
        /// In plain words, for the client's author.
        message: &'a str,
        /// Try again then.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
}

/// A conversation in `welcome`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conversation<'a> {
    /// `c_…`
    pub id: &'a str,
    /// Its last event.
    pub seq: u64,
    /// `open`, or `closed` while the site takes no messages.
    pub status: &'static str,
    /// Messages that were not displayed yet.
    pub unread: u64,
}

/// What a client must keep to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limits<'a> {
    /// Of one WebSocket message.
    pub max_bytes: usize,
    /// Of messages, like `5/s`.
    pub rate: &'a str,
    /// Visible times at which `page` with kind `dwell` is wanted.
    pub dwell_marks_ms: &'a [u64],
}

/// Why a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NackCode {
    /// Its text is too long.
    TooLong,
    /// Too many; wait.
    RateLimited,
    /// The site takes no messages.
    Closed,
    /// Not a message.
    Invalid,
    /// This `cid` was used for another content.
    Conflict,
    /// It cannot be kept now; send it again.
    Unavailable,
}

/// Why something else is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// A `t` that is not known.
    UnknownType,
    /// Too many; wait.
    RateLimited,
    /// Known, and not offered here.
    Unsupported,
    /// It cannot be answered now.
    Unavailable,
}

/// An entry of a thread.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "t", rename = "event")]
pub struct EventFrame<'a> {
    /// Its place in the thread.
    pub seq: u64,
    /// What it is, with its `data`.
    #[serde(flatten)]
    pub kind: EventKind<'a>,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum EventKind<'a> {
    /// Somebody said something.
    Message {
        /// Our id of it.
        id: &'a str,
        /// `customer`, `bot` or `agent`.
        from: &'a str,
        /// What the speaker is called.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'a str>,
        /// The client's id of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        cid: Option<&'a str>,
        /// The client's id of the message that it answers.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_reply_to: Option<&'a str>,
        /// What was said.
        content: &'a Content,
        /// When.
        #[serde(serialize_with = "to_the_millisecond")]
        ts: Timestamp,
    },
    /// The conversation changed hands.
    Status {
        /// Our id of it.
        id: &'a str,
        /// `bot`, `queued`, `assigned` or `closed`.
        status: &'a str,
        /// The queue it waits in.
        #[serde(skip_serializing_if = "Option::is_none")]
        queue: Option<&'a str>,
        /// What the person is called who has it.
        #[serde(skip_serializing_if = "Option::is_none")]
        agent: Option<&'a str>,
        /// When.
        #[serde(serialize_with = "to_the_millisecond")]
        ts: Timestamp,
    },
}

impl ServerFrame<'_> {
    /// As it is sent.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl EventFrame<'_> {
    /// As it is sent.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// The answer to `history`, of events that are written already, oldest first.
pub fn history<'e>(events: impl Iterator<Item = &'e str>, has_more: bool) -> String {
    let mut frame = String::from(r#"{"t":"history","events":["#);
    for (at, event) in events.enumerate() {
        if at > 0 {
            frame.push(',');
        }
        frame.push_str(event);
    }
    frame.push_str(if has_more {
        r#"],"has_more":true}"#
    } else {
        r#"],"has_more":false}"#
    });
    frame
}

/// Strings and numbers always become JSON; nothing else stands in a frame.
fn json(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}

/// Some clients read no more than three digits behind a second.
fn to_the_millisecond<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    let rounded = Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(*time);
    serializer.collect_str(&rounded)
}

#[cfg(test)]
mod tests;
