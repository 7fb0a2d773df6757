//! Facts that scripts compute.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{cut, map, opt};

use super::declaration::{declared_name, type_name};
use super::failure::Parsed;
use super::reader::Reader;
use super::tokens::Tokens;
use super::value::{expression, operand};
use super::word::{after, count, in_parentheses, name, sign, word};
use crate::ast::{Fact, ItemKind, Operand, Steps, TypeName};
use crate::token::Sign;

/// Reads `fact NAME: TYPE = script FUNCTION(…) within N steps otherwise VALUE`.
pub(super) fn fact<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    if declared_name(header).is_none() {
        reader.read(header, after("fact", name));
        return None;
    }
    let typed = (after("fact", name), cut(after_colon));
    let called = cut((sign(Sign::Equal), word("script"), name, arguments));
    let bounded = (cut(opt(steps)), cut(after("otherwise", expression)));
    let read = reader.read(header, (typed, called, bounded));
    for line in lines {
        reader.unknown_line(*line, &[]);
    }
    let ((name, value_type), (_, _, function, arguments), (steps, otherwise)) = read?;
    Some(ItemKind::Fact(Fact {
        name,
        value_type,
        function,
        arguments,
        steps,
        otherwise,
    }))
}

fn after_colon(input: Tokens<'_>) -> Parsed<'_, TypeName> {
    map((sign(Sign::Colon), type_name), |(_, name)| name).parse(input)
}

/// `(text, customer.tier or normal)`, or `()`.
fn arguments(input: Tokens<'_>) -> Parsed<'_, Vec<Operand>> {
    let none = map((sign(Sign::Open), sign(Sign::Close)), |_| Vec::new());
    alt((none, in_parentheses(operand))).parse(input)
}

/// `within 20000 steps`
fn steps(input: Tokens<'_>) -> Parsed<'_, Steps> {
    let (from, _) = word("within").parse(input)?;
    let (rest, count) = cut(count).parse(from)?;
    let (rest, _) = cut(word("steps")).parse(rest)?;
    Ok((
        rest,
        Steps {
            count,
            span: from.span_until(&rest),
        },
    ))
}
