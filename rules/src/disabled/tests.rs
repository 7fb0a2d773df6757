use signalbox_dsl::bundle::{Effect, Guard};

use crate::Decision;
use crate::sample::{Sample, hand_over, reply, tag};

const HIGH: u32 = 0;
const LOW: u32 = 1;

fn who(decision: &Decision) -> (Option<&str>, Vec<&str>, Vec<&str>) {
    let trace = &decision.trace;
    let fired = trace.fired.iter().map(|fired| &*fired.rule);
    let disabled = trace.disabled.iter().map(|rule| &**rule);
    (trace.floor.as_deref(), fired.collect(), disabled.collect())
}

#[test]
fn a_disabled_rule_leaves_the_floor_to_others_and_is_named() {
    let sample = Sample::new()
        .rule(LOW, Guard::Always, vec![reply(0), tag("low", None)])
        .rule(HIGH, Guard::Always, vec![hand_over(0), reply(1)]);
    let decision = sample.decide_text_without("x", &["m.b"]);
    assert_eq!(who(&decision), (Some("m.a"), vec!["m.a"], vec!["m.b"]));
    assert!(decision.effects.iter().all(|effect| &*effect.rule == "m.a"));
}

#[test]
fn a_disabled_rule_silences_nobody() {
    let sample = Sample::new()
        .rule(HIGH, Guard::Always, vec![Effect::NoOtherReplies])
        .rule(LOW, Guard::Always, vec![reply(0)]);
    assert_eq!(who(&sample.decide_text("x")).0, None);
    let decision = sample.decide_text_without("x", &["m.a"]);
    assert_eq!(who(&decision), (Some("m.b"), vec!["m.b"], vec!["m.a"]));
}

#[test]
fn otherwise_does_not_take_a_disabled_rule_for_an_answer() {
    let sample = Sample::new().rule(LOW, Guard::Always, vec![reply(0)]).rule(
        LOW,
        Guard::Otherwise,
        vec![reply(1)],
    );
    let decision = sample.decide_text_without("x", &["m.a"]);
    assert_eq!(who(&decision), (Some("m.b"), vec!["m.b"], vec!["m.a"]));
    let decision = sample.decide_text_without("x", &["m.b"]);
    assert_eq!(who(&decision), (Some("m.a"), vec!["m.a"], vec![]));
    let decision = sample.decide_text_without("x", &["m.a", "m.b"]);
    assert_eq!(who(&decision), (None, vec![], vec!["m.a", "m.b"]));
}

#[test]
fn one_that_would_not_have_fired_is_not_named() {
    let mut sample = Sample::new();
    let refund = sample.has_any(&["退款"]);
    let sample = sample
        .rule(HIGH, refund, vec![reply(0)])
        .rule(LOW, Guard::Always, vec![reply(1)]);
    let decision = sample.decide_text_without("你好", &["m.a", "m.gone"]);
    assert_eq!(decision, sample.decide_text("你好"));
}
