//! What the lexer makes of a file: words, quoted texts, numbers and signs, each with its place.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::source::Span;

/// A piece of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// What a piece is. Full-width forms have become their ASCII twins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name or keyword, NFC.
    Word(Arc<str>),
    /// Quoted text, escapes resolved.
    Text(Arc<str>),
    /// `12`, `-3`, `12.50`
    Number { value: Decimal, has_point: bool },
    /// `70%`
    Percent(Decimal),
    /// `10m`: a number and the word glued to it.
    WithUnit { amount: Decimal, unit: Arc<str> },
    /// `09:30`
    Time(jiff::civil::Time),
    /// `2026-11-11`
    Date(jiff::civil::Date),
    /// A sign.
    Sign(Sign),
    /// `¥`: which currency is not clear.
    CurrencySign(char),
    /// Something that has been reported already.
    Invalid,
    /// From `#` to the end of the line. Only the formatter sees it.
    Comment,
    /// The end of a line. Only the layout and the formatter see it.
    Newline,
}

/// A sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Comma,
    Colon,
    Open,
    Close,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equal,
    DoubleEqual,
    NotEqual,
    Bar,
    At,
    Dot,
    Minus,
    Percent,
}

impl Sign {
    /// How it is written.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Comma => ",",
            Self::Colon => ":",
            Self::Open => "(",
            Self::Close => ")",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Equal => "=",
            Self::DoubleEqual => "==",
            Self::NotEqual => "!=",
            Self::Bar => "|",
            Self::At => "@",
            Self::Dot => ".",
            Self::Minus => "-",
            Self::Percent => "%",
        }
    }
}

impl Token {
    /// The word, if it is one.
    pub(crate) fn word(&self) -> Option<&str> {
        match &self.kind {
            TokenKind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether it is this word.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    /// Whether it is this sign.
    pub(crate) fn is_sign(&self, sign: Sign) -> bool {
        self.kind == TokenKind::Sign(sign)
    }
}
