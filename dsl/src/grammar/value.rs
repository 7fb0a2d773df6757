//! Values: names of facts, constants, lists, and lengths of time.

use std::time::Duration;

use nom::combinator::{cut, opt};
use nom::{Input, Parser};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::failure::{Parsed, expected, refuse};
use super::tokens::Tokens;
use super::word::{after, by_commas, hyphenated, language_tag, path, sign};
use crate::ast::{Expression, ExpressionKind, Literal, Operand};
use crate::problem::{Expected, SyntaxProblem};
use crate::source::Span;
use crate::token::{Sign, TokenKind};
use crate::value::Currency;

/// A value with what stands in where it is absent: `customer.name or "您"`.
pub(super) fn operand(input: Tokens<'_>) -> Parsed<'_, Operand> {
    let (rest, value) = expression(input)?;
    let (rest, default) = opt(after("or", expression)).parse(rest)?;
    let span = input.span_until(&rest);
    let operand = Operand {
        value,
        default,
        span,
    };
    Ok((rest, operand))
}

/// A value where facts are given: as [`expression`], or a list in parentheses.
pub(super) fn given_value(input: Tokens<'_>) -> Parsed<'_, Expression> {
    if !input.first().is_some_and(|token| token.is_sign(Sign::Open)) {
        return expression(input);
    }
    let (rest, members) = opt(by_commas(expression)).parse(input.take_from(1))?;
    let (rest, _) = cut(sign(Sign::Close)).parse(rest)?;
    let list = Expression {
        kind: ExpressionKind::List(members.unwrap_or_default()),
        span: input.span_until(&rest),
    };
    Ok((rest, list))
}

/// A constant or the name of something.
pub(super) fn expression(input: Tokens<'_>) -> Parsed<'_, Expression> {
    let (rest, kind) = kind(input)?;
    let span = input.span_until(&rest);
    Ok((rest, Expression { kind, span }))
}

fn kind(input: Tokens<'_>) -> Parsed<'_, ExpressionKind> {
    let Some(token) = input.first() else {
        return expected(input, Expected::Value);
    };
    let one = input.take_from(1);
    let literal = match &token.kind {
        TokenKind::Text(text) => Literal::Text(text.clone()),
        TokenKind::Percent(percent) => Literal::Percent(*percent),
        TokenKind::Time(time) => Literal::TimeOfDay(*time),
        TokenKind::Date(date) => {
            return Ok(match one.first().map(|next| &next.kind) {
                Some(TokenKind::Time(time)) => {
                    let moment = Literal::Moment(date.to_datetime(*time));
                    (one.take_from(1), ExpressionKind::Literal(moment))
                }
                _ => (one, ExpressionKind::Literal(Literal::Date(*date))),
            });
        }
        TokenKind::WithUnit { .. } => return constant(duration(input)?),
        TokenKind::Number { value, .. }
            if one.first_word().is_some_and(|word| is_length(*value, word)) =>
        {
            return constant(duration(input)?);
        }
        TokenKind::Number { value, has_point } => match has_point {
            true => Literal::Decimal(*value),
            false => Literal::Integer(*value),
        },
        TokenKind::CurrencySign(sign) => {
            let sign = *sign;
            return refuse(input, SyntaxProblem::CurrencySign { sign }, token.span);
        }
        TokenKind::Word(word) => return from_word(input, word),
        _ => return expected(input, Expected::Value),
    };
    Ok((one, ExpressionKind::Literal(literal)))
}

fn constant<'a>((rest, length): (Tokens<'a>, Duration)) -> Parsed<'a, ExpressionKind> {
    Ok((rest, ExpressionKind::Literal(Literal::Duration(length))))
}

fn from_word<'a>(input: Tokens<'a>, word: &str) -> Parsed<'a, ExpressionKind> {
    let one = input.take_from(1);
    if let Some(currency) = Currency::from_code(word)
        && let Some(TokenKind::Number { value, .. }) = one.first().map(|next| &next.kind)
    {
        let amount = *value;
        let money = Literal::Money { currency, amount };
        return Ok((one.take_from(1), ExpressionKind::Literal(money)));
    }
    let alone = !one.first().is_some_and(|next| next.is_sign(Sign::Dot));
    if alone && matches!(word, "yes" | "no") {
        return Ok((one, ExpressionKind::Literal(Literal::Bool(word == "yes"))));
    }
    if hyphenated(input, one).is_some() {
        let (rest, tag) = language_tag(input)?;
        return Ok((rest, ExpressionKind::Literal(Literal::LanguageTag(tag.tag))));
    }
    match path(input) {
        Ok((rest, path)) => Ok((rest, ExpressionKind::Path(path))),
        Err(nom::Err::Error(_)) => expected(input, Expected::Value),
        Err(failure) => Err(failure),
    }
}

/// What a number of days means.
#[derive(Clone, Copy, PartialEq)]
enum Days {
    /// Days of the calendar, which are no length of time.
    Refused,
    /// 24 hours each.
    Taken,
}

/// `10m`, `24h`, `10 minutes`.
pub(super) fn duration(input: Tokens<'_>) -> Parsed<'_, Duration> {
    length(input, Days::Refused)
}

/// `90 days`, or any other length of time: how long something is kept.
pub(super) fn lifetime(input: Tokens<'_>) -> Parsed<'_, Duration> {
    length(input, Days::Taken)
}

fn length(input: Tokens<'_>, days: Days) -> Parsed<'_, Duration> {
    let (amount, unit_word, rest) = match input.first().map(|token| &token.kind) {
        Some(TokenKind::WithUnit { amount, unit }) => (amount, &**unit, input.take_from(1)),
        Some(TokenKind::Number { value, .. }) => match input.take_from(1).first_word() {
            Some(word) if is_length(*value, word) => (value, word, input.take_from(2)),
            _ => {
                let number = value.to_string();
                let problem = SyntaxProblem::NumberWithoutUnit { number };
                return refuse(input, problem, input.here());
            }
        },
        _ => return expected(input, Expected::Duration),
    };
    let span = input.span_until(&rest);
    let Some(unit) = unit(unit_word) else {
        let meant = in_known_units(*amount, unit_word);
        let unit = unit_word.to_owned();
        return refuse(input, SyntaxProblem::UnknownUnit { unit, meant }, span);
    };
    if unit.calendar && days == Days::Refused {
        let days = input.context.source(span).to_owned();
        return refuse(input, SyntaxProblem::CalendarDay { days }, span);
    }
    match milliseconds(*amount, unit.seconds) {
        Some(milliseconds) => Ok((rest, Duration::from_millis(milliseconds))),
        None => refuse(input, out_of_range(input, span), span),
    }
}

/// Whether a number and the word behind it are a length of time, in whatever unit.
fn is_length(amount: Decimal, word: &str) -> bool {
    unit(word).is_some() || in_known_units(amount, word).is_some()
}

/// What an amount of a unit that the language lacks is in those that it has; a month counts 30 days.
fn in_known_units(amount: Decimal, unit: &str) -> Option<String> {
    let days = |days: u32| Some(format!("{}d", amount.checked_mul(days.into())?.normalize()));
    match unit {
        "week" | "weeks" | "周" | "星期" => days(7),
        "month" | "months" | "个月" => days(30),
        "year" | "years" | "年" => days(365),
        "天" => days(1),
        "小时" => Some(format!("{amount}h")),
        "分钟" => Some(format!("{amount}m")),
        "秒" | "秒钟" => Some(format!("{amount}s")),
        "点" | "点钟" => {
            let hour = amount
                .to_u8()
                .filter(|hour| *hour < 24 && amount.is_integer())?;
            Some(format!("{hour:02}:00"))
        }
        _ => None,
    }
}

fn out_of_range(input: Tokens<'_>, span: Span) -> SyntaxProblem {
    let number = input.context.source(span).to_owned();
    SyntaxProblem::NumberOutOfRange { number }
}

/// The longest time that can be written: about 100 years.
const MAX_MILLISECONDS: u64 = 100 * 366 * 24 * 3600 * 1000;

fn milliseconds(amount: Decimal, seconds: u64) -> Option<u64> {
    let milliseconds = amount
        .checked_mul(Decimal::from(seconds))?
        .checked_mul(Decimal::ONE_THOUSAND)?;
    let whole = milliseconds.is_integer().then(|| milliseconds.to_u64())??;
    (whole <= MAX_MILLISECONDS).then_some(whole)
}

struct Unit {
    seconds: u64,
    /// A word for the calendar, not for elapsed time.
    calendar: bool,
}

fn unit(word: &str) -> Option<Unit> {
    let elapsed = |seconds| Unit {
        seconds,
        calendar: false,
    };
    Some(match word {
        "s" | "second" | "seconds" => elapsed(1),
        "m" | "min" | "minute" | "minutes" => elapsed(60),
        "h" | "hour" | "hours" => elapsed(3600),
        "d" => elapsed(24 * 3600),
        "day" | "days" => Unit {
            seconds: 24 * 3600,
            calendar: true,
        },
        _ => return None,
    })
}
