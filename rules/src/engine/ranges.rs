//! Atoms that compare one operand with constants of one kind by order, sorted so that a value finds those that may hold by
//! binary search.

use jiff::tz::TimeZone;
use signalbox_dsl::bundle::{Comparison, Operand, Predicate};
use signalbox_dsl::value::{Currency, Value};

use crate::predicate::{order, spans_midnight};

/// See the module's comment. What it names still has to be confirmed: `>` at its very bound, the upper end of `between`.
#[derive(Debug)]
pub(crate) struct RangeSource {
    pub(crate) operand: Operand,
    kind: Kind,
    /// True from the constant on upwards, by constant.
    from: Vec<(Value, u32)>,
    /// True from the constant on downwards, by constant.
    up_to: Vec<(Value, u32)>,
    /// Times of day that span midnight: few, all tried.
    unordered: Vec<u32>,
}

/// Constants of one kind can be compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    variant: std::mem::Discriminant<Value>,
    currency: Option<Currency>,
}

/// Adds a posting to the source of its operand and kind. Does nothing for predicates that are no range.
pub(crate) fn add(sources: &mut Vec<RangeSource>, predicate: &Predicate, posting: u32) {
    let (operand, constant) = match predicate {
        Predicate::Compare {
            left,
            right: Operand::Constant(constant),
            ..
        } => (left, constant),
        Predicate::Between { left, low, .. } => (left, low),
        _ => return,
    };
    let kind = kind_of(constant);
    let known = sources
        .iter()
        .position(|source| source.operand == *operand && source.kind == kind);
    let place = known.unwrap_or_else(|| {
        sources.push(RangeSource {
            operand: operand.clone(),
            kind,
            from: Vec::new(),
            up_to: Vec::new(),
            unordered: Vec::new(),
        });
        sources.len() - 1
    });
    let Some(source) = sources.get_mut(place) else {
        return;
    };
    match predicate {
        Predicate::Between { low, high, .. } if spans_midnight(low, high) => {
            source.unordered.push(posting);
        }
        Predicate::Compare {
            comparison: Comparison::Less | Comparison::AtMost,
            ..
        } => source.up_to.push((constant.clone(), posting)),
        _ => source.from.push((constant.clone(), posting)),
    }
}

fn kind_of(constant: &Value) -> Kind {
    Kind {
        variant: std::mem::discriminant(constant),
        currency: match constant {
            Value::Money { currency, .. } => Some(*currency),
            _ => None,
        },
    }
}

impl RangeSource {
    /// To be called once, when all postings are in.
    pub(crate) fn sort(&mut self, zone: &TimeZone) {
        for bounds in [&mut self.from, &mut self.up_to] {
            bounds.sort_by(|(one, _), (other, _)| {
                order(one, other, zone).unwrap_or(std::cmp::Ordering::Equal)
            });
        }
    }

    /// The postings whose atoms may be true of `value`.
    pub(crate) fn possible(&self, value: &Value, zone: &TimeZone) -> impl Iterator<Item = u32> {
        let from = self.from.partition_point(|(bound, _)| {
            order(bound, value, zone).is_some_and(std::cmp::Ordering::is_le)
        });
        let up_to = self.up_to.partition_point(|(bound, _)| {
            order(bound, value, zone).is_none_or(std::cmp::Ordering::is_lt)
        });
        let below = self.from.get(..from).unwrap_or_default();
        let above = self.up_to.get(up_to..).unwrap_or_default();
        let ordered = below.iter().chain(above).map(|(_, posting)| *posting);
        ordered.chain(self.unordered.iter().copied())
    }
}
