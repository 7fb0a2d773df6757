//! Quoted text.
//!
//! `\"` is a quote, `\\` a backslash and `\n` a new line; a backslash in front of anything else is itself, so that
//! patterns such as `"\d{16}"` can be written as they are known.

use super::{Edit, Lexer, span};
use crate::problem::SyntaxProblem;
use crate::token::TokenKind;

impl Lexer<'_> {
    pub(super) fn quoted(&mut self) {
        let start = self.position;
        let Some(open) = self.peek_raw(0) else {
            return;
        };
        let inside = start + open.len_utf8();
        let text = self.text;
        let line = text.get(inside..self.line_end()).unwrap_or_default();
        match closing(open, line) {
            Closing::At { offset, close } => {
                let body = line.get(..offset).unwrap_or_default();
                let value = unescape(body);
                if open != '"' {
                    self.repair_quotes(start, body, open, close);
                }
                self.position = inside + offset + close.len_utf8();
                self.push(TokenKind::Text(value.into()), start);
            }
            Closing::Mixed { offset, close } => {
                let end = inside + offset + close.len_utf8();
                self.report(
                    SyntaxProblem::MixedQuotes { open, close },
                    span(self.file, start, end),
                );
                self.rest_of_line_is_invalid(start);
            }
            Closing::Nowhere => {
                let end = inside + line.trim_end().len();
                self.report(SyntaxProblem::UnclosedText, span(self.file, start, end));
                self.rest_of_line_is_invalid(start);
            }
        }
    }

    fn rest_of_line_is_invalid(&mut self, start: usize) {
        self.position = self.line_end();
        self.push(TokenKind::Invalid, start);
    }

    /// Notes how the text is written with straight quotes: what is a quote inside it must then be escaped.
    fn repair_quotes(&mut self, start: usize, body: &str, open: char, close: char) {
        let inside = start + open.len_utf8();
        self.replace(start, inside, "\"");
        let mut escaped = false;
        for (offset, character) in body.char_indices() {
            if character == '"' && !escaped {
                self.replace(inside + offset, inside + offset, "\\");
            }
            escaped = character == '\\' && !escaped;
        }
        let end = inside + body.len();
        // A backslash at the end would escape the new quote.
        let quote = if escaped { "\\\"" } else { "\"" };
        self.replace(end, end + close.len_utf8(), quote);
    }

    fn replace(&mut self, start: usize, end: usize, replacement: &str) {
        self.repairs.push(Edit {
            span: span(self.file, start, end),
            replacement: replacement.to_owned(),
        });
    }
}

enum Closing {
    /// The text ends here.
    At { offset: usize, close: char },
    /// A quote of another kind stands where the end should be.
    Mixed { offset: usize, close: char },
    /// The line ends first.
    Nowhere,
}

/// Where text that begins behind `open` ends in the rest of its line.
fn closing(open: char, line: &str) -> Closing {
    match open {
        '"' => straight(line),
        '「' => corner(line, '」'),
        '『' => corner(line, '』'),
        '‘' | '’' => single(line),
        _ => curly(line),
    }
}

fn straight(line: &str) -> Closing {
    let mut escaped = false;
    for (offset, character) in line.char_indices() {
        if character == '"' && !escaped {
            let close = character;
            return Closing::At { offset, close };
        }
        escaped = character == '\\' && !escaped;
    }
    match line
        .char_indices()
        .find(|(_, character)| is_curly(*character))
    {
        Some((offset, close)) => Closing::Mixed { offset, close },
        None => Closing::Nowhere,
    }
}

fn corner(line: &str, close: char) -> Closing {
    match line.find(close) {
        Some(offset) => Closing::At { offset, close },
        None => Closing::Nowhere,
    }
}

/// As with `“`, either closes; but one between two letters is an apostrophe: `‘it’s’`.
fn single(line: &str) -> Closing {
    let is_letter =
        |character: Option<char>| character.is_some_and(|it| it.is_ascii_alphanumeric());
    let is_apostrophe = |offset: usize, quote: char| {
        let (before, behind) = (line.get(..offset), line.get(offset + quote.len_utf8()..));
        is_letter(before.and_then(|text| text.chars().next_back()))
            && is_letter(behind.and_then(|text| text.chars().next()))
    };
    let closes = |(offset, character): &(usize, char)| {
        matches!(character, '‘' | '’') && !is_apostrophe(*offset, *character)
    };
    match line.char_indices().find(closes) {
        Some((offset, close)) => Closing::At { offset, close },
        None => Closing::Nowhere,
    }
}

/// An input method may give `“` and `”` in any order, so each of them closes; a straight quote in between leaves open
/// whether it is text or the end.
fn curly(line: &str) -> Closing {
    let mut quotes = line
        .char_indices()
        .filter(|(_, character)| *character == '"' || is_curly(*character));
    match quotes.next() {
        Some((offset, close)) if close == '"' => Closing::Mixed { offset, close },
        Some((offset, close)) => Closing::At { offset, close },
        None => Closing::Nowhere,
    }
}

fn is_curly(character: char) -> bool {
    matches!(character, '“' | '”' | '„' | '‟' | '＂')
}

/// The text that an author means by what stands between the quotes.
pub(crate) fn unescape(body: &str) -> String {
    let mut value = String::with_capacity(body.len());
    let mut characters = body.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = match (character, characters.peek()) {
            ('\\', Some('"')) => Some('"'),
            ('\\', Some('\\')) => Some('\\'),
            ('\\', Some('n')) => Some('\n'),
            _ => None,
        };
        if escaped.is_some() {
            characters.next();
        }
        value.push(escaped.unwrap_or(character));
    }
    value
}
