//! Settings that are one word of a few.

use std::str::FromStr;

use crate::config::section::{Sentence, Setting};
use crate::words::{Words, words};

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

/// Where messages are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// In the data directory.
    Embedded,
    /// On a Redis server.
    Redis,
}

/// Where it is known from how a server is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerSettings {
    /// Read from the server.
    Read,
    /// Declared by hand.
    Declared,
}

/// How a connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailEncryption {
    /// From its first byte.
    Implicit,
    /// After the first words.
    StartTls,
    /// Not at all.
    None,
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
    type Err = Words;

    fn from_str(word: &str) -> Result<Self, Words> {
        match word {
            "memory" => Ok(Self::Memory),
            "everysec" => Ok(Self::EverySecond),
            "fsync" => Ok(Self::Fsync),
            other => Err(words!(
                "`{other}` is not a durability; write memory, everysec or fsync",
                "`{other}` 不是持久化方式；请写 memory、everysec 或 fsync"
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

impl FromStr for StoreKind {
    type Err = Words;

    fn from_str(word: &str) -> Result<Self, Words> {
        match word {
            "embedded" => Ok(Self::Embedded),
            "redis" => Ok(Self::Redis),
            other => Err(words!(
                "`{other}` is not a kind of store; write embedded or redis",
                "`{other}` 不是存储种类；请写 embedded 或 redis"
            )),
        }
    }
}

impl Setting for StoreKind {
    const KIND: Sentence = Sentence {
        en: "`embedded` or `redis`",
        zh: "`embedded` 或 `redis`",
    };

    fn shown(&self) -> String {
        match self {
            Self::Embedded => "embedded",
            Self::Redis => "redis",
        }
        .to_owned()
    }
}

impl FromStr for ServerSettings {
    type Err = Words;

    fn from_str(word: &str) -> Result<Self, Words> {
        match word {
            "read" => Ok(Self::Read),
            "declared" => Ok(Self::Declared),
            other => Err(words!(
                "`{other}` is not a way to know a server's settings; write read or declared",
                "`{other}` 不是了解服务器设置的方式；请写 read 或 declared"
            )),
        }
    }
}

impl Setting for ServerSettings {
    const KIND: Sentence = Sentence {
        en: "`read` or `declared`",
        zh: "`read` 或 `declared`",
    };

    fn shown(&self) -> String {
        match self {
            Self::Read => "read",
            Self::Declared => "declared",
        }
        .to_owned()
    }
}

impl FromStr for MailEncryption {
    type Err = Words;

    fn from_str(word: &str) -> Result<Self, Words> {
        match word {
            "implicit" => Ok(Self::Implicit),
            "starttls" => Ok(Self::StartTls),
            "none" => Ok(Self::None),
            other => Err(words!(
                "`{other}` is not a way to encrypt; write implicit, starttls or none",
                "`{other}` 不是加密方式；请写 implicit、starttls 或 none"
            )),
        }
    }
}

impl Setting for MailEncryption {
    const KIND: Sentence = Sentence {
        en: "`implicit`, `starttls` or `none`",
        zh: "`implicit`、`starttls` 或 `none`",
    };

    fn shown(&self) -> String {
        match self {
            Self::Implicit => "implicit",
            Self::StartTls => "starttls",
            Self::None => "none",
        }
        .to_owned()
    }
}

impl FromStr for LogFormat {
    type Err = Words;

    fn from_str(word: &str) -> Result<Self, Words> {
        match word.parse::<signalbox_telemetry::LogFormat>() {
            Ok(signalbox_telemetry::LogFormat::Text) => Ok(Self::Text),
            Ok(signalbox_telemetry::LogFormat::Json) => Ok(Self::Json),
            Err(_) => Err(words!(
                "`{word}` is not a log format; write text or json",
                "`{word}` 不是日志格式；请写 text 或 json"
            )),
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
super::deserialized_from_text!(MailEncryption);
super::deserialized_from_text!(ServerSettings);
super::deserialized_from_text!(StoreKind);
