//! Collects findings while a bundle is checked.

use crate::diagnostic::Diagnostic;
use crate::problem::{Problem, Severity};
use crate::source::Span;

/// Findings of one bundle.
#[derive(Debug, Default)]
pub(super) struct Findings {
    all: Vec<Diagnostic>,
    errors: usize,
}

/// More findings are not told: nobody reads them, and one cause in ten thousand rules is still one cause.
const MOST_FINDINGS: usize = 1_000;

impl Findings {
    pub(super) fn add(&mut self, problem: impl Into<Problem>, span: Span) {
        self.push(Diagnostic::new(problem, span));
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        if diagnostic.problem.severity() == Severity::Error {
            self.errors += 1;
        }
        self.all.push(diagnostic);
    }

    /// How many there are so far.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    pub(super) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// All findings in order of place. Of too many, the less severe are left out first.
    pub(super) fn into_sorted(mut self) -> Vec<Diagnostic> {
        if self.all.len() > MOST_FINDINGS {
            self.all
                .sort_by_key(|found| (std::cmp::Reverse(found.problem.severity()), found.span));
            self.all.truncate(MOST_FINDINGS);
        }
        self.all
            .sort_by_key(|found| (found.span, found.problem.code()));
        self.all
    }
}
