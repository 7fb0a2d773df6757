//! Lines and items: which tokens make one statement, and which statements one item.
//!
//! A newline ends a statement, unless the next line goes on: it begins with `and`, `or` or a sign, or this one ends
//! with one of them or inside parentheses. A line that begins an item always ends what came before, so that one
//! forgotten parenthesis costs one item and not the file. Indentation means nothing.

use std::ops::Range;

use crate::chinese_words::at_line_start;
use crate::source::Span;
use crate::token::{Sign, Token, TokenKind};

#[cfg(test)]
mod tests;

/// The words that begin an item of this version.
pub(crate) const ITEM_WORDS: [&str; 16] = [
    "ranks",
    "defaults",
    "schema",
    "enum",
    "list",
    "queue",
    "calendar",
    "holidays",
    "template",
    "signal",
    "fact",
    "public",
    "condition",
    "outreach",
    "rule",
    "test",
];

/// The words that begin an item of the full language only.
pub(crate) const LATER_ITEM_WORDS: [&str; 10] = [
    "dialogue",
    "script",
    "table",
    "tone",
    "pattern",
    "experiment",
    "source",
    "action",
    "campaign",
    "private",
];

/// The words that begin a line above all items.
pub(crate) const HEADER_WORDS: [&str; 3] = ["language", "module", "use"];

/// The statements of a file: for each, its tokens in the returned list.
pub(crate) struct Layout {
    /// Tokens that matter to the grammar, without comments and newlines.
    pub(crate) tokens: Vec<Token>,
    /// One range of `tokens` for each statement, in order, none empty.
    pub(crate) lines: Vec<Range<usize>>,
    /// Chinese words that were read as the keywords they mean; these stand in `tokens`, at the word's place.
    pub(crate) read_as: Vec<(Span, &'static str)>,
}

/// Joins lines that go on and leaves out what the grammar does not read.
pub(crate) fn lay_out(raw: &[Token]) -> Layout {
    let mut layout = Layout {
        tokens: Vec::new(),
        lines: Vec::new(),
        read_as: Vec::new(),
    };
    let mut line_start = 0;
    let mut depth: usize = 0;
    for line in raw.split(|token| token.kind == TokenKind::Newline) {
        let significant = || line.iter().filter(|token| token.kind != TokenKind::Comment);
        let Some(first) = significant().next() else {
            continue;
        };
        let last_wants_more = layout.tokens.last().is_some_and(wants_more);
        let keyword = chinese_keyword(first, significant().nth(1))
            .filter(|keyword| !last_wants_more && (depth == 0 || joins(keyword)));
        let keywords: Vec<Token> = keyword.map_or_else(Vec::new, |words| at_place(words, first));
        let read = || {
            let written = significant().skip(usize::from(keyword.is_some()));
            keywords.iter().chain(written)
        };
        let first = read().next().unwrap_or(first);
        let goes_on = !begins_item(first, read().nth(1))
            && (depth > 0 || continues(first) || last_wants_more);
        layout.read_as.extend(keyword.map(|it| (first.span, it)));
        if !goes_on && line_start < layout.tokens.len() {
            layout.lines.push(line_start..layout.tokens.len());
            line_start = layout.tokens.len();
            depth = 0;
        }
        for token in read() {
            match token.kind {
                TokenKind::Sign(Sign::Open) => depth += 1,
                TokenKind::Sign(Sign::Close) => depth = depth.saturating_sub(1),
                _ => {}
            }
            layout.tokens.push(token.clone());
        }
    }
    if line_start < layout.tokens.len() {
        layout.lines.push(line_start..layout.tokens.len());
    }
    layout
}

/// The keyword that a Chinese word at the beginning of a line means. In front of a sign it is a name: `级别: text`.
fn chinese_keyword(first: &Token, second: Option<&Token>) -> Option<&'static str> {
    let is_name = second.is_some_and(is_behind_a_name);
    at_line_start(first.word()?).filter(|_| !is_name)
}

fn joins(keyword: &str) -> bool {
    matches!(keyword, "and" | "or")
}

fn at_place(words: &'static str, token: &Token) -> Vec<Token> {
    let keyword = |word: &str| Token {
        kind: TokenKind::Word(word.into()),
        span: token.span,
    };
    words.split(' ').map(keyword).collect()
}

/// Whether a line that begins with these tokens begins an item (or its attributes, or a header line).
pub(crate) fn begins_item(first: &Token, second: Option<&Token>) -> bool {
    if first.is_sign(Sign::At) {
        return true;
    }
    let Some(word) = first.word() else {
        return false;
    };
    if word == "language" {
        // In an item it is `language zh`.
        return second.is_some_and(|token| matches!(token.kind, TokenKind::Number { .. }));
    }
    let is_item_word = ITEM_WORDS.contains(&word) || LATER_ITEM_WORDS.contains(&word);
    // A field or argument may have such a name: `list: text`, `source.kind is …`.
    let is_name = second.is_some_and(is_behind_a_name);
    (is_item_word || HEADER_WORDS.contains(&word)) && !is_name
}

fn is_behind_a_name(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Sign(sign) if sign != Sign::Open && sign != Sign::At)
}

/// Whether a line that begins with this token goes on from the line before.
pub(crate) fn continues(first: &Token) -> bool {
    match &first.kind {
        TokenKind::Word(word) => matches!(&**word, "and" | "or"),
        TokenKind::Sign(sign) => *sign != Sign::At,
        _ => false,
    }
}

/// Whether a line that ends with this token goes on in the next.
pub(crate) fn wants_more(last: &Token) -> bool {
    match &last.kind {
        TokenKind::Word(word) => matches!(&**word, "and" | "or" | "not"),
        TokenKind::Sign(sign) => matches!(sign, Sign::Comma | Sign::Bar | Sign::Equal | Sign::Open),
        _ => false,
    }
}
