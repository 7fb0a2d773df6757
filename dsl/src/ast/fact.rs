//! Facts that scripts compute.

use super::{Expression, Name, Operand, TypeName};
use crate::source::Span;

/// `fact 优先分: score = script priority(text, customer.tier) within 20000 steps otherwise 0%`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its name.
    pub name: Name,
    /// What its values are.
    pub value_type: TypeName,
    /// The function, and the script that it stands in.
    pub function: Name,
    /// What it is given, in order.
    pub arguments: Vec<Operand>,
    /// `within 20000 steps`
    pub steps: Option<Steps>,
    /// The value where the script gives none.
    pub otherwise: Expression,
}

/// `within 20000 steps`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// As written; whether it is within bounds is for `check` to say.
    pub count: u32,
    /// Without `within`.
    pub span: Span,
}
