//! The checked bundle: what `check` makes of a [`SourceSet`](crate::SourceSet) without errors, and all that the rules
//! engine sees of the language. Names are resolved to ids, conditions are typed, named conditions
//! are inlined (their names stay, for explanations), keywords are as written (folding them is the
//! matcher's work, with the folds named here).
//!
//! *Invariant:* every id indexes its table; every [`Predicate`] compares values of one type; there is
//! exactly one default queue. Only `check` makes one from text; property tests of the engine make theirs by hand.

use std::sync::Arc;
use std::time::Duration;

use crate::source::Span;
use crate::value::{Type, Value};

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
    /// Keyword lists, and the inline word lists of conditions (these have no name).
    pub keyword_lists: Vec<KeywordList>,
    /// Highest first.
    pub ranks: Vec<Rank>,
    /// Where a conversation waits for a person.
    pub queues: Vec<Queue>,
    /// Takes whatever no rule knows how to handle.
    pub default_queue: QueueId,
    /// Reply texts.
    pub templates: Vec<Template>,
    /// In the order of their full names, so that file and load order cannot matter.
    pub rules: Vec<Rule>,
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
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Full name: module and name, such as `cn.aftersales.退款咨询`.
    pub name: Arc<str>,
    /// Its band.
    pub rank: RankId,
    /// What just happened: any of these.
    pub triggers: Vec<Trigger>,
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
    /// A business or page event of this dotted name; its fields are facts under that name's first part.
    Event(Arc<str>),
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

/// A condition in three-valued logic (true, false, unknown), Kleene's tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// True if all are.
    All(Vec<Condition>),
    /// True if one is.
    Any(Vec<Condition>),
    /// True if it is false.
    Not(Box<Condition>),
    /// A `condition NAME = …`, inlined. Means exactly what `body` means.
    Named {
        /// For explanations.
        name: Arc<str>,
        /// The condition itself.
        body: Arc<Condition>,
    },
    /// One comparison of facts.
    Atom(Atom),
}

/// One comparison of facts, with the place where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    /// What is compared.
    pub predicate: Predicate,
    /// Where it stands.
    pub span: Span,
}

/// A comparison. An absent field makes it unknown, except for [`Predicate::Known`]; a present one never does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Predicate {
    /// `left op right`. Order comparisons only on ordered types. Constants stand right.
    Compare {
        /// What is compared.
        left: Operand,
        /// How.
        comparison: Comparison,
        /// With what.
        right: Operand,
    },
    /// `field in (a, b)`.
    OneOf {
        /// What is compared.
        left: Operand,
        /// The values, never empty, none twice.
        values: Vec<Value>,
    },
    /// `field between low and high`, `low` included and `high` not. For times of day `low > high` spans midnight.
    Between {
        /// What is compared; a timestamp against times of day is read in the bundle's zone.
        left: Operand,
        /// First value inside.
        low: Value,
        /// First value outside.
        high: Value,
    },
    /// `field is known`.
    Known(FieldId),
    /// `field`, a bool, is yes.
    IsTrue(Operand),
    /// `text has any of LIST`.
    HasAny {
        /// A text field.
        field: FieldId,
        /// The keywords.
        list: ListId,
    },
    /// `text has all of LIST`.
    HasAll {
        /// A text field.
        field: FieldId,
        /// The keywords.
        list: ListId,
    },
    /// `text starts with "…"`, after default folding.
    StartsWith {
        /// A text field.
        field: FieldId,
        /// The beginning.
        prefix: Arc<str>,
    },
    /// `text is exactly "…"`, after default folding and trimming.
    IsExactly {
        /// A text field.
        field: FieldId,
        /// The whole text.
        text: Arc<str>,
    },
    /// `text matches "REGEX"`: somewhere in the text, linear-time syntax of the regex crate, checked and size-limited.
    Matches {
        /// A text field.
        field: FieldId,
        /// The pattern.
        pattern: Arc<str>,
    },
    /// `list_field has "x"`: a list-typed field contains the value.
    Contains {
        /// A field of a list type.
        field: FieldId,
        /// The element.
        value: Value,
    },
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `is`
    Equal,
    /// `is not`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// A side of a comparison, or an argument.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A fact; `default` is used where it is absent (`customer.name or "您"`).
    Field {
        /// Which.
        field: FieldId,
        /// What stands in for it.
        default: Option<Value>,
    },
    /// A constant.
    Constant(Value),
}

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
/// rule's effects of these two kinds are carried out. [`Effect::SetPriority`] is joined: the highest wins. All other
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
    /// `priority urgent`
    Priority(Priority),
    /// `tag "x"`, `no tag "x"`
    Tag {
        /// The tag.
        tag: Arc<str>,
        /// Expected or forbidden.
        expected: bool,
    },
    /// `language en`
    Language(Arc<str>),
    /// `note "…"`
    Note(Arc<str>),
}
