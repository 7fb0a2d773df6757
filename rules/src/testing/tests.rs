use std::time::Duration;

use jiff::civil::{Time, date, time};
use signalbox_dsl::bundle::*;
use signalbox_dsl::problem::Locale;
use signalbox_dsl::value::Value;

use super::*;
use crate::sample::{ANGER, Sample, hand_over, reply, span, tag};

fn step(action: TestAction) -> TestStep {
    TestStep {
        action,
        span: span(),
    }
}

fn at(day: u32, hour: i8, minute: i8) -> TestStep {
    step(TestAction::At {
        day: TestDay::Number(day),
        time: time(hour, minute, 0, 0),
    })
}

fn says(text: &str) -> TestStep {
    step(TestAction::Says {
        text: text.into(),
        with: Vec::new(),
    })
}

fn expect(outcomes: Vec<Outcome>) -> TestStep {
    step(TestAction::Expect(Expectation {
        exactly: false,
        outcomes,
    }))
}

fn exactly(outcomes: Vec<Outcome>) -> TestStep {
    step(TestAction::Expect(Expectation {
        exactly: true,
        outcomes,
    }))
}

fn replied(template: u32, expected: bool) -> Outcome {
    Outcome::Reply {
        template: Some(TemplateId(template)),
        language: None,
        expected,
    }
}

fn report(mut sample: Sample, given: Vec<(FieldId, Value)>, steps: Vec<TestStep>) -> TestReport {
    sample.0.tests = vec![TestCase {
        name: "m: t".into(),
        given,
        steps,
        span: span(),
    }];
    run_tests(&Reference::new(Arc::new(sample.0)).unwrap())
}

#[track_caller]
fn passes(sample: Sample, steps: Vec<TestStep>) {
    let report = report(sample, Vec::new(), steps);
    let texts: Vec<_> = report.cases[0]
        .failures
        .iter()
        .map(|it| it.text(Locale::English))
        .collect();
    assert!(report.passed(), "{texts:?}");
}

#[test]
fn limits_tags_and_language_live_from_step_to_step_as_the_clock_moves() {
    let half_an_hour = Limit {
        times: 1,
        window: LimitWindow::Sliding(Duration::from_secs(1800)),
        scope: Scope::Episode,
    };
    let mut sample = Sample::new();
    let english = sample.has_any(&["english"]);
    let sample = sample
        .rule(0, Guard::Always, vec![reply(0)])
        .limited(0, half_an_hour)
        .rule(1, english, vec![Effect::SetLanguage("en".into())]);
    let said = |text: &str| Outcome::ReplyText(text.into());
    passes(
        sample,
        vec![
            at(1, 10, 0),
            says("你好"),
            expect(vec![said("你好")]),
            at(1, 10, 29),
            says("english"),
            exactly(vec![Outcome::Language {
                language: Some("en".into()),
                expected: true,
            }]),
            at(1, 10, 30),
            says("hi"),
            exactly(vec![said("Hello")]),
        ],
    );
}

#[test]
fn after_a_hand_over_the_bot_is_silent_until_the_episode_ends() {
    let mut sample = Sample::new();
    let human = sample.has_any(&["人工"]);
    let sample = sample
        .rule(0, human, vec![hand_over(0), tag("human", None)])
        .rule(1, Guard::Otherwise, vec![reply(0)]);
    let handed = Outcome::HandOver {
        queue: Some(QueueId(0)),
        expected: true,
    };
    let tagged = Outcome::Tag {
        scope: None,
        tag: Some("human".into()),
        expected: true,
    };
    passes(
        sample,
        vec![
            at(1, 9, 0),
            says("人工"),
            exactly(vec![handed, tagged]),
            says("在吗"),
            exactly(vec![replied(0, false)]),
            at(2, 9, 0),
            says("在吗"),
            expect(vec![replied(0, true)]),
        ],
    );
}

#[test]
fn a_failure_carries_the_trace_of_the_rules_that_mattered() {
    let mut sample = Sample::new();
    let refund = sample.has_any(&["退款"]);
    let other = sample.has_any(&["物流"]);
    let sample = sample
        .rule(0, refund, vec![reply(1)])
        .rule(1, other, vec![tag("x", None)])
        .rule(1, Guard::Always, vec![reply(0)]);
    let report = report(
        sample,
        Vec::new(),
        vec![says("退货"), expect(vec![replied(1, true)])],
    );
    let [failure] = &report.cases[0].failures[..] else {
        panic!("one failure: {report:?}");
    };
    let text = failure.text(Locale::English);
    assert!(text.starts_with("expected `reply bye`"), "{text}");
    assert!(text.contains("m.a (rank high): not fired"), "{text}");
    assert!(text.contains("m.c (rank low): fired"), "{text}");
    assert!(
        !text.contains("m.b"),
        "a rule that has nothing to do with it: {text}"
    );
    serde_json::to_string(&report).unwrap();
}

#[test]
fn exactly_refuses_what_was_not_listed_and_a_fired_rule_lists_its_effects() {
    let sample = || Sample::new().rule(0, Guard::Always, vec![reply(0), tag("x", None)]);
    let report = report(
        sample(),
        Vec::new(),
        vec![says("a"), exactly(vec![replied(0, true)])],
    );
    assert!(matches!(
        &report.cases[0].failures[..],
        [StepFailure { reason: FailureReason::Unexpected { effect }, .. }]
            if matches!(effect.action, crate::Action::Tag { .. })
    ));
    let fired = Outcome::Fired {
        rule: RuleId(0),
        expected: true,
    };
    passes(sample(), vec![says("a"), exactly(vec![fired])]);
}

#[test]
fn given_facts_hold_and_what_the_conversation_keeps_can_change() {
    let is_angry = crate::sample::atom(Predicate::Known(ANGER));
    let sample = Sample::new().rule(0, Guard::When(is_angry), vec![reply(0)]);
    let given = vec![(ANGER, Value::Percent(80.into()))];
    let report = report(
        sample,
        given,
        vec![says("a"), expect(vec![replied(0, true)])],
    );
    assert!(report.passed(), "{report:?}");
}

#[test]
fn coverage_counts_what_was_seen_of_each_rule() {
    let mut sample = Sample::new();
    let refund = sample.has_any(&["退款"]);
    let sample = sample
        .rule(0, refund, vec![reply(0)])
        .rule(1, Guard::Otherwise, vec![reply(1)]);
    let report = report(sample, Vec::new(), vec![says("退款"), says("a"), says("b")]);
    let counts: Vec<_> = report
        .coverage
        .iter()
        .map(|it| (&*it.rule, it.fired, it.condition_true, it.condition_false))
        .collect();
    assert_eq!(counts, [("m.a", 1, 1, 2), ("m.b", 2, 2, 1)]);
}

#[test]
fn the_clock_never_goes_back_and_a_date_is_day_one() {
    let on = |day| {
        step(TestAction::At {
            day: TestDay::Date(date(2026, 11, day)),
            time: Time::MIN,
        })
    };
    let sample = || Sample::new().rule(0, Guard::Always, vec![reply(0)]);
    passes(
        sample(),
        vec![on(11), says("a"), at(2, 0, 0), says("b"), on(13)],
    );
    let report = report(sample(), Vec::new(), vec![on(11), at(2, 0, 0), on(11)]);
    let reasons: Vec<_> = report.cases[0]
        .failures
        .iter()
        .map(|it| &it.reason)
        .collect();
    assert_eq!(reasons, [&FailureReason::ClockMovesBack]);
}

#[test]
fn an_expectation_before_anything_happened_fails() {
    let report = report(
        Sample::new(),
        Vec::new(),
        vec![expect(vec![Outcome::NoRuleFired])],
    );
    assert_eq!(
        report.cases[0].failures[0].reason,
        FailureReason::NothingHappened
    );
}
