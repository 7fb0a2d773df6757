//! Conditions.

use nom::branch::alt;
use nom::combinator::cut;
use nom::{Input, Parser};

use super::failure::{Parsed, expected, refuse, refuse_with};
use super::tokens::Tokens;
use super::value::expression;
use super::word::{in_parentheses, path, sign, text, word, words};
use crate::ast::{Condition, Expression, ExpressionKind, Operand, Relation, Words, WordsKind};
use crate::bundle::Comparison;
use crate::diagnostic::Diagnostic;
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

/// Whether a comparison goes on here.
fn begins_relation(input: &Tokens<'_>) -> bool {
    let Some(token) = input.first() else {
        return false;
    };
    match token.word() {
        Some("not") => input.starts_with(&["not", "in"]),
        Some("contains" | "includes") => true,
        Some(word) => matches!(word, "is" | "in" | "between" | "has" | "starts" | "matches"),
        None => comparison_sign(token).is_some() || instead_of_sign(token).is_some(),
    }
}

/// Words of the full language that may follow a value.
fn later_relation<'a>(input: &Tokens<'a>) -> Option<&'a str> {
    input.first_word().filter(|word| {
        matches!(
            *word,
            "rises" | "falls" | "rising" | "falling" | "happened" | "reaching" | "mentions"
        )
    })
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

/// A relation, and whether it is written in the negative (`is not known`).
fn second_half(input: Tokens<'_>) -> Parsed<'_, (Relation, bool)> {
    let positive = |(rest, relation)| Ok((rest, (relation, false)));
    let one = input.take_from(1);
    match input.first().and_then(Token::word) {
        Some("is") => behind_is(input),
        Some("not") => Ok(negated(one_of(one.take_from(1))?)),
        Some("in") => positive(one_of(one)?),
        Some("between") => positive(between(one)?),
        Some("has") => positive(has(one)?),
        Some("starts") => positive(
            cut((word("with"), text))
                .map(|(_, text)| Relation::StartsWith(text))
                .parse(one)?,
        ),
        Some("matches") => positive(cut(text).map(Relation::Matches).parse(one)?),
        Some(_) => instead_of(input, 1, "has"),
        None => positive(ordered(input)?),
    }
}

fn negated<'a>((rest, relation): (Tokens<'a>, Relation)) -> (Tokens<'a>, (Relation, bool)) {
    (rest, (relation, true))
}

fn behind_is(input: Tokens<'_>) -> Parsed<'_, (Relation, bool)> {
    let is = input.take_from(1);
    let skip = |words: usize| is.take_from(words);
    if is.starts_with(&["known"]) {
        return Ok((skip(1), (Relation::Known, false)));
    }
    if is.starts_with(&["not", "known"]) || is.starts_with(&["unknown"]) {
        let words = if is.starts_with(&["not"]) { 2 } else { 1 };
        return Ok((skip(words), (Relation::Known, true)));
    }
    if is.starts_with(&["exactly"]) {
        let (rest, text) = cut(text).parse(skip(1))?;
        return Ok((rest, (Relation::IsExactly(text), false)));
    }
    if is.starts_with(&["not", "in"]) {
        return Ok(negated(one_of(skip(2))?));
    }
    if is.starts_with(&["in"]) {
        return instead_of(input, 2, "in");
    }
    let (comparison, right) = match is.starts_with(&["not"]) {
        true => (Comparison::NotEqual, skip(1)),
        false => (Comparison::Equal, is),
    };
    let (rest, right) = cut(side).parse(right)?;
    Ok((rest, (Relation::Compare { comparison, right }, false)))
}

fn one_of(input: Tokens<'_>) -> Parsed<'_, Relation> {
    cut(in_parentheses(expression))
        .map(Relation::OneOf)
        .parse(input)
}

fn between(input: Tokens<'_>) -> Parsed<'_, Relation> {
    cut((expression, word("and"), expression))
        .map(|(low, _, high)| Relation::Between { low, high })
        .parse(input)
}

fn has(input: Tokens<'_>) -> Parsed<'_, Relation> {
    let list = |count: usize| cut(looked_for).parse(input.take_from(count));
    if input.starts_with(&["any", "of"]) {
        return list(2).map(|(rest, words)| (rest, Relation::HasAny(words)));
    }
    if input.starts_with(&["all", "of"]) {
        return list(2).map(|(rest, words)| (rest, Relation::HasAll(words)));
    }
    if input.starts_with(&["none", "of"]) {
        return list(2).map(|(rest, words)| (rest, Relation::HasNone(words)));
    }
    for quantity in [["any"], ["all"], ["none"]] {
        if input.starts_with(&quantity) {
            return cut(words(&["of"]))
                .parse(input.take_from(1))
                .and_then(|(rest, ())| expected(rest, Expected::Name));
        }
    }
    cut(expression).map(Relation::Has).parse(input)
}

/// What `has any of` looks for.
fn looked_for(input: Tokens<'_>) -> Parsed<'_, Words> {
    let (rest, kind) = alt((
        path.map(WordsKind::List),
        text.map(|text| WordsKind::Inline(vec![text])),
        in_parentheses(text).map(WordsKind::Inline),
    ))
    .parse(input)?;
    let span = input.span_until(&rest);
    Ok((rest, Words { kind, span }))
}

/// `>=` and the like.
fn ordered(input: Tokens<'_>) -> Parsed<'_, Relation> {
    let Some(token) = input.first() else {
        return expected(input, Expected::Relation);
    };
    if let Some(write) = instead_of_sign(token) {
        return instead_of(input, 1, write);
    }
    let Some(comparison) = comparison_sign(token) else {
        return expected(input, Expected::Relation);
    };
    cut(side)
        .map(|right| Relation::Compare { comparison, right })
        .parse(input.take_from(1))
}

fn comparison_sign(token: &Token) -> Option<Comparison> {
    let signs = [
        (Sign::Less, Comparison::Less),
        (Sign::AtMost, Comparison::AtMost),
        (Sign::Greater, Comparison::Greater),
        (Sign::AtLeast, Comparison::AtLeast),
    ];
    signs
        .into_iter()
        .find(|(sign, _)| token.is_sign(*sign))
        .map(|(_, comparison)| comparison)
}

/// What to write instead of another language's sign.
fn instead_of_sign(token: &Token) -> Option<&'static str> {
    if token.is_sign(Sign::Equal) || token.is_sign(Sign::DoubleEqual) {
        return Some("is");
    }
    token.is_sign(Sign::NotEqual).then_some("is not")
}

/// Fails with the right words for the first `count` tokens, and a fix that writes them.
pub(super) fn instead_of<'a, T>(
    input: Tokens<'a>,
    count: usize,
    write: &'static str,
) -> Parsed<'a, T> {
    let span = input.span_until(&input.take_from(count));
    let written = input.context.source(span).to_owned();
    let problem = SyntaxProblem::Instead { written, write };
    refuse_with(input, Diagnostic::new(problem, span).with_fix(span, write))
}

/// A side of a comparison: a value, or `(value or default)`.
fn side(input: Tokens<'_>) -> Parsed<'_, Operand> {
    if input.first().is_some_and(|token| token.is_sign(Sign::Open)) {
        return operand_in_parentheses(input);
    }
    let (rest, value) = expression(input)?;
    let operand = plain(value);
    Ok((rest, operand))
}

fn plain(value: Expression) -> Operand {
    let span = value.span;
    let default = None;
    Operand {
        value,
        default,
        span,
    }
}

/// `(customer.name or "您")`
fn operand_in_parentheses(input: Tokens<'_>) -> Parsed<'_, Operand> {
    let (rest, (_, value, _, default, _)) = (
        sign(Sign::Open),
        expression,
        word("or"),
        expression,
        sign(Sign::Close),
    )
        .parse(input)?;
    let operand = Operand {
        value,
        default: Some(default),
        span: input.span_until(&rest),
    };
    Ok((rest, operand))
}
