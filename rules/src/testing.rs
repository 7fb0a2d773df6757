//! Inline tests: stories on a movable clock, run as the router would run them.
//!
//! Each test has a conversation of its own, which keeps language, tags, state, episode and limits from step to step. Tests run on the
//! reference evaluator with nothing skipped, so coverage is honest. A failing step never hides another: all steps of all
//! tests run, and what failed carries the verdict on the rules that mattered.

mod coverage;
mod outcome;
mod story;
mod text;

use std::sync::Arc;

use serde::Serialize;
use signalbox_dsl::bundle::{TestAction, TestCase};

use crate::decision::DecidedEffect;
use crate::explain::{Explanation, Place};
use crate::reference::Reference;

pub use coverage::RuleCoverage;

use coverage::Coverage;
use story::Story;

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

fn run_case(reference: &Reference, case: &TestCase, coverage: &mut Coverage) -> Vec<StepFailure> {
    let mut story = Story::new(reference, case);
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
                if !story.move_clock(*day, *time) {
                    fail(FailureReason::ClockMovesBack, None);
                }
            }
            TestAction::Says { text, with } => story.says(text, with, coverage),
            TestAction::Event { event, with } => story.event(event, with, coverage),
            TestAction::Expect(expectation) => {
                let Some(turn) = story.last_turn() else {
                    fail(FailureReason::NothingHappened, None);
                    continue;
                };
                let bundle = reference.bundle();
                for failed in outcome::check(expectation, &turn.decision, story.sent(), bundle) {
                    let due = story.last_due().filter(|_| failed.is_outreach);
                    let explanation = due.unwrap_or(turn).explain(reference, &failed.rules);
                    fail(failed.reason, Some(explanation));
                }
            }
        }
    }
    failures
}

#[cfg(test)]
mod tests;
