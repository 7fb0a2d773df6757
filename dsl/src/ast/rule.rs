//! Rules, their triggers and effects.

use std::sync::Arc;
use std::time::Duration;

use super::{Condition, Expression, Name, Operand, Path, Text};
use crate::bundle::{AttachmentKind, PeopleState, Scope};
use crate::source::Span;

/// `rule NAME` and its clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: Name,
    /// `rank NAME`; `None` if it is missing, which has been reported.
    pub rank: Option<Name>,
    /// `on …`: any of these. Empty only if reported.
    pub triggers: Vec<Trigger>,
    /// `while queued or assigned`, in order, none twice; empty if it is not said.
    pub during: Vec<PeopleState>,
    /// `when …`, `otherwise`, or neither.
    pub guard: Guard,
    /// In order. Empty only if reported.
    pub effects: Vec<Effect>,
}

/// What just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Which.
    pub kind: TriggerKind,
    /// Where it stands.
    pub span: Span,
}

/// What just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriggerKind {
    /// `message`
    Message,
    /// `attachment image`; `None`: any.
    Attachment(Option<AttachmentKind>),
    /// `event order.delivered`
    Event(Path),
    /// `愤怒 reaching 2 within 10m per customer`
    Reaching {
        /// The signal.
        signal: Path,
        /// How many in what time, counted for what.
        count: Limit,
    },
    /// `customer.anger rising above 60%`
    Rising {
        /// The number that rises.
        field: Path,
        /// What it goes past.
        above: Expression,
    },
}

/// `signal 愤怒 = message where message.anger >= 70%`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Its name.
    pub name: Name,
    /// What is counted: `message` or an event. `None` if it could not be read, which has been reported.
    pub trigger: Option<Trigger>,
    /// `where …`
    pub condition: Option<Condition>,
}

/// When a triggered rule fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// Neither `when` nor `otherwise`, or a `when` that could not be read.
    Always,
    /// `when …`
    When(Condition),
    /// `otherwise`, and its place.
    Otherwise(Span),
}

/// One line behind `then`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What is done.
    pub kind: EffectKind,
    /// `, at most …`
    pub limit: Option<Limit>,
    /// Without the limit.
    pub span: Span,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EffectKind {
    /// `reply 安抚 (name: customer.name or "您")`
    Reply {
        /// The template.
        template: Path,
        /// In order.
        arguments: Vec<Argument>,
    },
    /// `hand over to 投诉专席 with note "…"`
    HandOver {
        /// The queue.
        queue: Path,
        /// For the people there.
        note: Option<Text>,
    },
    /// `set priority to urgent`
    SetPriority(Name),
    /// `set score to 优先分`
    SetScore(Operand),
    /// `tag "x"`, `tag customer "x" for 90 days`
    Tag {
        /// [`Scope::Episode`] if it is not said.
        scope: Scope,
        /// The tag.
        tag: Text,
        /// Taken off after this. A day is 24 h here.
        lifetime: Option<Duration>,
    },
    /// `untag customer "x"`
    Untag {
        /// [`Scope::Episode`] if it is not said.
        scope: Scope,
        /// The tag.
        tag: Text,
    },
    /// `note "…"`
    Note(Text),
    /// `set language to en`
    SetLanguage(LanguageTag),
    /// `no other replies`
    NoOtherReplies,
    /// `cancel outreach 催付`; `None` for `cancel outreach all`.
    CancelOutreach(Option<Path>),
}

/// `name: customer.name or "您"`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// The parameter.
    pub name: Name,
    /// What it is given.
    pub value: Operand,
}

/// `at most twice per 30m per customer`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// As written; whether it is within bounds is for `check` to say.
    pub times: u32,
    /// In what time; [`Window::Whole`] if it is not said.
    pub window: Window,
    /// Counted for what; [`Scope::Episode`] if it is not said.
    pub scope: Scope,
    /// From `at` to the end.
    pub span: Span,
}

/// In what time a limit counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// `per 30m`
    Sliding {
        /// How long.
        length: Duration,
        /// Where it stands.
        span: Span,
    },
    /// `today`
    Today,
    /// Not said: as long as the scope lasts.
    Whole,
}

/// `zh`, `zh-Hant`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageTag {
    /// As written.
    pub tag: Arc<str>,
    /// Where it stands.
    pub span: Span,
}
