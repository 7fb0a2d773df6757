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

use crate::diagnostic::{Diagnostic, Edit};
use crate::grammar::parse;
use crate::lexer::lex;
use crate::problem::{Problem, SyntaxProblem};
use crate::source::FileId;

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
