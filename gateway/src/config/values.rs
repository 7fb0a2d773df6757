//! The types that settings have, and how each is written.

mod address;
mod bytes;
mod choice;
mod delivery;
mod list;
mod named;
mod server_url;
mod span;
mod text;

pub use address::ListenAddress;
pub use bytes::ByteSize;
pub use choice::{Durability, LogFormat, MailEncryption, ServerSettings, StoreKind};
pub use delivery::Delivery;
pub use list::List;
pub use named::Named;
pub use server_url::ServerUrl;
pub use span::TimeSpan;
pub use text::{FilePath, Secret, Text};

use super::section::{Sentence, Setting};

impl Setting for u64 {
    const KIND: Sentence = Sentence {
        en: "whole number",
        zh: "整数",
    };

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Setting for f64 {
    const KIND: Sentence = Sentence {
        en: "number",
        zh: "数字",
    };

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Setting for bool {
    const KIND: Sentence = Sentence {
        en: "`true` or `false`",
        zh: "`true` 或 `false`",
    };

    fn shown(&self) -> String {
        self.to_string()
    }
}

/// Values that are written as text and read by `FromStr` are all deserialised this way.
macro_rules! deserialized_from_text {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(|wrong| {
                    serde::de::Error::custom($crate::config::yaml::in_both_languages(&wrong))
                })
            }
        }
    };
}
use deserialized_from_text;
