//! To whom anything is pushed: `live`, `sink`, or `only: [ids]`.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::config::section::{Sentence, Setting};
use crate::config::yaml::in_both_languages;
use crate::words::{Words, words};

const ONLY: &str = "only";
const HELP: &str = "write live, sink or only: [ids]";
const CHINESE_HELP: &str = "请写 live、sink 或 only: [标识]";

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Delivery {
    /// To everybody.
    #[default]
    Live,
    /// To nobody.
    Sink,
    /// To these, by the ids that their channels know them by. Never empty.
    Only(BTreeSet<String>),
}

impl Setting for Delivery {
    const KIND: Sentence = Sentence {
        en: "`live`, `sink` or `only: [ids]`",
        zh: "`live`、`sink` 或 `only: [标识]`",
    };

    fn shown(&self) -> String {
        match self {
            Self::Live => "live".to_owned(),
            Self::Sink => "sink".to_owned(),
            Self::Only(ids) => {
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                format!("{ONLY}: [{}]", ids.join(", "))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Delivery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Delivery;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("live, sink or only: [ids]")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Delivery, E> {
        match word {
            "live" => Ok(Delivery::Live),
            "sink" => Ok(Delivery::Sink),
            other => Err(refused(words!(
                "`{other}` is no way of delivery; {HELP}",
                "`{other}` 不是发送方式；{CHINESE_HELP}"
            ))),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Delivery, A::Error> {
        let Some(key) = map.next_key::<String>()? else {
            return Err(refused(words!(
                "it says nothing; {HELP}",
                "这里什么也没写；{CHINESE_HELP}"
            )));
        };
        if key != ONLY {
            return Err(unknown(&key));
        }
        let ids: BTreeSet<String> = map.next_value()?;
        if ids.is_empty() || ids.iter().any(|id| id.trim().is_empty()) {
            return Err(refused(words!(
                "`only` must name at least one id, and none may be empty; to write to nobody, write sink",
                "`only` 至少要有一个标识，且不能为空；谁也不发请写 sink"
            )));
        }
        match map.next_key::<String>()? {
            None => Ok(Delivery::Only(ids)),
            Some(key) => Err(unknown(&key)),
        }
    }
}

fn unknown<E: Error>(key: &str) -> E {
    refused(words!(
        "`{key}` is unknown here; {HELP}",
        "这里不认识 `{key}`；{CHINESE_HELP}"
    ))
}

fn refused<E: Error>(wrong: Words) -> E {
    E::custom(in_both_languages(&wrong))
}
