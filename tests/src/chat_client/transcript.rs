//! What a client knows of its thread: one entry a sequence number, and whatever contradicted it.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde_json::Value;

/// One entry, as an event showed it or an ack implied it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `m_…`.
    pub id: String,
    /// `customer`, `bot` or `agent`.
    pub from: String,
    /// The id that the client gave its own message.
    pub cid: Option<String>,
    /// The message that this one answers.
    pub in_reply_to: Option<String>,
    /// What was said.
    pub text: String,
}

impl Entry {
    /// Reads `data` of an event of kind `message`.
    pub fn of_event(event: &Value) -> Result<Self, String> {
        let data = &event["data"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let entry = (event["kind"] == "message").then_some(()).and_then(|()| {
            Some(Self {
                id: text(&data["id"])?,
                from: text(&data["from"])?,
                cid: text(&data["cid"]),
                in_reply_to: text(&data["in_reply_to"]),
                text: text(&data["content"]["text"])?,
            })
        });
        entry.ok_or_else(|| format!("not a message event as the sheet has it: {event}"))
    }
}

/// A thread as one client has seen it.
#[derive(Debug, Default)]
pub struct Transcript {
    entries: BTreeMap<u64, Entry>,
    /// Everything from 1 to here is there.
    complete_to: u64,
    /// The messages that have an answer, by cid.
    answered: HashSet<String>,
}

impl Transcript {
    /// Enters what stands at `sequence`. The same once more is nothing new; something else there is an error.
    pub fn enter(&mut self, sequence: u64, entry: Entry) -> Result<(), Contradiction> {
        if sequence == 0 {
            return Err(Contradiction(format!("sequence 0: {entry:?}")));
        }
        if let Some(before) = self.entries.get(&sequence) {
            return if *before == entry {
                Ok(())
            } else {
                Err(Contradiction(format!(
                    "sequence {sequence} was {before:?} and is now {entry:?}"
                )))
            };
        }
        self.answered.extend(entry.in_reply_to.clone());
        self.entries.insert(sequence, entry);
        while self.entries.contains_key(&(self.complete_to + 1)) {
            self.complete_to += 1;
        }
        Ok(())
    }

    /// The last sequence up to which nothing is missing: the client's `last_seq`.
    pub fn last_sequence(&self) -> u64 {
        self.complete_to
    }

    /// The highest sequence seen; above [`Transcript::last_sequence`] while something is missing.
    pub fn highest(&self) -> u64 {
        self.entries
            .last_key_value()
            .map_or(0, |(sequence, _)| *sequence)
    }

    /// All entries in order.
    pub fn entries(&self) -> impl Iterator<Item = (u64, &Entry)> {
        self.entries
            .iter()
            .map(|(sequence, entry)| (*sequence, entry))
    }

    /// Whether an answer to this message is there.
    pub fn is_answered(&self, cid: &str) -> bool {
        self.answered.contains(cid)
    }
}

/// The server said two things that cannot both be true.
#[derive(Debug)]
pub struct Contradiction(String);

impl fmt::Display for Contradiction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
