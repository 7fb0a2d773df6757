//! Calendars and holidays.

use jiff::civil::{Date, Time, Weekday};
use nom::branch::alt;
use nom::combinator::{cut, opt};
use nom::multi::separated_list1;
use nom::{Input, Parser};

use super::failure::{Parsed, expected, instead_of, refuse};
use super::reader::Reader;
use super::tokens::Tokens;
use super::word::{after, all_by_commas, by_commas, count, name, path, sign, text, word, words};
use crate::ast::{Calendar, HolidayLine, Holidays, ItemKind, OpenDays, Year};
use crate::problem::{Expected, SyntaxProblem};
use crate::token::{Sign, TokenKind};
use crate::weekday::{day_meant, day_named, days_between, every_day};

/// The words that begin a line of a calendar, besides the days.
const LINE_WORDS: [&str; 5] = ["mon", "every", "closed", "make", "zone"];

/// The years that a date can have.
const YEARS: std::ops::RangeInclusive<u32> = 1..=9999;

/// Reads `calendar NAME` and its lines.
pub(super) fn calendar<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let mut calendar = Calendar {
        name: reader.read(header, after("calendar", name))?,
        open: Vec::new(),
        holidays: Vec::new(),
        make_up_as: None,
        zone: None,
    };
    let (mut has_holidays, mut has_make_up, mut has_zone) = (false, false, false);
    let mut holidays = None;
    for line in lines {
        match line.first_word() {
            Some("closed") => {
                let read = reader.read(*line, closed);
                reader.once(*line, "closed on", &mut has_holidays, read, &mut holidays);
            }
            Some("make") => {
                let day = reader.read(*line, make_up);
                let place = &mut calendar.make_up_as;
                reader.once(*line, "make-up days", &mut has_make_up, day, place);
            }
            Some("zone") => {
                let zone = reader.read(*line, after("zone", text));
                reader.once(*line, "zone", &mut has_zone, zone, &mut calendar.zone);
            }
            Some(word) if word == "every" || day_meant(word).is_some() => {
                calendar.open.extend(reader.read(*line, open_days));
            }
            _ => reader.unknown_line(*line, &LINE_WORDS),
        }
    }
    calendar.holidays = holidays.unwrap_or_default();
    if calendar.open.is_empty() {
        reader.missing(header, &["mon to fri from 09:00 to 18:00"]);
    }
    Some(ItemKind::Calendar(calendar))
}

/// `closed on holidays of china, ours`
fn closed(input: Tokens<'_>) -> Parsed<'_, Vec<crate::ast::Path>> {
    let (rest, ()) = words(&["closed"]).parse(input)?;
    let (rest, ()) = cut(words(&["on", "holidays", "of"])).parse(rest)?;
    cut(all_by_commas(path)).parse(rest)
}

/// `make-up days as mon`
fn make_up(input: Tokens<'_>) -> Parsed<'_, Weekday> {
    let (rest, _) = word("make").parse(input)?;
    let (rest, _) = cut(sign(Sign::Minus)).parse(rest)?;
    let (rest, ()) = cut(words(&["up", "days", "as"])).parse(rest)?;
    cut(weekday).parse(rest)
}

/// `mon to fri, sun from 09:00 to 21:00`
fn open_days(input: Tokens<'_>) -> Parsed<'_, OpenDays> {
    let (rest, days) = alt((every, several_days)).parse(input)?;
    let (rest, from) = cut(after("from", time)).parse(rest)?;
    let (rest, to) = cut(after("to", time)).parse(rest)?;
    let span = input.span_until(&rest);
    let mut once: Vec<Weekday> = Vec::with_capacity(days.len());
    for day in days {
        if !once.contains(&day) {
            once.push(day);
        }
    }
    Ok((
        rest,
        OpenDays {
            days: once,
            from,
            to,
            span,
        },
    ))
}

fn every(input: Tokens<'_>) -> Parsed<'_, Vec<Weekday>> {
    after("every", word("day"))
        .map(|_| every_day())
        .parse(input)
}

fn several_days(input: Tokens<'_>) -> Parsed<'_, Vec<Weekday>> {
    let stretch = (weekday, opt(after("to", weekday))).map(|(first, last)| match last {
        Some(last) => days_between(first, last),
        None => vec![first],
    });
    by_commas(stretch).map(|days| days.concat()).parse(input)
}

fn weekday(input: Tokens<'_>) -> Parsed<'_, Weekday> {
    let written = input.first_word().unwrap_or_default();
    match (day_named(written), day_meant(written)) {
        (Some(day), _) => Ok((input.take_from(1), day)),
        (None, Some(meant)) => instead_of(input, 1, meant),
        (None, None) => expected(input, Expected::Word("mon")),
    }
}

pub(super) fn time(input: Tokens<'_>) -> Parsed<'_, Time> {
    match input.first().map(|token| &token.kind) {
        Some(TokenKind::Time(time)) => Ok((input.take_from(1), *time)),
        _ => expected(input, Expected::Time),
    }
}

/// Reads `holidays NAME of 2025, 2026` and its lines.
pub(super) fn holidays<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let head = (name, after("of", all_by_commas(year)));
    let (name, years) = reader.read(header, after("holidays", head))?;
    let mut days = Vec::new();
    for line in lines {
        match line.first_word() {
            Some("off" | "work") => {
                days.extend(reader.read(*line, holiday_line).unwrap_or_default());
            }
            _ => reader.unknown_line(*line, &["off", "work"]),
        }
    }
    if days.is_empty() {
        reader.missing(header, &["off"]);
    }
    Some(ItemKind::Holidays(Holidays {
        name,
        years,
        lines: days,
    }))
}

fn year(input: Tokens<'_>) -> Parsed<'_, Year> {
    let (rest, number) = count(input)?;
    let span = input.span_until(&rest);
    match i16::try_from(number)
        .ok()
        .filter(|_| YEARS.contains(&number))
    {
        Some(number) => Ok((rest, Year { number, span })),
        None => {
            let number = number.to_string();
            refuse(input, SyntaxProblem::NumberOutOfRange { number }, span)
        }
    }
}

/// `off 2026-10-01 to 2026-10-07, 2026-12-31 "…"`
fn holiday_line(input: Tokens<'_>) -> Parsed<'_, Vec<HolidayLine>> {
    let make_up = input.first_word() == Some("work");
    let stretch = move |input| {
        let (rest, (first, last)) = (date, opt(after("to", date))).parse(input)?;
        let line = HolidayLine {
            make_up,
            first,
            last: last.unwrap_or(first),
            title: None,
            span: input.span_until(&rest),
        };
        Ok((rest, line))
    };
    let stretches = separated_list1(sign(Sign::Comma), stretch);
    let (rest, mut days) = cut(stretches).parse(input.take_from(1))?;
    let (rest, title) = opt(text).parse(rest)?;
    for line in &mut days {
        line.title.clone_from(&title);
    }
    Ok((rest, days))
}

fn date(input: Tokens<'_>) -> Parsed<'_, Date> {
    match input.first().map(|token| &token.kind) {
        Some(TokenKind::Date(date)) => Ok((input.take_from(1), *date)),
        _ => expected(input, Expected::Date),
    }
}
