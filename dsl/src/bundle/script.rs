//! Facts that scripts compute.

use std::sync::Arc;

use super::{FieldId, Operand};
use crate::source::{FileId, Span};
use crate::value::Value;

/// `fact 优先分: score = script priority(text, customer.tier) within 20000 steps otherwise 0%`. Its value is that of a field, which
/// always has one.
#[derive(Debug, Clone)]
pub struct ScriptFact {
    /// The field that holds it.
    pub field: FieldId,
    /// The script's file.
    pub file: FileId,
    /// Its text.
    pub source: Arc<str>,
    /// The function that is called.
    pub function: Arc<str>,
    /// What it is given, in order: fields that no script computes.
    pub arguments: Vec<Operand>,
    /// After how many steps it is stopped; `None`: as many as scripts have that do not say.
    pub steps: Option<u64>,
    /// The value where an argument is absent, or the script gives no value of the field's type.
    pub otherwise: Value,
    /// The declaration.
    pub span: Span,
}
