//! Why a decision came out as it did: a verdict on every rule that the trigger concerns, fired or not.
//!
//! Runs on the reference evaluator, so that no index skips a condition. For a rule that did not fire it names the first part that
//! was not true, with the values that were read for it; where nothing of an `or` was true, every part.

mod text;
mod why;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use signalbox_dsl::Span;
use signalbox_dsl::bundle::{
    Bundle, Condition, Edge, EdgeId, FieldId, Guard, Predicate, Rule, Trigger,
};
use signalbox_dsl::value::Value;

use crate::conversation::hearing::{ExplainedMessage, Heard};
use crate::conversation::path;
use crate::decision::{Decision, Inputs, Reached, Risen, Withheld};
use crate::describe;
use crate::disabled::DisabledRules;
use crate::engine::fields_of;
use crate::facts::Facts;
use crate::floor::{fires_in, people_state};
use crate::reference::{Evaluation, Reference, wants_floor};
use crate::signals;
use crate::truth::Truth;

pub use text::{action_text, outreach_text};
pub use why::{Why, why};

/// The decision and how every rule had its part in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// `message`, or the name of the event.
    pub trigger: String,
    /// What was heard in the message's words, if anybody listened: see [`Self::with_heard`].
    pub message: Option<ExplainedMessage>,
    /// What was decided.
    pub decision: Decision,
    /// All rules of the trigger, by rank, then name.
    pub rules: Vec<ExplainedRule>,
}

impl Explanation {
    /// With what was heard in the text of `facts`.
    pub fn with_heard(mut self, heard: &Heard, facts: &Facts) -> Self {
        if let Some(Value::Text(text)) = facts.get("text") {
            let language = match facts.get(path::LANGUAGE) {
                Some(Value::Language(language)) => language,
                _ => "",
            };
            self.message = Some(heard.explained(text, language));
        }
        self
    }
}

/// One rule's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedRule {
    /// Full name.
    pub rule: Arc<str>,
    /// Name of its rank.
    pub rank: Arc<str>,
    /// Where it stands.
    pub place: Place,
    /// What became of it.
    pub verdict: Verdict,
}

/// A [`Span`] that can be written out. The file is a place in the bundle's sources, sorted by path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    /// A place in `SourceSet::files`.
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// First byte behind it.
    pub end: u32,
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self {
            file: span.file.0,
            start: span.start,
            end: span.end,
        }
    }
}

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It fired; some of its effects may have been withheld.
    Fired {
        /// What the customer wrote that made it fire.
        keywords: Vec<Arc<str>>,
        /// Effects that were not carried out.
        withheld: Vec<Withheld>,
    },
    /// Its condition was false, or unknown.
    NotTrue {
        /// Which of the two.
        truth: Truth,
        /// The part that decided it.
        failing: Failing,
    },
    /// It waits for counts to be reached or numbers to rise, and nothing of it happened with this turn or event.
    NotReached {
        /// Counts that could have been.
        counts: Vec<Count>,
        /// Numbers that could have risen.
        rises: Vec<Risen>,
        /// Kinds of attachments that did not come.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<&'static str>,
    },
    /// It says `while`, and the conversation is in another state.
    OtherState {
        /// Those that it names.
        during: Vec<&'static str>,
    },
    /// People have switched it off.
    Disabled {
        /// Whether it would have fired.
        would_fire: bool,
    },
    /// It says `otherwise`, and these rules wanted the floor.
    FloorTaken {
        /// Full names.
        by: Vec<Arc<str>>,
    },
}

/// A count that was not reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// What was waited for.
    pub reaching: Reached,
    /// How many there are in the window, this turn or event included.
    pub so_far: usize,
}

/// A part of a condition that was not true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failing {
    /// As an author would write it.
    pub condition: String,
    /// Named conditions that it stands in, outermost first.
    pub within: Vec<Arc<str>>,
    /// False or unknown.
    pub truth: Truth,
    /// The values that it read, each field once.
    pub read: Vec<ReadValue>,
    /// Keywords in it that the customer wrote: why a `not` failed.
    pub keywords: Vec<Arc<str>>,
    /// Where it stands, if it is one comparison.
    pub place: Option<Place>,
    /// For an `or`: every part of it.
    pub parts: Vec<Failing>,
}

/// A value that a condition read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadValue {
    /// Path of the field.
    pub path: String,
    /// As rule files write it; `None` if it was absent.
    pub value: Option<String>,
}

/// Explains the decision on these inputs.
pub fn explain(reference: &Reference, inputs: Inputs<'_>) -> Explanation {
    explain_without(reference, inputs, &DisabledRules::default())
}

/// Explains the decision on these inputs that was made while some rules were switched off.
pub fn explain_without(
    reference: &Reference,
    inputs: Inputs<'_>,
    disabled: &DisabledRules,
) -> Explanation {
    let decision = reference.decide_without(inputs, disabled);
    let prepared = reference.prepared();
    let bundle = reference.bundle();
    let mut explainer = Explainer {
        evaluation: Evaluation::new(prepared, inputs.facts, inputs.now),
        decision: &decision,
        wanting_floor: decision
            .trace
            .fired
            .iter()
            .map(|fired| &fired.rule)
            .filter(|name| {
                let rule = bundle.rules.iter().find(|rule| rule.name == **name);
                rule.is_some_and(wants_floor)
            })
            .cloned()
            .collect(),
    };
    let reached = explainer.evaluation.signalled(&inputs).edges;
    let state = people_state(inputs.facts);
    let waits_here = |rule: &Rule| {
        let mut edges = rule.edges.iter();
        edges.any(|edge| is_waited_for(*edge, &inputs, bundle))
    };
    let mut rules: Vec<_> = crate::prepared::rules(bundle)
        .filter(|(_, rule)| rule.triggers.contains(inputs.trigger) || waits_here(rule))
        .collect();
    rules.sort_by_key(|(id, rule)| (rule.rank, *id));
    let rules = rules
        .into_iter()
        .map(|(id, rule)| ExplainedRule {
            rule: rule.name.clone(),
            rank: bundle
                .ranks
                .get(rule.rank.index())
                .map_or_else(|| "".into(), |rank| rank.name.clone()),
            place: rule.span.into(),
            verdict: match explainer.not_reached(rule, &inputs, &reached) {
                _ if disabled.has(id) => Verdict::Disabled {
                    would_fire: decision.trace.disabled.contains(&rule.name),
                },
                Some(verdict) => verdict,
                None if !fires_in(rule, state) => Verdict::OtherState {
                    during: rule.during.iter().map(|state| state.name()).collect(),
                },
                None => explainer.verdict(&rule.name, &rule.guard),
            },
        })
        .collect();
    Explanation {
        message: None,
        trigger: match inputs.trigger {
            Trigger::Message => "message".into(),
            Trigger::Attachment => "attachment".into(),
            Trigger::Event(name) => name.to_string(),
            Trigger::Outreach(name) => format!("outreach {name}"),
        },
        rules,
        decision,
    }
}

struct Explainer<'a> {
    evaluation: Evaluation<'a>,
    decision: &'a Decision,
    wanting_floor: Vec<Arc<str>>,
}

/// Whether an edge could be reached with this turn or event. Nobody waits for a picture where only words came.
fn is_waited_for(edge: EdgeId, inputs: &Inputs<'_>, bundle: &Bundle) -> bool {
    let Some(edge) = bundle.edges.get(edge.index()) else {
        return false;
    };
    let has_attachments = inputs.facts.get(path::ATTACHMENT_KINDS).is_some();
    edge.comes_with(inputs.trigger, &bundle.signals)
        && (has_attachments || !matches!(edge, Edge::Attached(_)))
}

impl Explainer<'_> {
    /// What a rule still waits for; `None` if it was triggered.
    fn not_reached(
        &mut self,
        rule: &Rule,
        inputs: &Inputs<'_>,
        reached: &[EdgeId],
    ) -> Option<Verdict> {
        let is_triggered = rule.triggers.contains(inputs.trigger)
            || rule.edges.iter().any(|edge| reached.contains(edge));
        if is_triggered {
            return None;
        }
        let bundle = self.evaluation.snapshot.prepared.bundle.clone();
        let edges = rule.edges.iter();
        let edges = edges.filter(|edge| is_waited_for(**edge, inputs, &bundle));
        let (mut counts, mut rises, mut attachments) = (Vec::new(), Vec::new(), Vec::new());
        for edge in edges.filter_map(|edge| bundle.edges.get(edge.index())) {
            match edge {
                Edge::Reaching(edge) => counts.push(self.evaluation.count(edge, inputs)),
                Edge::Rising(edge) => rises.push(signals::risen(&bundle, edge, inputs)),
                Edge::Attached(kind) => attachments.push(kind.name()),
            }
        }
        Some(Verdict::NotReached {
            counts,
            rises,
            attachments,
        })
    }

    fn verdict(&mut self, name: &Arc<str>, guard: &Guard) -> Verdict {
        let fired = self.decision.trace.fired.iter();
        if let Some(fired) = fired.into_iter().find(|fired| fired.rule == *name) {
            return Verdict::Fired {
                keywords: fired.keywords.clone(),
                withheld: fired.withheld.clone(),
            };
        }
        match guard {
            Guard::When(condition) => Verdict::NotTrue {
                truth: self.evaluation.truth(condition),
                failing: self.failing(condition, &[]),
            },
            Guard::Always | Guard::Otherwise => Verdict::FloorTaken {
                by: self.wanting_floor.clone(),
            },
        }
    }

    /// The part of a condition that is not true which explains it.
    fn failing(&mut self, condition: &Condition, within: &[Arc<str>]) -> Failing {
        match condition {
            Condition::All(parts) => {
                // A false part decides it even where an earlier one is unknown.
                let truth = self.evaluation.truth(condition);
                let guilty = parts
                    .iter()
                    .find(|part| self.evaluation.truth(part) == truth);
                match guilty {
                    Some(part) => self.failing(part, within),
                    None => self.whole(condition, within),
                }
            }
            Condition::Named { name, body } => {
                let within = [within, std::slice::from_ref(name)].concat();
                self.failing(body, &within)
            }
            Condition::Any(parts) => Failing {
                parts: parts.iter().map(|part| self.failing(part, &[])).collect(),
                ..self.whole(condition, within)
            },
            Condition::Not(_) | Condition::Atom(_) => self.whole(condition, within),
        }
    }

    fn whole(&mut self, condition: &Condition, within: &[Arc<str>]) -> Failing {
        let bundle = self.evaluation.snapshot.prepared.bundle.clone();
        let mut atoms = Vec::new();
        collect_atoms(condition, &mut atoms);
        let mut fields: Vec<FieldId> = Vec::new();
        for field in atoms.iter().flat_map(|predicate| fields_of(predicate)) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        let read = |field: FieldId| ReadValue {
            path: describe::path(field, &bundle),
            value: self.evaluation.snapshot.value(field).map(describe::value),
        };
        Failing {
            condition: describe::condition(condition, &bundle),
            within: within.to_vec(),
            read: fields.into_iter().map(read).collect(),
            truth: self.evaluation.truth(condition),
            keywords: self.keywords_under_not(condition),
            place: match condition {
                Condition::Atom(atom) => Some(atom.span.into()),
                _ => None,
            },
            parts: Vec::new(),
        }
    }

    fn keywords_under_not(&mut self, condition: &Condition) -> Vec<Arc<str>> {
        let Condition::Not(inner) = condition else {
            return Vec::new();
        };
        let mut keywords: Vec<Arc<str>> = Vec::new();
        for mention in self.evaluation.mentions(inner) {
            if !keywords.contains(&mention.keyword) {
                keywords.push(mention.keyword);
            }
        }
        keywords
    }
}

fn collect_atoms<'c>(condition: &'c Condition, atoms: &mut Vec<&'c Predicate>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                collect_atoms(part, atoms);
            }
        }
        Condition::Not(inner) => collect_atoms(inner, atoms),
        Condition::Named { body, .. } => collect_atoms(body, atoms),
        Condition::Atom(atom) => atoms.push(&atom.predicate),
    }
}

/// Facts as rule files write them, without those that no author can name.
pub fn read_values(facts: &Facts) -> Vec<ReadValue> {
    let named = facts.iter().filter(|(path, _)| !path.contains(' '));
    let read = named.map(|(path, value)| ReadValue {
        path: path.to_owned(),
        value: Some(describe::value(value)),
    });
    read.collect()
}

/// The value as rule files write it, for whoever shows facts beside an explanation.
pub fn value_text(value: &Value) -> String {
    describe::value(value)
}

#[cfg(test)]
mod tests;
