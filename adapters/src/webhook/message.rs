//! A customer's message, as a system tells it that customers write to: `message.created`.

use serde_json::{Map, Value};

use super::content;
use super::event::{BodyError, external_id, short_text, wrong};
use super::limits::{MAX_ATTRIBUTES_BYTES, MAX_MESSAGE_ID_BYTES, MAX_NAME_CHARS};
use crate::message::{Content, Profile};

/// What was said, and by whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The customer's id at the sender.
    pub external_id: String,
    /// The sender's id of the message.
    pub id: String,
    /// What was said.
    pub content: Content,
    /// What the sender says of the customer.
    pub profile: Profile,
}

/// Reads the `data` of a message, without its `contact`, and that.
pub(super) fn read(
    data: &Map<String, Value>,
    contact: &Map<String, Value>,
) -> Result<Told, BodyError> {
    if !matches!(contact.get("channel"), None | Some(Value::Null)) {
        return Err(wrong(
            "data.contact.channel",
            "must not be there: a message is always of the sender's own customer",
        ));
    }
    // Signed with a secret that serves both ways, an answer of ours could be handed back to us as a customer's words.
    if !matches!(data.get("from"), None | Some(Value::Null)) {
        return Err(wrong(
            "data.from",
            "must not be there: it stands in answers, and those are no customer's messages",
        ));
    }
    let id = short_text("data", data, "id", MAX_MESSAGE_ID_BYTES)?;
    Ok(Told {
        external_id: external_id(contact)?,
        id: id.ok_or_else(|| wrong("data.id", "must be there: your own id of the message"))?,
        content: content::read(data)?,
        profile: Profile {
            name: name(contact)?,
            attributes: attributes(contact)?,
            ..Profile::default()
        },
    })
}

fn name(contact: &Map<String, Value>) -> Result<Option<String>, BodyError> {
    match contact.get("name") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) => {
            let is_shown = |letter: &char| !letter.is_control();
            let shown: String = name.chars().filter(is_shown).take(MAX_NAME_CHARS).collect();
            Ok(Some(shown).filter(|name| !name.trim().is_empty()))
        }
        Some(_) => Err(wrong("data.contact.name", "must be a text")),
    }
}

fn attributes(contact: &Map<String, Value>) -> Result<Map<String, Value>, BodyError> {
    match contact.get("attributes") {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(attributes)) => {
            let bytes = serde_json::to_vec(attributes).map_or(usize::MAX, |json| json.len());
            if bytes > MAX_ATTRIBUTES_BYTES {
                return Err(wrong(
                    "data.contact.attributes",
                    "must have at most 8 KiB of JSON",
                ));
            }
            Ok(attributes.clone())
        }
        Some(_) => Err(wrong("data.contact.attributes", "must be an object")),
    }
}
