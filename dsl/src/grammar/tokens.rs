//! The input of the parsers: the tokens of one statement.

use std::cell::RefCell;
use std::iter::Enumerate;
use std::slice::Iter;

use nom::{Input, Needed};

use crate::diagnostic::Diagnostic;
use crate::problem::SyntaxProblem;
use crate::source::Span;
use crate::token::{Token, TokenKind};

/// What all statements of a file share.
pub(super) struct Context<'a> {
    /// The text of the file.
    pub(super) text: &'a str,
    /// What has been found so far.
    pub(super) found: RefCell<Vec<Diagnostic>>,
}

impl Context<'_> {
    pub(super) fn report(&self, finding: Diagnostic) {
        self.found.borrow_mut().push(finding);
    }

    /// What stands at a place.
    pub(super) fn source(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }
}

/// What is left of a statement.
#[derive(Clone, Copy)]
pub(super) struct Tokens<'a> {
    rest: &'a [Token],
    /// The empty place behind the last token.
    end: Span,
    pub(super) context: &'a Context<'a>,
}

impl<'a> Tokens<'a> {
    /// All tokens of a statement. `None` if there are none.
    pub(super) fn new(line: &'a [Token], context: &'a Context<'a>) -> Option<Self> {
        let last = line.last()?.span;
        Some(Self {
            rest: line,
            end: Span {
                start: last.end,
                ..last
            },
            context,
        })
    }

    pub(super) fn first(&self) -> Option<&'a Token> {
        self.rest.first()
    }

    pub(super) fn second(&self) -> Option<&'a Token> {
        self.rest.get(1)
    }

    /// The first token's word, if it is one.
    pub(super) fn first_word(&self) -> Option<&'a str> {
        self.first().and_then(Token::word)
    }

    /// Whether these words stand at the beginning.
    pub(super) fn starts_with(&self, words: &[&str]) -> bool {
        words.len() <= self.rest.len()
            && words
                .iter()
                .zip(self.rest)
                .all(|(word, token)| token.is_word(word))
    }

    /// The place of the first token; behind the last one if there is none.
    pub(super) fn here(&self) -> Span {
        self.first().map_or(self.end, |token| token.span)
    }

    /// From the first token here to the last one before `rest`.
    pub(super) fn span_until(&self, rest: &Self) -> Span {
        let start = self.here();
        let taken = self.rest.len().saturating_sub(rest.rest.len());
        let end = taken
            .checked_sub(1)
            .and_then(|last| self.rest.get(last))
            .map_or(start.start, |token| token.span.end);
        Span { end, ..start }
    }

    /// From the first token to the last.
    pub(super) fn span(&self) -> Span {
        Span {
            end: self.end.end,
            ..self.here()
        }
    }

    /// The tokens here before `rest`.
    pub(super) fn until(&self, rest: &Self) -> &'a [Token] {
        let taken = self.rest.len().saturating_sub(rest.rest.len());
        self.rest.get(..taken).unwrap_or_default()
    }

    /// Whether some of it could not even be cut into tokens, which has been reported.
    pub(super) fn has_invalid(&self) -> bool {
        self.rest
            .iter()
            .any(|token| token.kind == TokenKind::Invalid)
    }

    pub(super) fn report(&self, problem: SyntaxProblem, span: Span) {
        self.context.report(Diagnostic::new(problem, span));
    }
}

impl<'a> Input for Tokens<'a> {
    type Item = &'a Token;
    type Iter = Iter<'a, Token>;
    type IterIndices = Enumerate<Iter<'a, Token>>;

    fn input_len(&self) -> usize {
        self.rest.len()
    }

    fn take(&self, index: usize) -> Self {
        let rest = self.rest.get(..index).unwrap_or(self.rest);
        Self { rest, ..*self }
    }

    fn take_from(&self, index: usize) -> Self {
        let rest = self.rest.get(index..).unwrap_or_default();
        Self { rest, ..*self }
    }

    fn take_split(&self, index: usize) -> (Self, Self) {
        (self.take_from(index), self.take(index))
    }

    fn position<P>(&self, predicate: P) -> Option<usize>
    where
        P: Fn(Self::Item) -> bool,
    {
        self.rest.iter().position(predicate)
    }

    fn iter_elements(&self) -> Self::Iter {
        self.rest.iter()
    }

    fn iter_indices(&self) -> Self::IterIndices {
        self.rest.iter().enumerate()
    }

    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        match count.checked_sub(self.rest.len()) {
            None | Some(0) => Ok(count),
            Some(missing) => Err(Needed::new(missing)),
        }
    }
}
