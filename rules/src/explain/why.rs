//! The short answer to “why”: the rules that fired, those that nearly did, and the facts that these read.

use std::sync::Arc;

use serde::Serialize;
use signalbox_dsl::bundle::{Condition, FieldId, Guard, Rule};
use signalbox_dsl::problem::Locale;

use super::{Explanation, ReadValue, Verdict, collect_atoms, explain};
use crate::decision::Inputs;
use crate::describe;
use crate::engine::fields_of;
use crate::reference::{Evaluation, Reference};
use crate::truth::Truth;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    /// The decision, with the rules that fired and those of [`Self::nearly`] only.
    pub explanation: Explanation,
    /// Full names of rules that did not fire for one thing alone: one part of their condition, a count under way, another rule's
    /// floor, the conversation's state.
    pub nearly: Vec<Arc<str>>,
    /// What the conditions of all these rules read, each field once.
    pub read: Vec<ReadValue>,
    /// How many rules are not shown: nothing of them fitted.
    pub others: usize,
}

/// Why these inputs were decided as they were.
pub fn why(reference: &Reference, inputs: Inputs<'_>) -> Why {
    let mut explanation = explain(reference, inputs);
    let bundle = reference.bundle();
    let mut evaluation = Evaluation::new(reference.prepared(), inputs.facts, inputs.now);
    let mut nearly = Vec::new();
    let mut fields: Vec<FieldId> = Vec::new();
    let all = explanation.rules.len();
    explanation.rules.retain(|explained| {
        let mut rules = bundle.rules.iter();
        let Some(rule) = rules.find(|rule| rule.name == explained.rule) else {
            return false;
        };
        let fired = matches!(explained.verdict, Verdict::Fired { .. });
        let is_shown = fired || is_near(&explained.verdict, rule, &mut evaluation);
        if is_shown && !fired {
            nearly.push(rule.name.clone());
        }
        if is_shown {
            add_fields(rule, &mut fields);
        }
        is_shown
    });
    let read = fields.into_iter().map(|field| ReadValue {
        path: describe::path(field, bundle),
        value: evaluation.snapshot.value(field).map(describe::value),
    });
    Why {
        nearly,
        read: read.collect(),
        others: all - explanation.rules.len(),
        explanation,
    }
}

fn is_near(verdict: &Verdict, rule: &Rule, evaluation: &mut Evaluation<'_>) -> bool {
    match verdict {
        Verdict::Fired { .. } | Verdict::FloorTaken { .. } => true,
        Verdict::Disabled { would_fire } => *would_fire,
        Verdict::NotReached { counts, .. } => counts.iter().any(|count| count.so_far > 0),
        Verdict::OtherState { .. } => match &rule.guard {
            Guard::When(condition) => evaluation.truth(condition) == Truth::True,
            Guard::Always | Guard::Otherwise => true,
        },
        Verdict::NotTrue { .. } => match &rule.guard {
            Guard::When(condition) => lacks_one(condition, evaluation),
            Guard::Always | Guard::Otherwise => false,
        },
    }
}

/// Whether all parts of an `and` but one are true, and not only because something was not so.
fn lacks_one(condition: &Condition, evaluation: &mut Evaluation<'_>) -> bool {
    match condition {
        Condition::All(parts) => {
            let (held, open): (Vec<_>, Vec<_>) = parts
                .iter()
                .partition(|part| evaluation.truth(part) == Truth::True);
            let mut held = held.into_iter();
            open.len() == 1 && held.any(|part| !matches!(part, Condition::Not(_)))
        }
        Condition::Any(parts) => parts.iter().any(|part| lacks_one(part, evaluation)),
        Condition::Named { body, .. } => lacks_one(body, evaluation),
        Condition::Not(_) | Condition::Atom(_) => false,
    }
}

fn add_fields(rule: &Rule, fields: &mut Vec<FieldId>) {
    let Guard::When(condition) = &rule.guard else {
        return;
    };
    let mut atoms = Vec::new();
    collect_atoms(condition, &mut atoms);
    for field in atoms.iter().flat_map(|predicate| fields_of(predicate)) {
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
}

impl Why {
    /// Lines of text, each ended by a line break.
    pub fn text(&self, locale: Locale) -> String {
        let mut text = self.explanation.text(locale);
        let two = |english: String, chinese: String| match locale {
            Locale::English => english,
            Locale::Chinese => chinese,
        };
        if self.others > 0 {
            let others = self.others;
            text.push_str(&two(
                format!("  and {others} that nothing came near\n"),
                format!("  另有 {others} 条规则与此无关\n"),
            ));
        }
        if !self.read.is_empty() {
            text.push_str(&two("Facts read:\n".into(), "读到的事实：\n".into()));
        }
        for ReadValue { path, value } in &self.read {
            let line = match value {
                Some(value) => format!("  {path} = {value}\n"),
                None => two(
                    format!("  {path} is absent\n"),
                    format!("  {path} 没有值\n"),
                ),
            };
            text.push_str(&line);
        }
        text
    }
}
