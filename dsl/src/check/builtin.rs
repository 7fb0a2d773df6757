//! What every bundle has without declaring it: fields, enums, events and the names of types.

use crate::value::Type;

/// A built-in field.
pub(super) struct BuiltIn {
    pub(super) path: &'static str,
    pub(super) kind: BuiltInType,
    pub(super) presence: BuiltInPresence,
    pub(super) description: &'static str,
}

/// Types as they can be written in a constant table.
#[derive(Clone, Copy)]
pub(super) enum BuiltInType {
    Text,
    Texts,
    Int,
    Percent,
    Duration,
    Timestamp,
    Timezone,
    Language,
    Enum(&'static str),
}

/// When a built-in field is there.
#[derive(Clone, Copy)]
pub(super) enum BuiltInPresence {
    Always,
    Optional,
    /// A model's score: it may come late, conditions on it are then unknown, and no guard is asked for.
    Score,
    /// Under `on message`.
    Message,
    /// Where the turn has attachments.
    Attachment,
    /// Under the page events.
    Page,
}

/// Events that every bundle knows; their fields are those of [`FIELDS`] with [`BuiltInPresence::Page`].
pub(super) const PAGE_EVENTS: [&str; 3] = ["page.dwelled", "page.left", "page.viewed"];

/// The enum of channels.
const CHANNEL: &str = "channel";

/// The enum of kinds of attachments.
const ATTACHMENT_KIND: &str = "attachment.kind";

/// The enum of states, and the field that has it.
pub(super) const STATE: &str = "conversation.state";

/// Its member for as long as nobody owns the conversation.
pub(super) const BOT: &str = "bot";

/// Closed enums with their members; `other` stands for wire values of later versions.
pub(super) const ENUMS: [(&str, &[&str]); 3] = [
    (
        ATTACHMENT_KIND,
        &["image", "voice", "video", "file", "location", "other"],
    ),
    (
        CHANNEL,
        &[
            "webchat", "app", "wechat", "wecom", "email", "sms", "webhook", "other",
        ],
    ),
    (STATE, &[BOT, "queued", "assigned", "other"]),
];

/// Numbers that the conversation keeps from turn to turn, so that they can rise. In the order of their paths.
pub(super) const KEPT_NUMBERS: [&str; 6] = [
    "customer.anger",
    "customer.gratitude",
    "customer.negative",
    "customer.threat",
    "customer.urgency",
    "episode.turns",
];

/// In the order of their paths.
pub(super) const FIELDS: [BuiltIn; 33] = {
    use BuiltInPresence::{Always, Attachment, Message, Optional, Page, Score};
    use BuiltInType as T;
    [
        field(
            "account",
            T::Text,
            Always,
            "id of the channel account the customer wrote to",
        ),
        field(
            "attachment.count",
            T::Int,
            Attachment,
            "how many attachments the turn has",
        ),
        field(
            "attachment.file_name",
            T::Text,
            Optional,
            "file name of the first attachment, or what a place is called",
        ),
        field(
            "attachment.kind",
            T::Enum(ATTACHMENT_KIND),
            Attachment,
            "what the first attachment is",
        ),
        field(
            "attachment.kinds",
            T::Texts,
            Attachment,
            "what the attachments are, in order",
        ),
        field(
            "attachment.size",
            T::Int,
            Optional,
            "bytes of the first attachment",
        ),
        field(
            "attachment.type",
            T::Text,
            Optional,
            "media type of the first attachment, such as image/jpeg",
        ),
        field(
            "attachment.url",
            T::Text,
            Optional,
            "where the first attachment lies; of a place: geo:31.23,121.47",
        ),
        field("channel", T::Enum(CHANNEL), Always, "kind of channel"),
        field(
            "conversation.state",
            T::Enum(STATE),
            Always,
            "who answers: the bot, nobody yet, a person",
        ),
        field(
            "customer.anger",
            T::Percent,
            Score,
            "anger, decayed over the customer's messages",
        ),
        field(
            "customer.gratitude",
            T::Percent,
            Score,
            "gratitude, decayed over the customer's messages",
        ),
        field(
            "customer.language",
            T::Language,
            Optional,
            "language the customer chose",
        ),
        field(
            "customer.name",
            T::Text,
            Optional,
            "name as the channel or the CRM knows it",
        ),
        field(
            "customer.negative",
            T::Percent,
            Score,
            "negative feeling, decayed over the customer's messages",
        ),
        field("customer.tags", T::Texts, Always, "tags of the customer"),
        field(
            "customer.threat",
            T::Percent,
            Score,
            "threats, decayed over the customer's messages",
        ),
        field(
            "customer.timezone",
            T::Timezone,
            Optional,
            "time zone of the customer's browser",
        ),
        field(
            "customer.urgency",
            T::Percent,
            Score,
            "urgency, decayed over the customer's messages",
        ),
        field(
            "episode.tags",
            T::Texts,
            Always,
            "tags of this consultation",
        ),
        field(
            "episode.turns",
            T::Int,
            Always,
            "the customer's turns in this consultation, this one included",
        ),
        field(
            "language",
            T::Language,
            Always,
            "language of the conversation",
        ),
        field("message.anger", T::Percent, Score, "anger in this message"),
        field(
            "message.gratitude",
            T::Percent,
            Score,
            "gratitude in this message",
        ),
        field(
            "message.language",
            T::Language,
            Optional,
            "language of this message, where it has one",
        ),
        field(
            "message.negative",
            T::Percent,
            Score,
            "negative feeling in this message",
        ),
        field(
            "message.threat",
            T::Percent,
            Score,
            "threats in this message",
        ),
        field(
            "message.urgency",
            T::Percent,
            Score,
            "urgency of this message",
        ),
        field(
            "now",
            T::Timestamp,
            Always,
            "the moment of this turn or event",
        ),
        field("page.dwell", T::Duration, Page, "visible time on the page"),
        field("page.title", T::Text, Page, "title of the page"),
        field("page.url", T::Text, Page, "address of the page"),
        field(
            "text",
            T::Text,
            Message,
            "what the customer wrote in this turn",
        ),
    ]
};

const fn field(
    path: &'static str,
    kind: BuiltInType,
    presence: BuiltInPresence,
    description: &'static str,
) -> BuiltIn {
    BuiltIn {
        path,
        kind,
        presence,
        description,
    }
}

impl BuiltInType {
    pub(super) fn to_type(self) -> Type {
        match self {
            Self::Text => Type::Text,
            Self::Texts => Type::List(Box::new(Type::Text)),
            Self::Int => Type::Int,
            Self::Percent => Type::Percent,
            Self::Duration => Type::Duration,
            Self::Timestamp => Type::Timestamp,
            Self::Timezone => Type::Timezone,
            Self::Language => Type::Language,
            Self::Enum(name) => Type::Enum(name.into()),
        }
    }
}

/// The types that a schema or a parameter may name, besides enums.
pub(super) const TYPE_WORDS: [&str; 14] = [
    "text",
    "bool",
    "int",
    "decimal",
    "percent",
    "score",
    "money",
    "duration",
    "time",
    "date",
    "timestamp",
    "timezone",
    "language",
    "channel",
];

/// The type of that name.
pub(super) fn type_named(word: &str) -> Option<Type> {
    Some(match word {
        "text" => Type::Text,
        "bool" => Type::Bool,
        "int" => Type::Int,
        "decimal" => Type::Decimal,
        "percent" | "score" => Type::Percent,
        "money" => Type::Money,
        "duration" => Type::Duration,
        "time" => Type::TimeOfDay,
        "date" => Type::Date,
        "timestamp" => Type::Timestamp,
        "timezone" => Type::Timezone,
        "language" => Type::Language,
        "channel" => Type::Enum(CHANNEL.into()),
        _ => return None,
    })
}

/// What other languages call our types.
pub(super) fn type_meant(word: &str) -> Option<&'static str> {
    Some(match word {
        "string" | "str" | "文本" | "文字" => "text",
        "boolean" | "yes_no" => "bool",
        "integer" | "number" | "整数" => "int",
        "float" | "double" => "decimal",
        "百分比" => "percent",
        "分数" | "得分" => "score",
        "amount" | "金额" => "money",
        "datetime" | "moment" => "timestamp",
        "日期" => "date",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order_and_whole() {
        assert!(FIELDS.is_sorted_by_key(|field| field.path));
        assert!(PAGE_EVENTS.is_sorted());
        for path in KEPT_NUMBERS {
            assert!(FIELDS.iter().any(|field| field.path == path), "{path}");
        }
        for word in TYPE_WORDS {
            assert!(type_named(word).is_some(), "{word}");
        }
        for field in &FIELDS {
            if let BuiltInType::Enum(name) = field.kind {
                assert!(ENUMS.iter().any(|(known, _)| *known == name), "{name}");
            }
        }
    }
}
