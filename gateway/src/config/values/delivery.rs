//! To whom anything is pushed: `live`, `sink`, or `only: [ids]`.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::config::section::{Sentence, Setting};

const ONLY: &str = "only";
const HELP: &str = "write live, sink or only: [ids]";

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
            other => Err(E::custom(format!(
                "`{other}` is no way of delivery; {HELP}"
            ))),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Delivery, A::Error> {
        let Some(key) = map.next_key::<String>()? else {
            return Err(A::Error::custom(format!("it says nothing; {HELP}")));
        };
        if key != ONLY {
            return Err(A::Error::custom(format!("`{key}` is unknown here; {HELP}")));
        }
        let ids: BTreeSet<String> = map.next_value()?;
        if ids.is_empty() || ids.iter().any(|id| id.trim().is_empty()) {
            let problem = "`only` must name at least one id, and none may be empty; to write to nobody, write sink";
            return Err(A::Error::custom(problem));
        }
        match map.next_key::<String>()? {
            None => Ok(Delivery::Only(ids)),
            Some(key) => Err(A::Error::custom(format!("`{key}` is unknown here; {HELP}"))),
        }
    }
}
