//! What one comparison of facts means. Keyword lists are in [`keywords`](crate::keywords).
//!
//! An absent value makes a comparison unknown; so does comparing amounts in two currencies, since nobody here knows the rate.

use std::cmp::Ordering;

use jiff::tz::TimeZone;
use signalbox_dsl::bundle::{Comparison, Predicate};
use signalbox_dsl::language_range::is_within;
use signalbox_dsl::value::Value;

use crate::snapshot::Snapshot;
use crate::truth::Truth;

/// Any predicate that needs no folded text.
///
/// `None` for those that do: [`Predicate::HasAny`], [`Predicate::HasAll`], [`Predicate::StartsWith`], [`Predicate::IsExactly`].
pub(crate) fn test(predicate: &Predicate, snapshot: &Snapshot<'_>) -> Option<Truth> {
    let zone = &snapshot.prepared.zone;
    Some(match predicate {
        Predicate::Compare {
            left,
            comparison,
            right,
        } => match (snapshot.operand(left), snapshot.operand(right)) {
            (Some(left), Some(right)) => compare(left, *comparison, right, zone),
            _ => Truth::Unknown,
        },
        Predicate::OneOf { left, values } => match snapshot.operand(left) {
            Some(left) => Truth::any(
                values
                    .iter()
                    .map(|value| compare(left, Comparison::Equal, value, zone)),
            ),
            None => Truth::Unknown,
        },
        Predicate::Between { left, low, high } => match snapshot.operand(left) {
            Some(left) => between(left, low, high, zone),
            None => Truth::Unknown,
        },
        Predicate::Known(field) => snapshot.value(*field).is_some().into(),
        Predicate::IsTrue(operand) => match snapshot.operand(operand) {
            Some(Value::Bool(is_true)) => (*is_true).into(),
            _ => Truth::Unknown,
        },
        Predicate::Matches { field, pattern } => snapshot
            .text(*field)
            .zip(snapshot.prepared.pattern(pattern))
            .map(|(text, pattern)| pattern.is_match(text))
            .into(),
        Predicate::Contains { field, value } => match snapshot.value(*field) {
            Some(Value::List(elements)) => elements.contains(value).into(),
            _ => Truth::Unknown,
        },
        Predicate::Open(calendar) => snapshot
            .prepared
            .calendar(*calendar)
            .map(|it| it.is_open(snapshot.now))
            .into(),
        Predicate::HasAny { .. }
        | Predicate::HasAll { .. }
        | Predicate::StartsWith { .. }
        | Predicate::IsExactly { .. } => return None,
    })
}

/// `starts with`, both sides folded; spaces in front do not count.
pub(crate) fn starts_with(text: &str, prefix: &str) -> bool {
    text.trim_start().starts_with(prefix.trim_start())
}

/// `is exactly`, both sides folded; spaces around do not count.
pub(crate) fn is_exactly(text: &str, phrase: &str) -> bool {
    text.trim() == phrase.trim()
}

fn compare(left: &Value, comparison: Comparison, right: &Value, zone: &TimeZone) -> Truth {
    match comparison {
        Comparison::Equal => equal(left, right, zone).into(),
        Comparison::NotEqual => Truth::from(equal(left, right, zone)).negated(),
        Comparison::Less => ordered(left, right, zone, Ordering::is_lt),
        Comparison::AtMost => ordered(left, right, zone, Ordering::is_le),
        Comparison::Greater => ordered(left, right, zone, Ordering::is_gt),
        Comparison::AtLeast => ordered(left, right, zone, Ordering::is_ge),
    }
}

fn ordered(
    left: &Value,
    right: &Value,
    zone: &TimeZone,
    holds: impl Fn(Ordering) -> bool,
) -> Truth {
    order(left, right, zone).map(holds).into()
}

/// From `low` on, up to but without `high`. Times of day with `low` behind `high` span midnight.
fn between(left: &Value, low: &Value, high: &Value, zone: &TimeZone) -> Truth {
    let from_low = ordered(left, low, zone, Ordering::is_ge);
    let before_high = ordered(left, high, zone, Ordering::is_lt);
    if spans_midnight(low, high) {
        Truth::any([from_low, before_high])
    } else {
        Truth::all([from_low, before_high])
    }
}

pub(crate) fn spans_midnight(low: &Value, high: &Value) -> bool {
    matches!((low, high), (Value::TimeOfDay(low), Value::TimeOfDay(high)) if low > high)
}

/// `None` where the two cannot be compared.
fn equal(left: &Value, right: &Value, zone: &TimeZone) -> Option<bool> {
    use Value::{Bool, Language, List, Member, Text, Timezone};
    match (left, right) {
        (Text(_), Text(_))
        | (Bool(_), Bool(_))
        | (Timezone(_), Timezone(_))
        | (Member(_), Member(_))
        | (List(_), List(_)) => Some(left == right),
        // `zh` on the right holds `zh-Hant` as well.
        (Language(tag), Language(range)) => Some(is_within(tag, range)),
        _ => order(left, right, zone).map(Ordering::is_eq),
    }
}

/// The order of two values of one ordered type; `None` for all others and for two currencies. A moment stands against a time of
/// day or a date as the clock or calendar of the bundle's zone shows it.
pub(crate) fn order(left: &Value, right: &Value, zone: &TimeZone) -> Option<Ordering> {
    use Value::{Date, Duration, Money, Number, Percent, TimeOfDay, Timestamp};
    let civil = |moment: &jiff::Timestamp| moment.to_zoned(zone.clone()).datetime();
    Some(match (left, right) {
        (Number(left), Number(right)) | (Percent(left), Percent(right)) => left.cmp(right),
        (
            Money { currency, amount },
            Money {
                currency: other_currency,
                amount: other,
            },
        ) if currency == other_currency => amount.cmp(other),
        (Duration(left), Duration(right)) => left.cmp(right),
        (TimeOfDay(left), TimeOfDay(right)) => left.cmp(right),
        (Date(left), Date(right)) => left.cmp(right),
        (Timestamp(left), Timestamp(right)) => left.cmp(right),
        (Timestamp(left), TimeOfDay(right)) => civil(left).time().cmp(right),
        (TimeOfDay(left), Timestamp(right)) => left.cmp(&civil(right).time()),
        (Timestamp(left), Date(right)) => civil(left).date().cmp(right),
        (Date(left), Timestamp(right)) => left.cmp(&civil(right).date()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
