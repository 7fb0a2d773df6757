//! The indexed evaluator: the same answers as [`Reference`](crate::Reference), in a time that hardly grows with the number of rules.
//!
//! At load every comparison of the bundle is interned as one atom, and each rule is filed under the rarest atoms that must be true for
//! it to hold ([`access`]). A message then makes a few of these atoms true ([`index`]), which names the candidates, and only these
//! are verified ([`message`]). All keywords of all lists are found in one reading of the text.
//!
//! What a decision needs besides the bundle lives in a scratch that is used again and again: a message that no rule
//! holds for allocates nothing. Start reading at [`Engine::compile`].

mod access;
mod cost;
mod formula;
mod index;
mod message;
pub(crate) mod needs;
mod ranges;

pub(crate) use needs::fields_of;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use signalbox_dsl::bundle::{Bundle, Condition, FieldId, Guard, RuleId, Trigger};

use crate::decision::{Decision, Inputs};
use crate::disabled::DisabledRules;
use crate::facts::Facts;
use crate::floor::{self, Answering, Held};
use crate::outreach;
use crate::prepared::{CompileError, Prepared, rules};
use crate::reference::wants_floor;
use crate::signals;

use formula::{Formulas, NodeId};
use index::TriggerIndex;
use message::{Message, Scratch};

/// A compiled bundle. Cheap to share between threads; deciding takes `&self`.
#[derive(Debug)]
pub struct Engine {
    plan: Plan,
    needs: Vec<FieldId>,
    /// One for each thread that ever decided at the same moment as others.
    scratches: Mutex<Vec<Scratch>>,
}

/// What does not change from message to message.
#[derive(Debug)]
pub(crate) struct Plan {
    prepared: Prepared,
    formulas: Formulas,
    /// By rule; `None` for guards that are no condition.
    conditions: Vec<Option<NodeId>>,
    triggers: HashMap<Trigger, TriggerIndex>,
    /// By edge: the rules that wait for it.
    edges: Vec<TriggerIndex>,
    /// By signal; `None` for those that always occur with their trigger.
    signals: Vec<Option<NodeId>>,
    /// By outreach: `where` and `when`; `None` where it has none.
    outreach: Vec<[Option<NodeId>; 2]>,
}

impl Engine {
    /// Builds the index. Takes well under a second for 10,000 rules.
    ///
    /// # Errors
    /// See [`CompileError`]; a bundle that compiles once compiles everywhere.
    pub fn compile(bundle: Arc<Bundle>) -> Result<Self, CompileError> {
        let prepared = Prepared::new(bundle.clone())?;
        let mut formulas = Formulas::new(&prepared)?;
        let mut conditions = Vec::with_capacity(bundle.rules.len());
        let mut by_trigger: HashMap<&Trigger, Vec<RuleId>> = HashMap::new();
        let mut by_edge: Vec<Vec<RuleId>> = vec![Vec::new(); bundle.edges.len()];
        for (id, rule) in rules(&bundle) {
            conditions.push(match &rule.guard {
                Guard::When(condition) => Some(formulas.add(condition, &prepared)?),
                Guard::Always | Guard::Otherwise => None,
            });
            for trigger in &rule.triggers {
                let concerned = by_trigger.entry(trigger).or_default();
                if concerned.last() != Some(&id) {
                    concerned.push(id);
                }
            }
            for edge in &rule.edges {
                if let Some(concerned) = by_edge.get_mut(edge.index()) {
                    concerned.push(id);
                }
            }
        }
        let mut signals = Vec::with_capacity(bundle.signals.len());
        for signal in &bundle.signals {
            signals.push(match &signal.condition {
                Some(condition) => Some(formulas.add(condition, &prepared)?),
                None => None,
            });
        }
        let mut outreach = Vec::with_capacity(bundle.outreach.len());
        for one in &bundle.outreach {
            let mut add = |condition: &Option<Condition>| match condition {
                Some(condition) => Ok(Some(formulas.add(condition, &prepared)?)),
                None => Ok::<_, CompileError>(None),
            };
            outreach.push([add(&one.filter)?, add(&one.condition)?]);
        }
        let edges = by_edge
            .iter()
            .map(|concerned| TriggerIndex::new(concerned, &conditions, &formulas, &prepared))
            .collect::<Result<_, CompileError>>()?;
        let triggers = by_trigger
            .into_iter()
            .map(|(trigger, concerned)| {
                let index = TriggerIndex::new(&concerned, &conditions, &formulas, &prepared)?;
                Ok((trigger.clone(), index))
            })
            .collect::<Result<_, CompileError>>()?;
        Ok(Self {
            needs: needs::of(&bundle),
            plan: Plan {
                prepared,
                formulas,
                conditions,
                triggers,
                edges,
                signals,
                outreach,
            },
            scratches: Mutex::default(),
        })
    }

    /// The bundle that it runs.
    pub fn bundle(&self) -> &Arc<Bundle> {
        &self.plan.prepared.bundle
    }

    /// The fields that conditions and replies of this bundle read, each once: what the gateway has to fetch.
    pub fn needs(&self) -> &[FieldId] {
        &self.needs
    }

    /// What the rules answer.
    pub fn decide(&self, inputs: Inputs<'_>) -> Decision {
        self.decide_without(inputs, &DisabledRules::default())
    }

    /// What the rules answer while some are switched off.
    pub fn decide_without(&self, inputs: Inputs<'_>, disabled: &DisabledRules) -> Decision {
        let plan = &self.plan;
        let index = plan.triggers.get(inputs.trigger);
        let bundle = &plan.prepared.bundle;
        let concerns_outreach = outreach::concerns(&bundle.outreach, inputs.trigger);
        if index.is_none() && plan.edges.is_empty() && !concerns_outreach {
            return Decision::default();
        }
        self.with_message(inputs.facts, inputs.now, |message| {
            if let Trigger::Outreach(name) = inputs.trigger {
                return outreach::due(message, &inputs, name);
            }
            let signalled = signals::signalled(bundle, &plan.prepared.zone, &inputs, |signal| {
                message.occurs(signal)
            });
            let reached = signalled.edges.iter();
            let reached = reached.filter_map(|edge| plan.edges.get(edge.index()));
            let indexes: Vec<&TriggerIndex> = index.into_iter().chain(reached).collect();
            message.find_holding(&indexes);
            let held = (0..message.holding().len())
                .filter_map(|place| {
                    let rule = *message.holding().get(place)?;
                    let mentions = message.mentions(rule);
                    Some(Held { rule, mentions })
                })
                .collect();
            let otherwise = otherwise(&indexes);
            let answering = Answering {
                held,
                otherwise: &otherwise,
                disabled,
            };
            let mut decision = floor::decide(&message.snapshot, &inputs, signalled, answering);
            if concerns_outreach {
                outreach::happened(message, &inputs, &mut decision);
            }
            decision
        })
    }

    /// As [`Reference::matching_rules`](crate::Reference::matching_rules).
    pub fn matching_rules(&self, trigger: &Trigger, facts: &Facts, now: Timestamp) -> Vec<RuleId> {
        let Some(index) = self.plan.triggers.get(trigger) else {
            return Vec::new();
        };
        self.with_message(facts, now, |message| {
            message.find_holding(&[index]);
            let rules = &self.plan.prepared.bundle.rules;
            let state = floor::people_state(facts);
            let fires = |id: &RuleId| {
                let rule = rules.get(id.index());
                rule.is_some_and(|rule| floor::fires_in(rule, state))
            };
            let mut holding = message.holding().to_vec();
            holding.retain(fires);
            let is_wanted = |id: &RuleId| rules.get(id.index()).is_some_and(wants_floor);
            if !index.otherwise.is_empty() && !holding.iter().any(is_wanted) {
                holding.extend(index.otherwise.iter().copied().filter(fires));
                holding.sort_unstable();
            }
            holding
        })
    }

    fn with_message<T>(
        &self,
        facts: &Facts,
        now: Timestamp,
        work: impl FnOnce(&mut Message<'_>) -> T,
    ) -> T {
        // A panic elsewhere cannot leave the pool half changed, so a poisoned lock is as good as any.
        let pool = || {
            self.scratches
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let taken = pool().pop();
        let mut scratch = taken.unwrap_or_else(|| Scratch::new(&self.plan));
        let result = work(&mut Message::new(&self.plan, facts, now, &mut scratch));
        pool().push(scratch);
        result
    }
}

/// The rules that say `otherwise`, each once, by full name.
fn otherwise<'i>(indexes: &[&'i TriggerIndex]) -> Cow<'i, [RuleId]> {
    if let [only] = indexes {
        return Cow::Borrowed(&only.otherwise);
    }
    let all = indexes.iter().flat_map(|index| &index.otherwise);
    let mut all: Vec<RuleId> = all.copied().collect();
    all.sort_unstable();
    all.dedup();
    Cow::Owned(all)
}

#[cfg(test)]
mod tests;
