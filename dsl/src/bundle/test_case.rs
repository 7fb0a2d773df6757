//! Inline tests: steps on a movable clock, and what is expected of them.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{AttachmentKind, FieldId, OutreachId, Priority, QueueId, RuleId, Scope, TemplateId};
use crate::source::Span;
use crate::value::Value;

/// An inline test: steps on a movable clock.
#[derive(Debug, Clone)]
pub struct TestCase {
    /// Module, then the author's sentence: `cn.aftersales: VIP 退款`.
    pub name: Arc<str>,
    /// Facts that hold from the start.
    pub given: Vec<(FieldId, Value)>,
    /// In order.
    pub steps: Vec<TestStep>,
    /// From `test` to the end of the item.
    pub span: Span,
}

/// One line of a test.
#[derive(Debug, Clone)]
pub struct TestStep {
    /// What happens.
    pub action: TestAction,
    /// Where it stands.
    pub span: Span,
}

/// What one line of a test does.
#[derive(Debug, Clone)]
pub enum TestAction {
    /// `at day 2 10:00`: the clock moves there, never back. Timers due on the way fire.
    At {
        /// 1 is the first day of the test, 2026-01-05 (a Monday) in the bundle's zone unless a date is given.
        day: TestDay,
        /// Time of that day.
        time: jiff::civil::Time,
    },
    /// `customer says "…" with message.anger 72%`: one turn.
    Says {
        /// The text.
        text: Arc<str>,
        /// Facts of this turn only.
        with: Vec<(FieldId, Value)>,
    },
    /// `customer sends image saying "…"`: one turn.
    Sends {
        /// What.
        kind: AttachmentKind,
        /// Words in the same turn.
        text: Option<Arc<str>>,
        /// Facts of this turn only.
        with: Vec<(FieldId, Value)>,
    },
    /// `event order.delivered (no: "A1")`.
    Event {
        /// Its dotted name.
        event: Arc<str>,
        /// Its fields.
        with: Vec<(FieldId, Value)>,
    },
    /// Checks what the last turn or event led to.
    Expect(Expectation),
}

/// A day in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestDay {
    /// Counted from 1.
    Number(u32),
    /// A date.
    Date(jiff::civil::Date),
}

/// What a test expects of the last turn. By default the listed outcomes hold and others may too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// `expect exactly …`: nothing else happened.
    pub exactly: bool,
    /// All of these hold.
    pub outcomes: Vec<Outcome>,
}

/// One expected outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// `no rule fired`
    NoRuleFired,
    /// `fired NAME`, `not fired NAME`
    Fired {
        /// Which rule.
        rule: RuleId,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `reply NAME in zh`, `no reply NAME`
    Reply {
        /// Which template; `None` for any.
        template: Option<TemplateId>,
        /// In which language; `None` for any.
        language: Option<Arc<str>>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `reply "the whole text"`
    ReplyText(Arc<str>),
    /// `hand over to QUEUE`, `no hand over`
    HandOver {
        /// To whom; `None` for any.
        queue: Option<QueueId>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `priority urgent`, `no priority`
    Priority {
        /// Which; `None` for any.
        priority: Option<Priority>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `score 70%`, `no score`: set in this turn.
    Score {
        /// In percent; `None` for any.
        score: Option<Decimal>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `tag "x"`, `tag customer "x"`, `no tag "x"`
    Tag {
        /// Whose; `None` for either.
        scope: Option<Scope>,
        /// The tag; `None` for any.
        tag: Option<Arc<str>>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `untag "x"`, `untag customer "x"`, `no untag "x"`
    Untag {
        /// Whose; `None` for either.
        scope: Option<Scope>,
        /// The tag; `None` for any.
        tag: Option<Arc<str>>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `language en`, `no language`: set in this turn.
    Language {
        /// Which; `None` for any.
        language: Option<Arc<str>>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `note "…"`, `no note`: on its own or with a hand-over.
    Note {
        /// Its text; `None` for any.
        text: Option<Arc<str>>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `outreach NAME`, `no outreach NAME`, `no outreach`: sent since the last turn or event that the test wrote.
    Outreach {
        /// Which; `None` for any.
        outreach: Option<OutreachId>,
        /// Expected or forbidden.
        expected: bool,
    },
}
