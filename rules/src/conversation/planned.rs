//! Outreach that is planned for a customer.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_dsl::value::Value;

use super::path;
use crate::decision::{Action, Decision, OutreachStep};
use crate::facts::Facts;

/// By full name of the outreach: of each there is one at most, so there are as many as the rules have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlannedOutreach(BTreeMap<Arc<str>, Planned>);

/// One that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// When it is looked at.
    pub due: Timestamp,
    /// Worth nothing after this.
    pub latest: Timestamp,
    /// The values that it read when it was planned.
    pub facts: Facts,
}

impl PlannedOutreach {
    /// The one that is due first.
    pub fn next(&self) -> Option<(&Arc<str>, &Planned)> {
        self.0
            .iter()
            .min_by_key(|(name, planned)| (planned.due, *name))
    }

    /// All that waits, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Planned)> {
        self.0.iter()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what waited elsewhere for the same person. Of one that waits in both places, the own one stays.
    pub fn take_over(&mut self, other: Self) {
        for (name, planned) in other.0 {
            self.0.entry(name).or_insert(planned);
        }
    }

    /// One of them.
    pub fn get(&self, name: &str) -> Option<&Planned> {
        self.0.get(name)
    }

    /// Sets which are planned.
    pub(super) fn facts(&self, facts: &mut Facts) {
        let names = self.0.keys().cloned().map(Value::Text).collect();
        facts.set(path::OUTREACH_PLANNED, Value::List(names));
    }

    /// Enters what a decision changes: first its steps, then what rules take back.
    pub(super) fn apply(&mut self, decision: &Decision) {
        for step in &decision.outreach {
            match step {
                OutreachStep::Planned {
                    outreach,
                    due,
                    latest,
                    facts,
                } => {
                    let planned = Planned {
                        due: *due,
                        latest: *latest,
                        facts: facts.clone(),
                    };
                    self.0.insert(outreach.clone(), planned);
                }
                OutreachStep::Postponed { outreach, due } => {
                    if let Some(planned) = self.0.get_mut(outreach) {
                        planned.due = *due;
                    }
                }
                OutreachStep::Cancelled { outreach }
                | OutreachStep::Sent { outreach }
                | OutreachStep::Dropped { outreach, .. } => {
                    self.0.remove(outreach);
                }
                OutreachStep::AlreadyPlanned { .. } => {}
            }
        }
        for effect in &decision.effects {
            match &effect.action {
                Action::CancelOutreach { outreach: None } => self.0.clear(),
                Action::CancelOutreach {
                    outreach: Some(outreach),
                } => {
                    self.0.remove(outreach);
                }
                _ => {}
            }
        }
    }
}

impl Planned {
    /// Sets what was kept of its trigger, as far as `facts` does not say it anew, and until when it may be sent.
    pub fn facts(&self, facts: &mut Facts) {
        for (path, value) in self.facts.iter() {
            if facts.get(path).is_none() {
                facts.set(path, value.clone());
            }
        }
        facts.set(path::OUTREACH_LATEST, Value::Timestamp(self.latest));
    }
}
