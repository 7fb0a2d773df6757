//! The corpus of `bench`: messages as JSON lines.
//!
//! ```json
//! {"id": 1, "text": "我要退款", "facts": {"customer.tier": "vip", "message.anger": 31, "now": "2026-11-11T22:00:00+08:00"}}
//! ```
//!
//! `id` is a number or a string, `facts` may be left out. Values are read by the field's type ([`convert`](crate::convert)); paths that
//! the bundle does not know are ignored, so that one corpus serves many bundles; a key beside these three is an error, since
//! `fact` for `facts` would leave out all of them. Opening the file is the caller's work.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;
use signalbox_dsl::bundle::{Bundle, Field};
use signalbox_dsl::nearest::nearest;
use signalbox_dsl::value::Value;

use crate::convert::{WrongType, value_from_json};
use crate::facts::Facts;
use crate::prepared::NOW;

/// The text of a turn among the facts.
const TEXT: &str = "text";

/// One message of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorpusMessage {
    /// As written; numbers in their digits.
    pub id: String,
    /// The text included.
    pub facts: Facts,
    /// Its `now`, or the reader's.
    pub now: Timestamp,
}

/// Why a line cannot be read. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CorpusError {
    /// It is no JSON object with `id` and `text`.
    #[error(
        "line {line} of the corpus: {reason}; a line is a JSON object with `id` and `text`, and may have `facts`"
    )]
    NoMessage {
        /// Which.
        line: usize,
        /// What the JSON reader says.
        reason: String,
    },
    /// A key beside `id`, `text` and `facts`.
    #[error("line {line} of the corpus: unknown key `{key}`; {}", key_help(*nearest))]
    UnknownKey {
        /// Which line.
        line: usize,
        /// As written.
        key: String,
        /// A key that it resembles.
        nearest: Option<&'static str>,
    },
    /// A fact is not of its field's type.
    #[error("line {line} of the corpus: {wrong}")]
    WrongFact {
        /// Which.
        line: usize,
        /// Which field, and what it needs.
        wrong: WrongType,
    },
}

/// Reads lines for one bundle.
#[derive(Debug)]
pub struct CorpusReader<'b> {
    bundle: &'b Bundle,
    fields: HashMap<&'b str, &'b Field>,
    now: Timestamp,
}

/// The keys of a message.
const KEYS: [&str; 3] = ["id", "text", "facts"];

/// A key that is missing may stand there misspelt, so what else stands there is looked at first.
#[derive(Deserialize)]
struct Line {
    id: Option<Id>,
    text: Option<Arc<str>>,
    #[serde(default)]
    facts: BTreeMap<String, Json>,
    #[serde(flatten)]
    others: BTreeMap<String, Json>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(serde_json::Number),
}

impl<'b> CorpusReader<'b> {
    /// A reader; `now` is the moment of messages that name none.
    pub fn new(bundle: &'b Bundle, now: Timestamp) -> Self {
        Self {
            bundle,
            fields: bundle.fields.iter().map(|it| (&*it.path, it)).collect(),
            now,
        }
    }

    /// Reads a whole corpus; empty lines are skipped.
    ///
    /// # Errors
    /// The first line that cannot be read; see [`CorpusError`].
    pub fn read(&self, corpus: &str) -> Result<Vec<CorpusMessage>, CorpusError> {
        (1..)
            .zip(corpus.lines())
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(line, text)| self.read_line(line, text))
            .collect()
    }

    /// Reads one line; `line` is its number, for errors.
    ///
    /// # Errors
    /// See [`CorpusError`].
    pub fn read_line(&self, line: usize, text: &str) -> Result<CorpusMessage, CorpusError> {
        let no_message = |reason| CorpusError::NoMessage { line, reason };
        let read: Line =
            serde_json::from_str(text).map_err(|error| no_message(error.to_string()))?;
        if let Some(key) = read.others.into_keys().next() {
            let nearest = nearest(&key, KEYS);
            return Err(CorpusError::UnknownKey { line, key, nearest });
        }
        let missing = |key: &str| no_message(format!("missing field `{key}`"));
        let mut message = CorpusMessage {
            id: match read.id.ok_or_else(|| missing("id"))? {
                Id::Text(id) => id,
                Id::Number(id) => id.to_string(),
            },
            facts: Facts::default(),
            now: self.now,
        };
        let text = read.text.ok_or_else(|| missing("text"))?;
        message.facts.set(TEXT, Value::Text(text));
        // What a system does not know it often writes as null: an absent fact.
        for (path, json) in read.facts.iter().filter(|(_, json)| !json.is_null()) {
            let Some(field) = self.fields.get(&**path) else {
                continue;
            };
            let value = value_from_json(field, json, self.bundle)
                .map_err(|wrong| CorpusError::WrongFact { line, wrong })?;
            match value {
                Value::Timestamp(now) if path == NOW => message.now = now,
                value => message.facts.set(field.path.clone(), value),
            }
        }
        Ok(message)
    }
}

fn key_help(nearest: Option<&str>) -> String {
    match nearest {
        Some(key) => format!("did you mean `{key}`?"),
        None => "a message has `id`, `text` and `facts`".into(),
    }
}

#[cfg(test)]
mod tests;
