//! The space between the tokens of a line.

use crate::token::{Sign, Token, TokenKind};

/// How many spaces stand in front of a comment behind code.
const SPACES_BEFORE_COMMENT: &str = "  ";

/// The tokens as one line, from the text they were read from.
pub(crate) fn joined(tokens: &[Token], text: &str) -> String {
    let mut line = String::new();
    for (place, token) in tokens.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| tokens.get(before));
        let two_before = place.checked_sub(2).and_then(|before| tokens.get(before));
        line.push_str(space(two_before, before, token));
        match &token.kind {
            // In NFC, as it is compared.
            TokenKind::Word(word) => line.push_str(word),
            TokenKind::Comment => line.push_str(source(token, text).trim_end()),
            _ => line.push_str(source(token, text)),
        }
    }
    line
}

fn source<'a>(token: &Token, text: &'a str) -> &'a str {
    text.get(token.span.start as usize..token.span.end as usize)
        .unwrap_or_default()
}

/// What stands between `before` and `token`.
fn space(two_before: Option<&Token>, before: Option<&Token>, token: &Token) -> &'static str {
    let Some(before) = before else {
        return "";
    };
    if token.kind == TokenKind::Comment {
        return SPACES_BEFORE_COMMENT;
    }
    let glued_before = [
        Sign::Comma,
        Sign::Close,
        Sign::Colon,
        Sign::Dot,
        Sign::Minus,
    ]
    .into_iter()
    .any(|sign| token.is_sign(sign));
    let glues_next = [Sign::Open, Sign::At, Sign::Dot, Sign::Minus]
        .into_iter()
        .any(|sign| before.is_sign(sign));
    // `@owner("…")`
    let is_attribute =
        token.is_sign(Sign::Open) && two_before.is_some_and(|token| token.is_sign(Sign::At));
    if glued_before || glues_next || is_attribute {
        ""
    } else {
        " "
    }
}
