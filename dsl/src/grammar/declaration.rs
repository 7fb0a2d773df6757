//! Ranks, defaults, schemas, enums, lists, queues, named conditions.

use nom::branch::alt;
use nom::combinator::{cut, opt, value};
use nom::multi::{many0, separated_list1};
use nom::sequence::preceded;
use nom::{Input, Parser};

use super::condition::{MAX_NESTING, condition};
use super::failure::{Parsed, refuse};
use super::outreach::customer_limit;
use super::reader::Reader;
use super::tokens::Tokens;
use super::word::{
    after, all_by_commas, by_commas, language_tag, name, path, sign, text, word, words,
};
use crate::ast::{
    Defaults, Enum, Field, ItemKind, List, Name, NamedCondition, Parameter, Ranks, Schema,
    SchemaSubject, Text, Tie, TypeName, TypeNameKind,
};
use crate::bundle::{Boundary, Folding, TieBreak};
use crate::problem::SyntaxProblem;
use crate::token::{Sign, TokenKind};

/// Reads `ranks a > b` and its `tie` lines.
pub(super) fn ranks<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let order = separated_list1(sign(Sign::Greater), name);
    let names = reader.read(header, after("ranks", order))?;
    let mut ties = Vec::new();
    for line in lines {
        match line.first_word() {
            Some("tie") => ties.extend(reader.read(*line, tie)),
            _ => reader.unknown_line(*line, &["tie"]),
        }
    }
    Some(ItemKind::Ranks(Ranks { names, ties }))
}

/// `tie business longest keyword, then first mentioned`
fn tie(input: Tokens<'_>) -> Parsed<'_, Tie> {
    let (rest, rank) = after("tie", name).parse(input)?;
    if rest.starts_with(&["ask"]) {
        let construct = "tie … ask".to_owned();
        return refuse(rest, SyntaxProblem::NotAvailable { construct }, rest.here());
    }
    let comma_then = (sign(Sign::Comma), cut(word("then")));
    let (rest, breaks) = cut(separated_list1(comma_then, cut(tie_break))).parse(rest)?;
    let span = input.span_until(&rest);
    Ok((rest, Tie { rank, breaks, span }))
}

fn tie_break(input: Tokens<'_>) -> Parsed<'_, TieBreak> {
    alt((
        value(TieBreak::LongestKeyword, after("longest", word("keyword"))),
        value(TieBreak::FirstMentioned, after("first", word("mentioned"))),
    ))
    .parse(input)
}

/// Reads `defaults` and its lines.
pub(super) fn defaults<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    reader.read(header, word("defaults"))?;
    let mut defaults = Defaults {
        language: None,
        zone: None,
        marketing: None,
    };
    let (mut has_language, mut has_zone, mut has_marketing) = (false, false, false);
    for line in lines {
        match line.first_word() {
            Some("language") => {
                let language = reader.read(*line, after("language", language_tag));
                let place = &mut defaults.language;
                reader.once(*line, "language", &mut has_language, language, place);
            }
            Some("zone") => {
                let zone = reader.read(*line, after("zone", text));
                reader.once(*line, "zone", &mut has_zone, zone, &mut defaults.zone);
            }
            Some("marketing") => {
                let cap = reader.read(*line, after("marketing", customer_limit));
                let place = &mut defaults.marketing;
                reader.once(*line, "marketing", &mut has_marketing, cap, place);
            }
            _ => reader.unknown_line(*line, &["language", "zone", "marketing"]),
        }
    }
    if !has_language && !has_zone && !has_marketing {
        reader.missing(header, &["language"]);
    }
    Some(ItemKind::Defaults(defaults))
}

/// Reads `schema customer` and its fields.
pub(super) fn schema<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let subject_span = {
        let subject = header.take_from(1);
        subject.span()
    };
    let subject = reader.read(header, after("schema", subject))?;
    let mut fields = Vec::new();
    for line in lines {
        fields.extend(reader.read(*line, field));
    }
    if fields.is_empty() {
        reader.missing(header, &["name: type"]);
    }
    Some(ItemKind::Schema(Schema {
        subject,
        subject_span,
        fields,
    }))
}

fn subject(input: Tokens<'_>) -> Parsed<'_, SchemaSubject> {
    alt((
        value(SchemaSubject::Message, word("message")),
        value(SchemaSubject::Customer, word("customer")),
        value(SchemaSubject::Conversation, word("conversation")),
        value(SchemaSubject::Episode, word("episode")),
        after("event", path).map(SchemaSubject::Event),
    ))
    .parse(input)
}

/// `tier: Tier optional "loyalty level"`
fn field(input: Tokens<'_>) -> Parsed<'_, Field> {
    let (rest, (name, _, value_type, optional)) = (
        name,
        sign(Sign::Colon),
        cut(type_name),
        opt(word("optional")),
    )
        .parse(input)?;
    if let Some("cost" | "pii") = rest.first_word() {
        let construct = rest.first_word().unwrap_or_default().to_owned();
        return refuse(rest, SyntaxProblem::NotAvailable { construct }, rest.here());
    }
    let (rest, description) = opt(text).parse(rest)?;
    let field = Field {
        name,
        value_type,
        optional: optional.is_some(),
        description,
        span: input.span_until(&rest),
    };
    Ok((rest, field))
}

/// `name: text`
pub(super) fn parameter(input: Tokens<'_>) -> Parsed<'_, Parameter> {
    (name, cut(sign(Sign::Colon)), cut(type_name))
        .map(|(name, _, value_type)| Parameter { name, value_type })
        .parse(input)
}

/// `text`, `list of text`
pub(super) fn type_name(input: Tokens<'_>) -> Parsed<'_, TypeName> {
    let mut rest = input;
    let mut lists = Vec::new();
    while rest.starts_with(&["list", "of"]) {
        if lists.len() >= MAX_NESTING {
            let limit = MAX_NESTING;
            return refuse(rest, SyntaxProblem::TooDeep { limit }, rest.here());
        }
        lists.push(rest);
        rest = rest.take_from(2);
    }
    let (end, named) = name(rest)?;
    let innermost = TypeName {
        span: named.span,
        kind: TypeNameKind::Named(named),
    };
    let whole = lists.iter().rev().fold(innermost, |inner, start| TypeName {
        kind: TypeNameKind::ListOf(Box::new(inner)),
        span: start.span_until(&end),
    });
    Ok((end, whole))
}

/// Reads `enum NAME = a | b`.
pub(super) fn enumeration<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let members = separated_list1(sign(Sign::Bar), name);
    let declared = (name, cut(preceded(sign(Sign::Equal), cut(members))));
    let (name, members) = reader.read(header, after("enum", declared))?;
    no_lines(reader, lines);
    Some(ItemKind::Enum(Enum { name, members }))
}

/// Reads `list NAME` and its words.
pub(super) fn list<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let head = (name, many0(list_option));
    let (name, options) = reader.read(header, after("list", head))?;
    let mut list = List {
        name,
        boundary: Boundary::Automatic,
        folding: Folding::DEFAULT,
        keywords: Vec::new(),
        except: Vec::new(),
        except_when_negated: false,
    };
    for option in options {
        match option {
            ListOption::Match(boundary) => list.boundary = boundary,
            ListOption::Fold(folding) => list.folding = folding,
        }
    }
    let mut in_except = false;
    let (mut has_negated, mut list_negated) = (false, None);
    for line in lines {
        let mut words = *line;
        if line.starts_with(&["except", "when"]) {
            let negated = reader.read(*line, except_when_negated);
            let (seen, place) = (&mut has_negated, &mut list_negated);
            reader.once(*line, "except when negated", seen, negated, place);
            in_except = false;
            continue;
        }
        if line.starts_with(&["except"]) {
            in_except = true;
            words = line.take_from(1);
            if words.first().is_none() {
                continue;
            }
        }
        let texts: Vec<Text> = reader.read(words, all_by_commas(text)).unwrap_or_default();
        match in_except {
            true => list.except.extend(texts),
            false => list.keywords.extend(texts),
        }
    }
    list.except_when_negated = list_negated.is_some();
    if list.keywords.is_empty() {
        reader.missing(header, &["\"…\""]);
    }
    Some(ItemKind::List(list))
}

fn except_when_negated(input: Tokens<'_>) -> Parsed<'_, ()> {
    let (rest, ()) = words(&["except", "when"]).parse(input)?;
    cut(words(&["negated"])).parse(rest)
}

enum ListOption {
    Match(Boundary),
    Fold(Folding),
}

fn list_option(input: Tokens<'_>) -> Parsed<'_, ListOption> {
    let kinds = by_commas(alt((
        value(Fold::Width, word("width")),
        value(Fold::Case, word("case")),
        value(Fold::Variant, word("variant")),
    )));
    alt((
        after("match", word("substring")).map(|_| ListOption::Match(Boundary::Substring)),
        after("fold", kinds).map(|kinds| {
            ListOption::Fold(Folding {
                width: kinds.contains(&Fold::Width),
                case: kinds.contains(&Fold::Case),
                variant: kinds.contains(&Fold::Variant),
            })
        }),
    ))
    .parse(input)
}

#[derive(Clone, Copy, PartialEq)]
enum Fold {
    Width,
    Case,
    Variant,
}

/// Reads `[public] condition NAME = …`.
pub(super) fn named_condition<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let public = header.starts_with(&["public"]);
    let declared = match public {
        true => header.take_from(1),
        false => header,
    };
    let Some(declared_name) = declared_name(declared) else {
        reader.read(declared, after("condition", name));
        return None;
    };
    let whole = (
        opt(word("public")),
        words(&["condition"]),
        name,
        cut(sign(Sign::Equal)),
        cut(condition),
    );
    let condition = reader.read(header, whole).map(|(_, _, _, _, it)| it);
    no_lines(reader, lines);
    Some(ItemKind::Condition(NamedCondition {
        public,
        name: declared_name,
        condition,
    }))
}

/// The name behind an item's keyword, if one stands there.
pub(super) fn declared_name(header: Tokens<'_>) -> Option<Name> {
    let token = header.second()?;
    match &token.kind {
        TokenKind::Word(word) => Some(Name {
            text: word.clone(),
            span: token.span,
        }),
        _ => None,
    }
}

/// Reports lines of an item that has only its first.
fn no_lines(reader: &mut Reader, lines: &[Tokens<'_>]) {
    for line in lines {
        reader.unknown_line(*line, &[]);
    }
}
