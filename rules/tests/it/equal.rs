//! The indexed evaluator against the straight one, over random bundles and messages.
//!
//! One engine decides several messages in a row, since what it keeps from message to message must not show.

use std::sync::Arc;

use proptest::prelude::*;
use signalbox_dsl::bundle::Bundle;
use signalbox_dsl::value::Value;
use signalbox_rules::{
    Action, DecidedEffect, Decision, DisabledRules, Engine, Facts, Inputs, OutreachStep, Reference,
    WithheldReason,
};

use crate::random;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_index_never_changes_an_answer(
        bundle in random::bundle(),
        messages in prop::collection::vec(random::message(), 1..5),
        switched_off in any::<u64>(),
    ) {
        // A third of the rules each time, so that the others have something to do.
        let off = bundle.rules.iter().enumerate().filter(|(place, _)| (switched_off >> (place % 64)) % 3 == 0);
        let off: Vec<Arc<str>> = off.map(|(_, rule)| rule.name.clone()).collect();
        let bundle = Arc::new(bundle);
        let reference = Reference::new(bundle.clone()).unwrap();
        let engine = Engine::compile(bundle).unwrap();
        for message in &messages {
            prop_assert_eq!(
                engine.matching_rules(&message.trigger, &message.facts, message.now),
                reference.matching_rules(&message.trigger, &message.facts, message.now),
                "rules that hold for {:?}", message
            );
            let inputs = Inputs {
                trigger: &message.trigger,
                facts: &message.facts,
                ledger: &message.ledger,
                now: message.now,
            };
            let disabled = DisabledRules::named(engine.bundle(), &off);
            let without = reference.decide_without(inputs, &disabled);
            prop_assert_eq!(&engine.decide_without(inputs, &disabled), &without, "without {:?}", off);
            prop_assert!(
                without.trace.fired.iter().all(|fired| !off.contains(&fired.rule)),
                "a disabled rule fired: {:?}", without
            );
            let only_named = DisabledRules::named(engine.bundle(), &without.trace.disabled);
            prop_assert_eq!(
                &engine.decide_without(inputs, &only_named), &without,
                "those of the trace are those that matter"
            );
            let decision = reference.decide(inputs);
            prop_assert_eq!(&engine.decide(inputs), &decision, "decision on {:?}", message);
            prop_assert!(
                !decision.trace.tied.is_empty() || !floor_tied(engine.bundle(), &decision),
                "withheld as tied where nothing is tied: {:?}", decision
            );
        }
    }
}

/// Whether people own the conversation.
fn is_owned(facts: &Facts) -> bool {
    matches!(facts.get("conversation.state"), Some(Value::Member(state)) if **state != *"bot")
}

/// Whether a reply or hand-over is withheld because the floor is tied.
fn floor_tied(bundle: &Bundle, decision: &Decision) -> bool {
    decision.trace.fired.iter().any(|fired| {
        let rule = bundle.rules.iter().find(|rule| rule.name == fired.rule);
        let contends =
            |place: usize| rule.is_some_and(|rule| rule.effects[place].effect.contends_for_floor());
        let mut withheld = fired.withheld.iter();
        withheld.any(|it| it.reason == WithheldReason::Tied && contends(it.effect))
    })
}

/// The property is worth little if random rules hardly ever hold, contend, tie or reach a limit.
#[test]
fn random_bundles_reach_every_outcome() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    let (bundles, messages) = (random::bundle(), random::message());
    for _ in 0..2_000 {
        let bundle = bundles.new_tree(&mut runner).unwrap().current();
        let message = messages.new_tree(&mut runner).unwrap().current();
        let reference = Reference::new(Arc::new(bundle)).unwrap();
        let decision = reference.decide(Inputs {
            trigger: &message.trigger,
            facts: &message.facts,
            ledger: &message.ledger,
            now: message.now,
        });
        let mut count = |name: &str| *seen.entry(name.into()).or_default() += 1;
        if decision.trace.fired.is_empty() {
            count("nothing");
        }
        if !decision.trace.reached.is_empty() {
            count("reached");
        }
        if !decision.trace.risen.is_empty() {
            count("risen");
        }
        if decision.trace.floor.is_some() {
            count("floor");
        }
        for step in &decision.outreach {
            let step = match step {
                OutreachStep::Dropped { because, .. } => format!("{because:?}"),
                step => format!("{step:?}"),
            };
            count(step.split([' ', '{']).next().unwrap());
        }
        let is_reply = |effect: &DecidedEffect| matches!(effect.action, Action::Reply { .. });
        if is_owned(&message.facts) && decision.effects.iter().any(is_reply) {
            count("spoke while people own it");
        }
        if !decision.trace.tied.is_empty() {
            count("tied");
        }
        for fired in &decision.trace.fired {
            if !fired.keywords.is_empty() {
                count("keywords");
            }
            for withheld in &fired.withheld {
                let reason = format!("{:?}", withheld.reason);
                count(reason.split([' ', '{']).next().unwrap());
            }
        }
    }
    let needed = [
        "nothing",
        "floor",
        "tied",
        "keywords",
        "reached",
        "risen",
        "Planned",
        "AlreadyPlanned",
        "Cancelled",
        "Postponed",
        "Sent",
        "ConditionNotTrue",
        "spoke while people own it",
        "Overridden",
        "Silenced",
        "LimitReached",
        "Tied",
        "ValueMissing",
        "PersonOwns",
    ];
    for outcome in needed {
        let times = seen.get(outcome).copied().unwrap_or(0);
        assert!(times >= 10, "`{outcome}` came up {times} times: {seen:?}");
    }
}
