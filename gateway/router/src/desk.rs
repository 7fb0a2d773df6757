//! The desk: which conversations wait for a person, in which order, and who has which.
//!
//! The desk is a partition of its own with one state, this one; it and the customers' partitions tell each other by forwarded
//! events only ([`DeskEvent`], [`FromDesk`]), so whatever is killed when, both come to the same truth. *Invariant:* who may
//! speak is decided in the customer's partition, by what the desk has told it and not by what the desk knows.
//!
//! Nothing of what customers said is kept here: the reason for a hand-over names rules and the words of the rule files'
//! own lists. What an agent reads about a customer comes from the customer's partition, under the customer's key.

mod ask;
mod case;
mod event;
mod figures;
mod file;
mod presence;
mod reason;
mod step;
mod whisper;

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use signalbox_store::ThreadId;

pub use ask::{Asked, DeskError, Spoken};
pub use case::{Case, Decided, Held};
pub use event::{Agent, DeskEvent, FromDesk, RequestId, Saying, Wish};
pub use figures::{DeskAct, DeskFigures, QueueFigures};
pub use file::{DeskFile, EmotionPoint, Note, NoteAuthor, SayingOutcome};
pub use reason::Reason;
pub use whisper::{Whisper, WhisperError};

pub(crate) use presence::Presence;
pub(crate) use step::{desk_timer, set_aside, step};

/// An agent of whom nothing was heard for so long is gone: their conversations go back to their old places.
pub const AGENT_GONE_AFTER: Duration = Duration::from_secs(45);

/// The whole desk, as its owner knows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Desk {
    /// Conversations that wait for a person or are with one, in no order.
    pub cases: Vec<Case>,
    /// The answers to the last requests, the oldest first.
    pub answers: VecDeque<Answer>,
    /// The conversations that agents ended last, the oldest first.
    pub ended: VecDeque<Ended>,
}

/// What became of an agent's request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Which.
    pub request: RequestId,
    /// What.
    pub result: AnswerResult,
    /// When.
    #[serde(default)]
    pub at: Timestamp,
}

/// See [`Answer`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum AnswerResult {
    /// It is so now.
    Done,
    /// Somebody else has the conversation.
    HeldBy {
        /// Who.
        agent: Agent,
    },
    /// Nobody has the conversation: it has to be taken first.
    NotTaken,
    /// The conversation does not wait for a person any more.
    Gone,
    /// The agent has as many conversations as one person can.
    HandsFull,
}

/// A conversation that an agent ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Whose.
    pub thread: ThreadId,
    /// Who had it last.
    pub agent: Agent,
    /// From which queue.
    pub queue: std::sync::Arc<str>,
    /// When the hand-over was.
    pub since: Timestamp,
    /// When it ended.
    pub at: Timestamp,
    /// Whether the bot has it now, or the whole consultation was closed.
    pub closed: bool,
}

impl Desk {
    /// Conversations at the desk, at most: the state is written whole, 400 bytes for each. Past it the bot keeps the customer.
    pub const MOST_CASES: usize = 2_000;
    /// Conversations that one agent may have, at most.
    pub const MOST_HELD: usize = 50;
    /// Answers that are remembered however old they are, at most: a request may be repeated.
    const MOST_ANSWERS: usize = 128;
    /// Answers that somebody may still wait for are remembered beyond that, up to so many.
    const MOST_FRESH_ANSWERS: usize = 2_048;
    /// Longer than anybody waits for an answer.
    const ANSWER_IS_FRESH: SignedDuration = SignedDuration::from_secs(30);
    /// Ended conversations that are remembered, at most.
    const MOST_ENDED: usize = 500;

    /// The conversation of a thread, if it is at the desk.
    pub fn case(&self, thread: ThreadId) -> Option<&Case> {
        self.cases.iter().find(|case| case.thread == thread)
    }

    /// Conversations that nobody has, in the order in which they should be taken.
    pub fn waiting(&self) -> Vec<&Case> {
        let mut waiting: Vec<&Case> = self
            .cases
            .iter()
            .filter(|case| case.held.is_none())
            .collect();
        waiting.sort_by_key(|case| case.place());
        waiting
    }

    /// Conversations that an agent has, in the order in which they were taken.
    pub fn held_by(&self, agent: &str) -> Vec<&Case> {
        let mut held: Vec<&Case> = self
            .cases
            .iter()
            .filter(|case| case.is_held_by(agent))
            .collect();
        held.sort_by_key(|case| case.held.as_ref().map(|held| held.since));
        held
    }

    /// What became of a request, as long as it is remembered.
    pub fn answer(&self, request: RequestId) -> Option<&AnswerResult> {
        self.answers
            .iter()
            .rev()
            .find(|answer| answer.request == request)
            .map(|answer| &answer.result)
    }

    fn case_mut(&mut self, thread: ThreadId) -> Option<&mut Case> {
        self.cases.iter_mut().find(|case| case.thread == thread)
    }

    fn remove(&mut self, thread: ThreadId) {
        self.cases.retain(|case| case.thread != thread);
    }

    fn remember_answer(&mut self, answer: Answer) {
        let is_old = |known: &Answer| answer.at.duration_since(known.at) >= Self::ANSWER_IS_FRESH;
        while self.answers.len() >= Self::MOST_ANSWERS
            && (self.answers.len() >= Self::MOST_FRESH_ANSWERS
                || self.answers.front().is_some_and(is_old))
        {
            self.answers.pop_front();
        }
        self.answers.push_back(answer);
    }

    fn remember_ended(&mut self, ended: Ended) {
        if self.ended.len() == Self::MOST_ENDED {
            self.ended.pop_front();
        }
        self.ended.push_back(ended);
    }
}

#[cfg(test)]
mod races;
#[cfg(test)]
mod tests;
