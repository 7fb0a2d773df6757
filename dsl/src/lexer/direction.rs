//! Invisible characters that change the direction of writing: an error everywhere, comments and texts included,
//! because with them a reviewer sees other rules than the gateway.

use super::span;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::problem::SyntaxProblem;
use crate::source::FileId;

/// Reports each line that contains such characters, with a fix that removes them.
pub(super) fn check(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) {
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        if !line.is_ascii() {
            diagnostics.extend(check_line(file, line, line_start));
        }
        line_start += line.len();
    }
}

/// Whether `character` is one of them (the Unicode property `Bidi_Control`).
pub(super) fn is_control(character: char) -> bool {
    matches!(
        character,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    )
}

fn check_line(file: FileId, line: &str, line_start: usize) -> Option<Diagnostic> {
    let found: Vec<(usize, char)> = line
        .char_indices()
        .filter(|(_, character)| is_control(*character))
        .collect();
    let &(_, character) = found.first()?;
    let edits: Vec<Edit> = found
        .into_iter()
        .map(|(offset, character)| {
            let start = line_start + offset;
            Edit {
                span: span(file, start, start + character.len_utf8()),
                replacement: String::new(),
            }
        })
        .collect();
    let place = edits.first()?.span;
    let mut finding = Diagnostic::new(SyntaxProblem::DirectionControl { character }, place);
    finding.fix = Some(Fix { edits });
    Some(finding)
}
