//! Settings that are one word of a few.

use std::str::FromStr;

use crate::config::section::{Sentence, Setting};

/// What an acknowledged message has survived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Nothing: all is lost when the process ends.
    Memory,
    /// The end of the process; up to a second is lost when the machine stops.
    EverySecond,
    /// A power failure.
    Fsync,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors.
    Json,
}

impl FromStr for Durability {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "memory" => Ok(Self::Memory),
            "everysec" => Ok(Self::EverySecond),
            "fsync" => Ok(Self::Fsync),
            other => Err(format!(
                "`{other}` is not a durability; write memory, everysec or fsync"
            )),
        }
    }
}

impl Setting for Durability {
    const KIND: Sentence = Sentence {
        en: "`memory`, `everysec` or `fsync`",
        zh: "`memory`、`everysec` 或 `fsync`",
    };

    fn shown(&self) -> String {
        match self {
            Self::Memory => "memory",
            Self::EverySecond => "everysec",
            Self::Fsync => "fsync",
        }
        .to_owned()
    }
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word.parse::<signalbox_telemetry::LogFormat>()? {
            signalbox_telemetry::LogFormat::Text => Ok(Self::Text),
            signalbox_telemetry::LogFormat::Json => Ok(Self::Json),
        }
    }
}

impl Setting for LogFormat {
    const KIND: Sentence = Sentence {
        en: "`text` or `json`",
        zh: "`text` 或 `json`",
    };

    fn shown(&self) -> String {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
        .to_owned()
    }
}

super::deserialized_from_text!(Durability);
super::deserialized_from_text!(LogFormat);
