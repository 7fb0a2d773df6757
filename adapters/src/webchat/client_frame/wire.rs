//! From JSON to frames. Two readings: the first only for `t`, since what the rest must be hangs on it.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use super::{ClientFrame, FrameError, Hello, Refusal, Resume};
use crate::message::Content;
use crate::webchat::limits::{
    DEFAULT_HISTORY_EVENTS, MAX_CAPABILITIES, MAX_CAPABILITY_BYTES, MAX_CID_BYTES,
    MAX_CONVERSATION_ID_BYTES, MAX_DEVICE_BYTES, MAX_HISTORY_EVENTS, MAX_LOCALE_BYTES,
    MAX_SITE_BYTES, MAX_USER_TOKEN_BYTES, MAX_VISITOR_TOKEN_BYTES, MAX_ZONE_BYTES,
};
use crate::webchat::page_frame::PageFrame;
use crate::webchat::text::{self, TextError};

/// Reads one frame.
///
/// # Errors
/// [`FrameError`]
pub fn parse(json: &str) -> Result<ClientFrame, FrameError> {
    // The derived readers would take an array for an object.
    if !json.trim_ascii_start().starts_with('{') {
        return Err(malformed("a frame is a JSON object"));
    }
    let tag: Tag = read(json, "a frame is a JSON object with a string `t`")?;
    match tag.t.as_ref() {
        "hello" => hello(json),
        "msg" => message(json),
        "auth" => auth(json),
        "seen" => read(json, "`seen` needs `seq`").map(|Seen { seq }| ClientFrame::Seen { seq }),
        "sync" => read(json, "`sync` needs `from`").map(|Sync { from }| ClientFrame::Sync { from }),
        "history" => history(json),
        "typing" => {
            read(json, "`typing` needs `on`").map(|Typing { on }| ClientFrame::Typing { on })
        }
        "page" => read::<PageFrame>(
            json,
            "`page` needs `kind`: view, leave, visibility or dwell",
        )
        .map(|page| ClientFrame::Page(Box::new(page))),
        "ping" => Ok(ClientFrame::Ping),
        "upload_request" => Ok(ClientFrame::UploadRequest),
        _ => Err(FrameError::UnknownType),
    }
}

#[derive(Deserialize)]
struct Tag<'a> {
    #[serde(borrow)]
    t: Cow<'a, str>,
}

#[derive(Deserialize)]
struct HelloWire {
    v: u32,
    site: String,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    visitor: Option<String>,
    #[serde(default)]
    device: Option<String>,
    #[serde(default)]
    resume: Option<ResumeWire>,
    #[serde(default)]
    locale: Option<String>,
    #[serde(default)]
    tz: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    caps: Vec<String>,
}

#[derive(Deserialize)]
struct ResumeWire {
    conversation: Option<String>,
    last_seq: Option<u64>,
}

#[derive(Deserialize)]
struct MessageWire<'a> {
    #[serde(borrow)]
    cid: Cow<'a, str>,
    #[serde(borrow)]
    content: ContentWire<'a>,
}

#[derive(Deserialize)]
struct ContentWire<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Auth {
    token: String,
}

#[derive(Deserialize)]
struct Seen {
    seq: u64,
}

#[derive(Deserialize)]
struct Sync {
    from: u64,
}

#[derive(Deserialize)]
struct History {
    #[serde(default)]
    before_seq: Option<u64>,
    #[serde(default)]
    limit: Option<usize>,
}

#[derive(Deserialize)]
struct Typing {
    on: bool,
}

fn hello(json: &str) -> Result<ClientFrame, FrameError> {
    let wire: HelloWire = read(
        json,
        "`hello` needs `v` and `site`, and all fields of their types",
    )?;
    at_most(Some(&wire.site), MAX_SITE_BYTES, "`site` is too long")?;
    at_most(
        wire.token.as_deref(),
        MAX_USER_TOKEN_BYTES,
        "`token` is too long",
    )?;
    at_most(
        wire.visitor.as_deref(),
        MAX_VISITOR_TOKEN_BYTES,
        "`visitor` is too long",
    )?;
    at_most(
        wire.device.as_deref(),
        MAX_DEVICE_BYTES,
        "`device` is too long",
    )?;
    at_most(
        wire.locale.as_deref(),
        MAX_LOCALE_BYTES,
        "`locale` is too long",
    )?;
    at_most(wire.tz.as_deref(), MAX_ZONE_BYTES, "`tz` is too long")?;
    if wire.caps.len() > MAX_CAPABILITIES {
        return Err(malformed("`caps` has too many entries"));
    }
    for capability in &wire.caps {
        at_most(
            Some(capability),
            MAX_CAPABILITY_BYTES,
            "an entry of `caps` is too long",
        )?;
    }
    Ok(ClientFrame::Hello(Box::new(Hello {
        v: wire.v,
        site: wire.site,
        token: wire.token,
        visitor: wire.visitor,
        device: wire.device,
        resume: wire.resume.map(resume).transpose()?.flatten(),
        locale: wire.locale,
        tz: wire.tz,
    })))
}

/// A client that has no conversation yet may leave `resume` out, or what is in it.
fn resume(wire: ResumeWire) -> Result<Option<Resume>, FrameError> {
    let ResumeWire {
        conversation: Some(conversation),
        last_seq: Some(last_seq),
    } = wire
    else {
        return Ok(None);
    };
    at_most(
        Some(&conversation),
        MAX_CONVERSATION_ID_BYTES,
        "`resume.conversation` is too long",
    )?;
    Ok(Some(Resume {
        conversation,
        last_seq,
    }))
}

fn message(json: &str) -> Result<ClientFrame, FrameError> {
    let wire: MessageWire = read(json, "`msg` needs `cid` and `content` with a `type`")?;
    at_most(Some(&wire.cid), MAX_CID_BYTES, "`cid` is too long")?;
    let cid = wire.cid.into_owned();
    // Only the usual form: two forms of one UUID would be two messages.
    let is_uuid = cid.len() == uuid::fmt::Hyphenated::LENGTH && Uuid::try_parse(&cid).is_ok();
    let content = match (is_uuid, wire.content.kind.as_ref(), wire.content.text) {
        (false, _, _) => Err(invalid("`cid` must be a UUID in its usual form")),
        (true, "text", Some(text)) => text::normalise(&text).map_err(|error| match error {
            TextError::TooLong => Refusal::TooLong,
            TextError::Empty => invalid("`content.text` has nothing in it"),
        }),
        (true, "text", None) => Err(invalid("`content` needs `text`")),
        (true, _, _) => Err(invalid("only `content` of type `text` is taken")),
    };
    match content {
        Ok(text) => Ok(ClientFrame::Message {
            cid,
            content: Content::Text { text },
        }),
        Err(refusal) => Err(FrameError::Refused { cid, refusal }),
    }
}

fn invalid(reason: &'static str) -> Refusal {
    Refusal::Invalid { reason }
}

fn auth(json: &str) -> Result<ClientFrame, FrameError> {
    let Auth { token } = read(json, "`auth` needs `token`")?;
    at_most(Some(&token), MAX_USER_TOKEN_BYTES, "`token` is too long")?;
    Ok(ClientFrame::Auth { token })
}

fn history(json: &str) -> Result<ClientFrame, FrameError> {
    let History { before_seq, limit } = read(json, "`history` needs numbers")?;
    Ok(ClientFrame::History {
        before_seq,
        limit: limit
            .unwrap_or(DEFAULT_HISTORY_EVENTS)
            .clamp(1, MAX_HISTORY_EVENTS),
    })
}

fn read<'a, T: Deserialize<'a>>(json: &'a str, needed: &'static str) -> Result<T, FrameError> {
    serde_json::from_str(json).map_err(|_| malformed(needed))
}

fn at_most(text: Option<&str>, max_bytes: usize, reason: &'static str) -> Result<(), FrameError> {
    match text {
        Some(text) if text.len() > max_bytes => Err(malformed(reason)),
        _ => Ok(()),
    }
}

fn malformed(reason: &'static str) -> FrameError {
    FrameError::Malformed { reason }
}

fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
