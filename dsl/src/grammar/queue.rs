//! Queues: where people work, when, and what happens while nobody does.

use nom::combinator::cut;
use nom::{Input, Parser};

use super::effect::reply_of;
use super::failure::{Parsed, expected, refuse};
use super::reader::Reader;
use super::tokens::Tokens;
use super::word::{after, name, path, text, word, words};
use crate::ast::{ClosedReply, ItemKind, Path, Queue};
use crate::problem::{Expected, SyntaxProblem};
use crate::source::Span;

/// The words that begin a part of a queue, on its first line or on lines of their own.
const PART_WORDS: [&str; 4] = ["default", "hours", "overflow", "when"];

/// Reads `queue NAME "title"` and its parts.
pub(super) fn queue<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let (name, title, first) = reader.read(header, after("queue", (name, text, parts)))?;
    let mut queue = Queue {
        name,
        title,
        default: None,
        hours: None,
        overflow: None,
        closed_reply: None,
    };
    let mut seen = Vec::new();
    for part in first {
        put(reader, header, &mut queue, &mut seen, part);
    }
    for line in lines {
        let begins_part = line
            .first_word()
            .is_some_and(|word| PART_WORDS.contains(&word) || word == SENSITIVE);
        if !begins_part {
            reader.unknown_line(*line, &PART_WORDS);
            continue;
        }
        for part in reader.read(*line, parts).unwrap_or_default() {
            put(reader, *line, &mut queue, &mut seen, part);
        }
    }
    Some(ItemKind::Queue(Box::new(queue)))
}

/// A word of the full language only.
const SENSITIVE: &str = "sensitive";

/// A part of a queue.
enum Part {
    Default(Span),
    Hours(Path),
    Overflow(Path),
    Closed(ClosedReply),
}

impl Part {
    fn words(&self) -> &'static str {
        match self {
            Self::Default(_) => "default",
            Self::Hours(_) => "hours",
            Self::Overflow(_) => "overflow to",
            Self::Closed(_) => "when closed",
        }
    }
}

fn put(
    reader: &mut Reader,
    line: Tokens<'_>,
    queue: &mut Queue,
    seen: &mut Vec<&'static str>,
    (part, span): (Part, Span),
) {
    let clause = part.words();
    if seen.contains(&clause) {
        reader.report(line, SyntaxProblem::RepeatedClause { clause }, span);
        return;
    }
    seen.push(clause);
    match part {
        Part::Default(span) => queue.default = Some(span),
        Part::Hours(path) => queue.hours = Some(path),
        Part::Overflow(path) => queue.overflow = Some(path),
        Part::Closed(reply) => queue.closed_reply = Some(reply),
    }
}

/// As many parts as there are, each with its place.
fn parts(input: Tokens<'_>) -> Parsed<'_, Vec<(Part, Span)>> {
    let mut rest = input;
    let mut parts = Vec::new();
    while let Some(word) = rest.first_word() {
        if word == SENSITIVE {
            let construct = SENSITIVE.to_owned();
            return refuse(rest, SyntaxProblem::NotAvailable { construct }, rest.here());
        }
        if !PART_WORDS.contains(&word) {
            break;
        }
        let from = rest;
        let part;
        (rest, part) = cut(one_part).parse(from)?;
        parts.push((part, from.span_until(&rest)));
    }
    Ok((rest, parts))
}

fn one_part(input: Tokens<'_>) -> Parsed<'_, Part> {
    match input.first_word() {
        Some("hours") => after("hours", path).map(Part::Hours).parse(input),
        Some("overflow") => {
            let (rest, ()) = words(&["overflow", "to"]).parse(input)?;
            path.map(Part::Overflow).parse(rest)
        }
        Some("when") => {
            let (rest, ()) = words(&["when", "closed"]).parse(input)?;
            if !rest.starts_with(&["reply"]) {
                return expected(rest, Expected::Word("reply"));
            }
            let (rest, (template, arguments)) = reply_of(rest.take_from(1))?;
            let reply = ClosedReply {
                template,
                arguments,
                span: input.span_until(&rest),
            };
            Ok((rest, Part::Closed(reply)))
        }
        _ => word("default").map(Part::Default).parse(input),
    }
}
