//! What the tests saw of each rule.

use std::sync::Arc;

use serde::Serialize;
use signalbox_dsl::bundle::{Bundle, Guard};

use crate::floor::{fires_in, people_state};
use crate::reference::{Evaluation, Reference};
use crate::story::StoryTurn;
use crate::truth::Truth;

/// How often something was seen of one rule, over all tests. A condition that was unknown counts for neither side.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RuleCoverage {
    /// Full name.
    pub rule: Arc<str>,
    /// It fired.
    pub fired: u32,
    /// Its trigger came and its condition was true. Without a condition: its trigger came.
    pub condition_true: u32,
    /// Its trigger came and its condition was false; for `otherwise`, another rule took the floor.
    pub condition_false: u32,
}

pub(super) struct Coverage {
    /// By rule.
    rules: Vec<RuleCoverage>,
}

impl Coverage {
    pub(super) fn new(bundle: &Bundle) -> Self {
        let uncovered = |rule: &signalbox_dsl::bundle::Rule| RuleCoverage {
            rule: rule.name.clone(),
            ..RuleCoverage::default()
        };
        Self {
            rules: bundle.rules.iter().map(uncovered).collect(),
        }
    }

    /// Takes in a turn or event that has just been told.
    pub(super) fn note(&mut self, reference: &Reference, turn: Option<&StoryTurn>) {
        let Some(turn) = turn else {
            return;
        };
        let (inputs, decision) = (turn.inputs(), turn.decision());
        let prepared = reference.prepared();
        let mut evaluation = Evaluation::new(prepared, inputs.facts, inputs.now);
        let signalled = evaluation.signalled(&inputs);
        let state = people_state(inputs.facts);
        let triggered = prepared.triggered(inputs.trigger, &signalled.edges);
        for (id, rule) in triggered.filter(|(_, rule)| fires_in(rule, state)) {
            let Some(covered) = self.rules.get_mut(id.index()) else {
                continue;
            };
            let mut fired = decision.trace.fired.iter();
            let fired = fired.any(|fired| fired.rule == rule.name);
            let truth = match &rule.guard {
                Guard::Always => Truth::True,
                Guard::Otherwise => fired.into(),
                Guard::When(condition) => evaluation.truth(condition),
            };
            covered.fired += u32::from(fired);
            covered.condition_true += u32::from(truth == Truth::True);
            covered.condition_false += u32::from(truth == Truth::False);
        }
    }

    pub(super) fn by_rule(self) -> Vec<RuleCoverage> {
        self.rules
    }
}
