//! The second half of a comparison: `is gold`, `in (a, b)`, `has any of …`.

use nom::branch::alt;
use nom::combinator::cut;
use nom::{Input, Parser};

use super::super::failure::{Parsed, expected, instead_of, shortened};
use super::super::tokens::Tokens;
use super::super::value::expression;
use super::super::word::{by_commas, in_parentheses, path, sign, text, word, words};
use crate::ast::{Expression, Operand, Relation, Text, Words, WordsKind};
use crate::bundle::Comparison;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::problem::{Expected, SyntaxProblem};
use crate::source::Span;
use crate::token::{Sign, Token};

/// Whether a comparison goes on here.
pub(super) fn begins_relation(input: &Tokens<'_>) -> bool {
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
pub(super) fn later_relation<'a>(input: &Tokens<'a>) -> Option<&'a str> {
    input.first_word().filter(|word| {
        matches!(
            *word,
            "rises" | "falls" | "rising" | "falling" | "happened" | "reaching" | "mentions"
        )
    })
}

/// A relation, and whether it is written in the negative (`is not known`).
pub(super) fn second_half(input: Tokens<'_>) -> Parsed<'_, (Relation, bool)> {
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
        bare_texts.map(WordsKind::Inline),
        in_parentheses(text).map(WordsKind::Inline),
    ))
    .parse(input)?;
    let span = input.span_until(&rest);
    Ok((rest, Words { kind, span }))
}

/// A single word needs no parentheses. Several do, which is said, and they are read all the same.
fn bare_texts(input: Tokens<'_>) -> Parsed<'_, Vec<Text>> {
    let (rest, texts) = by_commas(text).parse(input)?;
    if rest.first().is_some_and(|token| token.is_sign(Sign::Comma)) {
        return cut(sign(Sign::Open)).map(|_| Vec::new()).parse(input);
    }
    if texts.len() > 1 {
        let span = input.span_until(&rest);
        let insertion = |place, sign: &str| Edit {
            span: Span {
                start: place,
                end: place,
                ..span
            },
            replacement: sign.to_owned(),
        };
        let problem = SyntaxProblem::TextsWithoutParentheses {
            texts: shortened(input.context.source(span)),
        };
        let mut finding = Diagnostic::new(problem, span);
        finding.fix = Some(Fix {
            edits: vec![insertion(span.start, "("), insertion(span.end, ")")],
        });
        input.context.report(finding);
    }
    Ok((rest, texts))
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

/// A side of a comparison: a value, or `(value or default)`.
fn side(input: Tokens<'_>) -> Parsed<'_, Operand> {
    if input.first().is_some_and(|token| token.is_sign(Sign::Open)) {
        return operand_in_parentheses(input);
    }
    let (rest, value) = expression(input)?;
    let operand = plain(value);
    Ok((rest, operand))
}

pub(super) fn plain(value: Expression) -> Operand {
    let span = value.span;
    let default = None;
    Operand {
        value,
        default,
        span,
    }
}

/// `(customer.name or "您")`
pub(super) fn operand_in_parentheses(input: Tokens<'_>) -> Parsed<'_, Operand> {
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
