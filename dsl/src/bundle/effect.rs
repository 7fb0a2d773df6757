//! What a rule answers, and how often at most.

use std::sync::Arc;
use std::time::Duration;

use super::{Operand, OutreachId, QueueId, TemplateId};
use crate::source::Span;

/// An effect with its limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitedEffect {
    /// What is done.
    pub effect: Effect,
    /// How often at most; `None` for every time.
    pub limit: Option<Limit>,
    /// Where it stands.
    pub span: Span,
}

/// What a rule answers.
///
/// [`Effect::Reply`] and [`Effect::HandOver`] contend for the floor: one rule a turn has it, and only that
/// rule's effects of these two kinds are carried out. [`Effect::SetPriority`] and [`Effect::SetScore`] are joined: the highest wins. All other
/// kinds accumulate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Say a template in the conversation's language.
    Reply {
        /// Which.
        template: TemplateId,
        /// One argument a parameter, in the template's order.
        arguments: Vec<Operand>,
    },
    /// Pass the conversation to people. From then on the bot is silent until it is given back.
    HandOver {
        /// To whom.
        queue: QueueId,
        /// A note for them.
        note: Option<Arc<str>>,
    },
    /// Urgency of the conversation for people.
    SetPriority(Priority),
    /// Where the conversation stands among those of its priority: a percent, the higher the sooner.
    SetScore(Operand),
    /// Put a tag on.
    Tag {
        /// Of the whole customer or of this episode.
        scope: Scope,
        /// The tag.
        tag: Arc<str>,
        /// Taken off again after this; `None`: stays.
        lifetime: Option<Duration>,
    },
    /// Take a tag off.
    Untag {
        /// Where.
        scope: Scope,
        /// The tag.
        tag: Arc<str>,
    },
    /// A note for people; the customer never sees it.
    Note(Arc<str>),
    /// The conversation's language from now on.
    SetLanguage(Arc<str>),
    /// No reply or hand-over of a rule of lower rank. (A rule that wins the floor excludes the others anyway:
    /// this one silences without speaking.)
    NoOtherReplies,
    /// Take planned outreach back; `None`: all of it.
    CancelOutreach(Option<OutreachId>),
}

impl Effect {
    /// Whether a rule needs the floor for it.
    pub fn contends_for_floor(&self) -> bool {
        matches!(self, Self::Reply { .. } | Self::HandOver { .. })
    }
}

/// Urgency, lowest first, so that the greater one wins.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Can wait.
    Low,
    /// The usual.
    Normal,
    /// Before the usual.
    High,
    /// Before all.
    Urgent,
}

/// How long something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// One consultation: first message to close, or 24 h of silence.
    Episode,
    /// The person, over all channels and for good.
    Customer,
}

/// `at most N times per WINDOW per SCOPE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit {
    /// At least 1, at most 1,000.
    pub times: u32,
    /// In what time.
    pub window: LimitWindow,
    /// Counted for what.
    pub scope: Scope,
}

/// The time in which a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitWindow {
    /// The last so much time; at most 30 days.
    Sliding(Duration),
    /// The calendar day in the bundle's zone.
    Today,
    /// As long as the scope lasts.
    Whole,
}
