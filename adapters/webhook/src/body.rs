//! A part as the receiver reads it.

use jiff::Timestamp;
use serde::Serialize;
use signalbox_adapters::{Author, Content, Part, SendError};

#[derive(Serialize)]
struct Body<'p> {
    r#type: &'static str,
    timestamp: Timestamp,
    data: Data<'p>,
}

#[derive(Serialize)]
struct Data<'p> {
    id: &'p str,
    contact: Contact<'p>,
    from: Author,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'p str>,
    content: &'p Content,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_reply_to: Option<&'p str>,
}

#[derive(Serialize)]
struct Contact<'p> {
    external_id: &'p str,
}

/// The bytes that are signed and sent.
///
/// INVARIANT: they follow from the part alone, so that every attempt sends the same.
///
/// # Errors
/// [`SendError::Refused`] for what can never become JSON.
pub(crate) fn build(part: &Part) -> Result<Vec<u8>, SendError> {
    let origin = &part.origin;
    let body = Body {
        r#type: "message.created",
        timestamp: origin.at,
        data: Data {
            id: &origin.message,
            contact: Contact {
                external_id: &part.to.external_id,
            },
            from: origin.by,
            name: origin.name.as_deref(),
            content: &part.content,
            in_reply_to: origin.in_reply_to.as_deref(),
        },
    };
    serde_json::to_vec(&body).map_err(|_| SendError::Refused {
        code: None,
        reason: "no request can be made of it",
    })
}
