//! The rules of one trigger, filed under the atoms that [`access`] chose, and the tables through which a
//! message finds the atoms that are true of it.

use std::collections::HashMap;
use std::hash::Hash;

use signalbox_dsl::bundle::{Comparison, FieldId, Operand, Predicate, RuleId};
use signalbox_dsl::value::Value;

use super::access;
use super::formula::{AtomId, Formulas, NodeId, SlotId, Test};
use super::ranges::{self, RangeSource};
use crate::csr::{Csr, id32};
use crate::prepared::{CompileError, Prepared};
use signalbox_dsl::bundle::Guard;

/// See the module's comment.
#[derive(Debug)]
pub(crate) struct TriggerIndex {
    /// Rules that every message asks.
    pub(crate) always: Vec<RuleId>,
    /// Rules that wait for nobody to take the floor.
    pub(crate) otherwise: Vec<RuleId>,
    /// By posting: the rules filed there.
    postings: Csr<RuleId>,
    /// By posting: its atom.
    pub(crate) atoms: Vec<AtomId>,
    pub(crate) sources: Sources,
}

/// Tables from what a message shows to postings. Only what some rule is filed under is in them, and only that is looked up.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) lists: Vec<ListSource>,
    pub(crate) phrases: Vec<PhraseSource>,
    pub(crate) equal: Vec<(Operand, ByValue)>,
    /// Apart from `equal`, since a language is also found by what it begins with.
    pub(crate) languages: Vec<(Operand, ByText)>,
    pub(crate) contains: Vec<(FieldId, ByValue)>,
    pub(crate) known: Vec<(FieldId, u32)>,
    pub(crate) ranges: Vec<RangeSource>,
}

pub(crate) type ByValue = HashMap<Value, Vec<u32>>;
pub(crate) type ByText = HashMap<Box<str>, Vec<u32>>;

/// Keyword lists looked for in one slot, by their number in its scanner.
#[derive(Debug)]
pub(crate) struct ListSource {
    pub(crate) slot: SlotId,
    pub(crate) any: Vec<Option<u32>>,
    pub(crate) all: Vec<Option<u32>>,
}

/// Beginnings and whole texts looked for in one slot.
#[derive(Debug)]
pub(crate) struct PhraseSource {
    pub(crate) slot: SlotId,
    exact: ByText,
    prefixes: ByText,
    /// In bytes, each once.
    prefix_lengths: Vec<usize>,
}

impl TriggerIndex {
    pub(crate) fn new(
        concerned: &[RuleId],
        conditions: &[Option<NodeId>],
        formulas: &Formulas,
        prepared: &Prepared,
    ) -> Result<Self, CompileError> {
        let mut filing = Filing::default();
        let mut always = Vec::new();
        let mut otherwise = Vec::new();
        for rule in concerned {
            let guard = prepared.bundle.rules.get(rule.index()).map(|it| &it.guard);
            if matches!(guard, Some(Guard::Otherwise)) {
                otherwise.push(*rule);
                continue;
            }
            let condition = conditions.get(rule.index()).copied().flatten();
            match condition.and_then(|node| access::of(node, formulas, prepared)) {
                Some(access) => filing.file(*rule, &access.atoms)?,
                None => always.push(*rule),
            }
        }
        let mut sources = Sources::default();
        for (posting, atom) in (0..).zip(&filing.atoms) {
            if let Some(test) = formulas.atom(*atom) {
                sources.add(test, posting, formulas);
            }
        }
        for range in &mut sources.ranges {
            range.sort(&prepared.zone);
        }
        Ok(Self {
            always,
            otherwise,
            postings: Csr::new(filing.atoms.len(), &filing.entries),
            atoms: filing.atoms,
            sources,
        })
    }

    /// The rules filed under a posting.
    pub(crate) fn rules(&self, posting: u32) -> &[RuleId] {
        self.postings.row(posting)
    }
}

#[derive(Default)]
struct Filing {
    atoms: Vec<AtomId>,
    numbers: HashMap<AtomId, u32>,
    entries: Vec<(u32, RuleId)>,
}

impl Filing {
    fn file(&mut self, rule: RuleId, atoms: &[AtomId]) -> Result<(), CompileError> {
        for atom in atoms {
            let next = id32(self.atoms.len(), "comparisons")?;
            let posting = *self.numbers.entry(*atom).or_insert_with(|| {
                self.atoms.push(*atom);
                next
            });
            self.entries.push((posting, rule));
        }
        Ok(())
    }
}

impl Sources {
    fn add(&mut self, test: &Test, posting: u32, formulas: &Formulas) {
        match test {
            Test::HasAny { slot, list } => {
                let source = self.lists_of(*slot, formulas);
                set(&mut source.any, *list, posting);
            }
            Test::HasAll { slot, list } => {
                let source = self.lists_of(*slot, formulas);
                set(&mut source.all, *list, posting);
            }
            Test::StartsWith { slot, phrase } => {
                let source = self.phrases_of(*slot);
                let prefix = phrase.trim_start();
                let postings = source.prefixes.entry(prefix.into()).or_default();
                postings.push(posting);
                if !source.prefix_lengths.contains(&prefix.len()) {
                    source.prefix_lengths.push(prefix.len());
                }
            }
            Test::IsExactly { slot, phrase } => {
                let source = self.phrases_of(*slot);
                let postings = source.exact.entry(phrase.trim().into()).or_default();
                postings.push(posting);
            }
            Test::Plain(predicate) => self.add_plain(predicate, posting),
        }
    }

    fn add_plain(&mut self, predicate: &Predicate, posting: u32) {
        match predicate {
            Predicate::Compare {
                left,
                comparison: Comparison::Equal,
                right: Operand::Constant(value),
            } => self.add_equal(left, value, posting),
            Predicate::OneOf { left, values } => {
                for value in values {
                    self.add_equal(left, value, posting);
                }
            }
            Predicate::IsTrue(operand) => self.add_equal(operand, &Value::Bool(true), posting),
            Predicate::Contains { field, value } => {
                add(&mut self.contains, field, value.clone(), posting);
            }
            Predicate::Known(field) => self.known.push((*field, posting)),
            _ => ranges::add(&mut self.ranges, predicate, posting),
        }
    }

    fn add_equal(&mut self, operand: &Operand, value: &Value, posting: u32) {
        match value {
            Value::Language(range) => {
                add(&mut self.languages, operand, (&**range).into(), posting);
            }
            _ => add(&mut self.equal, operand, value.clone(), posting),
        }
    }

    fn lists_of(&mut self, slot: SlotId, formulas: &Formulas) -> &mut ListSource {
        let known = self.lists.iter().position(|source| source.slot == slot);
        let place = known.unwrap_or_else(|| {
            let scanner = formulas.slot_and_scanner(slot).and_then(|(_, it)| it);
            let lists = scanner.map_or(0, |scanner| scanner.lists());
            self.lists.push(ListSource {
                slot,
                any: vec![None; lists],
                all: vec![None; lists],
            });
            self.lists.len() - 1
        });
        &mut self.lists[place]
    }

    fn phrases_of(&mut self, slot: SlotId) -> &mut PhraseSource {
        let known = self.phrases.iter().position(|source| source.slot == slot);
        let place = known.unwrap_or_else(|| {
            self.phrases.push(PhraseSource {
                slot,
                exact: ByText::new(),
                prefixes: ByText::new(),
                prefix_lengths: Vec::new(),
            });
            self.phrases.len() - 1
        });
        &mut self.phrases[place]
    }
}

fn set(postings: &mut [Option<u32>], list: u32, posting: u32) {
    if let Some(place) = postings.get_mut(list as usize) {
        *place = Some(posting);
    }
}

fn add<K: PartialEq + Clone, V: Eq + Hash>(
    tables: &mut Vec<(K, HashMap<V, Vec<u32>>)>,
    key: &K,
    value: V,
    posting: u32,
) {
    let known = tables.iter().position(|(known, _)| known == key);
    let place = known.unwrap_or_else(|| {
        tables.push((key.clone(), HashMap::new()));
        tables.len() - 1
    });
    if let Some((_, by_value)) = tables.get_mut(place) {
        by_value.entry(value).or_default().push(posting);
    }
}

impl PhraseSource {
    /// The postings that are true of a folded text.
    pub(crate) fn matching(&self, text: &str) -> impl Iterator<Item = u32> {
        let exact = self.exact.get(text.trim());
        let prefixes = self.prefix_lengths.iter().filter_map(move |length| {
            let beginning = text.trim_start().get(..*length)?;
            self.prefixes.get(beginning)
        });
        exact.into_iter().chain(prefixes).flatten().copied()
    }
}
