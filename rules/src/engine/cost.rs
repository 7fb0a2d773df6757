//! How often an atom is expected to be true. Guesses that only have to be in the right order: a wrong one costs time, never
//! an answer. Figures of a real corpus may take their place one day.

use signalbox_dsl::bundle::{Comparison, FieldId, Operand, Predicate};
use signalbox_dsl::value::{Type, Value};

use super::formula::{Formulas, Test};
use super::needs::fields_of;
use crate::keywords::Phrase;
use crate::prepared::Prepared;
use crate::snapshot::has_type;

/// Between 0 and 1, or above for a list of many common words; `None` if the index cannot look the atom up.
pub(crate) fn expected_frequency(
    test: &Test,
    formulas: &Formulas,
    prepared: &Prepared,
) -> Option<f64> {
    // Looking such an atom up would run its script for every message.
    if reads_script(test, formulas, prepared) {
        return None;
    }
    match test {
        Test::HasAny { slot, list } | Test::HasAll { slot, list } => {
            let (_, scanner) = formulas.slot_and_scanner(*slot)?;
            let list = prepared.list(scanner?.list_id(*list)?)?;
            let each = list.keywords.iter().map(keyword_frequency);
            Some(match test {
                Test::HasAll { .. } => each.fold(1.0, f64::min),
                _ => each.sum(),
            })
        }
        Test::IsExactly { .. } => Some(0.0005),
        Test::StartsWith { .. } => Some(0.002),
        Test::Plain(predicate) => plain_frequency(predicate, prepared),
    }
}

fn reads_script(test: &Test, formulas: &Formulas, prepared: &Prepared) -> bool {
    let is_computed = |field: FieldId| prepared.scripts.place_of(field).is_some();
    match test {
        Test::HasAny { slot, .. }
        | Test::HasAll { slot, .. }
        | Test::StartsWith { slot, .. }
        | Test::IsExactly { slot, .. } => {
            let slot = formulas.slot_and_scanner(*slot);
            slot.is_some_and(|(slot, _)| is_computed(slot.field))
        }
        Test::Plain(predicate) => fields_of(predicate).into_iter().any(is_computed),
    }
}

/// Longer is rarer; one Han character is nearly a letter.
fn keyword_frequency(keyword: &Phrase) -> f64 {
    match keyword.characters() {
        0 | 1 => 0.05,
        2 => 0.004,
        3 => 0.001,
        _ => 0.0003,
    }
}

fn plain_frequency(predicate: &Predicate, prepared: &Prepared) -> Option<f64> {
    match predicate {
        Predicate::Compare {
            left,
            comparison,
            right: Operand::Constant(value),
        } => match comparison {
            Comparison::Equal => equality_frequency(left, value, prepared),
            // True of nearly everything.
            Comparison::NotEqual => None,
            _ => field_of(left).map(|_| 0.4),
        },
        Predicate::OneOf { left, values } => values
            .iter()
            .map(|value| equality_frequency(left, value, prepared))
            .sum(),
        Predicate::Between { left, .. } => field_of(left).map(|_| 0.3),
        Predicate::Known(_) => Some(0.9),
        Predicate::IsTrue(operand) => field_of(operand).map(|_| 0.5),
        Predicate::Contains { .. } => Some(0.02),
        _ => None,
    }
}

/// `None` where equality is more than the same value: a moment against a time of day.
fn equality_frequency(left: &Operand, value: &Value, prepared: &Prepared) -> Option<f64> {
    let Operand::Field { field, default } = left else {
        return None;
    };
    let expected = &prepared.bundle.fields.get(field.index())?.value_type;
    let is_plain = |value: &Value| has_type(value, expected);
    if !is_plain(value) || default.as_ref().is_some_and(|it| !is_plain(it)) {
        return None;
    }
    Some(match expected {
        Type::Bool => 0.5,
        Type::Language => 0.3,
        Type::Enum(name) => {
            let declared = prepared.bundle.enums.iter().find(|it| it.name == *name);
            let members = declared.map_or(2, |it| it.members.len().max(2));
            1.0 / u32::try_from(members).map_or(f64::MAX, f64::from)
        }
        _ => 0.001,
    })
}

fn field_of(operand: &Operand) -> Option<FieldId> {
    match operand {
        Operand::Field { field, .. } => Some(*field),
        Operand::Constant(_) => None,
    }
}
