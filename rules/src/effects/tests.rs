use signalbox_dsl::bundle::{Effect, Guard, Limit, LimitWindow, Priority, Scope};
use signalbox_dsl::value::Value;

use crate::sample::{Sample, facts, hand_over, noon, reply, tag};
use crate::{Action, Decision, Ledger, WithheldReason};

fn actions(decision: &Decision) -> Vec<&Action> {
    decision
        .effects
        .iter()
        .map(|effect| &effect.action)
        .collect()
}

const ONCE: Limit = Limit {
    times: 1,
    window: LimitWindow::Whole,
    scope: Scope::Episode,
};

#[test]
fn a_used_up_effect_is_withheld_and_its_rule_keeps_the_floor() {
    let sample = Sample::new()
        .rule(0, Guard::Always, vec![reply(0), tag("x", None)])
        .limited(0, ONCE)
        .rule(1, Guard::Always, vec![reply(1)])
        .rule(1, Guard::Otherwise, vec![reply(1)]);
    let mut ledger = Ledger::default();
    let first = sample.decide(&facts("a"), &ledger, noon());
    let used = first.effects[0].ledger_use.clone().unwrap();
    assert_eq!((&*used.key, used.scope), ("m.a#0", Scope::Episode));
    ledger.enter(&used, noon());

    let second = sample.decide(&facts("a"), &ledger, noon());
    assert_eq!(second.trace.floor.as_deref(), Some("m.a"));
    assert!(matches!(actions(&second)[..], [Action::Tag { .. }]));
    assert_eq!(
        second.trace.fired[0].withheld[0].reason,
        WithheldReason::LimitReached
    );
    assert_eq!(second.trace.fired.len(), 2, "`otherwise` stays silent");
}

#[test]
fn the_bot_is_silent_while_a_person_owns_the_conversation() {
    let sample = Sample::new().rule(
        0,
        Guard::Always,
        vec![
            reply(0),
            hand_over(0),
            tag("x", None),
            Effect::SetPriority(Priority::High),
            Effect::Note("n".into()),
        ],
    );
    for (state, left) in [("bot", 5), ("queued", 3), ("assigned", 3)] {
        let mut facts = facts("a");
        facts.set("conversation.state", Value::Member(state.into()));
        let decision = sample.decide(&facts, &Ledger::default(), noon());
        assert_eq!(decision.effects.len(), left, "{state}");
        let reasons = &decision.trace.fired[0].withheld;
        assert!(
            reasons
                .iter()
                .all(|it| it.reason == WithheldReason::PersonOwns)
        );
        assert_eq!(reasons.len(), 5 - left);
    }
}

#[test]
fn a_tie_hands_nothing_over_that_a_person_already_has() {
    let sample =
        Sample::new()
            .rule(0, Guard::Always, vec![reply(0)])
            .rule(0, Guard::Always, vec![reply(1)]);
    let mut facts = facts("a");
    facts.set("conversation.state", Value::Member("assigned".into()));
    let decision = sample.decide(&facts, &Ledger::default(), noon());
    assert_eq!(decision.effects, []);
    assert_eq!(decision.trace.tied.len(), 2);
}

#[test]
fn the_highest_priority_wins_whatever_the_rank() {
    let decision = Sample::new()
        .rule(0, Guard::Always, vec![Effect::SetPriority(Priority::High)])
        .rule(
            1,
            Guard::Always,
            vec![Effect::SetPriority(Priority::Urgent)],
        )
        .rule(
            1,
            Guard::Always,
            vec![Effect::SetPriority(Priority::Urgent)],
        )
        .decide_text("a");
    let [effect] = &decision.effects[..] else {
        panic!("one priority: {decision:?}");
    };
    assert_eq!(
        (&*effect.rule, &effect.action),
        (
            "m.b",
            &Action::SetPriority {
                priority: Priority::Urgent
            }
        )
    );
}

#[test]
fn tags_and_notes_leave_once_and_the_longer_life_holds() {
    let note = || Effect::Note("n".into());
    let decision = Sample::new()
        .rule(0, Guard::Always, vec![tag("x", Some(60)), note()])
        .rule(
            1,
            Guard::Always,
            vec![tag("x", Some(600)), tag("y", None), note()],
        )
        .decide_text("a");
    let until = noon() + jiff::SignedDuration::from_secs(600);
    let tagged = |tag: &str, until| Action::Tag {
        scope: Scope::Episode,
        tag: tag.into(),
        until,
    };
    assert_eq!(
        actions(&decision),
        [
            &tagged("x", Some(until)),
            &Action::Note { text: "n".into() },
            &tagged("y", None)
        ]
    );
}

#[test]
fn of_a_tag_and_its_removal_the_higher_rule_is_right() {
    let untag = Effect::Untag {
        scope: Scope::Episode,
        tag: "x".into(),
    };
    let decision = Sample::new()
        .rule(1, Guard::Always, vec![tag("x", None)])
        .rule(0, Guard::Always, vec![untag])
        .decide_text("a");
    assert!(matches!(actions(&decision)[..], [Action::Untag { .. }]));
    let withheld = &decision.trace.fired[1].withheld[0];
    assert_eq!(
        withheld.reason,
        WithheldReason::Overridden { by: "m.b".into() }
    );
}

#[test]
fn one_language_is_set_and_none_where_the_rank_cannot_tell() {
    let set = |language: &str| vec![Effect::SetLanguage(language.into())];
    let sample = Sample::new()
        .rule(0, Guard::Always, set("en"))
        .rule(1, Guard::Always, set("zh"));
    let decision = sample.decide_text("a");
    assert_eq!(
        actions(&decision),
        [&Action::SetLanguage {
            language: "en".into()
        }]
    );
    let tied = sample.rule(0, Guard::Always, set("ja")).decide_text("a");
    assert!(actions(&tied).is_empty(), "{tied:?}");
    assert_eq!(tied.trace.fired[0].withheld[0].reason, WithheldReason::Tied);
}

#[test]
fn a_limited_silence_is_used_up_as_well() {
    let sample = Sample::new()
        .rule(0, Guard::Always, vec![Effect::NoOtherReplies])
        .limited(0, ONCE)
        .rule(1, Guard::Always, vec![reply(0)]);
    let mut conversation = crate::Conversation::default();
    let first = sample.decide(&facts("a"), &conversation.ledger, noon());
    assert!(first.effects.is_empty(), "silenced");
    conversation.apply(&first, noon());
    let second = sample.decide(&facts("a"), &conversation.ledger, noon());
    assert_eq!(
        second.effects.len(),
        1,
        "the silence is used up: {second:?}"
    );
}
