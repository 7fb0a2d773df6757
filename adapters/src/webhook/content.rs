//! What a message told by another system says: words, or an attachment. Never its bytes: they stay where `url` says, and nobody here
//! fetches them.

use serde_json::{Map, Value};

use super::event::{BodyError, short_text, wrong};
use super::limits::{MAX_MEDIA_NAME_BYTES, MAX_MIME_BYTES, MAX_URL_BYTES};
use crate::message::{Attachment, AttachmentKind, Content};
use crate::webchat::text::{TextError, normalise};

/// Reads `data.content`.
pub(super) fn read(data: &Map<String, Value>) -> Result<Content, BodyError> {
    let Some(Value::Object(content)) = data.get("content") else {
        return Err(wrong("data.content", "must be an object with a `type`"));
    };
    let kind = match content.get("type").and_then(Value::as_str) {
        Some("text") => {
            let text = words(content)?;
            let text = text.ok_or_else(|| wrong("data.content.text", "must be a text"))?;
            return Ok(Content::Text { text });
        }
        Some("image") => AttachmentKind::Image,
        Some("voice") => AttachmentKind::Voice,
        Some("video") => AttachmentKind::Video,
        Some("file") => AttachmentKind::File,
        Some("location") => return place(content),
        _ => {
            return Err(wrong(
                "data.content.type",
                "must be `text`, `image`, `voice`, `video`, `file` or `location`",
            ));
        }
    };
    let Some(Value::Object(media)) = content.get("media") else {
        return Err(wrong(
            "data.content.media",
            "must be an object with a `url`",
        ));
    };
    let place = "data.content.media";
    let size =
        match media.get("size") {
            None | Some(Value::Null) => None,
            Some(size) => Some(size.as_u64().ok_or_else(|| {
                wrong("data.content.media.size", "must be a whole number of bytes")
            })?),
        };
    Ok(Content::Attachment(Box::new(Attachment {
        kind,
        text: words(content)?,
        name: short_text(place, media, "name", MAX_MEDIA_NAME_BYTES)?,
        mime: short_text(place, media, "mime", MAX_MIME_BYTES)?,
        size,
        url: Some(url(media)?),
    })))
}

/// The words, if there are any.
fn words(content: &Map<String, Value>) -> Result<Option<String>, BodyError> {
    let text = match content.get("text") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text,
        Some(_) => return Err(wrong("data.content.text", "must be a text")),
    };
    match normalise(text) {
        Ok(text) => Ok(Some(text)),
        Err(TextError::Empty) => Err(wrong("data.content.text", "must not be empty")),
        Err(TextError::TooLong) => Err(wrong(
            "data.content.text",
            "must have at most 8000 characters",
        )),
    }
}

/// An address that a person may open: nothing that runs in their browser.
fn url(media: &Map<String, Value>) -> Result<String, BodyError> {
    let url = short_text("data.content.media", media, "url", MAX_URL_BYTES)?;
    url.filter(|url| url.starts_with("https://") || url.starts_with("http://"))
        .ok_or_else(|| {
            wrong(
                "data.content.media.url",
                "must be an address that begins with https:// or http://",
            )
        })
}

fn place(content: &Map<String, Value>) -> Result<Content, BodyError> {
    let Some(Value::Object(location)) = content.get("location") else {
        return Err(wrong(
            "data.content.location",
            "must be an object with `latitude` and `longitude`",
        ));
    };
    let latitude = degrees(location, "latitude", 90)?;
    let longitude = degrees(location, "longitude", 180)?;
    let name = short_text(
        "data.content.location",
        location,
        "name",
        MAX_MEDIA_NAME_BYTES,
    )?;
    Ok(Content::Attachment(Box::new(Attachment {
        kind: AttachmentKind::Location,
        text: words(content)?,
        name,
        mime: None,
        size: None,
        url: Some(format!("geo:{latitude},{longitude}")),
    })))
}

/// As it was written, if it is a number between -`most` and `most`.
fn degrees(
    location: &Map<String, Value>,
    name: &'static str,
    most: u32,
) -> Result<String, BodyError> {
    let most = f64::from(most);
    let number = location.get(name).and_then(Value::as_f64);
    number
        .filter(|number| (-most..=most).contains(number))
        .map(|number| number.to_string())
        .ok_or_else(|| BodyError {
            field: format!("data.content.location.{name}"),
            problem: "must be a number of degrees",
        })
}
