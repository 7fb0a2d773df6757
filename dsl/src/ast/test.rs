//! Inline tests.

use rust_decimal::Decimal;

use super::{Expression, LanguageTag, Name, Path, Text};
use crate::bundle::{AttachmentKind, Scope};
use crate::source::Span;

/// `test "…"` and its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// The author's sentence.
    pub sentence: Text,
    /// `given …`: all such lines together.
    pub given: Vec<Assignment>,
    /// In order.
    pub steps: Vec<TestStep>,
}

/// `customer.tier gold`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The field; inside `event x (…)` without the event's name.
    pub path: Path,
    /// Its value.
    pub value: Expression,
    /// Both.
    pub span: Span,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestStep {
    /// What it does.
    pub kind: TestStepKind,
    /// Where it stands.
    pub span: Span,
}

/// What a step does. `at 10:00 customer says "…"` is two steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestStepKind {
    /// `at day 2 10:00`
    At {
        /// `None`: the day on which the clock stands.
        day: Option<TestDay>,
        /// Time of that day.
        time: jiff::civil::Time,
    },
    /// `customer says "…" with message.anger 72%`
    Says {
        /// What.
        text: Text,
        /// Facts of this turn.
        with: Vec<Assignment>,
    },
    /// `customer sends image saying "…" with attachment.name "a.jpg"`
    Sends {
        /// What.
        kind: AttachmentKind,
        /// Words in the same turn.
        text: Option<Text>,
        /// Facts of this turn.
        with: Vec<Assignment>,
    },
    /// `event order.delivered (no: "A1")`
    Event {
        /// Its name.
        event: Path,
        /// Its fields, each path a single name.
        with: Vec<Assignment>,
    },
    /// `expect …`
    Expect(Expectation),
}

/// A day in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestDay {
    /// `day 2`; 1 or more.
    Number(u32),
    /// `2026-11-11`
    Date(jiff::civil::Date),
}

/// `expect exactly …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Nothing else may have happened.
    pub exactly: bool,
    /// In order; empty only if reported.
    pub outcomes: Vec<Outcome>,
}

/// One expected outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What.
    pub kind: OutcomeKind,
    /// Where it stands.
    pub span: Span,
}

/// One expected outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutcomeKind {
    /// `no rule fired`
    NoRuleFired,
    /// `fired R`, `not fired R`
    Fired {
        /// The rule.
        rule: Path,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `reply T in zh`, `no reply T`, `no reply`
    Reply {
        /// `None` for any.
        template: Option<Path>,
        /// `None` for any.
        language: Option<LanguageTag>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `reply "the whole text"`
    ReplyText(Text),
    /// `hand over to Q`, `no hand over`
    HandOver {
        /// `None` for any.
        queue: Option<Path>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `priority urgent`, `no priority urgent`, `no priority`
    Priority {
        /// `None` for any.
        priority: Option<Name>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `score 70%`, `no score 70%`, `no score`
    Score {
        /// In percent; `None` for any.
        score: Option<Decimal>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `tag "x"`, `tag customer "x"`, `no tag "x"`, `no tag`
    Tag {
        /// `None` for either.
        scope: Option<Scope>,
        /// `None` for any.
        tag: Option<Text>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `untag "x"`, `untag customer "x"`, `no untag "x"`, `no untag`
    Untag {
        /// `None` for either.
        scope: Option<Scope>,
        /// `None` for any.
        tag: Option<Text>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `language en`, `no language en`, `no language`
    Language {
        /// `None` for any.
        language: Option<LanguageTag>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `note "…"`, `no note "…"`, `no note`
    Note {
        /// `None` for any.
        text: Option<Text>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `outreach O`, `no outreach O`, `no outreach`
    Outreach {
        /// `None` for any.
        outreach: Option<Path>,
        /// Expected or forbidden.
        expected: bool,
    },
}
