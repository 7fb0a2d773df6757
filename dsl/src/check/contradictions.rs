//! A01 and A02: conditions that can never be true, or never be false.
//!
//! What a condition demands of each field is summed up as a [`ValueSet`]; nothing left means never true. The sum is
//! generous (what it cannot express it leaves out), so a finding is always right, and some contradictions go unfound. A
//! condition can never be false if its negation can never be true.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::bundle::{Comparison, Condition, FieldId, Operand, Predicate};
use crate::problem::MeaningProblem;
use crate::source::Span;
use crate::value::{Type, Value};

use super::Checker;
use super::schema::Schema;
use super::value_sets::{
    Cut, Languages, Range, ValueSet, everything, name_of, number_of, yes_or_no,
};

/// What a condition demands of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    /// The value of a field.
    Value(FieldId),
    /// The time of day of a moment.
    TimeOfDay(FieldId),
    /// Whether a field is there.
    Presence(FieldId),
    /// Whether a comparison holds of which nothing more is known.
    Holds(Predicate),
}

/// What a condition demands.
#[derive(Debug, Clone)]
pub(super) enum Demands {
    /// Nothing can fulfil it.
    Impossible,
    /// These values; whatever is not named may be anything.
    Of(HashMap<Subject, ValueSet>),
}

impl Checker<'_> {
    /// Reports the smallest parts of a condition that can never be true or never be false. Named conditions inside
    /// are reported where they are declared.
    pub(super) fn find_contradictions(&mut self, condition: &Condition, span: Span) {
        let span = span_of(condition).unwrap_or(span);
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                let before = self.findings.count();
                for part in parts {
                    self.find_contradictions(part, span);
                }
                if self.findings.count() > before {
                    return;
                }
            }
            Condition::Not(inner) => {
                return self.find_contradictions_of_negation(inner, condition, span);
            }
            Condition::Named { .. } => return,
            Condition::Atom(_) => {}
        }
        self.report_verdict(condition, span);
    }

    fn find_contradictions_of_negation(
        &mut self,
        inner: &Condition,
        whole: &Condition,
        span: Span,
    ) {
        match inner {
            Condition::Named { .. } => {}
            Condition::Atom(_) => self.report_verdict(whole, span),
            _ => self.find_contradictions(inner, span),
        }
    }

    fn report_verdict(&mut self, condition: &Condition, span: Span) {
        if matches!(demands(&self.schema, condition, true), Demands::Impossible) {
            self.findings.add(MeaningProblem::NeverTrue {}, span);
        } else if matches!(demands(&self.schema, condition, false), Demands::Impossible) {
            self.findings.add(MeaningProblem::NeverFalse {}, span);
        }
    }
}

/// From the first comparison to the last; `None` if there is none outside named conditions.
fn span_of(condition: &Condition) -> Option<Span> {
    match condition {
        Condition::Atom(atom) => Some(atom.span),
        Condition::Not(inner) => span_of(inner),
        Condition::Named { .. } => None,
        Condition::All(parts) | Condition::Any(parts) => {
            let spans = parts.iter().map(span_of).collect::<Option<Vec<Span>>>()?;
            let start = spans.iter().min_by_key(|span| span.start)?;
            let end = spans.iter().max_by_key(|span| span.end)?;
            Some(Span {
                end: end.end,
                ..*start
            })
        }
    }
}

/// What must be so for `condition` to be true (`wanted`) or false.
pub(super) fn demands(schema: &Schema, condition: &Condition, wanted: bool) -> Demands {
    match (condition, wanted) {
        (Condition::Not(inner), _) => demands(schema, inner, !wanted),
        (Condition::Named { body, .. }, _) => demands(schema, body, wanted),
        (Condition::Atom(atom), _) => atom_demands(schema, &atom.predicate, wanted),
        (Condition::All(parts), true) | (Condition::Any(parts), false) => {
            all_demands(parts.iter().map(|part| demands(schema, part, wanted)))
        }
        (Condition::Any(parts), true) | (Condition::All(parts), false) => {
            any_demands(parts.iter().map(|part| demands(schema, part, wanted)))
        }
    }
}

/// All of several demands.
pub(super) fn all_demands(parts: impl Iterator<Item = Demands>) -> Demands {
    let mut together: HashMap<Subject, ValueSet> = HashMap::new();
    for part in parts {
        let Demands::Of(part) = part else {
            return Demands::Impossible;
        };
        for (subject, set) in part {
            let set = match together.get(&subject) {
                Some(known) => known.intersection(&set),
                None => set,
            };
            if set.is_empty() {
                return Demands::Impossible;
            }
            together.insert(subject, set);
        }
    }
    Demands::Of(together)
}

/// One of several demands: what all of them say of the same subject.
fn any_demands(parts: impl Iterator<Item = Demands>) -> Demands {
    let mut possible = parts.filter_map(|part| match part {
        Demands::Impossible => None,
        Demands::Of(part) => Some(part),
    });
    let Some(first) = possible.next() else {
        return Demands::Impossible;
    };
    let common = possible.fold(first, |common, part| {
        common
            .into_iter()
            .filter_map(|(subject, set)| {
                let set = set.union(part.get(&subject)?)?;
                Some((subject, set))
            })
            .collect()
    });
    Demands::Of(common)
}

fn atom_demands(schema: &Schema, predicate: &Predicate, wanted: bool) -> Demands {
    let set = |subject: Subject, set: ValueSet| {
        all_demands(std::iter::once(Demands::Of(HashMap::from([(
            subject, set,
        )]))))
    };
    match predicate {
        Predicate::Known(field) => set(Subject::Presence(*field), answer(wanted)),
        Predicate::IsTrue(Operand::Field {
            field,
            default: None,
        }) => with_presence(*field, set(Subject::Value(*field), answer(wanted))),
        Predicate::Compare { .. } | Predicate::OneOf { .. } | Predicate::Between { .. } => {
            match value_demand(schema, predicate, wanted) {
                Some((subject, values, field)) => with_presence(field, set(subject, values)),
                None => set(Subject::Holds(predicate.clone()), answer(wanted)),
            }
        }
        _ => set(Subject::Holds(predicate.clone()), answer(wanted)),
    }
}

/// A comparison is true or false only where its field is there.
fn with_presence(field: FieldId, demands: Demands) -> Demands {
    let presence = Demands::Of(HashMap::from([(Subject::Presence(field), answer(true))]));
    all_demands([demands, presence].into_iter())
}

fn answer(yes: bool) -> ValueSet {
    let one = ValueSet::Names {
        of: BTreeSet::from([yes_or_no(yes)]),
        all: Arc::default(),
    };
    match everything(&Type::Bool, &[]) {
        Some(all) => all.intersection(&one),
        None => one,
    }
}

/// What a comparison of a field with constants leaves of the field's values.
fn value_demand(
    schema: &Schema,
    predicate: &Predicate,
    wanted: bool,
) -> Option<(Subject, ValueSet, FieldId)> {
    let (left, values): (&Operand, Vec<&Value>) = match predicate {
        Predicate::Compare {
            left,
            right: Operand::Constant(value),
            ..
        } => (left, vec![value]),
        Predicate::OneOf { left, values } => (left, values.iter().collect()),
        Predicate::Between { left, low, high } => (left, vec![low, high]),
        _ => return None,
    };
    let Operand::Field {
        field,
        default: None,
    } = left
    else {
        return None;
    };
    let value_type = &schema.entry(*field)?.field.value_type;
    let by_time_of_day =
        *value_type == Type::Timestamp && matches!(values.first(), Some(Value::TimeOfDay(_)));
    let (subject, value_type) = if by_time_of_day {
        (Subject::TimeOfDay(*field), &Type::TimeOfDay)
    } else {
        (Subject::Value(*field), value_type)
    };
    let members = match value_type {
        Type::Enum(name) => schema.members(name),
        _ => &[],
    };
    let all = everything(value_type, members)?;
    let set = match &all {
        ValueSet::Ranges { of, .. } => {
            let mut inside = ranges(predicate, value_type)?;
            if *value_type == Type::Int {
                inside = whole_numbers(&inside);
            }
            let currency = values.iter().find_map(|value| match value {
                Value::Money { currency, .. } => Some(*currency),
                _ => None,
            });
            let whole = ValueSet::Ranges {
                of: of.clone(),
                currency,
            };
            let inside = ValueSet::Ranges {
                of: inside,
                currency,
            };
            whole.intersection(&if wanted { inside } else { inside.complement() })
        }
        ValueSet::Names { .. } | ValueSet::Texts { .. } | ValueSet::Languages(_) => {
            let of: BTreeSet<Arc<str>> = values
                .iter()
                .map(|value| name_of(value))
                .collect::<Option<_>>()?;
            let is_not = matches!(
                predicate,
                Predicate::Compare {
                    comparison: Comparison::NotEqual,
                    ..
                }
            );
            let named = match &all {
                ValueSet::Names { all, .. } => ValueSet::Names {
                    of,
                    all: Arc::clone(all),
                },
                ValueSet::Languages(_) => ValueSet::Languages(Languages::within(of)),
                _ => ValueSet::Texts { of, all_but: false },
            };
            all.intersection(&if wanted == is_not {
                named.complement()
            } else {
                named
            })
        }
    };
    Some((subject, set, *field))
}

/// The stretches of numbers for which a comparison is true.
fn ranges(predicate: &Predicate, value_type: &Type) -> Option<Vec<Range>> {
    match predicate {
        Predicate::Compare {
            comparison,
            right: Operand::Constant(value),
            ..
        } => {
            let number = number_of(value)?;
            let (before, behind) = (Cut::Before(number), Cut::Behind(number));
            Some(match comparison {
                Comparison::Equal => vec![(before, behind)],
                Comparison::NotEqual => vec![(Cut::Start, before), (behind, Cut::End)],
                Comparison::Less => vec![(Cut::Start, before)],
                Comparison::AtMost => vec![(Cut::Start, behind)],
                Comparison::Greater => vec![(behind, Cut::End)],
                Comparison::AtLeast => vec![(before, Cut::End)],
            })
        }
        Predicate::OneOf { values, .. } => {
            let mut numbers = values.iter().map(number_of).collect::<Option<Vec<_>>>()?;
            numbers.sort();
            numbers.dedup();
            let points = numbers
                .into_iter()
                .map(|number| (Cut::Before(number), Cut::Behind(number)));
            Some(points.collect())
        }
        Predicate::Between { low, high, .. } => {
            let (low, high) = (number_of(low)?, number_of(high)?);
            let (from, to) = (Cut::Before(low), Cut::Before(high));
            Some(match low.cmp(&high) {
                std::cmp::Ordering::Less => vec![(from, to)],
                // From evening to morning, past midnight.
                std::cmp::Ordering::Greater if *value_type == Type::TimeOfDay => {
                    vec![(Cut::Start, to), (from, Cut::End)]
                }
                _ => Vec::new(),
            })
        }
        _ => None,
    }
}

/// The same whole numbers, with every cut just before one, so that nothing is left between 5 and 6.
fn whole_numbers(ranges: &[Range]) -> Vec<Range> {
    let before_next = |cut: Cut| match cut {
        Cut::Before(number) => Cut::Before(number.ceil()),
        Cut::Behind(number) => match number.floor().checked_add(Decimal::ONE) {
            Some(next) => Cut::Before(next),
            None => cut,
        },
        Cut::Start | Cut::End => cut,
    };
    ranges
        .iter()
        .map(|&(from, to)| (before_next(from), before_next(to)))
        .collect()
}
