//! Conditions, and the values that stand in them.

use std::sync::Arc;
use std::time::Duration;

use rust_decimal::Decimal;

use super::{Path, Text};
use crate::bundle::Comparison;
use crate::source::Span;
use crate::value::Currency;

/// What follows `when` and `condition NAME =`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `a and b and c`: two parts or more.
    All {
        /// In order.
        parts: Vec<Condition>,
        /// All of it.
        span: Span,
    },
    /// `a or b or c`: two parts or more.
    Any {
        /// In order.
        parts: Vec<Condition>,
        /// All of it.
        span: Span,
    },
    /// `not a`; also `a is not known`, `a not in (…)`.
    Not {
        /// What must not hold.
        inner: Box<Condition>,
        /// All of it.
        span: Span,
    },
    /// A bare word: a bool field or a named condition.
    Holds(Path),
    /// One comparison.
    Relation {
        /// What is compared.
        left: Box<Operand>,
        /// With what, and how.
        relation: Box<Relation>,
        /// All of it.
        span: Span,
    },
}

impl Condition {
    /// All of it.
    pub fn span(&self) -> Span {
        match self {
            Self::All { span, .. }
            | Self::Any { span, .. }
            | Self::Not { span, .. }
            | Self::Relation { span, .. } => *span,
            Self::Holds(path) => path.span,
        }
    }
}

/// The second half of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    /// `is`, `is not`, `<`, `<=`, `>`, `>=`
    Compare {
        /// Which of them.
        comparison: Comparison,
        /// The right side.
        right: Operand,
    },
    /// `in (a, b)`
    OneOf(Vec<Expression>),
    /// `between low and high`
    Between {
        /// First value inside.
        low: Expression,
        /// First value outside.
        high: Expression,
    },
    /// `is known`
    Known,
    /// `has any of …`
    HasAny(Words),
    /// `has all of …`
    HasAll(Words),
    /// `has none of …`
    HasNone(Words),
    /// `has "x"`, `has gold`: a list-typed field contains the value, or a text field the keyword.
    Has(Expression),
    /// `is exactly "…"`
    IsExactly(Text),
    /// `starts with "…"`
    StartsWith(Text),
    /// `matches "…"`
    Matches(Text),
}

/// What `has any of` looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Which words.
    pub kind: WordsKind,
    /// Where they stand.
    pub span: Span,
}

/// What `has any of` looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordsKind {
    /// The name of a list.
    List(Path),
    /// `("退款", "退钱")`, or a single quoted word without parentheses. Never empty.
    Inline(Vec<Text>),
}

/// A side of a comparison, or an argument: `customer.name or "您"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operand {
    /// What stands there.
    pub value: Expression,
    /// What stands in where it is absent.
    pub default: Option<Expression>,
    /// Both, and the parentheses if there are any.
    pub span: Span,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// What is written.
    pub kind: ExpressionKind,
    /// Where.
    pub span: Span,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpressionKind {
    /// A field, a member of an enum, a language such as `zh`, or a priority.
    Path(Path),
    /// A constant.
    Literal(Literal),
    /// `("a", "b")`: a list value, where facts are given. May be empty.
    List(Vec<Expression>),
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `"退款"`
    Text(Arc<str>),
    /// `yes`, `no`
    Bool(bool),
    /// `5`: no point in it.
    Integer(Decimal),
    /// `12.5`
    Decimal(Decimal),
    /// `70%` is 70. Not yet known to be at most 100.
    Percent(Decimal),
    /// `CNY 12.50`
    Money {
        /// The code.
        currency: Currency,
        /// In main units.
        amount: Decimal,
    },
    /// `10m`, `30d`, `10 minutes`. Calendar days (`1 day`) never get here.
    Duration(Duration),
    /// `09:30`
    TimeOfDay(jiff::civil::Time),
    /// `2026-11-11`
    Date(jiff::civil::Date),
    /// `2026-11-11 09:30`, in the bundle's zone.
    Moment(jiff::civil::DateTime),
    /// `zh-Hant`: a language tag of several parts. `zh` alone is a path.
    LanguageTag(Arc<str>),
}
