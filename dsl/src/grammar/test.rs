//! Inline tests.

use nom::branch::alt;
use nom::combinator::{cut, opt};
use nom::sequence::preceded;
use nom::{Input, Parser};
use rust_decimal::Decimal;

use super::effect::scope_word;
use super::failure::{Parsed, Reads, expected, instead_of, refuse};
use super::reader::Reader;
use super::rule::attachment_kind;
use super::tokens::Tokens;
use super::value::given_value;
use super::word::{
    after, all_by_commas, count, end_of_line, in_parentheses, language_tag, name, path, sign, text,
    word, words,
};
use crate::ast::{
    Assignment, Expectation, ItemKind, LanguageTag, Name, Outcome, OutcomeKind, Path, Test,
    TestDay, TestStep, TestStepKind, Text,
};
use crate::bundle::Scope;
use crate::problem::{Before, Expected, SyntaxProblem};
use crate::token::{Sign, TokenKind};
use crate::weekday::day_of_test;

/// The words that begin a line of a test.
const LINE_WORDS: [&str; 5] = ["given", "at", "customer", "event", "expect"];

/// Reads `test "…"` and its lines.
pub(super) fn test<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let sentence = reader.read(header, after("test", text))?;
    let mut test = Test {
        sentence,
        given: Vec::new(),
        steps: Vec::new(),
    };
    for line in lines {
        match line.first_word() {
            Some("given") => given(reader, *line, &mut test),
            Some("at" | "customer" | "event" | "expect") => {
                test.steps
                    .extend(reader.read(*line, steps).unwrap_or_default());
            }
            _ => reader.unknown_line(*line, &LINE_WORDS),
        }
    }
    let expects = |step: &TestStep| matches!(step.kind, TestStepKind::Expect(_));
    if !test.steps.iter().any(expects) {
        reader.missing(header, &["expect"]);
    }
    Some(ItemKind::Test(test))
}

fn given(reader: &mut Reader, line: Tokens<'_>, test: &mut Test) {
    if !test.steps.is_empty() {
        let problem = SyntaxProblem::OutOfPlace {
            line: "given",
            before: Before::Steps,
        };
        reader.report(line, problem, line.here());
    }
    let given = reader.read(line, after("given", all_by_commas(assignment)));
    test.given.extend(given.unwrap_or_default());
}

/// `customer.tier gold`
fn assignment(input: Tokens<'_>) -> Parsed<'_, Assignment> {
    let (rest, path) = path(input)?;
    let (rest, value) = cut(given_value).parse(rest)?;
    let span = input.span_until(&rest);
    Ok((rest, Assignment { path, value, span }))
}

/// The one or two steps of a line: the clock may be moved in front of what happens.
fn steps(input: Tokens<'_>) -> Parsed<'_, Vec<TestStep>> {
    let (rest, clock) = opt(spanned(after("at", moment))).parse(input)?;
    let Some(clock) = clock else {
        return step.map(|step| vec![step]).parse(rest);
    };
    if end_of_line(rest).is_ok() {
        return Ok((rest, vec![clock]));
    }
    let (rest, step) = cut(step).parse(rest)?;
    Ok((rest, vec![clock, step]))
}

fn step(input: Tokens<'_>) -> Parsed<'_, TestStep> {
    spanned(alt((
        after("customer", alt((says, sends))),
        after("event", event),
        after("expect", expectation),
    )))
    .parse(input)
}

fn spanned<'a>(
    mut kind: impl Reads<'a, TestStepKind>,
) -> impl FnMut(Tokens<'a>) -> Parsed<'a, TestStep> {
    move |input| {
        let (rest, kind) = kind.parse(input)?;
        let span = input.span_until(&rest);
        Ok((rest, TestStep { kind, span }))
    }
}

/// `day 2 10:00`, `2026-11-11 10:00`, `10:00`
fn moment(input: Tokens<'_>) -> Parsed<'_, TestStepKind> {
    if let Some(day) = input.first_word().and_then(day_of_test) {
        return instead_of(input, 1, day);
    }
    let (rest, day) = opt(alt((
        after("day", count).map(TestDay::Number),
        date.map(TestDay::Date),
    )))
    .parse(input)?;
    match rest.first().map(|token| &token.kind) {
        Some(TokenKind::Time(time)) => {
            let time = *time;
            Ok((rest.take_from(1), TestStepKind::At { day, time }))
        }
        _ => expected(rest, Expected::Time),
    }
}

fn date(input: Tokens<'_>) -> Parsed<'_, jiff::civil::Date> {
    match input.first().map(|token| &token.kind) {
        Some(TokenKind::Date(date)) => Ok((input.take_from(1), *date)),
        _ => expected(input, Expected::Word("day")),
    }
}

/// `says "…" with message.anger 72%`
fn says(input: Tokens<'_>) -> Parsed<'_, TestStepKind> {
    let with = opt(after("with", all_by_commas(assignment)));
    (after("says", text), with)
        .map(|(text, with)| TestStepKind::Says {
            text,
            with: with.unwrap_or_default(),
        })
        .parse(input)
}

/// `sends image saying "…" with attachment.name "a.jpg"`
fn sends(input: Tokens<'_>) -> Parsed<'_, TestStepKind> {
    let saying = opt(after("saying", text));
    let with = opt(after("with", all_by_commas(assignment)));
    (after("sends", attachment_kind), saying, with)
        .map(|(kind, text, with)| TestStepKind::Sends {
            kind,
            text,
            with: with.unwrap_or_default(),
        })
        .parse(input)
}

/// `order.delivered (no: "A1")`
fn event(input: Tokens<'_>) -> Parsed<'_, TestStepKind> {
    (path, opt(in_parentheses(event_field)))
        .map(|(event, with)| TestStepKind::Event {
            event,
            with: with.unwrap_or_default(),
        })
        .parse(input)
}

fn event_field(input: Tokens<'_>) -> Parsed<'_, Assignment> {
    let (rest, (name, _, value)) = (name, cut(sign(Sign::Colon)), cut(given_value)).parse(input)?;
    let span = name.span;
    let names = vec![name];
    let field = Assignment {
        path: Path { names, span },
        value,
        span: input.span_until(&rest),
    };
    Ok((rest, field))
}

/// `exactly reply 安抚 in zh, priority urgent`
fn expectation(input: Tokens<'_>) -> Parsed<'_, TestStepKind> {
    let one = |input| {
        let (rest, kind) = cut(outcome).parse(input)?;
        let span = Tokens::span_until(&input, &rest);
        Ok((rest, Outcome { kind, span }))
    };
    (opt(word("exactly")), all_by_commas(one))
        .map(|(exactly, outcomes)| {
            let exactly = exactly.is_some();
            TestStepKind::Expect(Expectation { exactly, outcomes })
        })
        .parse(input)
}

/// One outcome. Which one it is, its first word says.
fn outcome(input: Tokens<'_>) -> Parsed<'_, OutcomeKind> {
    let one = input.take_from(1);
    match input.first_word() {
        Some("no") => absent(one),
        Some("not") => after("fired", path)
            .map(|rule| OutcomeKind::Fired {
                rule,
                expected: false,
            })
            .parse(one),
        Some("fired") => path
            .map(|rule| OutcomeKind::Fired {
                rule,
                expected: true,
            })
            .parse(one),
        Some("reply") => reply(one),
        Some("hand") => preceded(words(&["over", "to"]), path)
            .map(|queue| hand_over(Some(queue), true))
            .parse(one),
        Some("priority") => name.map(|it| priority(Some(it), true)).parse(one),
        Some("score") => percent.map(|it| score(Some(it), true)).parse(one),
        Some("tag") => tag(one, true),
        Some("untag") => untag(one, true),
        Some("language") => language_tag.map(|it| language(Some(it), true)).parse(one),
        Some("note") => text.map(|it| note(Some(it), true)).parse(one),
        Some("route") => instead_of(input, 1, "hand over to"),
        Some("outreach") => path.map(|it| outreach(Some(it), true)).parse(one),
        Some(word @ ("dialogue" | "slot" | "ticket" | "action")) => {
            let construct = format!("expect {word}");
            refuse(
                input,
                SyntaxProblem::NotAvailable { construct },
                input.here(),
            )
        }
        _ => alt((
            expect_word("reply"),
            expect_word("hand over to"),
            expect_word("priority"),
            expect_word("score"),
            expect_word("tag"),
            expect_word("untag"),
            expect_word("fired"),
            expect_word("language"),
            expect_word("note"),
            expect_word("outreach"),
            expect_word("no"),
        ))
        .parse(input),
    }
}

/// What follows `no`.
fn absent(input: Tokens<'_>) -> Parsed<'_, OutcomeKind> {
    let one = input.take_from(1);
    match input.first_word() {
        Some("rule") => word("fired").map(|_| OutcomeKind::NoRuleFired).parse(one),
        Some("reply") => opt(path)
            .map(|template| OutcomeKind::Reply {
                template,
                language: None,
                expected: false,
            })
            .parse(one),
        Some("hand") => preceded(word("over"), opt(after("to", path)))
            .map(|queue| hand_over(queue, false))
            .parse(one),
        Some("priority") => opt(name).map(|it| priority(it, false)).parse(one),
        Some("score") => opt(percent).map(|it| score(it, false)).parse(one),
        Some("tag") => tag(one, false),
        Some("untag") => untag(one, false),
        Some("language") => opt(language_tag).map(|it| language(it, false)).parse(one),
        Some("note") => opt(text).map(|it| note(it, false)).parse(one),
        Some("outreach") => opt(path).map(|it| outreach(it, false)).parse(one),
        Some("dialogue" | "ticket") => {
            let construct = input.context.source(input.here()).to_owned();
            refuse(
                input,
                SyntaxProblem::NotAvailable { construct },
                input.here(),
            )
        }
        _ => alt((
            expect_word("rule fired"),
            expect_word("reply"),
            expect_word("hand over"),
            expect_word("priority"),
            expect_word("score"),
            expect_word("tag"),
            expect_word("untag"),
            expect_word("language"),
            expect_word("note"),
            expect_word("outreach"),
        ))
        .parse(input),
    }
}

fn reply(input: Tokens<'_>) -> Parsed<'_, OutcomeKind> {
    let named =
        (path, opt(after("in", language_tag))).map(|(template, language)| OutcomeKind::Reply {
            template: Some(template),
            language,
            expected: true,
        });
    alt((named, text.map(OutcomeKind::ReplyText))).parse(input)
}

fn hand_over(queue: Option<Path>, expected: bool) -> OutcomeKind {
    OutcomeKind::HandOver { queue, expected }
}

fn priority(priority: Option<Name>, expected: bool) -> OutcomeKind {
    OutcomeKind::Priority { priority, expected }
}

fn percent(input: Tokens<'_>) -> Parsed<'_, Decimal> {
    match input.first().map(|token| &token.kind) {
        Some(TokenKind::Percent(percent)) => Ok((input.take_from(1), *percent)),
        _ => expected(input, Expected::Percent),
    }
}

fn score(score: Option<Decimal>, expected: bool) -> OutcomeKind {
    OutcomeKind::Score { score, expected }
}

fn tag(input: Tokens<'_>, expected: bool) -> Parsed<'_, OutcomeKind> {
    let (rest, (scope, tag)) = scoped_tag(input, expected)?;
    let outcome = OutcomeKind::Tag {
        scope,
        tag,
        expected,
    };
    Ok((rest, outcome))
}

fn untag(input: Tokens<'_>, expected: bool) -> Parsed<'_, OutcomeKind> {
    let (rest, (scope, tag)) = scoped_tag(input, expected)?;
    let outcome = OutcomeKind::Untag {
        scope,
        tag,
        expected,
    };
    Ok((rest, outcome))
}

/// `customer "x"`; behind `no` without a tag as well.
fn scoped_tag(input: Tokens<'_>, expected: bool) -> Parsed<'_, (Option<Scope>, Option<Text>)> {
    let (rest, scope) = opt(scope_word).parse(input)?;
    let (rest, tag) = match expected {
        true => text.map(Some).parse(rest)?,
        false => opt(text).parse(rest)?,
    };
    Ok((rest, (scope, tag)))
}

fn language(language: Option<LanguageTag>, expected: bool) -> OutcomeKind {
    OutcomeKind::Language { language, expected }
}

fn note(text: Option<Text>, expected: bool) -> OutcomeKind {
    OutcomeKind::Note { text, expected }
}

fn outreach(outreach: Option<Path>, expected: bool) -> OutcomeKind {
    OutcomeKind::Outreach { outreach, expected }
}

fn expect_word<'a>(word: &'static str) -> impl Reads<'a, OutcomeKind> {
    move |input| expected(input, Expected::Word(word))
}
