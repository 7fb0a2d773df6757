//! What is in a proven body: an event that the rules declare, or a customer's message (`message.rs`).

use aws_lc_rs::digest;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::limits::{MAX_CHANNEL_BYTES, MAX_EXTERNAL_ID_BYTES, MAX_TYPE_BYTES};
use super::message::{self, Told};
use super::signature::Verified;

/// First words of types that mean something else than a business event.
const MESSAGE_TYPES: [&str; 4] = ["message", "typing", "delivery", "contact"];
/// The one of them that is taken.
const MESSAGE: &str = "message.created";

/// What a body holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    /// Something happened to a customer.
    Event(Report),
    /// A customer said something.
    Message(Told),
}

/// An event, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Whom it is about.
    pub contact: Contact,
    /// What happened.
    pub event: BusinessEvent,
}

/// Something that another system of the company reports, as it came: which fields it may have, and of what types, the
/// rules declare.
#[derive(Debug, Clone, PartialEq)]
pub struct BusinessEvent {
    /// Dotted: `order.delivered`.
    pub name: String,
    /// What is said of it.
    pub fields: Map<String, Value>,
    /// SHA-256 of the bytes that came, in hexadecimal: what comes again under the same id must have the same.
    pub digest: String,
}

/// A customer, as the sender names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Whose id `external_id` is; `None` for the sender's own.
    pub channel: Option<String>,
    /// The customer's id there.
    pub external_id: String,
}

/// What does not fit, by its place in the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct BodyError {
    /// Dotted: `data.contact.external_id`; `body` where nothing can be read.
    pub field: String,
    /// What it must be.
    pub problem: &'static str,
}

/// Reads `{"type", "timestamp", "data": {"contact": {…}, …}}`. What else stands in `data` is a message, or the event's fields;
/// their types are the rules' to say.
///
/// # Errors
/// [`BodyError`] with the first field that does not fit.
pub fn parse(verified: &Verified<'_>) -> Result<Parsed, BodyError> {
    let body: Value = serde_json::from_slice(verified.body())
        .map_err(|_| wrong("body", "must be a JSON object"))?;
    let Value::Object(mut body) = body else {
        return Err(wrong("body", "must be a JSON object"));
    };
    let name = match body.get("type") {
        Some(Value::String(name)) => event_name(name)?,
        _ => return Err(wrong("type", "must be a text")),
    };
    let is_time =
        matches!(body.get("timestamp"), Some(Value::String(at)) if at.parse::<Timestamp>().is_ok());
    if !is_time {
        return Err(wrong(
            "timestamp",
            "must be an ISO 8601 time with an offset, such as 2026-01-02T03:04:05Z",
        ));
    }
    let Some(Value::Object(mut fields)) = body.remove("data") else {
        return Err(wrong("data", "must be an object"));
    };
    let Some(Value::Object(contact)) = fields.remove("contact") else {
        return Err(wrong(
            "data.contact",
            "must be an object with `external_id`",
        ));
    };
    if name == MESSAGE {
        return Ok(Parsed::Message(message::read(&fields, &contact)?));
    }
    let contact = Contact {
        external_id: external_id(&contact)?,
        channel: short_text("data.contact", &contact, "channel", MAX_CHANNEL_BYTES)?,
    };
    let digest = digest::digest(&digest::SHA256, verified.body());
    let event = BusinessEvent {
        name,
        fields,
        digest: digest
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    };
    Ok(Parsed::Event(Report { contact, event }))
}

fn event_name(name: &str) -> Result<String, BodyError> {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if name.len() > MAX_TYPE_BYTES || !name.split('.').all(is_word) {
        return Err(wrong(
            "type",
            "must be words of a-z, A-Z, 0-9 and _ with dots between",
        ));
    }
    let first = name.split('.').next().unwrap_or_default();
    if MESSAGE_TYPES.contains(&first) && name != MESSAGE {
        return Err(wrong(
            "type",
            "is not taken here; message.created is, and events that the rules declare with `schema event`",
        ));
    }
    Ok(name.to_owned())
}

/// Who a contact is.
pub(super) fn external_id(contact: &Map<String, Value>) -> Result<String, BodyError> {
    let id = short_text(
        "data.contact",
        contact,
        "external_id",
        MAX_EXTERNAL_ID_BYTES,
    )?;
    id.ok_or_else(|| wrong("data.contact.external_id", "must be there"))
}

/// `name` of an object that stands at `place`.
pub(super) fn short_text(
    place: &str,
    object: &Map<String, Value>,
    name: &str,
    max_bytes: usize,
) -> Result<Option<String>, BodyError> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text))
            if !text.is_empty()
                && text.len() <= max_bytes
                && !text.chars().any(char::is_control) =>
        {
            Ok(Some(text.clone()))
        }
        Some(_) => Err(BodyError {
            field: format!("{place}.{name}"),
            problem: "must be a text, not empty and not too long; ids are texts too",
        }),
    }
}

pub(super) fn wrong(field: &str, problem: &'static str) -> BodyError {
    BodyError {
        field: field.to_owned(),
        problem,
    }
}
