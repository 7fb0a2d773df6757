//! What a client says.
//!
//! A frame ends in one of four ways: it is understood; its `t` is unknown, which a later version may know; it is a
//! message that is refused as it stands, with its `cid`, so that the client learns which; or it is malformed.

mod wire;

use crate::message::Content;
use crate::webchat::page_frame::PageFrame;

pub use wire::parse;

/// A frame that is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientFrame {
    /// Who I am and where we were.
    Hello(Box<Hello>),
    /// A message.
    Message {
        /// The client's own id of it: a UUID.
        cid: String,
        /// Normalised.
        content: Content,
    },
    /// Another token for this session.
    Auth {
        /// Not proven yet.
        token: String,
    },
    /// All up to here was displayed.
    Seen {
        /// Cumulative.
        seq: u64,
    },
    /// What comes after this, please.
    Sync {
        /// The last that the client has.
        from: u64,
    },
    /// What came before this, please.
    History {
        /// `None`: from the end.
        before_seq: Option<u64>,
        /// At most so many, bounded by [`crate::webchat::limits::MAX_HISTORY_EVENTS`].
        limit: usize,
    },
    /// Keys are pressed, or no more.
    Typing {
        /// Which of both.
        on: bool,
    },
    /// Something happened on the page.
    Page(Box<PageFrame>),
    /// Are you there?
    Ping,
    /// Where may I put a file?
    UploadRequest,
}

/// The first frame of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The protocol's version.
    pub v: u32,
    /// Of which site.
    pub site: String,
    /// A user's token; not proven yet.
    pub token: Option<String>,
    /// A visitor's token; not proven yet.
    pub visitor: Option<String>,
    /// The browser profile. A claim, good for nothing but limiting its hellos.
    pub device: Option<String>,
    /// Where the last session was.
    pub resume: Option<Resume>,
    /// BCP 47 tag.
    pub locale: Option<String>,
    /// IANA zone.
    pub tz: Option<String>,
}

/// Where the last session was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// In which conversation.
    pub conversation: String,
    /// The last event that the client has.
    pub last_seq: u64,
}

/// Why a frame is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Its `t` is not known here.
    #[error("unknown frame type")]
    UnknownType,
    /// A message that is refused as it stands.
    #[error("the message is refused")]
    Refused {
        /// Which.
        cid: String,
        /// Why.
        refusal: Refusal,
    },
    /// Not a frame.
    #[error("{reason}")]
    Malformed {
        /// In plain words, for the client's author; at most 100 bytes, so that it fits a close frame.
        reason: &'static str,
    },
}

/// Why a message is refused as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Its text is longer than [`crate::webchat::limits::MAX_TEXT_CHARS`].
    TooLong,
    /// Its `cid` is no UUID, its text is empty, or its content is of a type that is not taken.
    Invalid {
        /// Which of them, in plain words, for the client's author.
        reason: &'static str,
    },
}

#[cfg(test)]
mod tests;
