//! One message under evaluation: candidates from the index, then the truth of their conditions. Everything is worked out when
//! it is first asked for, and once.

use jiff::Timestamp;
use signalbox_dsl::bundle::{OutreachId, RuleId, SignalId};
use signalbox_dsl::folding::{Folded, fold_into};
use signalbox_dsl::language_range::holders;
use signalbox_dsl::value::Value;

use super::Plan;
use super::formula::{AtomId, Node, NodeId, SlotId, Test};
use super::index::TriggerIndex;
use crate::facts::Facts;
use crate::floor;
use crate::keywords::Mention;
use crate::keywords::scanner::Findings;
use crate::outreach::{Evaluating, Part};
use crate::predicate;
use crate::snapshot::Snapshot;
use crate::truth::Truth;

/// What is kept from message to message so that nothing is allocated. Stamps hold the epoch (the number of the message) in
/// which an entry was written, so that forgetting costs nothing.
#[derive(Debug)]
pub(crate) struct Scratch {
    epoch: u32,
    /// By atom.
    truths: Vec<(u32, Truth)>,
    /// By rule: when it was last a candidate.
    candidate_in: Vec<u32>,
    /// First the candidates, then those of them that hold.
    candidates: Vec<RuleId>,
    slots: Vec<SlotScratch>,
}

#[derive(Debug, Default)]
struct SlotScratch {
    folded_in: u32,
    scanned_in: u32,
    is_present: bool,
    folded: Folded,
    findings: Findings,
}

impl Scratch {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            epoch: 0,
            truths: vec![(0, Truth::Unknown); plan.formulas.atoms.len()],
            candidate_in: vec![0; plan.conditions.len()],
            candidates: Vec::new(),
            slots: plan
                .formulas
                .slots
                .iter()
                .map(|_| SlotScratch::default())
                .collect(),
        }
    }

    fn start(&mut self) {
        self.candidates.clear();
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            // Once in four billion messages the stamps of long ago would look like ours.
            self.truths.fill((0, Truth::Unknown));
            self.candidate_in.fill(0);
            for slot in &mut self.slots {
                (slot.folded_in, slot.scanned_in) = (0, 0);
            }
            self.epoch = 1;
        }
    }

    /// Everything filed under a posting becomes a candidate; its atom is known to be true.
    fn post(&mut self, index: &TriggerIndex, posting: u32) {
        if let Some(atom) = index.atoms.get(posting as usize)
            && let Some(truth) = self.truths.get_mut(*atom as usize)
        {
            *truth = (self.epoch, Truth::True);
        }
        self.propose(index.rules(posting));
    }

    fn propose(&mut self, rules: &[RuleId]) {
        for rule in rules {
            if let Some(candidate_in) = self.candidate_in.get_mut(rule.index())
                && *candidate_in != self.epoch
            {
                *candidate_in = self.epoch;
                self.candidates.push(*rule);
            }
        }
    }
}

/// See the module's comment.
pub(crate) struct Message<'a> {
    plan: &'a Plan,
    pub(crate) snapshot: Snapshot<'a>,
    scratch: &'a mut Scratch,
}

impl<'a> Evaluating<'a> for Message<'a> {
    fn snapshot(&self) -> &Snapshot<'a> {
        &self.snapshot
    }

    fn outreach_holds(&mut self, id: OutreachId, part: Part) -> bool {
        let Some([filter, condition]) = self.plan.outreach.get(id.index()) else {
            return false;
        };
        let node = match part {
            Part::Filter => filter,
            Part::Condition => condition,
        };
        node.is_none_or(|node| self.truth(node).is_true())
    }
}

impl<'a> Message<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        facts: &'a Facts,
        now: Timestamp,
        scratch: &'a mut Scratch,
    ) -> Self {
        scratch.start();
        Self {
            plan,
            snapshot: Snapshot::new(&plan.prepared, facts, now),
            scratch,
        }
    }

    /// Finds the rules that hold, `otherwise` aside.
    pub(crate) fn find_holding(&mut self, indexes: &[&TriggerIndex]) {
        for index in indexes {
            self.scratch.propose(&index.always);
            self.propose_by_lists(index);
            self.propose_by_phrases(index);
            self.propose_by_values(index);
        }
        let mut candidates = std::mem::take(&mut self.scratch.candidates);
        candidates.retain(|rule| self.holds(*rule));
        candidates.sort_unstable();
        self.scratch.candidates = candidates;
    }

    /// Whether a signal whose trigger came occurs.
    pub(crate) fn occurs(&mut self, signal: SignalId) -> bool {
        match self.plan.signals.get(signal.index()) {
            Some(Some(node)) => self.truth(*node).is_true(),
            Some(None) => true,
            None => false,
        }
    }

    /// The rules that hold, by full name; see [`Self::find_holding`].
    pub(crate) fn holding(&self) -> &[RuleId] {
        &self.scratch.candidates
    }

    fn propose_by_lists(&mut self, index: &TriggerIndex) {
        for source in &index.sources.lists {
            if !self.scan(source.slot) {
                continue;
            }
            let slot = source.slot as usize;
            let scanner = self.plan.formulas.slot_and_scanner(source.slot);
            let Some(scanner) = scanner.and_then(|(_, it)| it) else {
                continue;
            };
            let found = |scratch: &Scratch, place: usize| {
                let lists = scratch.slots.get(slot)?.findings.lists();
                lists.get(place).copied()
            };
            let mut place = 0;
            while let Some(list) = found(self.scratch, place) {
                place += 1;
                if let Some(Some(posting)) = source.any.get(list as usize) {
                    self.scratch.post(index, *posting);
                }
                if let Some(Some(posting)) = source.all.get(list as usize)
                    && let Some(slot) = self.scratch.slots.get(slot)
                    && scanner.found_all(list, &slot.findings)
                {
                    self.scratch.post(index, *posting);
                }
            }
        }
    }

    fn propose_by_phrases(&mut self, index: &TriggerIndex) {
        for source in &index.sources.phrases {
            if !self.fold(source.slot) {
                continue;
            }
            // The folded text is put aside for as long as candidates are written.
            let folded = self.take_folded(source.slot);
            for posting in source.matching(folded.text()) {
                self.scratch.post(index, posting);
            }
            self.put_back_folded(source.slot, folded);
        }
    }

    fn propose_by_values(&mut self, index: &TriggerIndex) {
        let sources = &index.sources;
        for (operand, by_value) in &sources.equal {
            if let Some(value) = self.snapshot.operand(operand)
                && let Some(postings) = by_value.get(value)
            {
                for posting in postings {
                    self.scratch.post(index, *posting);
                }
            }
        }
        for (operand, by_range) in &sources.languages {
            if let Some(Value::Language(tag)) = self.snapshot.operand(operand) {
                for posting in holders(tag).filter_map(|it| by_range.get(it)).flatten() {
                    self.scratch.post(index, *posting);
                }
            }
        }
        for (field, by_value) in &sources.contains {
            if let Some(Value::List(elements)) = self.snapshot.value(*field) {
                for posting in elements.iter().filter_map(|it| by_value.get(it)).flatten() {
                    self.scratch.post(index, *posting);
                }
            }
        }
        for (field, posting) in &sources.known {
            if self.snapshot.value(*field).is_some() {
                self.scratch.post(index, *posting);
            }
        }
        for source in &sources.ranges {
            let Some(value) = self.snapshot.operand(&source.operand).cloned() else {
                continue;
            };
            for posting in source.possible(&value, &self.plan.prepared.zone) {
                let atom = index.atoms.get(posting as usize);
                if atom.is_some_and(|atom| self.atom(*atom).is_true()) {
                    self.scratch.post(index, posting);
                }
            }
        }
    }

    fn holds(&mut self, rule: RuleId) -> bool {
        match self.plan.conditions.get(rule.index()) {
            Some(Some(node)) => self.truth(*node).is_true(),
            _ => true,
        }
    }

    fn truth(&mut self, node: NodeId) -> Truth {
        let plan = self.plan;
        match plan.formulas.node(node) {
            Some(Node::All(children)) => {
                let children = plan.formulas.children(children);
                Truth::all(children.iter().map(|child| self.truth(*child)))
            }
            Some(Node::Any(children)) => {
                let children = plan.formulas.children(children);
                Truth::any(children.iter().map(|child| self.truth(*child)))
            }
            Some(Node::Not(inner)) => self.truth(inner).negated(),
            Some(Node::Atom(atom)) => self.atom(atom),
            None => Truth::Unknown,
        }
    }

    /// The truth of one atom, worked out once.
    pub(super) fn atom(&mut self, atom: AtomId) -> Truth {
        let epoch = self.scratch.epoch;
        match self.scratch.truths.get(atom as usize) {
            Some((known_in, truth)) if *known_in == epoch => return *truth,
            _ => {}
        }
        let truth = match self.plan.formulas.atom(atom) {
            Some(test) => self.test(test),
            None => Truth::Unknown,
        };
        if let Some(entry) = self.scratch.truths.get_mut(atom as usize) {
            *entry = (epoch, truth);
        }
        truth
    }

    fn test(&mut self, test: &Test) -> Truth {
        match test {
            Test::HasAny { slot, list } => {
                let is_present = self.scan(*slot);
                let findings = self.findings(*slot).filter(|_| is_present);
                findings.map(|findings| findings.count(*list) > 0).into()
            }
            Test::HasAll { slot, list } => {
                let is_present = self.scan(*slot);
                let findings = self.findings(*slot).filter(|_| is_present);
                let scanner = self.plan.formulas.slot_and_scanner(*slot);
                findings
                    .zip(scanner.and_then(|(_, it)| it))
                    .map(|(findings, scanner)| scanner.found_all(*list, findings))
                    .into()
            }
            Test::StartsWith { slot, phrase } => self
                .folded_text(*slot)
                .map(|text| predicate::starts_with(text, phrase))
                .into(),
            Test::IsExactly { slot, phrase } => self
                .folded_text(*slot)
                .map(|text| predicate::is_exactly(text, phrase))
                .into(),
            Test::Plain(plain) => predicate::test(plain, &self.snapshot).unwrap_or(Truth::Unknown),
        }
    }

    fn folded_text(&mut self, slot: SlotId) -> Option<&str> {
        let is_present = self.fold(slot);
        let scratch = self.scratch.slots.get(slot as usize)?;
        is_present.then(|| scratch.folded.text())
    }

    /// Folds the slot's text, once. False if the field is absent.
    fn fold(&mut self, slot: SlotId) -> bool {
        let Some((plan, _)) = self.plan.formulas.slot_and_scanner(slot) else {
            return false;
        };
        let Some(scratch) = self.scratch.slots.get_mut(slot as usize) else {
            return false;
        };
        if scratch.folded_in != self.scratch.epoch {
            scratch.folded_in = self.scratch.epoch;
            let text = self.snapshot.text(plan.field);
            scratch.is_present = text.is_some();
            if let Some(text) = text {
                fold_into(text, plan.folding, &mut scratch.folded);
            }
        }
        scratch.is_present
    }

    /// Looks for all keywords in the slot's text, once. False if the field is absent.
    fn scan(&mut self, slot: SlotId) -> bool {
        if !self.fold(slot) {
            return false;
        }
        let scanner = self.plan.formulas.slot_and_scanner(slot);
        let epoch = self.scratch.epoch;
        if let Some(scanner) = scanner.and_then(|(_, it)| it)
            && let Some(scratch) = self.scratch.slots.get_mut(slot as usize)
            && scratch.scanned_in != epoch
        {
            scratch.scanned_in = epoch;
            scanner.scan(scratch.folded.text(), &mut scratch.findings);
        }
        true
    }

    fn findings(&self, slot: SlotId) -> Option<&Findings> {
        let scratch = self.scratch.slots.get(slot as usize)?;
        Some(&scratch.findings)
    }

    fn take_folded(&mut self, slot: SlotId) -> Folded {
        self.scratch
            .slots
            .get_mut(slot as usize)
            .map(|scratch| std::mem::take(&mut scratch.folded))
            .unwrap_or_default()
    }

    fn put_back_folded(&mut self, slot: SlotId, folded: Folded) {
        if let Some(scratch) = self.scratch.slots.get_mut(slot as usize) {
            scratch.folded = folded;
        }
    }

    /// The keywords that made a rule hold; the law is that of the reference evaluator.
    pub(crate) fn mentions(&mut self, rule: RuleId) -> Vec<Mention> {
        let mut mentions = Vec::new();
        if let Some(Some(node)) = self.plan.conditions.get(rule.index()) {
            self.collect(*node, Truth::True, &mut mentions);
        }
        mentions
    }

    fn collect(&mut self, node: NodeId, wanted: Truth, mentions: &mut Vec<Mention>) {
        if self.truth(node) != wanted {
            return;
        }
        let plan = self.plan;
        match plan.formulas.node(node) {
            Some(Node::All(children) | Node::Any(children)) => {
                for child in plan.formulas.children(children) {
                    self.collect(*child, wanted, mentions);
                }
            }
            Some(Node::Not(inner)) => self.collect(inner, wanted.negated(), mentions),
            Some(Node::Atom(atom)) if wanted.is_true() => self.collect_hits(atom, mentions),
            _ => {}
        }
    }

    fn collect_hits(&mut self, atom: AtomId, mentions: &mut Vec<Mention>) {
        let Some(Test::HasAny { slot, list } | Test::HasAll { slot, list }) =
            self.plan.formulas.atom(atom)
        else {
            return;
        };
        let scanner = self.plan.formulas.slot_and_scanner(*slot);
        let id = scanner.and_then(|(_, it)| it?.list_id(*list));
        if let Some(id) = id
            && let Some(scratch) = self.scratch.slots.get(*slot as usize)
        {
            for hit in scratch.findings.hits(*list) {
                mentions.extend(floor::mention(
                    &self.plan.prepared,
                    id,
                    hit,
                    &scratch.folded,
                ));
            }
        }
    }
}
