//! Items: which statements belong to one, what stands above it, and who reads it.

use nom::combinator::{cut, opt};
use nom::multi::many1;
use nom::{Input, Parser};

use super::calendar::{calendar, holidays};
use super::declaration::{
    declared_name, defaults, enumeration, list, named_condition, ranks, schema,
};
use super::fact::fact;
use super::failure::{Parsed, found};
use super::outreach::outreach;
use super::queue::queue;
use super::reader::Reader;
use super::rule::{rule, signal};
use super::template::template;
use super::test::test;
use super::tokens::Tokens;
use super::value::expression;
use super::word::{in_parentheses, name, sign};
use crate::ast::{Attribute, AttributeArgument, Item, Name};
use crate::layout::{ITEM_WORDS, LATER_ITEM_WORDS};
use crate::nearest::nearest;
use crate::problem::{Expected, SyntaxProblem};
use crate::source::Span;
use crate::token::Sign;

/// What became of the statements of one item.
pub(super) enum Outcome {
    /// The item.
    Read(Box<Item>),
    /// It was reported as a whole; its name, if it has one.
    Unread(Option<Name>),
}

/// Reads one item: its first statement, and those behind it up to the next item.
pub(super) fn item<'a>(
    attributes: Vec<Attribute>,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Outcome {
    let word = header.first_word().unwrap_or_default();
    let Some(keyword) = keyword(word, header) else {
        return unknown(header, word);
    };
    let mut reader = Reader::new(keyword);
    let read = match keyword {
        "ranks" => ranks,
        "defaults" => defaults,
        "schema" => schema,
        "enum" => enumeration,
        "list" => list,
        "queue" => queue,
        "calendar" => calendar,
        "holidays" => holidays,
        "template" => template,
        "condition" => named_condition,
        "signal" => signal,
        "fact" => fact,
        "outreach" => outreach,
        "rule" => rule,
        _ => test,
    };
    let Some(kind) = read(&mut reader, header, lines) else {
        return Outcome::Unread(declared_name(header));
    };
    Outcome::Read(Box::new(Item {
        attributes,
        kind,
        complete: reader.complete,
        span: whole(header, lines),
    }))
}

/// The item's keyword; `public` may stand in front of a condition.
fn keyword(word: &str, header: Tokens<'_>) -> Option<&'static str> {
    if word == "public" {
        return header
            .starts_with(&["public", "condition"])
            .then_some("condition");
    }
    ITEM_WORDS.into_iter().find(|item| *item == word)
}

/// Reports a statement that begins no item, once for it and all behind it.
fn unknown(header: Tokens<'_>, word: &str) -> Outcome {
    let mut reader = Reader::new("file");
    let construct = LATER_ITEM_WORDS.contains(&word) || word == "public";
    if construct {
        reader.not_available(header, word);
    } else {
        let problem = match header.first_word() {
            Some(word) => SyntaxProblem::UnknownLine {
                word: word.to_owned(),
                nearest: nearest(word, ITEM_WORDS),
                item: None,
            },
            None => SyntaxProblem::Unexpected {
                found: found(header),
                expected: vec![Expected::Word("rule")],
                advice: None,
            },
        };
        reader.report(header, problem, header.here());
    }
    Outcome::Unread(declared_name(header))
}

fn whole(header: Tokens<'_>, lines: &[Tokens<'_>]) -> Span {
    let last = lines.last().copied().unwrap_or(header);
    Span {
        end: last.span().end,
        ..header.span()
    }
}

/// `@owner("…") @since(2026-01-01)`: all attributes of a line.
pub(super) fn attributes(input: Tokens<'_>) -> Parsed<'_, Vec<Attribute>> {
    many1(attribute).parse(input)
}

fn attribute(input: Tokens<'_>) -> Parsed<'_, Attribute> {
    let (rest, _) = sign(Sign::At).parse(input)?;
    let (rest, name) = cut(name).parse(rest)?;
    let (rest, arguments) = opt(in_parentheses(attribute_argument)).parse(rest)?;
    let attribute = Attribute {
        name,
        arguments: arguments.unwrap_or_default(),
        span: input.span_until(&rest),
    };
    Ok((rest, attribute))
}

fn attribute_argument(input: Tokens<'_>) -> Parsed<'_, AttributeArgument> {
    let has_label = input
        .second()
        .is_some_and(|token| token.is_sign(Sign::Colon));
    let (value, label) = match has_label {
        true => {
            let (rest, label) = name(input)?;
            (rest.take_from(1), Some(label))
        }
        false => (input, None),
    };
    let (rest, value) = expression(value)?;
    Ok((rest, AttributeArgument { label, value }))
}
