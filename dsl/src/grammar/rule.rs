//! Rules and signals.

use nom::branch::alt;
use nom::combinator::{cut, opt, value};
use nom::multi::separated_list1;
use nom::{Input, Parser};

use super::condition::condition;
use super::declaration::declared_name;
use super::effect::{EFFECT_WORDS, begins_effect, counted_for, effect};
use super::failure::{Parsed, found, refuse};
use super::reader::Reader;
use super::tokens::Tokens;
use super::value::{duration, expression};
use super::word::{after, count, name, path, sign, word, words};
use crate::ast::{
    Effect, Guard, ItemKind, Limit, Name, Rule, Signal, Trigger, TriggerKind, Window,
};
use crate::bundle::{AttachmentKind, PeopleState};
use crate::diagnostic::Diagnostic;
use crate::problem::{Expected, SyntaxProblem};
use crate::source::Span;
use crate::token::Sign;
use crate::weekday::is_weekday;

/// The words that begin a line of a rule above its effects.
const CLAUSE_WORDS: [&str; 6] = ["rank", "on", "while", "when", "otherwise", "then"];

/// Behind a signal: how often it must come.
const REACHING: &str = "reaching";

/// Behind a number: that it went past a bound.
const RISING: &str = "rising";

/// As [`RISING`], in the full language only.
const FALLING: &str = "falling";

/// A rule has one of these lines at most.
const GUARD: &str = "when / otherwise";

/// The words that begin a line of a rule in the full language only.
const LATER_CLAUSE_WORDS: [&str; 6] = ["stage", "rollout", "mode", "active", "every", "salt"];

/// Reads `rule NAME` and its lines.
pub(super) fn rule<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let name = reader.read(header, after("rule", name))?;
    let mut clauses = Clauses::default();
    for line in lines {
        clauses.line(reader, *line);
    }
    Some(ItemKind::Rule(clauses.finish(reader, header, name)))
}

#[derive(Default)]
struct Clauses {
    rank: Option<Name>,
    triggers: Option<Vec<Trigger>>,
    during: Option<Vec<PeopleState>>,
    guard: Option<Guard>,
    effects: Vec<Effect>,
    has_rank: bool,
    has_trigger: bool,
    has_during: bool,
    has_guard: bool,
    /// `then` has come.
    has_effects: bool,
    /// The last clause was `then`, so a line may be an effect.
    in_effects: bool,
}

impl Clauses {
    fn line<'a>(&mut self, reader: &mut Reader, line: Tokens<'a>) {
        let first = line.first_word().unwrap_or_default();
        if CLAUSE_WORDS.contains(&first) {
            self.in_effects = first == "then";
        }
        match first {
            "rank" => {
                let rank = reader.read(line, after("rank", name));
                reader.once(line, "rank", &mut self.has_rank, rank, &mut self.rank);
            }
            "on" => {
                let triggers = reader.read(line, after("on", triggers));
                reader.once(
                    line,
                    "on",
                    &mut self.has_trigger,
                    triggers,
                    &mut self.triggers,
                );
            }
            "while" => {
                let during = reader.read(line, after("while", people_states));
                let (seen, place) = (&mut self.has_during, &mut self.during);
                reader.once(line, "while", seen, during, place);
            }
            "when" => {
                let guard = reader.read(line, after("when", condition).map(Guard::When));
                reader.once(line, GUARD, &mut self.has_guard, guard, &mut self.guard);
            }
            "otherwise" => {
                let guard = reader.read(line, word("otherwise").map(Guard::Otherwise));
                reader.once(line, GUARD, &mut self.has_guard, guard, &mut self.guard);
            }
            "then" => self.then(reader, line),
            word if begins_effect(word) => {
                if !self.in_effects {
                    self.then_is_missing(reader, line);
                }
                self.effects.extend(reader.read(line, effect));
            }
            "at" => {
                reader.read(line, limit_without_effect);
            }
            word if LATER_CLAUSE_WORDS.contains(&word) => reader.not_available(line, word),
            _ if self.in_effects => reader.unknown_line(line, &EFFECT_WORDS),
            _ => reader.unknown_line(line, &CLAUSE_WORDS),
        }
    }

    /// `then` and, on the same line or the next, the first effect.
    fn then<'a>(&mut self, reader: &mut Reader, line: Tokens<'a>) {
        if std::mem::replace(&mut self.has_effects, true) {
            let clause = "then";
            reader.report(line, SyntaxProblem::RepeatedClause { clause }, line.here());
        }
        let rest = line.take_from(1);
        if rest.first().is_some() {
            self.effects.extend(reader.read(rest, effect));
        }
    }

    /// An effect without `then` in front: said once, with a fix, and read all the same.
    fn then_is_missing<'a>(&mut self, reader: &mut Reader, line: Tokens<'a>) {
        if !self.has_effects && !line.has_invalid() {
            let start = line.here();
            let problem = SyntaxProblem::Unexpected {
                found: found(line),
                expected: vec![Expected::Word("then")],
                advice: None,
            };
            let place = Span {
                end: start.start,
                ..start
            };
            let finding = Diagnostic::new(problem, start).with_fix(place, "then ");
            line.context.report(finding);
        }
        reader.complete = false;
        self.has_effects = true;
        self.in_effects = true;
    }

    fn finish<'a>(self, reader: &mut Reader, header: Tokens<'a>, name: Name) -> Rule {
        let clauses = [
            (self.has_rank, "rank"),
            (self.has_trigger, "on"),
            (!self.effects.is_empty(), "then"),
        ];
        let missing: Vec<&str> = clauses
            .into_iter()
            .filter(|(is_there, _)| !is_there)
            .map(|(_, clause)| clause)
            .collect();
        reader.missing(header, &missing);
        Rule {
            name,
            rank: self.rank,
            triggers: self.triggers.unwrap_or_default(),
            during: self.during.unwrap_or_default(),
            guard: self.guard.unwrap_or(Guard::Always),
            effects: self.effects,
        }
    }
}

/// `at most once` on a line of its own: a limit belongs to one effect, so it must say to which.
fn limit_without_effect(input: Tokens<'_>) -> Parsed<'_, ()> {
    let (rest, ()) = words(&["at", "most"]).parse(input)?;
    let span = input.span_until(&rest);
    let problem = SyntaxProblem::Instead {
        written: input.context.source(span).to_owned(),
        write: "EFFECT, at most …",
    };
    refuse(input, problem, span)
}

/// `queued or assigned`
fn people_states(input: Tokens<'_>) -> Parsed<'_, Vec<PeopleState>> {
    let state = alt((
        word("queued").map(|_| PeopleState::Queued),
        word("assigned").map(|_| PeopleState::Assigned),
    ));
    let (rest, mut states) = separated_list1(word("or"), cut(state)).parse(input)?;
    states.sort_unstable();
    states.dedup();
    Ok((rest, states))
}

/// `message or event order.delivered`
fn triggers(input: Tokens<'_>) -> Parsed<'_, Vec<Trigger>> {
    separated_list1(word("or"), cut(trigger)).parse(input)
}

/// `message`, `event order.delivered`, `愤怒 reaching 2 within 10m per customer`, `customer.anger rising above 60%`
fn trigger(input: Tokens<'_>) -> Parsed<'_, Trigger> {
    let is_later = match input.first_word() {
        Some("message" | "event" | "attachment") | None => false,
        Some("outgoing" | "queued" | "silence" | "no") => true,
        Some(word) if is_weekday(word) => true,
        Some(_) => edge_word(input) == Some(FALLING),
    };
    if is_later {
        return not_yet(input);
    }
    match edge_word(input) {
        Some(REACHING) => reaching(input),
        Some(RISING) => rising(input),
        _ if input.starts_with(&["attachment"]) => attachment(input),
        _ => happening(input),
    }
}

/// `message or event order.delivered`, no edges
pub(super) fn happenings(input: Tokens<'_>) -> Parsed<'_, Vec<Trigger>> {
    separated_list1(word("or"), cut(happening)).parse(input)
}

/// `message` or `event order.delivered`: what comes from outside.
fn happening(input: Tokens<'_>) -> Parsed<'_, Trigger> {
    if input.starts_with(&["message", "from"]) {
        return not_yet(input);
    }
    let (rest, kind) = alt((
        word("message").map(|_| TriggerKind::Message),
        after("event", path).map(TriggerKind::Event),
    ))
    .parse(input)?;
    let span = input.span_until(&rest);
    Ok((rest, Trigger { kind, span }))
}

/// `attachment image`, or `attachment` for any.
fn attachment(input: Tokens<'_>) -> Parsed<'_, Trigger> {
    let (rest, _) = word("attachment").parse(input)?;
    let is_any = rest.first().is_none() || rest.starts_with(&["or"]);
    let (rest, kind) = match is_any {
        true => (rest, None),
        false => cut(attachment_kind.map(Some)).parse(rest)?,
    };
    let span = input.span_until(&rest);
    let kind = TriggerKind::Attachment(kind);
    Ok((rest, Trigger { kind, span }))
}

/// `image`, `voice`, `video`, `file` or `location`
pub(super) fn attachment_kind(input: Tokens<'_>) -> Parsed<'_, AttachmentKind> {
    alt((
        value(AttachmentKind::Image, word("image")),
        value(AttachmentKind::Voice, word("voice")),
        value(AttachmentKind::Video, word("video")),
        value(AttachmentKind::File, word("file")),
        value(AttachmentKind::Location, word("location")),
    ))
    .parse(input)
}

fn not_yet(input: Tokens<'_>) -> Parsed<'_, Trigger> {
    let problem = SyntaxProblem::NotAvailable {
        construct: input.context.source(input.span()).to_owned(),
    };
    refuse(input, problem, input.span())
}

/// `愤怒 reaching 2 within 10m per customer`, `投诉 reaching 3 today per customer`
fn reaching(input: Tokens<'_>) -> Parsed<'_, Trigger> {
    let (rest, signal) = path(input)?;
    let (count_from, _) = word(REACHING).parse(rest)?;
    let (rest, times) = cut(count).parse(count_from)?;
    let today = word("today").map(|_| Window::Today);
    let (rest, window) = cut(alt((within, today))).parse(rest)?;
    let (rest, scope) = cut(after("per", counted_for)).parse(rest)?;
    let count = Limit {
        times,
        window,
        scope,
        span: count_from.span_until(&rest),
    };
    let span = input.span_until(&rest);
    let kind = TriggerKind::Reaching { signal, count };
    Ok((rest, Trigger { kind, span }))
}

/// `customer.anger rising above 60%`
fn rising(input: Tokens<'_>) -> Parsed<'_, Trigger> {
    let (rest, field) = path(input)?;
    let (rest, ()) = cut(words(&[RISING, "above"])).parse(rest)?;
    let (rest, above) = cut(expression).parse(rest)?;
    let span = input.span_until(&rest);
    let kind = TriggerKind::Rising { field, above };
    Ok((rest, Trigger { kind, span }))
}

fn within(input: Tokens<'_>) -> Parsed<'_, Window> {
    let (from, _) = word("within").parse(input)?;
    let (rest, length) = cut(duration).parse(from)?;
    let span = from.span_until(&rest);
    Ok((rest, Window::Sliding { length, span }))
}

/// The word behind a path that makes it an edge.
fn edge_word<'a>(input: Tokens<'a>) -> Option<&'a str> {
    let (rest, _) = path(input).ok()?;
    let word = rest.first_word()?;
    matches!(word, REACHING | RISING | FALLING).then_some(word)
}

/// Reads `signal NAME = message where …`.
pub(super) fn signal<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let Some(declared) = declared_name(header) else {
        reader.read(header, after("signal", name));
        return None;
    };
    let counted = (happening, opt(after("where", condition)));
    let whole = (word("signal"), name, cut(sign(Sign::Equal)), cut(counted));
    let read = reader.read(header, whole).map(|(_, _, _, counted)| counted);
    for line in lines {
        reader.unknown_line(*line, &[]);
    }
    let (trigger, condition) = match read {
        Some((trigger, condition)) => (Some(trigger), condition),
        None => (None, None),
    };
    Some(ItemKind::Signal(Signal {
        name: declared,
        trigger,
        condition,
    }))
}
