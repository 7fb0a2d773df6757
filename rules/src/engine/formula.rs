//! Conditions over interned atoms: a comparison that many rules make is one atom and is made once a message.

use std::collections::HashMap;

use signalbox_dsl::bundle::{Condition, FieldId, Folding, ListId, Predicate};

use crate::csr::id32;
use crate::keywords::MatchedList;
use crate::keywords::scanner::Scanner;
use crate::prepared::{CompileError, Prepared};

pub(crate) type NodeId = u32;
pub(crate) type AtomId = u32;
/// A place in [`Formulas::slots`].
pub(crate) type SlotId = u32;

/// All conditions of a bundle.
#[derive(Debug)]
pub(crate) struct Formulas {
    nodes: Vec<Node>,
    children: Vec<NodeId>,
    pub(crate) atoms: Vec<Test>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) scanners: Vec<Scanner>,
    /// By list of the bundle: its scanner, its number there.
    list_places: Vec<(u32, u32)>,
    scanner_of: HashMap<Folding, u32>,
    known_atoms: HashMap<Predicate, AtomId>,
}

/// One condition.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Node {
    All(Children),
    Any(Children),
    Not(NodeId),
    Atom(AtomId),
}

/// A stretch of the table of children.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Children {
    first: u32,
    count: u32,
}

/// How an atom is found out.
#[derive(Debug)]
pub(crate) enum Test {
    /// A keyword of the list stands in the slot's text; the list by its number in the slot's scanner.
    HasAny { slot: SlotId, list: u32 },
    /// Every keyword does.
    HasAll { slot: SlotId, list: u32 },
    /// The slot's text starts with the phrase, folded.
    StartsWith { slot: SlotId, phrase: Box<str> },
    /// The slot's text is the phrase, folded.
    IsExactly { slot: SlotId, phrase: Box<str> },
    /// Values are compared.
    Plain(Predicate),
}

/// A text field under one folding: folded once a message, and scanned once, if anybody asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) field: FieldId,
    pub(crate) folding: Folding,
    /// A place in [`Formulas::scanners`]; `None` if no list has this folding.
    pub(crate) scanner: Option<u32>,
}

impl Formulas {
    /// Builds the scanners, one for each folding in use.
    pub(crate) fn new(prepared: &Prepared) -> Result<Self, CompileError> {
        let mut by_folding: Vec<(Folding, Vec<(ListId, &MatchedList)>)> = Vec::new();
        let mut list_places = Vec::with_capacity(prepared.lists.len());
        let written = &prepared.bundle.keyword_lists;
        for (id, (list, matched)) in (0..).zip(written.iter().zip(&prepared.lists)) {
            let known = by_folding
                .iter()
                .position(|(known, _)| *known == list.folding);
            let scanner = known.unwrap_or_else(|| {
                by_folding.push((list.folding, Vec::new()));
                by_folding.len() - 1
            });
            if let Some((_, lists)) = by_folding.get_mut(scanner) {
                let number = id32(lists.len(), "lists")?;
                list_places.push((id32(scanner, "foldings")?, number));
                lists.push((ListId(id), matched));
            }
        }
        let scanners = by_folding
            .iter()
            .map(|(_, lists)| Scanner::new(lists))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            nodes: Vec::new(),
            children: Vec::new(),
            atoms: Vec::new(),
            slots: Vec::new(),
            scanners,
            list_places,
            scanner_of: (0..)
                .zip(&by_folding)
                .map(|(scanner, (folding, _))| (*folding, scanner))
                .collect(),
            known_atoms: HashMap::new(),
        })
    }

    /// Adds a condition.
    pub(crate) fn add(
        &mut self,
        condition: &Condition,
        prepared: &Prepared,
    ) -> Result<NodeId, CompileError> {
        let node = match condition {
            Condition::All(parts) => Node::All(self.add_children(parts, prepared)?),
            Condition::Any(parts) => Node::Any(self.add_children(parts, prepared)?),
            Condition::Not(inner) => Node::Not(self.add(inner, prepared)?),
            Condition::Named { body, .. } => return self.add(body, prepared),
            Condition::Atom(atom) => Node::Atom(self.intern(&atom.predicate, prepared)?),
        };
        self.nodes.push(node);
        id32(self.nodes.len() - 1, "conditions")
    }

    fn add_children(
        &mut self,
        parts: &[Condition],
        prepared: &Prepared,
    ) -> Result<Children, CompileError> {
        let nodes = parts
            .iter()
            .map(|part| self.add(part, prepared))
            .collect::<Result<Vec<_>, _>>()?;
        let first = id32(self.children.len(), "conditions")?;
        let count = id32(nodes.len(), "conditions")?;
        self.children.extend(nodes);
        Ok(Children { first, count })
    }

    fn intern(
        &mut self,
        predicate: &Predicate,
        prepared: &Prepared,
    ) -> Result<AtomId, CompileError> {
        if let Some(known) = self.known_atoms.get(predicate) {
            return Ok(*known);
        }
        let test = self.test(predicate, prepared)?;
        let id = id32(self.atoms.len(), "comparisons")?;
        self.atoms.push(test);
        self.known_atoms.insert(predicate.clone(), id);
        Ok(id)
    }

    fn test(&mut self, predicate: &Predicate, prepared: &Prepared) -> Result<Test, CompileError> {
        Ok(match predicate {
            Predicate::HasAny { field, list } | Predicate::HasAll { field, list } => {
                let place = self.list_places.get(list.index()).copied();
                let written = prepared.bundle.keyword_lists.get(list.index());
                let Some(((_, number), written)) = place.zip(written) else {
                    // A list that the bundle does not have: the plain test leaves it unknown.
                    return Ok(Test::Plain(predicate.clone()));
                };
                let slot = self.slot(*field, written.folding)?;
                if matches!(predicate, Predicate::HasAny { .. }) {
                    Test::HasAny { slot, list: number }
                } else {
                    Test::HasAll { slot, list: number }
                }
            }
            Predicate::StartsWith { field, prefix } => Test::StartsWith {
                slot: self.slot(*field, Folding::DEFAULT)?,
                phrase: prepared.phrase(prefix).into(),
            },
            Predicate::IsExactly { field, text } => Test::IsExactly {
                slot: self.slot(*field, Folding::DEFAULT)?,
                phrase: prepared.phrase(text).into(),
            },
            _ => Test::Plain(predicate.clone()),
        })
    }

    fn slot(&mut self, field: FieldId, folding: Folding) -> Result<SlotId, CompileError> {
        let known = self
            .slots
            .iter()
            .position(|slot| slot.field == field && slot.folding == folding);
        if let Some(known) = known {
            return id32(known, "text fields");
        }
        self.slots.push(Slot {
            field,
            folding,
            scanner: self.scanner_of.get(&folding).copied(),
        });
        id32(self.slots.len() - 1, "text fields")
    }

    /// The condition at `node`; none for ids that this table did not give out.
    pub(crate) fn node(&self, node: NodeId) -> Option<Node> {
        self.nodes.get(node as usize).copied()
    }

    /// The parts of an `All` or `Any`.
    pub(crate) fn children(&self, children: Children) -> &[NodeId] {
        let first = children.first as usize;
        self.children
            .get(first..first + children.count as usize)
            .unwrap_or_default()
    }

    pub(crate) fn atom(&self, atom: AtomId) -> Option<&Test> {
        self.atoms.get(atom as usize)
    }

    /// The slot and, if lists have its folding, its scanner.
    pub(crate) fn slot_and_scanner(&self, slot: SlotId) -> Option<(Slot, Option<&Scanner>)> {
        let slot = *self.slots.get(slot as usize)?;
        let scanner = slot.scanner.and_then(|it| self.scanners.get(it as usize));
        Some((slot, scanner))
    }
}
