//! The one way to lay out a rule file.
//!
//! Works on tokens, not on the tree, so nothing can get lost: every token and comment comes out as it went in, in the
//! same order and with the same line breaks. What changes is the space between them: indentation, one space between
//! words, one empty line between items. Full-width punctuation becomes what was meant. Formatting twice changes nothing.
//!
//! Lines are never broken or joined: where a condition breaks well is for its author to say.

mod lines;
mod spacing;

#[cfg(test)]
mod tests;

pub(crate) use spacing::joined;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::diagnostic::{Diagnostic, Edit};
use crate::grammar::parse;
use crate::lexer::lex;
use crate::problem::{Problem, SyntaxProblem};
use crate::source::{FileId, Span};

/// Lays out a rule file and repairs its full-width punctuation.
///
/// # Errors
/// What is wrong with the file, if it cannot be read for another reason. Nothing is laid out then, since nobody knows
/// what the author meant.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let file = FileId(0);
    let (_, findings) = parse(file, text);
    if findings.iter().any(|finding| !is_full_width(finding)) {
        return Err(findings);
    }
    let lexed = lex(file, text);
    if lexed.diagnostics.is_empty() {
        return Ok(lines::lay_out(&lexed.tokens, text));
    }
    let repaired = apply(text, lexed.diagnostics);
    let tokens = lex(file, &repaired).tokens;
    Ok(lines::lay_out(&tokens, &repaired))
}

/// Repairs the full-width punctuation of a file that cannot be laid out; `None` if there is none.
///
/// Lines on which something else is wrong with the characters stay as they are: what of them is text is not known.
pub fn repair_full_width(text: &str) -> Option<String> {
    let findings = lex(FileId(0), text).diagnostics;
    let (full_width, others): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_full_width);
    let broken: BTreeSet<u32> = others.iter().map(|finding| finding.span.start).collect();
    let repairable: Vec<Diagnostic> = full_width
        .into_iter()
        .filter(|finding| broken.range(line_of(text, finding.span)).next().is_none())
        .collect();
    (!repairable.is_empty()).then(|| apply(text, repairable))
}

/// The line on which `span` begins, without its end.
fn line_of(text: &str, span: Span) -> Range<u32> {
    let (before, behind) = text
        .split_at_checked(span.start as usize)
        .unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |line_end| line_end + 1);
    let end = before.len() + behind.find('\n').unwrap_or(behind.len());
    let byte = |place| u32::try_from(place).unwrap_or(u32::MAX);
    byte(start)..byte(end)
}

fn is_full_width(finding: &Diagnostic) -> bool {
    matches!(
        finding.problem,
        Problem::Syntax(SyntaxProblem::FullWidth { .. })
    )
}

/// The text with all fixes made. They are in order and never overlap, since each covers one line.
fn apply(text: &str, findings: Vec<Diagnostic>) -> String {
    let mut repaired = String::with_capacity(text.len());
    let mut position = 0;
    let fixes = findings.into_iter().filter_map(|finding| finding.fix);
    for Edit { span, replacement } in fixes.flat_map(|fix| fix.edits) {
        let start = span.start as usize;
        repaired.push_str(text.get(position..start).unwrap_or_default());
        repaired.push_str(&replacement);
        position = span.end as usize;
    }
    repaired.push_str(text.get(position..).unwrap_or_default());
    repaired
}
