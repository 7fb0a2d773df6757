//! What a customer's own state keeps for the people at the desk.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use signalbox_adapters::Address;
use signalbox_dsl::bundle::Priority;
use signalbox_dsl::value::Value;
use signalbox_rules::{Action, Decision, Facts};
use signalbox_store::MessageId;

use super::case::Decided;
use super::event::{Agent, RequestId};
use super::reason::Reason;
use super::whisper::Whisper;

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeskFile {
    /// Hand-overs so far; the one that is open has this number.
    pub handoff: u64,
    /// When the open hand-over, or the last one, was.
    pub since: Option<Timestamp>,
    /// Why.
    pub reason: Option<Reason>,
    /// By which decision.
    pub decided: Option<Decided>,
    /// The queue, priority and score that the desk was told.
    pub told: Option<(Arc<str>, Priority, Option<Decimal>)>,
    /// Who has it; `None` while it waits or the bot has it.
    pub agent: Option<Agent>,
    /// Where the customer was heard last.
    pub address: Option<Address>,
    /// Notes of colleagues and of rules, the oldest first.
    pub notes: VecDeque<Note>,
    /// The emotion index after each of the last turns, the oldest first; empty as long as no rule reads a score.
    pub emotions: VecDeque<EmotionPoint>,
    /// What became of the last messages of agents, the oldest first.
    pub outcomes: VecDeque<SayingOutcome>,
}

/// A note about a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Whose.
    pub by: NoteAuthor,
    /// What.
    pub text: Whisper,
}

/// Who wrote a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteAuthor {
    /// A colleague.
    Agent(Agent),
    /// A rule, by its full name.
    Rule(Arc<str>),
}

/// The customer's emotion index at a moment, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmotionPoint {
    /// When.
    pub at: Timestamp,
    /// See `customer.negative`.
    pub negative: Decimal,
    /// See `customer.anger`.
    pub anger: Decimal,
}

/// What became of an agent's message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SayingOutcome {
    /// The agent's own name of it.
    pub request: RequestId,
    /// Its name in the transcript; `None`: it was not said, because the agent did not have the conversation.
    pub said: Option<MessageId>,
    /// Who had it instead.
    pub held_by: Option<Agent>,
}

impl DeskFile {
    /// Notes that are kept, at most; the oldest go.
    pub const MOST_NOTES: usize = 50;
    /// Turns whose emotion index is kept, at most.
    pub const MOST_EMOTIONS: usize = 48;
    /// Outcomes that are remembered, at most.
    const MOST_OUTCOMES: usize = 16;

    /// Keeps a note.
    pub(crate) fn note(&mut self, note: Note) {
        push_bounded(&mut self.notes, note, Self::MOST_NOTES);
    }

    /// Keeps the notes that rules write.
    pub(crate) fn note_decision(&mut self, decision: &Decision, at: Timestamp) {
        for effect in &decision.effects {
            let (Action::Note { text }
            | Action::HandOver {
                note: Some(text), ..
            }) = &effect.action
            else {
                continue;
            };
            self.note(Note {
                at,
                by: NoteAuthor::Rule(effect.rule.clone()),
                text: Whisper::of_rule(text),
            });
        }
    }

    /// Keeps the emotion index as a turn has left it.
    pub(crate) fn note_emotion(&mut self, facts: &Facts, at: Timestamp) {
        let percent = |path: &str| match facts.get(path) {
            Some(Value::Percent(percent)) => Some(*percent),
            _ => None,
        };
        let (Some(negative), Some(anger)) =
            (percent("customer.negative"), percent("customer.anger"))
        else {
            return;
        };
        let point = EmotionPoint {
            at,
            negative,
            anger,
        };
        push_bounded(&mut self.emotions, point, Self::MOST_EMOTIONS);
    }

    /// Remembers what became of an agent's message.
    pub(crate) fn note_outcome(&mut self, outcome: SayingOutcome) {
        push_bounded(&mut self.outcomes, outcome, Self::MOST_OUTCOMES);
    }

    /// What became of an agent's message, as long as it is remembered.
    pub fn outcome(&self, request: RequestId) -> Option<&SayingOutcome> {
        self.outcomes
            .iter()
            .rev()
            .find(|outcome| outcome.request == request)
    }
}

fn push_bounded<T>(queue: &mut VecDeque<T>, value: T, most: usize) {
    while queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(value);
}
