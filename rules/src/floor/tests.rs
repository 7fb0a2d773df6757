use signalbox_dsl::bundle::{Effect, Guard, PeopleState, Priority, QueueId};
use signalbox_dsl::value::Value;

use crate::sample::{Sample, facts, hand_over, noon, reply, tag};
use crate::{Action, Decision, Ledger, SIGNALBOX, WithheldReason};

const HIGH: u32 = 0;
const LOW: u32 = 1;

fn floor(decision: &Decision) -> Option<&str> {
    decision.trace.floor.as_deref()
}

fn replies(decision: &Decision) -> Vec<&str> {
    let actions = decision.effects.iter().map(|effect| &effect.action);
    actions
        .filter_map(|action| match action {
            Action::Reply { template, .. } => Some(&**template),
            _ => None,
        })
        .collect()
}

fn withheld(decision: &Decision, rule: usize) -> Vec<WithheldReason> {
    let withheld = &decision.trace.fired[rule].withheld;
    withheld.iter().map(|it| it.reason.clone()).collect()
}

#[test]
fn the_higher_rank_has_the_floor_and_the_lower_rules_other_effects_go_on() {
    let decision = Sample::new()
        .rule(LOW, Guard::Always, vec![reply(0), tag("low", None)])
        .rule(HIGH, Guard::Always, vec![hand_over(0), reply(1)])
        .decide_text("x");
    assert_eq!(floor(&decision), Some("m.b"));
    let actions: Vec<_> = decision
        .effects
        .iter()
        .map(|it| (&*it.rule, &it.action))
        .collect();
    assert!(matches!(
        actions[..],
        [
            ("m.b", Action::HandOver { .. }),
            ("m.b", Action::Reply { .. }),
            ("m.a", Action::Tag { .. })
        ]
    ));
    assert_eq!(
        withheld(&decision, 1),
        [WithheldReason::Overridden { by: "m.b".into() }]
    );
}

#[test]
fn the_longest_keyword_then_the_first_mentioned_decides_inside_a_rank() {
    let mut sample = Sample::new();
    let (one, two, three) = (
        sample.has_any(&["退款", "钱"]),
        sample.has_any(&["退款进度"]),
        sample.has_any(&["物流"]),
    );
    let sample = sample
        .rule(LOW, one, vec![reply(0)])
        .rule(LOW, two, vec![reply(1)])
        .rule(LOW, three, vec![hand_over(0)]);
    let by_length = sample.decide_text("退款进度和物流");
    assert_eq!(floor(&by_length), Some("m.b"));
    assert_eq!(floor(&sample.decide_text("物流和退款")), Some("m.c"));
    assert_eq!(floor(&sample.decide_text("钱退款 物流")), Some("m.a"));
    assert_eq!(by_length.trace.fired[0].keywords, ["退款".into()]);
}

#[test]
fn different_answers_that_nothing_tells_apart_go_to_the_default_queue() {
    let decision = Sample::new()
        .rule(HIGH, Guard::Always, vec![reply(0)])
        .rule(HIGH, Guard::Always, vec![reply(1)])
        .rule(LOW, Guard::Always, vec![reply(0)])
        .rule(LOW, Guard::Otherwise, vec![reply(1)])
        .decide_text("x");
    assert_eq!(floor(&decision), None);
    assert_eq!(decision.trace.tied, ["m.a".into(), "m.b".into()]);
    let [effect] = &decision.effects[..] else {
        panic!("only the hand-over: {decision:?}");
    };
    assert_eq!(&*effect.rule, SIGNALBOX);
    let Action::HandOver {
        queue,
        note: Some(note),
    } = &effect.action
    else {
        panic!("no hand-over: {effect:?}");
    };
    assert_eq!(&**queue, "everybody");
    assert!(note.contains("m.a") && note.contains("m.b"), "{note}");
    assert_eq!(withheld(&decision, 2), [WithheldReason::Tied]);
    assert_eq!(
        decision.trace.fired.len(),
        3,
        "a tie is no silence for `otherwise`"
    );
}

#[test]
fn the_same_answer_twice_is_no_conflict() {
    let decision = Sample::new()
        .rule(HIGH, Guard::Always, vec![reply(0), tag("a", None)])
        .rule(HIGH, Guard::Always, vec![reply(0)])
        .decide_text("x");
    assert_eq!(floor(&decision), Some("m.a"));
    assert_eq!(replies(&decision), ["hello"]);
}

#[test]
fn otherwise_fires_only_if_nobody_else_took_the_floor() {
    let mut sample = Sample::new();
    let guard = sample.has_any(&["退款"]);
    let sample = sample
        .rule(LOW, guard, vec![reply(0)])
        .rule(HIGH, Guard::Otherwise, vec![reply(1)])
        .rule(
            LOW,
            Guard::Always,
            vec![Effect::SetPriority(Priority::High)],
        );
    assert_eq!(floor(&sample.decide_text("退款")), Some("m.a"));
    let nothing_else = sample.decide_text("天气");
    assert_eq!(floor(&nothing_else), Some("m.b"));
    assert_eq!(nothing_else.effects.len(), 2, "a priority takes no floor");
}

#[test]
fn no_other_replies_silences_lower_ranks_only() {
    let sample = Sample::new()
        .rule(HIGH, Guard::Always, vec![Effect::NoOtherReplies])
        .rule(LOW, Guard::Always, vec![reply(0), tag("x", None)]);
    let decision = sample.decide_text("x");
    assert_eq!(replies(&decision), [""; 0]);
    assert_eq!(
        withheld(&decision, 1),
        [WithheldReason::Silenced { by: "m.a".into() }]
    );
    let with_peer = sample
        .rule(HIGH, Guard::Always, vec![reply(1)])
        .decide_text("x");
    assert_eq!(replies(&with_peer), ["bye"]);
}

#[test]
fn a_rule_that_may_not_speak_silences_nobody() {
    let mut sample = Sample::new()
        .rule(HIGH, Guard::Always, vec![Effect::NoOtherReplies])
        .rule(LOW, Guard::Always, vec![reply(0)]);
    sample.0.rules[1].during = vec![PeopleState::Queued];
    let queued = |sample: &Sample| {
        let mut facts = facts("x");
        facts.set("conversation.state", Value::Member("queued".into()));
        sample.decide(&facts, &Ledger::default(), noon())
    };
    assert_eq!(replies(&queued(&sample)), ["hello"]);
    sample.0.rules[0].during = vec![PeopleState::Queued];
    assert_eq!(replies(&queued(&sample)), [""; 0], "this one may speak");
}

#[test]
fn a_tie_of_rules_that_a_higher_rank_beats_is_no_tie() {
    let mut sample = Sample::new();
    sample.0.default_queue = QueueId(0);
    let decision = sample
        .rule(LOW, Guard::Always, vec![reply(0)])
        .rule(LOW, Guard::Always, vec![reply(1)])
        .rule(HIGH, Guard::Always, vec![reply(1)])
        .decide_text("x");
    assert_eq!(floor(&decision), Some("m.c"));
    assert!(decision.trace.tied.is_empty());
}
