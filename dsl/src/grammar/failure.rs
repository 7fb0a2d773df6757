//! Why a statement could not be read: of all attempts the one that got furthest.

use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Input, Parser};

use super::advice::advice;
use super::tokens::Tokens;
use crate::diagnostic::Diagnostic;
use crate::problem::{Expected, Found, SyntaxProblem};
use crate::source::Span;

/// What a parser of this grammar gives.
pub(super) type Parsed<'a, T> = IResult<Tokens<'a>, T, Failure>;

/// A parser of this grammar: any function from tokens to [`Parsed`], and what combinators make of them.
pub(super) trait Reads<'a, T>: Parser<Tokens<'a>, Output = T, Error = Failure> {}

impl<'a, T, P: Parser<Tokens<'a>, Output = T, Error = Failure>> Reads<'a, T> for P {}

/// The most characters of the author's text that a message quotes.
const MAX_QUOTED_CHARACTERS: usize = 40;

/// Why a statement could not be read.
#[derive(Debug)]
pub(super) struct Failure {
    /// How many tokens were left: the fewer, the further it got.
    left: usize,
    expected: Vec<Expected>,
    /// A finding that says more than what was expected.
    finding: Option<Box<Diagnostic>>,
}

/// Fails because something else was expected here.
pub(super) fn expected<T>(input: Tokens<'_>, expected: Expected) -> Parsed<'_, T> {
    Err(nom::Err::Error(Failure {
        left: input.input_len(),
        expected: vec![expected],
        finding: None,
    }))
}

/// Fails for good with a finding of its own.
pub(super) fn refuse<T>(input: Tokens<'_>, problem: SyntaxProblem, span: Span) -> Parsed<'_, T> {
    refuse_with(input, Diagnostic::new(problem, span))
}

/// Fails for good with a finding of its own.
pub(super) fn refuse_with<T>(input: Tokens<'_>, finding: Diagnostic) -> Parsed<'_, T> {
    Err(nom::Err::Failure(Failure {
        left: input.input_len(),
        expected: Vec::new(),
        finding: Some(Box::new(finding)),
    }))
}

/// Fails with the right words for the first `count` tokens, and a fix that writes them.
pub(super) fn instead_of<'a, T>(
    input: Tokens<'a>,
    count: usize,
    write: &'static str,
) -> Parsed<'a, T> {
    let span = input.span_until(&input.take_from(count));
    refuse_with(input, instead(input.context.source(span), write, span))
}

/// The right words for what was written, and a fix that writes them.
pub(super) fn instead(written: &str, write: &'static str, span: Span) -> Diagnostic {
    let written = written.to_owned();
    let problem = SyntaxProblem::Instead { written, write };
    Diagnostic::new(problem, span).with_fix(span, write)
}

impl Failure {
    /// What is to be told of it, where `line` is the whole statement.
    pub(super) fn finding(self, line: Tokens<'_>) -> Diagnostic {
        if let Some(finding) = self.finding {
            return *finding;
        }
        let rest = line.take_from(line.input_len().saturating_sub(self.left));
        let end = line.take_from(line.input_len());
        let shown = shortened(line.context.source(rest.here()));
        let problem = SyntaxProblem::Unexpected {
            found: found(rest),
            advice: advice(line.until(&rest), rest.until(&end), &shown, &self.expected),
            expected: self.expected,
        };
        Diagnostic::new(problem, rest.here())
    }
}

/// How a message names what stands here.
pub(super) fn found(input: Tokens<'_>) -> Found {
    let Some(token) = input.first() else {
        return Found::EndOfLine;
    };
    Found::Source(shortened(input.context.source(token.span)))
}

/// What the author wrote, as much of it as a message quotes, in one line.
pub(super) fn shortened(source: &str) -> String {
    let shown = source.chars().take(MAX_QUOTED_CHARACTERS);
    let mut quoted: String = shown
        .map(|it| if it.is_whitespace() { ' ' } else { it })
        .collect();
    if source.chars().nth(MAX_QUOTED_CHARACTERS).is_some() {
        quoted.push('…');
    }
    quoted
}

impl<'a> ParseError<Tokens<'a>> for Failure {
    fn from_error_kind(input: Tokens<'a>, _: ErrorKind) -> Self {
        Self {
            left: input.input_len(),
            expected: Vec::new(),
            finding: None,
        }
    }

    fn append(_: Tokens<'a>, _: ErrorKind, other: Self) -> Self {
        other
    }

    fn or(mut self, other: Self) -> Self {
        if self.left < other.left || self.finding.is_some() {
            return self;
        }
        if other.left < self.left || other.finding.is_some() {
            return other;
        }
        for one in other.expected {
            if !self.expected.contains(&one) {
                self.expected.push(one);
            }
        }
        self
    }
}
