//! What is kept of a decision, so that it can be explained and replayed at any later time.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_dsl::bundle::Trigger;
use signalbox_rules::{Decision, Facts, Ledger};
use signalbox_store::MessageId;

/// One decision with all that it depended on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// Hash of the bundle.
    pub bundle: String,
    /// Full names of the rules that people had switched off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disabled: Vec<Arc<str>>,
    /// Version of signalbox.
    pub engine: String,
    /// Log time.
    pub now: Timestamp,
    /// What had happened.
    #[serde(with = "trigger_name")]
    pub trigger: Trigger,
    /// The values of the facts that the bundle reads.
    pub facts: Facts,
    /// Uses of limited effects, as far as the rules that fired have such.
    pub ledger: Ledger,
    /// The messages of the turn.
    pub messages: Vec<MessageId>,
    /// What was said in answer, in order.
    pub replies: Vec<MessageId>,
    /// The answer, or why there is none.
    pub outcome: DecisionOutcome,
}

/// How deciding ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionOutcome {
    /// With an answer.
    Decided(Box<Decision>),
    /// The engine failed on it. The conversation went to the default queue.
    Quarantined {
        /// What it said, without the customer's words.
        reason: String,
    },
}

/// A trigger as rule files write it: `message`, the event's name, or `outreach` and its name.
mod trigger_name {
    use serde::{Deserialize, Deserializer, Serializer};
    use signalbox_dsl::bundle::Trigger;

    const MESSAGE: &str = "message";
    /// No event's name has a space.
    const ATTACHMENT: &str = "attachment only";
    /// In front of an outreach's name. No event's name has a space.
    const OUTREACH: &str = "outreach ";

    pub(super) fn serialize<S: Serializer>(
        trigger: &Trigger,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match trigger {
            Trigger::Message => serializer.serialize_str(MESSAGE),
            Trigger::Attachment => serializer.serialize_str(ATTACHMENT),
            Trigger::Event(name) => serializer.serialize_str(name),
            Trigger::Outreach(name) => serializer.collect_str(&format_args!("{OUTREACH}{name}")),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Trigger, D::Error> {
        let name = String::deserialize(deserializer)?;
        Ok(if name == MESSAGE {
            Trigger::Message
        } else if name == ATTACHMENT {
            Trigger::Attachment
        } else if let Some(name) = name.strip_prefix(OUTREACH) {
            Trigger::Outreach(name.into())
        } else {
            Trigger::Event(name.into())
        })
    }
}
