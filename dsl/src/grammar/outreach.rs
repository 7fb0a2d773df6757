//! Outreach.

use nom::branch::alt;
use nom::combinator::{cut, opt};
use nom::{Input, Parser};

use super::calendar::time;
use super::condition::condition;
use super::effect::{reply_of, times, window};
use super::failure::{Parsed, instead_of};
use super::reader::Reader;
use super::rule::happenings;
use super::tokens::Tokens;
use super::value::duration;
use super::word::{after, name, path, sign, text, word, words};
use crate::ast::{
    Condition, ItemKind, Limit, Outreach, QuietHours, Send, SendTime, Trigger, Unless, ZoneChoice,
};
use crate::bundle::Scope;
use crate::source::Span;
use crate::token::Sign;

/// The words that begin a line of an outreach.
const LINE_WORDS: [&str; 9] = [
    "on", "when", "unless", "cannot", "send", "not", "quiet", "at", "counts",
];

/// An outreach has one of these lines at most.
const CANCEL: &str = "unless / cannot be cancelled";

/// Reads `outreach NAME` and its lines.
pub(super) fn outreach<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let name = reader.read(header, after("outreach", name))?;
    let mut read = Lines::default();
    for line in lines {
        read.line(reader, *line);
    }
    let [has_on, _, _, has_send, ..] = read.seen;
    let clauses = [(has_on, "on"), (has_send, "send")];
    let missing = clauses.into_iter().filter(|(is_there, _)| !is_there);
    let missing: Vec<&str> = missing.map(|(_, clause)| clause).collect();
    reader.missing(header, &missing);
    let (triggers, filter) = read.on.unwrap_or_default();
    Some(ItemKind::Outreach(Box::new(Outreach {
        name,
        triggers,
        filter,
        condition: read.when,
        unless: read.unless,
        send: read.send,
        latest: read.latest,
        quiet: read.quiet,
        limit: read.limit,
        marketing: read.marketing,
    })))
}

#[derive(Default)]
struct Lines {
    on: Option<(Vec<Trigger>, Option<Condition>)>,
    when: Option<Condition>,
    unless: Option<Unless>,
    send: Option<Send>,
    latest: Option<(std::time::Duration, Span)>,
    quiet: Option<QuietHours>,
    limit: Option<Limit>,
    marketing: Option<Span>,
    /// Which of them have come, in this order.
    seen: [bool; 8],
}

impl Lines {
    fn line<'a>(&mut self, reader: &mut Reader, line: Tokens<'a>) {
        let [on, when, unless, send, latest, quiet, limit, marketing] = &mut self.seen;
        match line.first_word() {
            Some("on") => {
                let listens = (happenings, opt(after("where", condition)));
                let read = reader.read(line, after("on", listens));
                reader.once(line, "on", on, read, &mut self.on);
            }
            Some("when") => {
                let read = reader.read(line, after("when", condition));
                reader.once(line, "when", when, read, &mut self.when);
            }
            Some("unless") => {
                let read = reader.read(line, after("unless", happenings).map(Unless::Happens));
                reader.once(line, CANCEL, unless, read, &mut self.unless);
            }
            Some("cannot") => {
                let never = words(&["cannot", "be", "cancelled"]).map(|()| Unless::Never);
                let read = reader.read(line, never);
                reader.once(line, CANCEL, unless, read, &mut self.unless);
            }
            Some("send") => {
                let read = reader.read(line, after("send", send_what));
                reader.once(line, "send", send, read, &mut self.send);
            }
            Some("not") => {
                let read = reader.read(line, not_later);
                reader.once(line, "not later than", latest, read, &mut self.latest);
            }
            Some("quiet") => {
                let read = reader.read(line, quiet_hours);
                reader.once(line, "quiet hours", quiet, read, &mut self.quiet);
            }
            Some("at") => {
                let read = reader.read(line, customer_limit);
                reader.once(line, "at most", limit, read, &mut self.limit);
            }
            Some("counts") => {
                let span = line.span();
                let counts = words(&["counts", "as", "marketing"]).map(move |()| span);
                let read = reader.read(line, counts);
                reader.once(
                    line,
                    "counts as marketing",
                    marketing,
                    read,
                    &mut self.marketing,
                );
            }
            _ => reader.unknown_line(line, &LINE_WORDS),
        }
    }
}

/// `收货关怀 (no: order.no) after 24h`
fn send_what(input: Tokens<'_>) -> Parsed<'_, Send> {
    let (rest, (template, arguments)) = reply_of(input)?;
    let (rest, time) = opt(alt((sent_after, next_day))).parse(rest)?;
    let send = Send {
        template,
        arguments,
        time: time.unwrap_or(SendTime::AtOnce),
        span: input.span_until(&rest),
    };
    Ok((rest, send))
}

fn sent_after(input: Tokens<'_>) -> Parsed<'_, SendTime> {
    let (from, _) = word("after").parse(input)?;
    let (rest, length) = cut(duration).parse(from)?;
    Ok((rest, SendTime::After(length, from.span_until(&rest))))
}

fn next_day(input: Tokens<'_>) -> Parsed<'_, SendTime> {
    let (rest, _) = word("next").parse(input)?;
    let (rest, ()) = cut(words(&["day", "at"])).parse(rest)?;
    let (rest, at) = cut(time).parse(rest)?;
    let (rest, zone) = zone_choice(rest)?;
    Ok((rest, SendTime::NextDay { at, zone }))
}

/// `in customer.timezone or zone "Asia/Shanghai"`, `in zone "Asia/Shanghai"`, or nothing.
fn zone_choice(input: Tokens<'_>) -> Parsed<'_, ZoneChoice> {
    if !input.starts_with(&["in"]) {
        return Ok((input, ZoneChoice::default()));
    }
    let named = |input| after("zone", text).parse(input);
    let whole = alt((
        named.map(|zone| ZoneChoice {
            field: None,
            zone: Some(zone),
        }),
        (path, opt(after("or", named))).map(|(field, zone)| ZoneChoice {
            field: Some(field),
            zone,
        }),
    ));
    cut(whole).parse(input.take_from(1))
}

/// `not later than 48h`, and for those who want to hear it `, else drop`.
fn not_later(input: Tokens<'_>) -> Parsed<'_, (std::time::Duration, Span)> {
    let (rest, _) = word("not").parse(input)?;
    let (from, ()) = cut(words(&["later", "than"])).parse(rest)?;
    let (rest, latest) = cut(duration).parse(from)?;
    let span = from.span_until(&rest);
    let else_drop = (sign(Sign::Comma), cut(words(&["else", "drop"])));
    let (rest, _) = opt(else_drop).parse(rest)?;
    Ok((rest, (latest, span)))
}

fn quiet_hours(input: Tokens<'_>) -> Parsed<'_, QuietHours> {
    let (rest, _) = word("quiet").parse(input)?;
    let (rest, _) = cut(word("hours")).parse(rest)?;
    let (rest, from) = cut(time).parse(rest)?;
    let (rest, to) = cut(after("to", time)).parse(rest)?;
    let (rest, zone) = zone_choice(rest)?;
    let quiet = QuietHours {
        from,
        to,
        zone,
        span: input.span_until(&rest),
    };
    Ok((rest, quiet))
}

/// `at most once per 30d per customer`: an outreach belongs to no episode.
pub(super) fn customer_limit(input: Tokens<'_>) -> Parsed<'_, Limit> {
    let (rest, _) = word("at").parse(input)?;
    let (rest, _) = cut(word("most")).parse(rest)?;
    let (rest, times) = cut(times).parse(rest)?;
    let (rest, window) = window(rest)?;
    if rest.starts_with(&["per", "episode"]) {
        return instead_of(rest, 2, "per customer");
    }
    let (rest, ()) = cut(words(&["per", "customer"])).parse(rest)?;
    let limit = Limit {
        times,
        window,
        scope: Scope::Customer,
        span: input.span_until(&rest),
    };
    Ok((rest, limit))
}
