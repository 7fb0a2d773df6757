//! Tokens to tree, with nom over the tokens of one statement at a time.
//!
//! The layout has already cut the file into statements, so a statement that cannot be read costs one finding and
//! nothing behind it. Within a statement parsers `cut` behind their keyword, and of several attempts the one that got
//! furthest is reported. Keywords are words only where they can stand; everywhere else they are names.

mod advice;
mod calendar;
mod condition;
mod declaration;
mod effect;
mod fact;
mod failure;
mod header;
mod item;
mod outreach;
mod queue;
mod reader;
mod rule;
mod template;
mod test;
mod tokens;
mod value;
mod word;

#[cfg(test)]
mod tests;

use std::cell::RefCell;

use self::failure::instead;
use self::header::Header;
use self::item::{Outcome, attributes, item};
use self::reader::Reader;
use self::tokens::{Context, Tokens};
use crate::ast::{Attribute, File, Item, Name};
use crate::diagnostic::Diagnostic;
use crate::layout::{begins_item, lay_out};
use crate::lexer::{Lexed, lex};
use crate::problem::{Expected, Found, SyntaxProblem};
use crate::source::{FileId, Span};
use crate::token::Sign;

/// The most findings told of one file; a file with more is not a rule file.
const MAX_PROBLEMS: usize = 200;

/// Reads a rule file: whatever of it can be read, and everything that is wrong with it, in order of place.
///
/// A file without findings is wholly in the tree. With findings the tree still holds all that could be read, so that
/// it can be checked in the same run.
pub fn parse(file: FileId, text: &str) -> (File, Vec<Diagnostic>) {
    let Lexed {
        tokens,
        diagnostics,
    } = lex(file, text);
    let layout = lay_out(&tokens);
    let context = Context {
        text,
        found: RefCell::new(diagnostics),
    };
    for (span, write) in &layout.read_as {
        context.report(instead(context.source(*span), write, *span));
    }
    let lines: Vec<Tokens<'_>> = layout
        .lines
        .iter()
        .filter_map(|line| Tokens::new(layout.tokens.get(line.clone())?, &context))
        .collect();
    let tree = read_file(file, &lines, &context);
    (tree, sorted(context.found.into_inner()))
}

fn read_file(file: FileId, lines: &[Tokens<'_>], context: &Context<'_>) -> File {
    let mut header = Header::default();
    let mut items: Vec<Item> = Vec::new();
    let mut unread: Vec<Name> = Vec::new();
    let mut above: Vec<Attribute> = Vec::new();
    let mut rest = lines;
    while let Some((line, behind)) = rest.split_first() {
        rest = behind;
        if header.line(*line, !items.is_empty()) {
            continue;
        }
        if line.first().is_some_and(|token| token.is_sign(Sign::At)) {
            let read = Reader::new("file").read(*line, attributes);
            if read.is_some() && behind.first().is_none_or(|next| !begins(next)) {
                item_expected(*line);
            }
            above.extend(read.unwrap_or_default());
            continue;
        }
        let length = behind.iter().take_while(|next| !begins(next)).count();
        let (own, behind) = behind.split_at(length);
        rest = behind;
        match item(std::mem::take(&mut above), *line, own) {
            Outcome::Read(item) => items.push(*item),
            Outcome::Unread(name) => unread.extend(name),
        }
    }
    let span = whole(file, context.text);
    if let Some(problem) = header.missing()
        && context.found.borrow().iter().all(is_no_bound)
    {
        let start = Span { end: 0, ..span };
        context.report(Diagnostic::new(problem, start));
    }
    File {
        language: header.language,
        module: header.module,
        uses: header.uses,
        items,
        unread,
        span,
    }
}

/// Whether a statement begins an item, its attributes or a line of the header.
fn begins(line: &Tokens<'_>) -> bool {
    line.first()
        .is_some_and(|first| begins_item(first, line.second()))
}

/// Attributes must stand above an item.
fn item_expected(line: Tokens<'_>) {
    let problem = SyntaxProblem::Unexpected {
        found: Found::EndOfLine,
        expected: vec![Expected::Word("rule")],
        advice: None,
    };
    line.report(problem, line.span());
}

/// Whether a finding leaves the file read: one that was too large has no header either, but for that reason.
fn is_no_bound(finding: &Diagnostic) -> bool {
    !matches!(finding.problem.code(), "E0106" | "E0107")
}

fn whole(file: FileId, text: &str) -> Span {
    Span {
        file,
        start: 0,
        end: u32::try_from(text.len()).unwrap_or(u32::MAX),
    }
}

/// In order of place, and not more than anybody reads.
fn sorted(mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    findings.sort_by_key(|finding| (finding.span.start, finding.span.end));
    if findings.len() > MAX_PROBLEMS
        && let Some(first_untold) = findings.get(MAX_PROBLEMS)
    {
        let limit = MAX_PROBLEMS;
        let problem = SyntaxProblem::TooManyProblems { limit };
        let last = Diagnostic::new(problem, first_untold.span);
        findings.truncate(MAX_PROBLEMS);
        findings.push(last);
    }
    findings
}
