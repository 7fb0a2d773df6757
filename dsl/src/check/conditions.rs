//! Conditions: typed, with names resolved and named conditions inlined.
//!
//! While a condition is read, it is followed which optional fields are known where it is true and where it is
//! false, so that `x is known and x >= 5` needs no more. What is read without being known is a *need*: the rule's trigger may
//! still fulfil it, a named condition hands it on to whoever names it.

mod relation;
mod text_relation;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::ast;
use crate::bundle::{Atom, Condition, FieldId, Operand, Predicate};
use crate::problem::{BareWord, ItemKind, MeaningProblem};
use crate::source::Span;
use crate::value::Type;
use crate::weekday::is_weekday;

use super::Checker;
use super::constants::shown_type;
use super::limits::{DEEPEST_CONDITION, MOST_COMPARISONS};
use super::names::Declared;
use super::schema::Presence;

/// Fields that are known to be there.
pub(super) type Known = BTreeSet<FieldId>;

/// A condition, and what follows from it.
#[derive(Debug, Clone)]
pub(super) struct Lowered {
    pub(super) condition: Condition,
    /// What it reads without knowing that it is there.
    pub(super) needs: Vec<Need>,
    /// Known where it is true.
    pub(super) if_true: Known,
    /// Known where it is false.
    if_false: Known,
    /// Comparisons, those of named conditions included.
    comparisons: usize,
}

/// A field that is read and may be absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) field: FieldId,
    pub(super) span: Span,
    /// Where it is read, if that is inside a named condition.
    pub(super) inside: Option<Span>,
}

/// Named conditions that have been read. `None`: something in it was reported.
#[derive(Default)]
pub(super) struct NamedConditions<'a> {
    lowered: HashMap<u32, Option<Arc<Lowered>>>,
    /// Those that are being read, outermost first.
    open: Vec<Declared<'a>>,
}

impl<'a> Checker<'a> {
    /// Reads all named conditions, the unused ones too.
    pub(super) fn check_named_conditions(&mut self) {
        let declared: Vec<_> = self.names.of_kind(ItemKind::Condition).copied().collect();
        for one in declared {
            self.named_condition(one);
        }
    }

    /// Reads a condition where the fields `known` are known. `None` has been reported.
    pub(super) fn condition(
        &mut self,
        file: usize,
        written: &ast::Condition,
        known: &Known,
    ) -> Option<Lowered> {
        let lowered = match written {
            ast::Condition::All { parts, .. } => self.all(file, parts, known),
            ast::Condition::Any { parts, .. } => self.any(file, parts, known),
            ast::Condition::Not { inner, .. } => self.condition(file, inner, known).map(negated),
            ast::Condition::Holds(path) => self.holds(file, path, known),
            ast::Condition::Relation {
                left,
                relation,
                span,
            } => self.relation(file, left, relation, *span, known),
        }?;
        if lowered.comparisons > MOST_COMPARISONS {
            let problem = MeaningProblem::ConditionTooLarge {
                most: MOST_COMPARISONS,
            };
            self.findings.add(problem, written.span());
            return None;
        }
        Some(lowered)
    }

    fn all(&mut self, file: usize, parts: &[ast::Condition], known: &Known) -> Option<Lowered> {
        let mut known = known.clone();
        let lowered: Vec<Option<Lowered>> = parts
            .iter()
            .map(|part| {
                let lowered = self.condition(file, part, &known);
                // What could not be read may have been the guard.
                if let Some(lowered) = &lowered {
                    known.extend(&lowered.if_true);
                }
                lowered
            })
            .collect();
        let parts: Vec<Lowered> = lowered.into_iter().collect::<Option<_>>()?;
        let if_true = union(parts.iter().map(|part| &part.if_true));
        let if_false = intersection(parts.iter().map(|part| &part.if_false));
        Some(joined(parts, if_true, if_false, Condition::All))
    }

    fn any(&mut self, file: usize, parts: &[ast::Condition], known: &Known) -> Option<Lowered> {
        let mut known = known.clone();
        let lowered: Vec<Option<Lowered>> = parts
            .iter()
            .map(|part| {
                let lowered = self.condition(file, part, &known);
                if let Some(lowered) = &lowered {
                    known.extend(&lowered.if_false);
                }
                lowered
            })
            .collect();
        let parts: Vec<Lowered> = lowered.into_iter().collect::<Option<_>>()?;
        let if_true = intersection(parts.iter().map(|part| &part.if_true));
        let if_false = union(parts.iter().map(|part| &part.if_false));
        Some(joined(parts, if_true, if_false, Condition::Any))
    }

    /// A bare word: a named condition, or a field that is a yes or no.
    fn holds(&mut self, file: usize, path: &ast::Path, known: &Known) -> Option<Lowered> {
        let single = path.single().map(|name| Arc::clone(&name.text));
        let named = single.and_then(|name| self.names.visible(ItemKind::Condition, file, &name));
        if let Some(named) = named {
            return self.reference(named, path.span, known);
        }
        let Some(field) = self.schema.visible(file, path, &mut self.names) else {
            self.report_unknown_word(file, path);
            return None;
        };
        let entry = self.schema.entry(field)?;
        if entry.field.value_type != Type::Bool {
            let problem = MeaningProblem::NotACondition {
                field: Arc::clone(&entry.field.path),
                found: shown_type(&entry.field.value_type),
            };
            self.findings.add(problem, path.span);
            return None;
        }
        let operand = Operand::Field {
            field,
            default: None,
        };
        Some(self.atom(
            Predicate::IsTrue(operand),
            path.span,
            &[(field, path.span)],
            known,
        ))
    }

    fn report_unknown_word(&mut self, file: usize, path: &ast::Path) {
        if self.visible_calendar(file, path).is_some() {
            self.report_not_open_or_closed(path, path.span);
        } else if path.single().is_some_and(|name| !is_weekday(&name.text)) {
            // Reports it as a condition that does not exist, with the one that it resembles.
            self.names
                .resolve(ItemKind::Condition, file, path, &mut self.findings);
        } else {
            let problem = self.schema.unknown_field(path, BareWord::Field);
            self.findings.add(problem, path.span);
        }
    }

    fn reference(&mut self, named: Declared<'a>, span: Span, known: &Known) -> Option<Lowered> {
        let lowered = self.named_condition(named)?;
        let needs = lowered
            .needs
            .iter()
            .filter(|need| !known.contains(&need.field))
            .map(|need| Need {
                field: need.field,
                span,
                inside: need.inside.or(Some(need.span)),
            })
            .collect();
        Some(Lowered {
            condition: Condition::Named {
                name: Arc::clone(&named.name.text),
                body: Arc::new(lowered.condition.clone()),
            },
            needs,
            if_true: lowered.if_true.clone(),
            if_false: lowered.if_false.clone(),
            comparisons: lowered.comparisons,
        })
    }

    fn named_condition(&mut self, named: Declared<'a>) -> Option<Arc<Lowered>> {
        if let Some(read) = self.named.lowered.get(&named.id) {
            return read.clone();
        }
        if self.is_circular_or_too_deep(&named) {
            return None;
        }
        let ast::ItemKind::Condition(declared) = &named.item.kind else {
            return None;
        };
        self.named.open.push(named);
        let lowered = declared.condition.as_ref().and_then(|written| {
            let lowered = self.condition(named.file, written, &Known::new())?;
            self.find_contradictions(&lowered.condition, written.span());
            Some(Arc::new(lowered))
        });
        self.named.open.pop();
        self.named.lowered.insert(named.id, lowered.clone());
        lowered
    }

    fn is_circular_or_too_deep(&mut self, named: &Declared<'a>) -> bool {
        let start = self.named.open.iter().position(|open| open.id == named.id);
        let problem = match start {
            Some(start) => {
                let round = self.named.open.get(start..).unwrap_or_default();
                let names = round.iter().chain([named]);
                let way: Vec<&str> = names.map(|one| &*one.name.text).collect();
                MeaningProblem::ConditionCycle {
                    way: way.join(", "),
                }
            }
            None if self.named.open.len() >= DEEPEST_CONDITION => {
                MeaningProblem::ConditionTooLarge {
                    most: MOST_COMPARISONS,
                }
            }
            None => return false,
        };
        self.findings.add(problem, named.name.span);
        true
    }

    /// One comparison that reads `fields` at these places.
    fn atom(
        &self,
        predicate: Predicate,
        span: Span,
        fields: &[(FieldId, Span)],
        known: &Known,
    ) -> Lowered {
        let needs = fields
            .iter()
            .filter(|(field, _)| !known.contains(field) && self.may_be_missing(*field))
            .map(|&(field, span)| Need {
                field,
                span,
                inside: None,
            })
            .collect();
        let read: Known = fields
            .iter()
            .map(|(field, _)| *field)
            .filter(|field| !self.is_always_there(*field))
            .collect();
        Lowered {
            condition: Condition::Atom(Atom { predicate, span }),
            needs,
            // An absent field makes it unknown, so either answer tells that it is there.
            if_true: read.clone(),
            if_false: read,
            comparisons: 1,
        }
    }

    /// Whether the field has a value under every trigger.
    pub(super) fn is_always_there(&self, field: FieldId) -> bool {
        let presence = self.schema.entry(field).map(|entry| &entry.presence);
        presence == Some(&Presence::Always)
    }

    /// Whether reading the field wants a guard.
    pub(super) fn may_be_missing(&self, field: FieldId) -> bool {
        let presence = self.schema.entry(field).map(|entry| &entry.presence);
        matches!(presence, Some(Presence::Optional | Presence::Under(_)))
    }
}

fn joined(
    parts: Vec<Lowered>,
    if_true: Known,
    if_false: Known,
    join: fn(Vec<Condition>) -> Condition,
) -> Lowered {
    let mut lowered = Lowered {
        condition: join(Vec::new()),
        needs: Vec::new(),
        if_true,
        if_false,
        comparisons: 0,
    };
    let mut conditions = Vec::with_capacity(parts.len());
    for part in parts {
        lowered.needs.extend(part.needs);
        lowered.comparisons += part.comparisons;
        match (part.condition, &lowered.condition) {
            (Condition::All(inner), Condition::All(_))
            | (Condition::Any(inner), Condition::Any(_)) => {
                conditions.extend(inner);
            }
            (other, _) => conditions.push(other),
        }
    }
    lowered.condition = join(conditions);
    lowered
}

fn negated(lowered: Lowered) -> Lowered {
    Lowered {
        condition: match lowered.condition {
            Condition::Not(inner) => *inner,
            other => Condition::Not(Box::new(other)),
        },
        if_true: lowered.if_false,
        if_false: lowered.if_true,
        ..lowered
    }
}

fn union<'k>(sets: impl Iterator<Item = &'k Known>) -> Known {
    sets.flatten().copied().collect()
}

fn intersection<'k>(mut sets: impl Iterator<Item = &'k Known>) -> Known {
    let first = sets.next().cloned().unwrap_or_default();
    sets.fold(first, |common, set| &common & set)
}
