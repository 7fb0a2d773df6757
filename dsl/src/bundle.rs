//! The checked bundle: what `check` makes of a [`SourceSet`](crate::SourceSet) without errors, and all that the rules
//! engine sees of the language. Names are resolved to ids, conditions are typed, named conditions
//! are inlined (their names stay, for explanations), keywords are as written (folding them is the
//! matcher's work, with the folds named here).
//!
//! *Invariant:* every id indexes its table; every [`Predicate`] compares values of one type; there is
//! exactly one default queue. Only `check` makes one from text; property tests of the engine make theirs by hand.

use std::sync::Arc;

use crate::source::Span;
use crate::value::Type;

mod attachment;
mod calendar;
mod condition;
mod effect;
mod event;
mod outreach;
mod script;
mod signal;
mod test_case;

pub use attachment::AttachmentKind;
pub use calendar::{Calendar, OpenSpan};
pub use condition::{Atom, Comparison, Condition, Operand, Predicate};
pub use effect::{Effect, Limit, LimitWindow, LimitedEffect, Priority, Scope};
pub use event::{EventField, EventType};
pub use outreach::{Outreach, QuietHours, SendTime, Zone};
pub use script::ScriptFact;
pub use signal::{Edge, Reaching, Rising, Signal};
pub use test_case::{Expectation, Outcome, TestAction, TestCase, TestDay, TestStep};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The place in its table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(
    /// A place in [`Bundle::fields`].
    FieldId
);
id!(
    /// A place in [`Bundle::keyword_lists`].
    ListId
);
id!(
    /// A place in [`Bundle::ranks`]; a smaller id stands higher.
    RankId
);
id!(
    /// A place in [`Bundle::queues`].
    QueueId
);
id!(
    /// A place in [`Bundle::templates`].
    TemplateId
);
id!(
    /// A place in [`Bundle::calendars`].
    CalendarId
);
id!(
    /// A place in [`Bundle::signals`].
    SignalId
);
id!(
    /// A place in [`Bundle::edges`].
    EdgeId
);
id!(
    /// A place in [`Bundle::outreach`].
    OutreachId
);
id!(
    /// A place in [`Bundle::rules`].
    RuleId
);

/// BLAKE3 over the canonical sources: the bundle's name everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BundleHash(pub [u8; 32]);

impl std::fmt::Display for BundleHash {
    /// The first 16 hexadecimal digits, enough to tell versions apart in logs and metrics.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .iter()
            .take(8)
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One checked, content-addressed version of all rule files.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Its name.
    pub hash: BundleHash,
    /// What rules may read, built-in fields included.
    pub fields: Vec<Field>,
    /// Closed enums, by full name.
    pub enums: Vec<EnumType>,
    /// What other systems may report: every `schema event`, by name. Page events, which nobody declares, are not among them.
    pub events: Vec<EventType>,
    /// Keyword lists, and the inline word lists of conditions (these have no name).
    pub keyword_lists: Vec<KeywordList>,
    /// Highest first.
    pub ranks: Vec<Rank>,
    /// Where a conversation waits for a person.
    pub queues: Vec<Queue>,
    /// Takes whatever no rule knows how to handle.
    pub default_queue: QueueId,
    /// Opening hours.
    pub calendars: Vec<Calendar>,
    /// Reply texts.
    pub templates: Vec<Template>,
    /// Facts that scripts compute, in the order of their full names.
    pub scripts: Vec<ScriptFact>,
    /// What is counted, in the order of their full names.
    pub signals: Vec<Signal>,
    /// Counts and rises that rules wait for, each once.
    pub edges: Vec<Edge>,
    /// In the order of their full names, so that file and load order cannot matter.
    pub rules: Vec<Rule>,
    /// Messages that nobody asked for, in the order of their full names.
    pub outreach: Vec<Outreach>,
    /// How many outreaches that count as marketing a customer gets at most. There is one if any of them does.
    pub marketing_cap: Option<Limit>,
    /// The inline tests.
    pub tests: Vec<TestCase>,
    /// The language that a template falls back to, and the language of a customer not yet heard.
    pub default_language: Arc<str>,
    /// IANA zone in which `today` and times of day are read.
    pub timezone: Arc<str>,
}

/// A fact that rules may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Dotted path, such as `customer.tier`. `text` is the text of the turn.
    pub path: Arc<str>,
    /// The type of its value.
    pub value_type: Type,
    /// May be absent.
    pub optional: bool,
    /// The author's one-line description.
    pub description: Arc<str>,
}

/// A closed set of names. A wire value outside it becomes `other`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// Full name.
    pub name: Arc<str>,
    /// Members as declared, then `other` if the author did not declare it.
    pub members: Vec<Arc<str>>,
}

/// Which differences between a keyword and a message do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Folding {
    /// Full-width and half-width forms are one.
    pub width: bool,
    /// Capitals and small letters are one.
    pub case: bool,
    /// Simplified and traditional characters are one.
    pub variant: bool,
}

impl Folding {
    /// What a list folds unless it says otherwise: width and case.
    pub const DEFAULT: Self = Self {
        width: true,
        case: true,
        variant: false,
    };
}

/// How a keyword must sit in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Boundary {
    /// Keywords that begin (end) with a Latin letter or digit want no letter or digit before (behind) them;
    /// others, Han above all, match anywhere. The default.
    Automatic,
    /// Matches anywhere (`match substring`).
    Substring,
}

/// Keywords that count as one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeywordList {
    /// `None` for words written in the condition itself.
    pub name: Option<Arc<str>>,
    /// Never empty, none empty, none twice after folding.
    pub keywords: Vec<Arc<str>>,
    /// A keyword inside one of these phrases does not count.
    pub except: Vec<Arc<str>>,
    /// A keyword that is negated does not count, as [`is_negated`](crate::negation::is_negated) tells.
    pub except_when_negated: bool,
    /// See [`Folding`].
    pub folding: Folding,
    /// See [`Boundary`].
    pub boundary: Boundary,
}

/// A named band of importance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rank {
    /// Its name.
    pub name: Arc<str>,
    /// What decides between rules of this band that want the floor with different answers, in this order.
    /// Rules still tied after it get nobody the floor: the default queue takes the conversation.
    pub ties: Vec<TieBreak>,
}

/// One way to choose between two rules of one rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TieBreak {
    /// The rule whose longest matched keyword (in characters, after folding) is longer.
    LongestKeyword,
    /// The rule whose keyword the customer wrote first.
    FirstMentioned,
}

/// Where a conversation waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its name in rules.
    pub name: Arc<str>,
    /// Its name for people.
    pub title: Arc<str>,
    /// When people are there; `None`: always.
    pub hours: Option<CalendarId>,
    /// Where a hand-over goes while nobody is here, if somebody is there. Never leads back.
    pub overflow: Option<QueueId>,
    /// What a customer hears who is handed over while nobody is here.
    pub closed_reply: Option<ClosedReply>,
}

/// What is said to whoever is handed over to a closed queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedReply {
    /// What is said.
    pub template: TemplateId,
    /// One argument a parameter, in the template's order.
    pub arguments: Vec<Operand>,
}

/// A reply text in one or more languages, with typed placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its name.
    pub name: Arc<str>,
    /// Parameters in order.
    pub parameters: Vec<Parameter>,
    /// One body a language; the default language is always among them.
    pub bodies: Vec<TemplateBody>,
}

/// A template's parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: Arc<str>,
    /// The type an argument must have.
    pub value_type: Type,
}

/// A template's text in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateBody {
    /// Language tag.
    pub language: Arc<str>,
    /// Text and placeholders, in order.
    pub pieces: Vec<TemplatePiece>,
}

/// A piece of a template's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePiece {
    /// Literal text.
    Text(Arc<str>),
    /// The value of the parameter at this place; `fallback` (of this language) where the value is absent.
    Placeholder {
        /// Index into [`Template::parameters`].
        parameter: usize,
        /// `{name, |尊敬的客户}`.
        fallback: Option<Arc<str>>,
    },
    /// When a calendar opens next.
    OpensNext {
        /// Which.
        calendar: CalendarId,
        /// What is said where it never does.
        fallback: Option<Arc<str>>,
    },
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Full name: module and name, such as `cn.aftersales.退款咨询`.
    pub name: Arc<str>,
    /// Its band.
    pub rank: RankId,
    /// What just happened: any of these, or of `edges`.
    pub triggers: Vec<Trigger>,
    /// Counts that were just reached, numbers that just rose.
    pub edges: Vec<EdgeId>,
    /// While people own the conversation: the states in which it fires and may speak. Empty: it speaks with the bot only.
    pub during: Vec<PeopleState>,
    /// What must be true now.
    pub guard: Guard,
    /// What it answers, as written, in order.
    pub effects: Vec<LimitedEffect>,
    /// From `rule` to the end of the item.
    pub span: Span,
}

/// What just happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// A turn of the customer that has text.
    Message,
    /// A turn of the customer that has attachments and no text. Which rules hear of it, says [`Edge::Attached`].
    Attachment,
    /// A business or page event of this dotted name; its fields are facts under that name's first part.
    Event(Arc<str>),
    /// The outreach of this full name is due. No rule listens to it.
    Outreach(Arc<str>),
}

/// How people own a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeopleState {
    /// It waits for a person.
    Queued,
    /// A person has it.
    Assigned,
}

impl PeopleState {
    /// As rules and facts spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Assigned => "assigned",
        }
    }
}

/// When a triggered rule fires.
#[derive(Debug, Clone)]
pub enum Guard {
    /// Always.
    Always,
    /// If the condition is true (not false, not unknown).
    When(Condition),
    /// If no rule with another guard took the floor in this turn.
    Otherwise,
}
