//! Reads the statements of one item, and keeps going behind those it cannot read.

use nom::Parser;
use nom::sequence::terminated;

use super::failure::{Reads, found};
use super::tokens::Tokens;
use super::word::end_of_line;
use crate::nearest::nearest;
use crate::problem::{Expected, SyntaxProblem};
use crate::source::Span;

/// Reads the statements of one item.
pub(super) struct Reader {
    /// The item's keyword.
    pub(super) item: &'static str,
    /// `false` once something has been reported.
    pub(super) complete: bool,
}

impl Reader {
    pub(super) fn new(item: &'static str) -> Self {
        Self {
            item,
            complete: true,
        }
    }

    /// Reads one whole statement. `None` if that cannot be done, which has then been reported, once.
    pub(super) fn read<'a, T>(&mut self, line: Tokens<'a>, parser: impl Reads<'a, T>) -> Option<T> {
        match terminated(parser, end_of_line).parse(line) {
            Ok((_, value)) => Some(value),
            Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) => {
                self.complete = false;
                // What could not be cut into tokens has been reported already and is the cause.
                if !line.has_invalid() {
                    line.context.report(failure.finding(line));
                }
                None
            }
            // Every parser here has the whole statement and never asks for more.
            Err(nom::Err::Incomplete(_)) => None,
        }
    }

    /// Reports a problem of the item.
    pub(super) fn report(&mut self, line: Tokens<'_>, problem: SyntaxProblem, span: Span) {
        self.complete = false;
        if !line.has_invalid() {
            line.report(problem, span);
        }
    }

    /// Keeps the first of several lines that may stand once and reports the others.
    pub(super) fn once<T>(
        &mut self,
        line: Tokens<'_>,
        clause: &'static str,
        seen: &mut bool,
        value: Option<T>,
        place: &mut Option<T>,
    ) {
        if std::mem::replace(seen, true) {
            self.report(line, SyntaxProblem::RepeatedClause { clause }, line.here());
        } else {
            *place = value;
        }
    }

    /// Reports a line that begins with none of the words that can begin one here.
    pub(super) fn unknown_line(&mut self, line: Tokens<'_>, candidates: &[&'static str]) {
        let problem = match line.first_word() {
            Some(word) => SyntaxProblem::UnknownLine {
                word: word.to_owned(),
                nearest: nearest(word, candidates.iter().copied()),
                item: Some(self.item),
            },
            None => SyntaxProblem::Unexpected {
                found: found(line),
                expected: candidates.iter().copied().map(Expected::Word).collect(),
                advice: None,
            },
        };
        self.report(line, problem, line.here());
    }

    /// Reports a line of the full language.
    pub(super) fn not_available(&mut self, line: Tokens<'_>, construct: &str) {
        let construct = construct.to_owned();
        self.report(line, SyntaxProblem::NotAvailable { construct }, line.here());
    }

    /// Reports lines that must be there, unless what is there could not all be read.
    pub(super) fn missing(&mut self, header: Tokens<'_>, clauses: &[&'static str]) {
        if !self.complete {
            return;
        }
        let item = self.item;
        for clause in clauses {
            let problem = SyntaxProblem::MissingClause { item, clause };
            self.report(header, problem, header.span());
        }
    }
}
