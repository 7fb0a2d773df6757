use jiff::SignedDuration;
use signalbox_dsl::bundle::{
    Effect, Guard, Limit, LimitWindow, Predicate, RankId, Rule, Signal, Trigger,
};

use super::*;
use crate::sample::{Sample, TEXT, atom, facts, noon, span};
use crate::{Conversation, Decision};

/// A rule that notes each time messages with "a" reach `times` within `window`.
fn counting(times: u32, window: LimitWindow, scope: Scope) -> Sample {
    let mut sample = Sample::new();
    let list = sample.words(&["a"], &[]);
    sample.0.signals.push(Signal {
        name: "m.s".into(),
        trigger: Trigger::Message,
        condition: Some(atom(Predicate::HasAny { field: TEXT, list })),
    });
    sample.0.edges.push(Edge::Reaching(Reaching {
        signal: SignalId(0),
        count: Limit {
            times,
            window,
            scope,
        },
    }));
    sample = sample.rule(0, Guard::Always, vec![Effect::Note("n".into())]);
    let rule: &mut Rule = sample.0.rules.last_mut().unwrap();
    (rule.rank, rule.triggers, rule.edges) = (RankId(0), Vec::new(), vec![EdgeId(0)]);
    assert_eq!(rule.span, span());
    sample
}

fn minutes(minutes: u64) -> LimitWindow {
    LimitWindow::Sliding(std::time::Duration::from_secs(minutes * 60))
}

/// At which of these minutes the rule fires, with the state written out and read back in between.
fn fires_at(sample: &Sample, messages: &[(i64, &str)]) -> Vec<i64> {
    let mut conversation = Conversation::default();
    let mut fired = Vec::new();
    for (minute, text) in messages {
        let now = noon() + SignedDuration::from_mins(*minute);
        conversation.begin(&Trigger::Message, now);
        let decision: Decision = sample.decide(&facts(text), &conversation.ledger, now);
        conversation.apply(&decision, now);
        let stored = serde_json::to_string(&conversation).unwrap();
        conversation = serde_json::from_str(&stored).unwrap();
        if !decision.trace.fired.is_empty() {
            fired.push(*minute);
        }
        let reached = usize::from(!decision.trace.fired.is_empty());
        assert_eq!(decision.trace.reached.len(), reached);
    }
    fired
}

#[test]
fn a_count_is_reached_once_and_not_with_every_further_message() {
    let twice = counting(2, minutes(10), Scope::Customer);
    let drum = [(0, "a"), (1, "a"), (2, "a"), (3, "b"), (4, "a")];
    assert_eq!(fires_at(&twice, &drum), [1]);
    // Exactly a window apart is outside.
    assert_eq!(fires_at(&twice, &[(0, "a"), (10, "a"), (19, "a")]), [19]);
    let thrice = counting(3, minutes(10), Scope::Customer);
    assert_eq!(fires_at(&thrice, &drum), [2]);
    // It has to fall below the number before it can rise to it again.
    assert_eq!(
        fires_at(&twice, &[(0, "a"), (1, "a"), (30, "a"), (31, "a")]),
        [1, 31]
    );
}

#[test]
fn today_is_the_day_of_the_bundle_and_an_episode_ends() {
    // From noon in Shanghai to midnight are 720 minutes.
    let today = counting(2, LimitWindow::Today, Scope::Customer);
    assert_eq!(fires_at(&today, &[(0, "a"), (719, "a")]), [719]);
    assert_eq!(fires_at(&today, &[(0, "a"), (720, "a"), (721, "a")]), [721]);
    let long = 48 * 60;
    let episode = counting(2, minutes(7 * 24 * 60), Scope::Episode);
    assert_eq!(fires_at(&episode, &[(0, "a"), (long, "a")]), [0_i64; 0]);
    let customer = counting(2, minutes(7 * 24 * 60), Scope::Customer);
    assert_eq!(fires_at(&customer, &[(0, "a"), (long, "a")]), [long]);
}

#[test]
fn an_occurrence_that_comes_in_late_takes_its_place_for_two_minutes() {
    let thrice = counting(3, minutes(10), Scope::Customer);
    assert_eq!(fires_at(&thrice, &[(5, "a"), (3, "a"), (6, "a")]), [6]);
    assert_eq!(
        fires_at(&thrice, &[(5, "a"), (2, "a"), (6, "a"), (7, "a")]),
        [7],
        "three minutes late does not count"
    );
}

#[test]
fn no_more_is_kept_than_the_highest_count_asks_for() {
    let twice = counting(2, minutes(10), Scope::Customer);
    let mut ledger = Ledger::default();
    for second in 0..50 {
        let now = noon() + SignedDuration::from_secs(second);
        let decision = twice.decide(&facts("a"), &ledger, now);
        for used in &decision.uses {
            ledger.enter(used, now);
        }
    }
    assert_eq!(ledger.uses("signal m.s", Scope::Customer).len(), 2);
    assert!(ledger.uses("signal m.s", Scope::Episode).is_empty());
    let recorded = ledger.of_rules(std::iter::empty());
    assert_eq!(recorded, ledger, "a decision record keeps what was counted");
}
