//! A finding: what is wrong, where, and what would repair it.

use crate::problem::{Problem, Related};
use crate::source::Span;

/// One finding. There is one per cause, not one per consequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong.
    pub problem: Problem,
    /// Where.
    pub span: Span,
    /// Other places that belong to it, each with a few words.
    pub related: Vec<(Span, Related)>,
    /// What a machine may do about it; applied whole or not at all.
    pub fix: Option<Fix>,
}

/// Replacements that together repair one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// In order of place, never overlapping.
    pub edits: Vec<Edit>,
}

/// One replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty where something is inserted.
    pub span: Span,
    /// By what.
    pub replacement: String,
}

impl Diagnostic {
    /// A finding without related places and without a fix.
    pub fn new(problem: impl Into<Problem>, span: Span) -> Self {
        Self {
            problem: problem.into(),
            span,
            related: Vec::new(),
            fix: None,
        }
    }

    /// The same with another place that belongs to it.
    pub fn with_related(mut self, span: Span, related: Related) -> Self {
        self.related.push((span, related));
        self
    }

    /// The same with a fix that replaces `span` by `replacement`.
    pub fn with_fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix {
            edits: vec![Edit {
                span,
                replacement: replacement.into(),
            }],
        });
        self
    }
}
