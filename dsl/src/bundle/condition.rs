//! When a rule fires: conditions over facts, typed and resolved.

use std::sync::Arc;

use super::{CalendarId, FieldId, ListId};
use crate::source::Span;
use crate::value::Value;

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
    /// `客服时间 is open`. Never unknown.
    Open(CalendarId),
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
