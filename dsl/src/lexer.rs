//! Text to tokens, by hand: this is where Unicode, places and full-width punctuation are dealt with.
//!
//! Punctuation, letters and digits from a Chinese input method are read as their ASCII twins and reported once a
//! line with one fix for the whole line, so that the rest of the file can be checked in the same run. Inside quotes
//! everything is text. After a quote that cannot be closed the rest of the line is one [`TokenKind::Invalid`], since
//! nobody knows what of it is text.

mod direction;
mod number;
mod quote;
mod width;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use unicode_ident::{is_xid_continue, is_xid_start};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::problem::SyntaxProblem;
use crate::source::{FileId, Span};
use crate::token::{Sign, Token, TokenKind};

/// The longest file that is read. 10,000 rules are about 2 MB.
pub(crate) const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;
/// The most tokens of one file. 10,000 rules are about 400,000.
pub(crate) const MAX_TOKENS: usize = 2_000_000;
/// The longest name, so that messages and metrics that carry it stay readable.
pub(crate) const MAX_NAME_CHARACTERS: usize = 80;

pub(crate) use quote::unescape;

/// The name that `text` is, in NFC; `None` if it is no name.
pub(crate) fn name_in(text: &str) -> Option<Arc<str>> {
    let mut characters = text.chars();
    let first = characters.next()?;
    let is_name = (first == '_' || is_xid_start(first)) && characters.all(is_xid_continue);
    (is_name && text.chars().count() <= MAX_NAME_CHARACTERS)
        .then(|| text.nfc().collect::<String>().into())
}

/// What a file consists of.
pub(crate) struct Lexed {
    /// In order, comments and every end of line included.
    pub(crate) tokens: Vec<Token>,
    /// What is wrong with its characters, in order of place within each kind.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Cuts `text` into tokens. Never fails: what it cannot read is reported and left out.
pub(crate) fn lex(file: FileId, text: &str) -> Lexed {
    let mut lexer = Lexer {
        file,
        text,
        position: 0,
        known_line_end: 0,
        tokens: Vec::new(),
        diagnostics: Vec::new(),
        repairs: Vec::new(),
    };
    if text.len() > MAX_FILE_BYTES {
        let problem = SyntaxProblem::FileTooLarge {
            bytes: text.len(),
            limit: MAX_FILE_BYTES,
        };
        let start = Span {
            file,
            start: 0,
            end: 0,
        };
        lexer.diagnostics.push(Diagnostic::new(problem, start));
    } else {
        direction::check(file, text, &mut lexer.diagnostics);
        lexer.run();
    }
    Lexed {
        tokens: lexer.tokens,
        diagnostics: lexer.diagnostics,
    }
}

struct Lexer<'a> {
    file: FileId,
    text: &'a str,
    position: usize,
    /// The end of the line on which it was last asked for, so that a long line is searched only once.
    known_line_end: usize,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
    /// Full-width characters of the current line, and what to write for them.
    repairs: Vec<Edit>,
}

impl<'a> Lexer<'a> {
    fn run(&mut self) {
        // A byte order mark is what Windows editors put there, not something the author wrote.
        if self.text.starts_with('\u{FEFF}') {
            self.position = '\u{FEFF}'.len_utf8();
        }
        while let Some(character) = self.peek(0) {
            if self.tokens.len() >= MAX_TOKENS {
                let limit = MAX_TOKENS;
                self.report(
                    SyntaxProblem::TooManyTokens { limit },
                    self.span_from(self.position),
                );
                break;
            }
            self.token(character);
        }
        self.end_line();
    }

    /// Reads what begins with `character`, the folded form of what stands at the position.
    fn token(&mut self, character: char) {
        let start = self.position;
        match character {
            '\n' => {
                self.bump();
                self.push(TokenKind::Newline, start);
                self.end_line();
            }
            ' ' => self.bump_folded(),
            '\t' | '\r' => self.bump(),
            '#' => self.comment(),
            '"' | '「' | '『' | '‘' | '’' => self.quoted(),
            '0'..='9' => self.number(),
            '-' if self.minus_begins_number() => self.number(),
            '¥' | '￥' => {
                self.bump();
                self.push(TokenKind::CurrencySign(character), start);
            }
            _ if character == '_' || is_xid_start(character) => self.word(),
            _ if direction::is_control(character) => self.bump(), // reported for its line
            '.' if self.ends_line_with_full_stop() => self.leave_out(),
            _ => self.sign(character),
        }
    }

    /// Whether a `。` stands here with nothing behind it on its line, or only a comment.
    fn ends_line_with_full_stop(&self) -> bool {
        let mut rest = self.rest().chars();
        rest.next() == Some(width::FULL_STOP)
            && rest
                .map(width::fold)
                .find(|character| *character == '\n' || !character.is_whitespace())
                .is_none_or(|next| matches!(next, '\n' | '#'))
    }

    /// Steps over one character that the repair of its line takes out.
    fn leave_out(&mut self) {
        let start = self.position;
        self.bump();
        self.repairs.push(Edit {
            span: self.span_from(start),
            replacement: String::new(),
        });
    }

    fn comment(&mut self) {
        let start = self.position;
        self.bump_folded();
        self.position = self.line_end();
        self.push(TokenKind::Comment, start);
    }

    fn word(&mut self) {
        let start = self.position;
        let word = self.take_word();
        let characters = word.chars().count();
        if characters > MAX_NAME_CHARACTERS {
            let problem = SyntaxProblem::NameTooLong {
                characters,
                limit: MAX_NAME_CHARACTERS,
            };
            self.report(problem, self.span_from(start));
            self.push(TokenKind::Invalid, start);
        } else {
            self.push(TokenKind::Word(word), start);
        }
    }

    /// Takes letters, digits and `_`, folded and in NFC.
    fn take_word(&mut self) -> Arc<str> {
        let mut word = String::new();
        while let Some(character) = self.peek(0)
            && is_xid_continue(character)
        {
            word.push(character);
            self.bump_folded();
        }
        if is_nfc_quick(word.chars()) == IsNormalized::Yes {
            word.into()
        } else {
            word.nfc().collect::<String>().into()
        }
    }

    fn sign(&mut self, character: char) {
        let start = self.position;
        let followed_by_equal = self.peek(1) == Some('=');
        let (sign, length) = match character {
            '<' if followed_by_equal => (Sign::AtMost, 2),
            '>' if followed_by_equal => (Sign::AtLeast, 2),
            '=' if followed_by_equal => (Sign::DoubleEqual, 2),
            '!' if followed_by_equal => (Sign::NotEqual, 2),
            '≤' => (Sign::AtMost, 1),
            '≥' => (Sign::AtLeast, 1),
            '≠' => (Sign::NotEqual, 1),
            ',' => (Sign::Comma, 1),
            ':' => (Sign::Colon, 1),
            '(' => (Sign::Open, 1),
            ')' => (Sign::Close, 1),
            '<' => (Sign::Less, 1),
            '>' => (Sign::Greater, 1),
            '=' => (Sign::Equal, 1),
            '|' => (Sign::Bar, 1),
            '@' => (Sign::At, 1),
            '.' => (Sign::Dot, 1),
            '-' => (Sign::Minus, 1),
            '%' => (Sign::Percent, 1),
            _ => return self.unexpected(character),
        };
        for _ in 0..length {
            self.bump_folded();
        }
        self.push(TokenKind::Sign(sign), start);
    }

    /// Reports a run of characters that mean nothing, as one.
    fn unexpected(&mut self, character: char) {
        let start = self.position;
        while self.peek(0) == Some(character) {
            self.bump();
        }
        let span = self.span_from(start);
        // A run of several different ones, such as `{{}}`, is one cause.
        let follows_another = self
            .tokens
            .last()
            .is_some_and(|last| last.kind == TokenKind::Invalid && last.span.end == span.start);
        if !follows_another {
            self.report(SyntaxProblem::UnexpectedCharacter { character }, span);
        }
        self.push(TokenKind::Invalid, start);
    }

    /// Ends the line: what was full-width on it becomes one finding with one fix.
    fn end_line(&mut self) {
        let edits = std::mem::take(&mut self.repairs);
        let (Some(first), Some(last)) = (edits.first(), edits.last()) else {
            return;
        };
        let span = Span {
            end: last.span.end,
            ..first.span
        };
        let problem = SyntaxProblem::FullWidth {
            places: edits.len(),
            full_stop: edits.iter().any(|edit| edit.replacement.is_empty()),
        };
        let mut finding = Diagnostic::new(problem, span);
        finding.fix = Some(Fix { edits });
        self.diagnostics.push(finding);
    }

    /// The folded character `ahead` characters on.
    fn peek(&self, ahead: usize) -> Option<char> {
        self.peek_raw(ahead).map(width::fold)
    }

    fn peek_raw(&self, ahead: usize) -> Option<char> {
        self.rest().chars().nth(ahead)
    }

    fn rest(&self) -> &str {
        self.text.get(self.position..).unwrap_or_default()
    }

    /// Steps over one character.
    fn bump(&mut self) {
        self.position += self.peek_raw(0).map_or(0, char::len_utf8);
    }

    /// Steps over one character and notes its repair if it is full-width.
    fn bump_folded(&mut self) {
        let start = self.position;
        let character = self.peek_raw(0);
        self.bump();
        if let Some(replacement) = character.and_then(width::repair) {
            self.repairs.push(Edit {
                span: self.span_from(start),
                replacement,
            });
        }
    }

    /// Where the current line ends.
    fn line_end(&mut self) -> usize {
        if self.known_line_end <= self.position {
            let rest = self.rest();
            self.known_line_end = self.position + rest.find('\n').unwrap_or(rest.len());
        }
        self.known_line_end
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = self.span_from(start);
        self.tokens.push(Token { kind, span });
    }

    fn report(&mut self, problem: SyntaxProblem, span: Span) {
        self.diagnostics.push(Diagnostic::new(problem, span));
    }

    fn span_from(&self, start: usize) -> Span {
        span(self.file, start, self.position)
    }
}

/// A place. Files end below [`MAX_FILE_BYTES`], so no place is out of range.
fn span(file: FileId, start: usize, end: usize) -> Span {
    let byte = |position| u32::try_from(position).unwrap_or(u32::MAX);
    Span {
        file,
        start: byte(start),
        end: byte(end),
    }
}
