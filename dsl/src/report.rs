//! Findings as data: what `check --format json` prints and what an editor reads.

use std::sync::Arc;

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::place::{LineIndex, Place};
use crate::problem::{Locale, Severity};
use crate::source::{SourceSet, Span};

/// One finding. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The stable code.
    pub code: &'static str,
    /// What follows from it.
    pub severity: Severity,
    /// What is wrong, one line.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Where.
    #[serde(flatten)]
    pub range: ReportRange,
    /// Other places that belong to it.
    pub related: Vec<ReportRelated>,
    /// Replacements that together repair it; empty if there is no sure repair.
    pub fix: Vec<ReportEdit>,
}

/// A stretch of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportRange {
    /// Path as handed in.
    pub file: Arc<str>,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Line of the first character behind it.
    pub end_line: usize,
    /// Column of the first character behind it.
    pub end_column: usize,
}

/// Another place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportRelated {
    /// Why it is shown.
    pub message: String,
    /// Where.
    #[serde(flatten)]
    pub range: ReportRange,
}

/// One replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportEdit {
    /// What is replaced.
    #[serde(flatten)]
    pub range: ReportRange,
    /// By what.
    pub replacement: String,
}

/// Turns findings into data, in the order in which they are given.
pub fn report(sources: &SourceSet, diagnostics: &[Diagnostic], locale: Locale) -> Vec<Report> {
    let indexes: Vec<LineIndex<'_>> = sources
        .files()
        .iter()
        .map(|file| LineIndex::new(&file.text))
        .collect();
    diagnostics
        .iter()
        .map(|diagnostic| one(sources, &indexes, diagnostic, locale))
        .collect()
}

fn one(
    sources: &SourceSet,
    indexes: &[LineIndex<'_>],
    diagnostic: &Diagnostic,
    locale: Locale,
) -> Report {
    let range = |span: Span| range(sources, indexes, span);
    let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits);
    Report {
        code: diagnostic.problem.code(),
        severity: diagnostic.problem.severity(),
        message: diagnostic.problem.message(locale),
        help: diagnostic.problem.help(locale),
        range: range(diagnostic.span),
        related: diagnostic
            .related
            .iter()
            .map(|(span, related)| ReportRelated {
                message: related.message(locale),
                range: range(*span),
            })
            .collect(),
        fix: edits
            .map(|edit| ReportEdit {
                range: range(edit.span),
                replacement: edit.replacement.clone(),
            })
            .collect(),
    }
}

fn range(sources: &SourceSet, indexes: &[LineIndex<'_>], span: Span) -> ReportRange {
    let place = |byte: u32| match indexes.get(span.file.0 as usize) {
        Some(index) => index.place(byte as usize),
        None => Place { line: 1, column: 1 },
    };
    let (start, end) = (place(span.start), place(span.end));
    ReportRange {
        file: sources
            .file(span.file)
            .map_or_else(|| "".into(), |file| Arc::clone(&file.path)),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::MeaningProblem;
    use crate::source::{FileId, SourceFile};

    #[test]
    fn counts_columns_in_characters() {
        let text = "规则\n  当 愤怒 70\n";
        let sources = SourceSet::new(vec![SourceFile {
            path: "a.rules".into(),
            text: text.into(),
        }]);
        let start = text.find("70").unwrap() as u32;
        let span = Span {
            file: FileId(0),
            start,
            end: start + 2,
        };
        let problem = MeaningProblem::PercentOutOfRange {
            written: "70".to_owned(),
        };
        let found = Diagnostic::new(problem, span).with_fix(span, "70%");
        let reports = report(&sources, &[found], Locale::Chinese);
        let expected = ReportRange {
            file: "a.rules".into(),
            line: 2,
            column: 8,
            end_line: 2,
            end_column: 10,
        };
        assert_eq!(reports.len(), 1);
        assert_eq!(reports[0].range, expected);
        assert_eq!(reports[0].code, "E0303");
        assert_eq!(reports[0].message, "`70` 超过了 100%");
        let edit = ReportEdit {
            range: expected,
            replacement: "70%".to_owned(),
        };
        assert_eq!(reports[0].fix, [edit]);
    }
}
