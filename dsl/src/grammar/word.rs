//! The smallest parsers: words, names, paths, quoted texts, counts, language tags.

use nom::branch::alt;
use nom::combinator::cut;
use nom::multi::separated_list1;
use nom::sequence::{delimited, preceded, terminated};
use nom::{Input, Parser};
use rust_decimal::prelude::ToPrimitive;

use super::failure::{Parsed, Reads, expected};
use super::tokens::Tokens;
use crate::ast::{LanguageTag, Name, Path, Text};
use crate::problem::Expected;
use crate::source::Span;
use crate::token::{Sign, Token, TokenKind};

/// Words that can never be names, since they join conditions.
const RESERVED: [&str; 3] = ["and", "or", "not"];

/// This word.
pub(super) fn word<'a>(expected_word: &'static str) -> impl Reads<'a, Span> {
    move |input: Tokens<'a>| match input.first() {
        Some(token) if token.is_word(expected_word) => Ok((input.take_from(1), token.span)),
        _ => expected(input, Expected::Word(expected_word)),
    }
}

/// These words, one after another.
pub(super) fn words<'a>(all: &'static [&'static str]) -> impl Reads<'a, ()> {
    move |input: Tokens<'a>| {
        let mut rest = input;
        for one in all {
            (rest, _) = word(one).parse(rest)?;
        }
        Ok((rest, ()))
    }
}

/// This sign.
pub(super) fn sign<'a>(wanted: Sign) -> impl Reads<'a, Span> {
    move |input: Tokens<'a>| match input.first() {
        Some(token) if token.is_sign(wanted) => Ok((input.take_from(1), token.span)),
        _ => expected(input, Expected::Word(wanted.text())),
    }
}

/// A name.
pub(super) fn name(input: Tokens<'_>) -> Parsed<'_, Name> {
    match input.first() {
        Some(token) => match word_as_name(token) {
            Some(name) if !RESERVED.contains(&&*name.text) => Ok((input.take_from(1), name)),
            _ => expected(input, Expected::Name),
        },
        None => expected(input, Expected::Name),
    }
}

/// Names joined by dots. Behind a dot any word may stand.
pub(super) fn path(input: Tokens<'_>) -> Parsed<'_, Path> {
    let (mut rest, first) = name(input)?;
    let mut names = vec![first];
    while rest.first().is_some_and(|token| token.is_sign(Sign::Dot)) {
        rest = rest.take_from(1);
        let Some(next) = rest.first().and_then(word_as_name) else {
            return cut(|input| expected(input, Expected::Name)).parse(rest);
        };
        names.push(next);
        rest = rest.take_from(1);
    }
    let span = input.span_until(&rest);
    Ok((rest, Path { names, span }))
}

fn word_as_name(token: &Token) -> Option<Name> {
    match &token.kind {
        TokenKind::Word(word) => Some(Name {
            text: word.clone(),
            span: token.span,
        }),
        _ => None,
    }
}

/// Quoted text.
pub(super) fn text(input: Tokens<'_>) -> Parsed<'_, Text> {
    match input.first() {
        Some(Token {
            kind: TokenKind::Text(value),
            span,
        }) => {
            let text = Text {
                value: value.clone(),
                span: *span,
            };
            Ok((input.take_from(1), text))
        }
        _ => expected(input, Expected::Text),
    }
}

/// A whole number, 0 or more.
pub(super) fn count(input: Tokens<'_>) -> Parsed<'_, u32> {
    let number = input.first().and_then(|token| match &token.kind {
        TokenKind::Number {
            value,
            has_point: false,
        } => value.to_u32(),
        _ => None,
    });
    match number {
        Some(number) => Ok((input.take_from(1), number)),
        None => expected(input, Expected::Count),
    }
}

/// `zh`, `zh-Hant`, `es-419`: parts joined by hyphens without spaces.
pub(super) fn language_tag(input: Tokens<'_>) -> Parsed<'_, LanguageTag> {
    let Some(first) = input.first_word() else {
        return expected(input, Expected::LanguageTag);
    };
    let mut tag = first.to_owned();
    let mut rest = input.take_from(1);
    while let Some(part) = hyphenated(input, rest) {
        tag.push('-');
        tag.push_str(part);
        rest = rest.take_from(2);
    }
    let span = input.span_until(&rest);
    let tag = LanguageTag {
        tag: tag.into(),
        span,
    };
    Ok((rest, tag))
}

/// What follows a hyphen that is glued to both sides.
pub(super) fn hyphenated<'a>(input: Tokens<'a>, rest: Tokens<'a>) -> Option<&'a str> {
    let (hyphen, part) = (rest.first()?, rest.second()?);
    let glued = hyphen.span.start == input.span_until(&rest).end
        && part.span.start == hyphen.span.end
        && matches!(part.kind, TokenKind::Word(_) | TokenKind::Number { .. });
    (hyphen.is_sign(Sign::Minus) && glued).then(|| {
        part.word()
            .unwrap_or_else(|| rest.context.source(part.span))
    })
}

/// `one`, or several joined by commas: one or more, in parentheses.
pub(super) fn in_parentheses<'a, T>(one: impl Reads<'a, T>) -> impl Reads<'a, Vec<T>> {
    delimited(
        sign(Sign::Open),
        cut(separated_list1(sign(Sign::Comma), one)),
        cut(alt((sign(Sign::Close), comma_expected))),
    )
}

/// Adds `,` to what can stand behind an element.
fn comma_expected(input: Tokens<'_>) -> Parsed<'_, Span> {
    expected(input, Expected::Word(","))
}

/// `one`, or several joined by commas.
pub(super) fn by_commas<'a, T>(one: impl Reads<'a, T>) -> impl Reads<'a, Vec<T>> {
    separated_list1(sign(Sign::Comma), one)
}

/// As [`by_commas`], to the end of the line.
pub(super) fn all_by_commas<'a, T>(one: impl Reads<'a, T>) -> impl Reads<'a, Vec<T>> {
    let comma = |input| expected(input, Expected::Word(","));
    terminated(by_commas(one), cut(alt((comma, end_of_line))))
}

/// `keyword` and then `what`, which must follow.
pub(super) fn after<'a, T>(keyword: &'static str, what: impl Reads<'a, T>) -> impl Reads<'a, T> {
    preceded(word(keyword), cut(what))
}

/// Nothing more.
pub(super) fn end_of_line(input: Tokens<'_>) -> Parsed<'_, ()> {
    match input.first() {
        None => Ok((input, ())),
        Some(_) => expected(input, Expected::EndOfLine),
    }
}
