//! What every channel's messages have in common, once they are parsed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The channels that signalbox knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// The chat of a web site.
    Webchat,
    /// Signed webhooks of the company's own systems.
    Webhook,
    /// Mail.
    Email,
}

impl Channel {
    /// Its name in rules, metrics and configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Webchat => "webchat",
            Self::Webhook => "webhook",
            Self::Email => "email",
        }
    }
}

/// One address of a person: who it is on one account of one channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    /// Which channel.
    pub channel: Channel,
    /// Which account of it: a web chat's site, an Official Account, a mailbox.
    pub account: String,
    /// Who it is there. Proven by the channel: never what a client merely claims.
    pub external_id: String,
}

impl Address {
    /// Whether who speaks from here may have spoken from another address before: a user of a web chat, who was a visitor until
    /// they logged in.
    pub fn may_have_been_another(&self) -> bool {
        self.channel == Channel::Webchat && self.external_id.starts_with(USER_PREFIX)
    }
}

/// In front of a user's own id, so that no visitor's can be equal to it.
pub(crate) const USER_PREFIX: &str = "user:";

/// Something that came in, verified and parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbound {
    /// From whom.
    pub address: Address,
    /// The channel's own id of it: a repeat carries the same.
    pub id: String,
    /// What it is.
    pub body: InboundBody,
    /// What the channel says about the person.
    pub profile: Profile,
}

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboundBody {
    /// The customer's words.
    Message(Content),
    /// The customer's words, told by a system that has an id of its own for them.
    Relayed(Relayed),
    /// Something that the customer did on a page.
    Page(PageEvent),
}

/// A message of a customer, told by another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relayed {
    /// What was said.
    pub content: Content,
    /// That system's id of the message, by which answers refer to it. [`Inbound::id`] is of the telling.
    pub reference: String,
}

/// The content of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Content {
    /// Plain text; markup in it is never interpreted.
    Text {
        /// The text, normalised: LF line ends, no control characters.
        text: String,
    },
    /// A picture, something spoken, a file, a place.
    Attachment(Box<Attachment>),
}

impl Content {
    /// The words in it; none where it is an attachment without any.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::Attachment(attachment) => attachment.text.as_deref(),
        }
    }

    /// What it is in words alone, for whoever can show nothing else: an attachment's own words, its name, its address, a line each.
    pub fn in_words(&self) -> String {
        match self {
            Self::Text { text } => text.clone(),
            Self::Attachment(attachment) => {
                let Attachment {
                    kind,
                    text,
                    name,
                    url,
                    ..
                } = &**attachment;
                let parts = [text, name, url].into_iter().flatten();
                let parts: Vec<&str> = parts.map(String::as_str).collect();
                match parts.is_empty() {
                    true => kind.name().to_owned(),
                    false => parts.join("\n"),
                }
            }
        }
    }
}

/// What was sent besides words. Never its bytes: these lie where `url` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// Words that came with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// File name, or what a place is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Media type, such as `image/jpeg`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Where it lies; of a place a `geo:` address (RFC 5870).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Kinds of attachments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttachmentKind {
    /// A picture.
    Image,
    /// Something spoken.
    Voice,
    /// A film.
    Video,
    /// Any other file.
    File,
    /// A place on the map.
    Location,
}

impl AttachmentKind {
    /// Its name in rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::File => "file",
            Self::Location => "location",
        }
    }
}

#[cfg(test)]
mod tests;

/// What the channel says about a person. Hints, not proofs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// What to call them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// IANA zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// What the company's own server says of them, proven by its signature; rules read what `schema customer` declares.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub attributes: serde_json::Map<String, serde_json::Value>,
}

/// Something that happened on a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageEvent {
    /// What.
    pub kind: PageEventKind,
    /// Without query string, unless allowed by configuration.
    pub url: String,
    /// The page's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where the visitor came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// Visible time so far, for [`PageEventKind::Dwell`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dwell_ms: Option<u64>,
    /// The client's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What happened on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageEventKind {
    /// It was opened.
    View,
    /// It was left.
    Leave,
    /// It was hidden or shown again.
    Visibility,
    /// It was visible for so long.
    Dwell,
}
