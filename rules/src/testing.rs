//! Inline tests: stories on a movable clock ([`Story`]).
//!
//! Each test has a conversation of its own, which keeps language, tags, state, episode and limits from step to step. Tests run on the
//! reference evaluator with nothing skipped, so coverage is honest. A failing step never hides another: all steps of all
//! tests run, and what failed carries the verdict on the rules that mattered.

mod clock;
mod coverage;
mod outcome;
mod text;

use std::sync::Arc;

use serde::Serialize;
use signalbox_dsl::bundle::{TestAction, TestCase};

use crate::decision::DecidedEffect;
use crate::explain::{Explanation, Place, Verdict};
use crate::reference::Reference;
use crate::story::{Story, StoryTurn};

pub use coverage::RuleCoverage;

use clock::Clock;
use coverage::Coverage;

/// What all inline tests of a bundle came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestReport {
    /// In the order of the sources.
    pub cases: Vec<CaseReport>,
    /// By full name of the rule; what all tests together saw of it.
    pub coverage: Vec<RuleCoverage>,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseReport {
    /// Module and the author's sentence.
    pub name: Arc<str>,
    /// Where it stands.
    pub place: Place,
    /// Empty if it passed.
    pub failures: Vec<StepFailure>,
}

/// A step that did not go as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepFailure {
    /// Where the step stands.
    pub place: Place,
    /// What is wrong.
    pub reason: FailureReason,
    /// The last decision, with the rules that mattered: those that fired and those that the expectation speaks of.
    pub explanation: Option<Explanation>,
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum FailureReason {
    /// An expected outcome did not come about, or a forbidden one did.
    NotMet {
        /// The outcome, as rule files write it.
        expected: String,
    },
    /// `expect exactly`, and this happened besides.
    Unexpected {
        /// What happened.
        effect: DecidedEffect,
    },
    /// Nothing happened yet that the step could look at.
    NothingHappened,
    /// The clock would go back.
    ClockMovesBack,
}

impl TestReport {
    /// Whether every test passed.
    pub fn passed(&self) -> bool {
        self.cases.iter().all(CaseReport::passed)
    }
}

impl CaseReport {
    /// Whether every step went as written.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Runs all inline tests of the bundle.
pub fn run_tests(reference: &Reference) -> TestReport {
    let mut coverage = Coverage::new(reference.bundle());
    let cases = reference
        .bundle()
        .tests
        .iter()
        .map(|case| CaseReport {
            name: case.name.clone(),
            place: case.span.into(),
            failures: run_case(reference, case, &mut coverage),
        })
        .collect();
    TestReport {
        cases,
        coverage: coverage.by_rule(),
    }
}

/// Runs one inline test.
pub fn run_test(reference: &Reference, case: &TestCase) -> CaseReport {
    let mut coverage = Coverage::new(reference.bundle());
    CaseReport {
        name: case.name.clone(),
        place: case.span.into(),
        failures: run_case(reference, case, &mut coverage),
    }
}

fn run_case(reference: &Reference, case: &TestCase, coverage: &mut Coverage) -> Vec<StepFailure> {
    let clock = Clock::of(case, &reference.prepared().zone);
    let mut story = Story::new(reference, clock.start());
    let bundle = reference.bundle();
    for (field, value) in &case.given {
        if let Some(field) = bundle.fields.get(field.index()) {
            story.give(&field.path, value);
        }
    }
    let mut failures = Vec::new();
    for step in &case.steps {
        let mut fail = |reason, explanation| {
            failures.push(StepFailure {
                place: step.span.into(),
                reason,
                explanation,
            });
        };
        match &step.action {
            TestAction::At { day, time } => {
                if !story.move_to(clock.moment(*day, *time)) {
                    fail(FailureReason::ClockMovesBack, None);
                }
            }
            TestAction::Says { text, with } => {
                story.says(text, with);
                coverage.note(reference, story.last_turn());
            }
            TestAction::Sends { kind, text, with } => {
                story.sends(*kind, text.as_ref(), with);
                coverage.note(reference, story.last_turn());
            }
            TestAction::Event { event, with } => {
                story.event(event, with);
                coverage.note(reference, story.last_turn());
            }
            TestAction::Expect(expectation) => {
                let Some(turn) = story.last_turn() else {
                    fail(FailureReason::NothingHappened, None);
                    continue;
                };
                for failed in outcome::check(expectation, turn.decision(), story.sent(), bundle) {
                    let due = story.last_due().filter(|_| failed.is_outreach);
                    let explanation = explained(due.unwrap_or(turn), reference, &failed.rules);
                    fail(failed.reason, Some(explanation));
                }
            }
        }
    }
    failures
}

/// The decision with the rules that fired, and those named.
fn explained(turn: &StoryTurn, reference: &Reference, rules: &[Arc<str>]) -> Explanation {
    let mut explanation = turn.explain(reference);
    explanation
        .rules
        .retain(|rule| matches!(rule.verdict, Verdict::Fired { .. }) || rules.contains(&rule.rule));
    explanation
}

#[cfg(test)]
mod tests;
