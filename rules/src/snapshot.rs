//! The values that all conditions of one decision see, read by the fields of the bundle.
//!
//! A fact whose value is not of its field's type counts as absent: the gateway refuses such facts where they come in,
//! and a rule that read one anyway would compare what cannot be compared.

use jiff::Timestamp;
use signalbox_dsl::bundle::{FieldId, Operand};
use signalbox_dsl::value::{Type, Value};

use crate::facts::Facts;
use crate::prepared::Prepared;
use crate::scripts::{Computed, ComputedFact};

#[derive(Debug)]
pub(crate) struct Snapshot<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) facts: &'a Facts,
    pub(crate) now: Timestamp,
    now_value: Value,
    /// By script of the bundle: filled when something reads its fact.
    computed: Computed,
}

impl<'a> Snapshot<'a> {
    pub(crate) fn new(prepared: &'a Prepared, facts: &'a Facts, now: Timestamp) -> Self {
        Self {
            prepared,
            facts,
            now,
            now_value: Value::Timestamp(now),
            computed: prepared.scripts.room(),
        }
    }

    /// The value of a field, if it is present.
    pub(crate) fn value(&self, field: FieldId) -> Option<&Value> {
        if self.prepared.now_field == Some(field) {
            return Some(&self.now_value);
        }
        let script = self.prepared.scripts.place_of(field);
        let field = self.prepared.bundle.fields.get(field.index())?;
        let known = self.facts.get(&field.path);
        let known = known.filter(|value| has_type(value, &field.value_type));
        known.or_else(|| self.computed_value(script?))
    }

    fn computed_value(&self, place: usize) -> Option<&Value> {
        let cell = self.computed.get(place)?;
        if cell.get().is_none() {
            // Nothing reads the cell while its fact is worked out: a script is given no facts of scripts.
            let computed = self.prepared.scripts.compute(place, self)?;
            return Some(&cell.get_or_init(|| computed).value);
        }
        cell.get().map(|computed| &computed.value)
    }

    /// The facts of scripts that were read, in the order of the bundle.
    pub(crate) fn computed(&self) -> Vec<ComputedFact> {
        let read = self.computed.iter().filter_map(|cell| cell.get());
        read.cloned().collect()
    }

    /// The value of a text field, if it is present.
    pub(crate) fn text(&self, field: FieldId) -> Option<&str> {
        match self.value(field)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a side of a comparison: what stands in for an absent field counts.
    pub(crate) fn operand<'s>(&'s self, operand: &'s Operand) -> Option<&'s Value> {
        match operand {
            Operand::Field { field, default } => self.value(*field).or(default.as_ref()),
            Operand::Constant(value) => Some(value),
        }
    }
}

/// Whether a value may stand in a field of this type. Members of enums are not looked up: an unknown one equals nothing.
pub fn has_type(value: &Value, expected: &Type) -> bool {
    match (value, expected) {
        (Value::Text(_), Type::Text)
        | (Value::Bool(_), Type::Bool)
        | (Value::Number(_), Type::Decimal)
        | (Value::Percent(_), Type::Percent)
        | (Value::Money { .. }, Type::Money)
        | (Value::Duration(_), Type::Duration)
        | (Value::TimeOfDay(_), Type::TimeOfDay)
        | (Value::Date(_), Type::Date)
        | (Value::Timestamp(_), Type::Timestamp)
        | (Value::Timezone(_), Type::Timezone)
        | (Value::Language(_), Type::Language)
        | (Value::Member(_), Type::Enum(_)) => true,
        (Value::Number(number), Type::Int) => number.is_integer(),
        (Value::List(elements), Type::List(element)) => {
            elements.iter().all(|value| has_type(value, element))
        }
        _ => false,
    }
}
