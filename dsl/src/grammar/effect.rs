//! Effects and their limits.

use nom::branch::alt;
use nom::combinator::{cut, opt};
use nom::sequence::preceded;
use nom::{Input, Parser};

use super::failure::{Parsed, Reads, expected, instead_of, refuse};
use super::tokens::Tokens;
use super::value::{duration, lifetime, operand};
use super::word::{
    after, count, in_parentheses, language_tag, name, path, sign, text, word, words,
};
use crate::ast::{Argument, Effect, EffectKind, Limit, Path, Window};
use crate::bundle::Scope;
use crate::problem::{Expected, SyntaxProblem};
use crate::token::Sign;

/// The words that begin an effect.
pub(super) const EFFECT_WORDS: [&str; 8] = [
    "reply", "hand", "set", "tag", "untag", "note", "no", "cancel",
];

/// The words that begin an effect of the full language only.
const LATER_EFFECT_WORDS: [&str; 10] = [
    "start", "do", "call", "open", "audit", "ask", "if", "hold", "mask", "send",
];

/// Whether a line that begins with this word is an effect, of this version or another.
pub(super) fn begins_effect(word: &str) -> bool {
    EFFECT_WORDS.contains(&word)
        || LATER_EFFECT_WORDS.contains(&word)
        || matches!(word, "route" | "stop")
}

/// One effect and its limit.
pub(super) fn effect(input: Tokens<'_>) -> Parsed<'_, Effect> {
    let (rest, kind) = kind(input)?;
    let span = input.span_until(&rest);
    let (rest, limit) = opt(preceded(sign(Sign::Comma), cut(limit))).parse(rest)?;
    Ok((rest, Effect { kind, limit, span }))
}

fn kind(input: Tokens<'_>) -> Parsed<'_, EffectKind> {
    let one = input.take_from(1);
    match input.first_word() {
        Some("reply") => cut(reply).parse(one),
        Some("hand") => cut(hand_over).parse(one),
        Some("set") => cut(set).parse(one),
        Some("tag") => cut(tag).parse(one),
        Some("untag") => cut((scope, text))
            .map(|(scope, tag)| EffectKind::Untag { scope, tag })
            .parse(one),
        Some("note") => cut(text).map(EffectKind::Note).parse(one),
        Some("no") => cut(words(&["other", "replies"]))
            .map(|()| EffectKind::NoOtherReplies)
            .parse(one),
        Some("cancel") => cut(after("outreach", cancelled))
            .map(EffectKind::CancelOutreach)
            .parse(one),
        Some("route") if input.starts_with(&["route", "to"]) => {
            instead_of(input, 2, "hand over to")
        }
        Some("stop") if input.starts_with(&["stop", "replies"]) => {
            instead_of(input, 2, "no other replies")
        }
        Some(word) if LATER_EFFECT_WORDS.contains(&word) || word == "stop" => {
            let construct = word.to_owned();
            refuse(
                input,
                SyntaxProblem::NotAvailable { construct },
                input.here(),
            )
        }
        _ => alt((
            expect_word("reply"),
            expect_word("hand over to"),
            expect_word("set"),
            expect_word("tag"),
            expect_word("untag"),
            expect_word("note"),
            expect_word("no other replies"),
            expect_word("cancel outreach"),
        ))
        .parse(input),
    }
}

fn expect_word<'a>(word: &'static str) -> impl Reads<'a, EffectKind> {
    move |input| expected(input, Expected::Word(word))
}

fn reply(input: Tokens<'_>) -> Parsed<'_, EffectKind> {
    let (rest, (template, arguments)) = reply_of(input)?;
    let reply = EffectKind::Reply {
        template,
        arguments,
    };
    Ok((rest, reply))
}

/// `安抚 (name: customer.name)`
pub(super) fn reply_of(input: Tokens<'_>) -> Parsed<'_, (Path, Vec<Argument>)> {
    (path, opt(in_parentheses(argument)))
        .map(|(template, arguments)| (template, arguments.unwrap_or_default()))
        .parse(input)
}

/// `all`, or the name of an outreach.
fn cancelled(input: Tokens<'_>) -> Parsed<'_, Option<Path>> {
    alt((word("all").map(|_| None), path.map(Some))).parse(input)
}

fn argument(input: Tokens<'_>) -> Parsed<'_, Argument> {
    (name, cut(sign(Sign::Colon)), cut(operand))
        .map(|(name, _, value)| Argument { name, value })
        .parse(input)
}

fn hand_over(input: Tokens<'_>) -> Parsed<'_, EffectKind> {
    let note = opt(preceded(word("with"), cut(after("note", text))));
    (words(&["over", "to"]), path, note)
        .map(|((), queue, note)| EffectKind::HandOver { queue, note })
        .parse(input)
}

fn set(input: Tokens<'_>) -> Parsed<'_, EffectKind> {
    alt((
        after("priority", after("to", name)).map(EffectKind::SetPriority),
        after("score", after("to", operand)).map(EffectKind::SetScore),
        after("language", after("to", language_tag)).map(EffectKind::SetLanguage),
    ))
    .parse(input)
}

fn tag(input: Tokens<'_>) -> Parsed<'_, EffectKind> {
    (scope, text, opt(after("for", lifetime)))
        .map(|(scope, tag, lifetime)| EffectKind::Tag {
            scope,
            tag,
            lifetime,
        })
        .parse(input)
}

/// `episode`, `customer`, or nothing, which means the episode.
fn scope(input: Tokens<'_>) -> Parsed<'_, Scope> {
    opt(scope_word)
        .map(|scope| scope.unwrap_or(Scope::Episode))
        .parse(input)
}

pub(super) fn scope_word(input: Tokens<'_>) -> Parsed<'_, Scope> {
    alt((
        word("episode").map(|_| Scope::Episode),
        word("customer").map(|_| Scope::Customer),
    ))
    .parse(input)
}

/// `at most twice per 30m per customer`
fn limit(input: Tokens<'_>) -> Parsed<'_, Limit> {
    let (rest, ()) = words(&["at", "most"]).parse(input)?;
    let (rest, times) = times(rest)?;
    let (rest, window) = window(rest)?;
    let (rest, scope) = opt(preceded(word("per"), cut(counted_for))).parse(rest)?;
    let limit = Limit {
        times,
        window,
        scope: scope.unwrap_or(Scope::Episode),
        span: input.span_until(&rest),
    };
    Ok((rest, limit))
}

pub(super) fn times(input: Tokens<'_>) -> Parsed<'_, u32> {
    alt((
        word("once").map(|_| 1),
        word("twice").map(|_| 2),
        (count, cut(word("times"))).map(|(count, _)| count),
    ))
    .parse(input)
}

/// `per 30m`, `today`, or nothing.
pub(super) fn window(input: Tokens<'_>) -> Parsed<'_, Window> {
    if input.starts_with(&["today"]) {
        return Ok((input.take_from(1), Window::Today));
    }
    let length = input.take_from(1);
    let is_scope = length
        .first()
        .is_none_or(|token| token.word().is_some_and(|word| word != "day"));
    if !input.starts_with(&["per"]) || is_scope {
        return Ok((input, Window::Whole));
    }
    if length.starts_with(&["day"]) {
        return instead_of(input, 2, "today");
    }
    let (rest, duration) = cut(duration).parse(length)?;
    let span = length.span_until(&rest);
    Ok((
        rest,
        Window::Sliding {
            length: duration,
            span,
        },
    ))
}

pub(super) fn counted_for(input: Tokens<'_>) -> Parsed<'_, Scope> {
    if input.starts_with(&["conversation"]) {
        return instead_of(input, 1, "episode");
    }
    alt((scope_word, |input| expected(input, Expected::Duration))).parse(input)
}
