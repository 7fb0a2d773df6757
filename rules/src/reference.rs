//! The straight evaluator. It *is* the semantics: every rule is asked in turn, every condition is evaluated as it is
//! written, nothing is skipped because of an index. [`Engine`](crate::Engine) must answer the same, only faster.
//!
//! `explain` and inline tests run on this one, so that every condition is really looked at.

use std::rc::Rc;
use std::sync::Arc;

use jiff::Timestamp;
use signalbox_dsl::bundle::{
    Atom, Bundle, Condition, Effect, FieldId, Folding, Guard, ListId, OutreachId, Predicate,
    Reaching, Rule, RuleId, Trigger,
};
use signalbox_dsl::folding::{Folded, fold};

use crate::decision::{Decision, Inputs};
use crate::disabled::DisabledRules;
use crate::explain::Count;
use crate::facts::Facts;
use crate::floor::{self, Answering, Held};
use crate::keywords::Mention;
use crate::outreach::{self, Evaluating, Part};
use crate::predicate;
use crate::prepared::{CompileError, Prepared};
use crate::signals::{self, Signalled};
use crate::snapshot::Snapshot;
use crate::truth::Truth;

/// A bundle, ready for the straight evaluator.
#[derive(Debug, Clone)]
pub struct Reference {
    prepared: Arc<Prepared>,
}

impl Reference {
    /// Works out what every message needs: folded keywords, patterns, the time zone.
    ///
    /// # Errors
    /// See [`CompileError`].
    pub fn new(bundle: Arc<Bundle>) -> Result<Self, CompileError> {
        Ok(Self {
            prepared: Arc::new(Prepared::new(bundle)?),
        })
    }

    /// The bundle that it runs.
    pub fn bundle(&self) -> &Arc<Bundle> {
        &self.prepared.bundle
    }

    /// What the rules answer.
    pub fn decide(&self, inputs: Inputs<'_>) -> Decision {
        self.decide_without(inputs, &DisabledRules::default())
    }

    /// What the rules answer while some are switched off.
    pub fn decide_without(&self, inputs: Inputs<'_>, disabled: &DisabledRules) -> Decision {
        let mut evaluation = Evaluation::new(&self.prepared, inputs.facts, inputs.now);
        if let Trigger::Outreach(name) = inputs.trigger {
            return outreach::due(&mut evaluation, &inputs, name);
        }
        let signalled = evaluation.signalled(&inputs);
        let mut held = Vec::new();
        let mut otherwise = Vec::new();
        for (id, rule) in self.prepared.triggered(inputs.trigger, &signalled.edges) {
            match &rule.guard {
                Guard::Otherwise => otherwise.push(id),
                Guard::Always => held.push(Held::without_keywords(id)),
                Guard::When(condition) => {
                    if evaluation.truth(condition).is_true() {
                        let mentions = evaluation.mentions(condition);
                        held.push(Held { rule: id, mentions });
                    }
                }
            }
        }
        let answering = Answering {
            held,
            otherwise: &otherwise,
            disabled,
        };
        let mut decision = floor::decide(&evaluation.snapshot, &inputs, signalled, answering);
        outreach::happened(&mut evaluation, &inputs, &mut decision);
        decision
    }

    /// The rules of `trigger` whose conditions hold, by full name; rank, limits and floor play no part, and no edge is reached. A rule that says `otherwise` holds if
    /// no rule with another guard holds that replies or hands over.
    pub fn matching_rules(&self, trigger: &Trigger, facts: &Facts, now: Timestamp) -> Vec<RuleId> {
        let mut evaluation = Evaluation::new(&self.prepared, facts, now);
        let mut holding = Vec::new();
        let mut otherwise = Vec::new();
        let mut floor_wanted = false;
        let state = floor::people_state(facts);
        let triggered = self.prepared.triggered(trigger, &[]);
        for (id, rule) in triggered.filter(|(_, rule)| floor::fires_in(rule, state)) {
            let holds = match &rule.guard {
                Guard::Always => true,
                Guard::When(condition) => evaluation.truth(condition).is_true(),
                Guard::Otherwise => {
                    otherwise.push(id);
                    false
                }
            };
            if holds {
                floor_wanted |= wants_floor(rule);
                holding.push(id);
            }
        }
        if !floor_wanted {
            holding.append(&mut otherwise);
            holding.sort_unstable();
        }
        holding
    }

    pub(crate) fn prepared(&self) -> &Prepared {
        &self.prepared
    }
}

/// Whether a rule replies or hands over.
pub(crate) fn wants_floor(rule: &Rule) -> bool {
    rule.effects
        .iter()
        .any(|limited| Effect::contends_for_floor(&limited.effect))
}

/// One message under evaluation. The text is folded once for each way of folding, however many lists look at it.
pub(crate) struct Evaluation<'a> {
    pub(crate) snapshot: Snapshot<'a>,
    folded: Vec<(FieldId, Folding, Option<Rc<Folded>>)>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(prepared: &'a Prepared, facts: &'a Facts, now: Timestamp) -> Self {
        Self {
            snapshot: Snapshot::new(prepared, facts, now),
            folded: Vec::new(),
        }
    }

    /// Which signals occur, and which counts they reach.
    pub(crate) fn signalled(&mut self, inputs: &Inputs<'_>) -> Signalled {
        let prepared = self.snapshot.prepared;
        let bundle = &prepared.bundle;
        signals::signalled(bundle, &prepared.zone, inputs, |signal| {
            let signal = bundle.signals.get(signal.index());
            let condition = signal.and_then(|signal| signal.condition.as_ref());
            condition.is_none_or(|condition| self.truth(condition).is_true())
        })
    }

    /// How far the count of an edge is, this turn or event included.
    pub(crate) fn count(&mut self, edge: &Reaching, inputs: &Inputs<'_>) -> Count {
        let prepared = self.snapshot.prepared;
        let bundle = &prepared.bundle;
        let signal = bundle.signals.get(edge.signal.index());
        let condition = signal.and_then(|signal| signal.condition.as_ref());
        let occurs = condition.is_none_or(|condition| self.truth(condition).is_true());
        let before = signals::count_before(bundle, edge, inputs.ledger, inputs.now, &prepared.zone);
        Count {
            reaching: signals::reached(bundle, edge),
            so_far: before + usize::from(occurs),
        }
    }

    /// What a condition comes to, in Kleene's three-valued logic.
    pub(crate) fn truth(&mut self, condition: &Condition) -> Truth {
        match condition {
            Condition::All(parts) => Truth::all(parts.iter().map(|part| self.truth(part))),
            Condition::Any(parts) => Truth::any(parts.iter().map(|part| self.truth(part))),
            Condition::Not(inner) => self.truth(inner).negated(),
            Condition::Named { body, .. } => self.truth(body),
            Condition::Atom(atom) => self.predicate(&atom.predicate),
        }
    }

    fn predicate(&mut self, predicate: &Predicate) -> Truth {
        match predicate {
            Predicate::HasAny { field, list } => {
                self.list(*field, *list, |list, text| list.has_any(text))
            }
            Predicate::HasAll { field, list } => {
                self.list(*field, *list, |list, text| list.has_all(text))
            }
            Predicate::StartsWith { field, prefix } => {
                let phrase = self.snapshot.prepared.phrase(prefix);
                let folded = self.folded(*field, Folding::DEFAULT);
                folded
                    .map(|folded| predicate::starts_with(folded.text(), phrase))
                    .into()
            }
            Predicate::IsExactly { field, text } => {
                let phrase = self.snapshot.prepared.phrase(text);
                let folded = self.folded(*field, Folding::DEFAULT);
                folded
                    .map(|folded| predicate::is_exactly(folded.text(), phrase))
                    .into()
            }
            _ => predicate::test(predicate, &self.snapshot).unwrap_or(Truth::Unknown),
        }
    }

    fn list(
        &mut self,
        field: FieldId,
        list: ListId,
        holds: impl Fn(&crate::keywords::MatchedList, &str) -> bool,
    ) -> Truth {
        let prepared = self.snapshot.prepared;
        let Some((matched, folding)) = prepared.list(list).zip(folding_of(prepared, list)) else {
            return Truth::Unknown;
        };
        self.folded(field, folding)
            .map(|folded| holds(matched, folded.text()))
            .into()
    }

    /// The text of a field, folded; `None` if it is absent.
    fn folded(&mut self, field: FieldId, folding: Folding) -> Option<Rc<Folded>> {
        let known = self
            .folded
            .iter()
            .find(|(known_field, known, _)| *known_field == field && *known == folding);
        if let Some((_, _, folded)) = known {
            return folded.clone();
        }
        let folded = self
            .snapshot
            .text(field)
            .map(|text| Rc::new(fold(text, folding)));
        self.folded.push((field, folding, folded.clone()));
        folded
    }

    /// The keywords that made a true condition true: of `a or b` only what is true counts, and a keyword under `not` is no reason.
    pub(crate) fn mentions(&mut self, condition: &Condition) -> Vec<Mention> {
        let mut mentions = Vec::new();
        self.collect(condition, Truth::True, &mut mentions);
        mentions
    }

    fn collect(&mut self, condition: &Condition, wanted: Truth, mentions: &mut Vec<Mention>) {
        if self.truth(condition) != wanted {
            return;
        }
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                for part in parts {
                    self.collect(part, wanted, mentions);
                }
            }
            Condition::Not(inner) => self.collect(inner, wanted.negated(), mentions),
            Condition::Named { body, .. } => self.collect(body, wanted, mentions),
            Condition::Atom(atom) if wanted.is_true() => self.collect_hits(atom, mentions),
            Condition::Atom(_) => {}
        }
    }

    fn collect_hits(&mut self, atom: &Atom, mentions: &mut Vec<Mention>) {
        let (Predicate::HasAny { field, list } | Predicate::HasAll { field, list }) =
            atom.predicate
        else {
            return;
        };
        let prepared = self.snapshot.prepared;
        let Some(matched) = prepared.list(list) else {
            return;
        };
        let Some(folding) = folding_of(prepared, list) else {
            return;
        };
        if let Some(folded) = self.folded(field, folding) {
            for hit in matched.first_hits(folded.text()) {
                mentions.extend(floor::mention(prepared, list, hit, &folded));
            }
        }
    }
}

impl<'a> Evaluating<'a> for Evaluation<'a> {
    fn snapshot(&self) -> &Snapshot<'a> {
        &self.snapshot
    }

    fn outreach_holds(&mut self, id: OutreachId, part: Part) -> bool {
        let outreach = self.snapshot.prepared.bundle.outreach.get(id.index());
        let condition = outreach.and_then(|outreach| match part {
            Part::Filter => outreach.filter.as_ref(),
            Part::Condition => outreach.condition.as_ref(),
        });
        condition.is_none_or(|condition| self.truth(condition).is_true())
    }
}

pub(crate) fn folding_of(prepared: &Prepared, list: ListId) -> Option<Folding> {
    let list = prepared.bundle.keyword_lists.get(list.index())?;
    Some(list.folding)
}
