//! Collects findings while a bundle is checked.

use std::collections::HashSet;
use std::sync::Arc;

use crate::ast;
use crate::diagnostic::Diagnostic;
use crate::problem::{MeaningProblem, Problem, Severity};
use crate::source::Span;

/// Findings of one bundle.
#[derive(Debug, Default)]
pub(super) struct Findings {
    all: Vec<Diagnostic>,
    errors: usize,
    /// Names of items that could not be read, which has been told.
    unread: HashSet<Arc<str>>,
}

/// More findings are not told: nobody reads them, and one cause in ten thousand rules is still one cause.
const MOST_FINDINGS: usize = 1_000;

impl Findings {
    pub(super) fn add(&mut self, problem: impl Into<Problem>, span: Span) {
        self.push(Diagnostic::new(problem, span));
    }

    /// Takes note of what could not be read of `files`: that it is missing will not be told a second time.
    pub(super) fn excuse(&mut self, files: &[ast::File]) {
        let names = files.iter().flat_map(|file| &file.unread);
        self.unread.extend(names.map(|name| Arc::clone(&name.text)));
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        if missing_name(&diagnostic.problem).is_some_and(|name| self.unread.contains(name)) {
            return;
        }
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

/// The name that a problem says does not exist.
fn missing_name(problem: &Problem) -> Option<&str> {
    match problem {
        Problem::Meaning(
            MeaningProblem::UnknownName { name, .. } | MeaningProblem::NotInModule { name, .. },
        ) => Some(name),
        Problem::Meaning(MeaningProblem::UnknownField { field, .. }) => Some(field),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::source::{SourceFile, SourceSet};

    #[test]
    fn what_could_not_be_read_is_not_said_to_be_missing() {
        let text = "language 1\nmodule t\nranks low\nqueue people \"People\" default\n\
            experiment 愤怒 by customer\ntemplate hi (name)\n  en \"hi\"\n\
            rule r\n  rank low\n  on message\n  when 愤怒\n  then reply hi\n";
        let sources = SourceSet::new(vec![SourceFile {
            path: "t.rules".into(),
            text: text.into(),
        }]);
        let checked = crate::check(&sources);
        let codes: Vec<&str> = checked
            .diagnostics
            .iter()
            .map(|found| found.problem.code())
            .collect();
        assert_eq!(codes, ["E0207", "E0201"]);
        assert!(checked.bundle.is_none());
    }
}
