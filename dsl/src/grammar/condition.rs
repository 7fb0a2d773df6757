//! Conditions.

mod relation;

use nom::branch::alt;
use nom::combinator::cut;
use nom::{Input, Parser};

use self::relation::{begins_relation, later_relation, operand_in_parentheses, plain, second_half};
use super::failure::{Parsed, expected, refuse};
use super::tokens::Tokens;
use super::value::expression;
use super::word::sign;
use crate::ast::{Condition, ExpressionKind, Operand};
use crate::format::joined;
use crate::problem::{Expected, SyntaxProblem};
use crate::source::Span;
use crate::token::{Sign, Token};

/// How many parentheses and `not` may stand inside each other.
pub(super) const MAX_NESTING: usize = 64;

/// The longest condition whose two readings are shown.
const MAX_SHOWN_CHARACTERS: usize = 160;

/// A condition.
pub(super) fn condition(input: Tokens<'_>) -> Parsed<'_, Condition> {
    level(input, 0)
}

/// Parts joined by `and` or by `or`.
fn level(input: Tokens<'_>, depth: usize) -> Parsed<'_, Condition> {
    let (mut rest, first) = part(input, depth)?;
    let mut parts = vec![Part {
        joint: Joint::And,
        condition: first,
        tokens: input.until(&rest),
    }];
    while let Some(joint) = joint(&rest) {
        let start = rest.take_from(1);
        let condition;
        (rest, condition) = cut(|input| part(input, depth)).parse(start)?;
        parts.push(Part {
            joint,
            condition,
            tokens: start.until(&rest),
        });
    }
    let span = input.span_until(&rest);
    Ok((rest, join(input, parts, span)))
}

/// Between two parts.
#[derive(Clone, Copy, PartialEq)]
enum Joint {
    And,
    Or,
}

fn joint(input: &Tokens<'_>) -> Option<Joint> {
    match input.first_word()? {
        "and" => Some(Joint::And),
        "or" => Some(Joint::Or),
        _ => None,
    }
}

/// One part of a level.
struct Part<'a> {
    /// What joins it to the part before; of no meaning for the first.
    joint: Joint,
    condition: Condition,
    tokens: &'a [Token],
}

fn join(input: Tokens<'_>, mut parts: Vec<Part<'_>>, span: Span) -> Condition {
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return only.condition;
    }
    let joints = || parts.iter().skip(1).map(|part| part.joint);
    if joints().all(|joint| joint == Joint::And) {
        return all(parts.into_iter().map(|part| part.condition).collect(), span);
    }
    if joints().any(|joint| joint == Joint::And) {
        let readings = readings(input, &parts, span);
        input.report(SyntaxProblem::MixedAndOr { readings }, span);
    }
    let mut groups: Vec<Condition> = Vec::new();
    for part in parts {
        let Part {
            joint, condition, ..
        } = part;
        match groups.pop() {
            Some(before) if joint == Joint::And => groups.push(both(before, condition)),
            before => {
                groups.extend(before);
                groups.push(condition);
            }
        }
    }
    Condition::Any {
        parts: groups,
        span,
    }
}

/// Joins neighbours by `and` where `or` stands beside them. Kept flat, since there may be very many.
fn both(before: Condition, condition: Condition) -> Condition {
    let span = Span {
        end: condition.span().end,
        ..before.span()
    };
    let mut parts = match before {
        Condition::All { parts, .. } => parts,
        other => vec![other],
    };
    parts.push(condition);
    all(parts, span)
}

fn all(parts: Vec<Condition>, span: Span) -> Condition {
    Condition::All { parts, span }
}

/// The condition with parentheses around what is joined by `and`, and around what is joined by `or`.
fn readings(input: Tokens<'_>, parts: &[Part<'_>], span: Span) -> Option<[String; 2]> {
    let source = input.context.source(span);
    (source.chars().count() <= MAX_SHOWN_CHARACTERS)
        .then(|| [Joint::And, Joint::Or].map(|tight| reading(input, parts, tight)))
}

fn reading(input: Tokens<'_>, parts: &[Part<'_>], tight: Joint) -> String {
    let (tight_word, loose_word) = match tight {
        Joint::And => (" and ", " or "),
        Joint::Or => (" or ", " and "),
    };
    let mut groups: Vec<Vec<String>> = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let shown = joined(part.tokens, input.context.text);
        match groups.last_mut() {
            Some(group) if place > 0 && part.joint == tight => group.push(shown),
            _ => groups.push(vec![shown]),
        }
    }
    let groups: Vec<String> = groups
        .into_iter()
        .map(|group| match group.as_slice() {
            [one] => one.clone(),
            several => format!("({})", several.join(tight_word)),
        })
        .collect();
    groups.join(loose_word)
}

/// `not …`, `( … )`, a comparison or a bare word.
fn part(input: Tokens<'_>, depth: usize) -> Parsed<'_, Condition> {
    if depth > MAX_NESTING {
        let limit = MAX_NESTING;
        return refuse(input, SyntaxProblem::TooDeep { limit }, input.here());
    }
    if input.first_word() == Some("not") {
        let (rest, inner) = cut(|input| part(input, depth + 1)).parse(input.take_from(1))?;
        let span = input.span_until(&rest);
        return Ok((rest, not(inner, span)));
    }
    if !input.first().is_some_and(|token| token.is_sign(Sign::Open)) {
        return relation(input);
    }
    if let Ok((rest, left)) = operand_in_parentheses(input)
        && begins_relation(&rest)
    {
        return compared(input, rest, left);
    }
    let (rest, inner) = cut(|input| level(input, depth + 1)).parse(input.take_from(1))?;
    let (rest, _) = cut(sign(Sign::Close)).parse(rest)?;
    Ok((rest, inner))
}

fn not(inner: Condition, span: Span) -> Condition {
    let inner = Box::new(inner);
    Condition::Not { inner, span }
}

/// A comparison or a bare word.
fn relation(input: Tokens<'_>) -> Parsed<'_, Condition> {
    let (rest, value) = match expression(input) {
        Err(nom::Err::Error(_)) => return expected(input, Expected::Condition),
        other => other?,
    };
    if begins_relation(&rest) {
        return compared(input, rest, plain(value));
    }
    if let Some(construct) = later_relation(&rest) {
        let construct = construct.to_owned();
        return refuse(rest, SyntaxProblem::NotAvailable { construct }, rest.here());
    }
    match value.kind {
        ExpressionKind::Path(_) if has_unknown_word(&rest) => cut(goes_on).parse(rest),
        ExpressionKind::Path(path) => Ok((rest, Condition::Holds(path))),
        _ => cut(|input| expected(input, Expected::Relation)).parse(rest),
    }
}

/// Whether a word stands here that neither compares nor joins: behind a condition there is none that could.
fn has_unknown_word(input: &Tokens<'_>) -> bool {
    input.first_word().is_some() && joint(input).is_none()
}

/// Fails with what can follow a bare word.
fn goes_on(input: Tokens<'_>) -> Parsed<'_, Condition> {
    let one = |what| move |input| expected(input, what);
    alt((
        one(Expected::Relation),
        one(Expected::Word("and")),
        one(Expected::Word("or")),
        one(Expected::EndOfLine),
    ))
    .parse(input)
}

/// The second half of a comparison. Which one it is, its first word says.
fn compared<'a>(input: Tokens<'a>, rest: Tokens<'a>, left: Operand) -> Parsed<'a, Condition> {
    let (rest, (relation, negated)) = second_half(rest)?;
    let span = input.span_until(&rest);
    let condition = Condition::Relation {
        left: Box::new(left),
        relation: Box::new(relation),
        span,
    };
    let condition = match negated {
        true => not(condition, span),
        false => condition,
    };
    Ok((rest, condition))
}
