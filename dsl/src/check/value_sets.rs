//! Sets of values that a field may have: what remains of it under several comparisons at once.

mod languages;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::value::{Currency, Type, Value};

pub(super) use languages::Languages;

/// A set of values of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ValueSet {
    /// Names of a closed set: members of an enum, `yes` and `no`.
    Names {
        of: BTreeSet<Arc<str>>,
        all: Arc<BTreeSet<Arc<str>>>,
    },
    /// Texts: these, or all but these.
    Texts {
        of: BTreeSet<Arc<str>>,
        all_but: bool,
    },
    /// Languages, each with those that begin with it.
    Languages(Languages),
    /// Stretches of an ordered type, in order, apart from each other.
    Ranges {
        of: Vec<Range>,
        /// Money of other currencies is not in the set, whatever the stretches say.
        currency: Option<Currency>,
    },
}

/// From one cut to another. A cut lies just before or just behind a number, so open and closed ends need no care.
pub(super) type Range = (Cut, Cut);

/// A place between numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Start,
    Before(Decimal),
    Behind(Decimal),
    End,
}

impl Cut {
    /// The number that it lies at, and whether behind it; so that cuts compare by number first.
    fn key(self) -> (u8, Decimal, bool) {
        match self {
            Self::Start => (0, Decimal::ZERO, false),
            Self::Before(number) => (1, number, false),
            Self::Behind(number) => (1, number, true),
            Self::End => (2, Decimal::ZERO, false),
        }
    }
}

impl ValueSet {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Names { of, .. } => of.is_empty(),
            Self::Texts { of, all_but } => of.is_empty() && !all_but,
            Self::Languages(languages) => languages.is_empty(),
            Self::Ranges { of, .. } => of.is_empty(),
        }
    }

    /// What is in both.
    pub(super) fn intersection(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Names { of: left, all }, Self::Names { of: right, .. }) => Self::Names {
                of: left & right,
                all: Arc::clone(all),
            },
            (
                Self::Texts {
                    of: left,
                    all_but: left_but,
                },
                Self::Texts {
                    of: right,
                    all_but: right_but,
                },
            ) => {
                let (of, all_but) = match (left_but, right_but) {
                    (false, false) => (left & right, false),
                    (false, true) => (left - right, false),
                    (true, false) => (right - left, false),
                    (true, true) => (left | right, true),
                };
                Self::Texts { of, all_but }
            }
            (
                Self::Ranges {
                    of: left,
                    currency: first,
                },
                Self::Ranges {
                    of: right,
                    currency: second,
                },
            ) => {
                let fits = first.is_none() || second.is_none() || first == second;
                Self::Ranges {
                    of: if fits {
                        common(left, right)
                    } else {
                        Vec::new()
                    },
                    currency: first.or(*second),
                }
            }
            (Self::Languages(left), Self::Languages(right)) => {
                Self::Languages(left.intersection(right))
            }
            // One field has one type; sets of two never meet.
            _ => self.clone(),
        }
    }

    /// What is in one or the other; `None` if that cannot be said in one set.
    pub(super) fn union(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Names { of: left, all }, Self::Names { of: right, .. }) => Some(Self::Names {
                of: left | right,
                all: Arc::clone(all),
            }),
            (
                Self::Ranges {
                    of: left,
                    currency: first,
                },
                Self::Ranges {
                    of: right,
                    currency: second,
                },
            ) if first == second => Some(Self::Ranges {
                of: outside(&common(&outside(left), &outside(right))),
                currency: *first,
            }),
            (Self::Languages(left), Self::Languages(right)) => {
                Some(Self::Languages(left.union(right)))
            }
            (Self::Texts { .. }, Self::Texts { .. }) => {
                let neither = self.complement().intersection(&other.complement());
                Some(neither.complement())
            }
            _ => None,
        }
    }

    /// What is not in it, of those values of which a comparison is false rather than unknown.
    pub(super) fn complement(&self) -> Self {
        match self {
            Self::Names { of, all } => Self::Names {
                of: &**all - of,
                all: Arc::clone(all),
            },
            Self::Texts { of, all_but } => Self::Texts {
                of: of.clone(),
                all_but: !all_but,
            },
            Self::Languages(languages) => Self::Languages(languages.complement()),
            Self::Ranges { of, currency } => Self::Ranges {
                of: outside(of),
                currency: *currency,
            },
        }
    }
}

fn common(left: &[Range], right: &[Range]) -> Vec<Range> {
    let mut common = Vec::new();
    for &(from, to) in left {
        for &(other_from, other_to) in right {
            let from = if from.key() > other_from.key() {
                from
            } else {
                other_from
            };
            let to = if to.key() < other_to.key() {
                to
            } else {
                other_to
            };
            if from.key() < to.key() {
                common.push((from, to));
            }
        }
    }
    common.sort_by_key(|(from, _)| from.key());
    common
}

fn outside(ranges: &[Range]) -> Vec<Range> {
    let mut outside = Vec::with_capacity(ranges.len() + 1);
    let mut from = Cut::Start;
    for &(start, end) in ranges {
        if from.key() < start.key() {
            outside.push((from, start));
        }
        from = end;
    }
    if from.key() < Cut::End.key() {
        outside.push((from, Cut::End));
    }
    outside
}

/// All values of a type, as far as it is closed. `None` for types that have no sets.
pub(super) fn everything(value_type: &Type, members: &[Arc<str>]) -> Option<ValueSet> {
    let names = |all: BTreeSet<Arc<str>>| ValueSet::Names {
        of: all.clone(),
        all: Arc::new(all),
    };
    let range = |from: Cut, to: Cut| ValueSet::Ranges {
        of: vec![(from, to)],
        currency: None,
    };
    Some(match value_type {
        Type::Enum(_) => names(members.iter().cloned().collect()),
        Type::Bool => names(BTreeSet::from([yes_or_no(true), yes_or_no(false)])),
        Type::Language => ValueSet::Languages(Languages::all()),
        Type::Text | Type::Timezone => ValueSet::Texts {
            of: BTreeSet::new(),
            all_but: true,
        },
        Type::Percent => range(
            Cut::Before(Decimal::ZERO),
            Cut::Behind(Decimal::ONE_HUNDRED),
        ),
        Type::Duration | Type::TimeOfDay => range(Cut::Before(Decimal::ZERO), Cut::End),
        Type::Int | Type::Decimal | Type::Money | Type::Date | Type::Timestamp => {
            range(Cut::Start, Cut::End)
        }
        Type::List(_) => return None,
    })
}

/// The name under which a yes or no stands in [`ValueSet::Names`].
pub(super) fn yes_or_no(yes: bool) -> Arc<str> {
    if yes { "yes".into() } else { "no".into() }
}

/// A value of a closed set or a text, as it stands in a set.
pub(super) fn name_of(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Member(name) | Value::Text(name) | Value::Language(name) | Value::Timezone(name) => {
            Some(Arc::clone(name))
        }
        Value::Bool(yes) => Some(yes_or_no(*yes)),
        _ => None,
    }
}

/// A value of an ordered type as a number: seconds, days, whatever keeps the order.
pub(super) fn number_of(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) | Value::Percent(number) => Some(*number),
        Value::Money { amount, .. } => Some(*amount),
        Value::Duration(duration) => {
            let nanoseconds = i128::try_from(duration.as_nanos()).ok()?;
            Decimal::try_from_i128_with_scale(nanoseconds, 9).ok()
        }
        Value::TimeOfDay(time) => {
            let since_midnight = time.duration_since(jiff::civil::Time::midnight());
            Decimal::try_from_i128_with_scale(since_midnight.as_nanos(), 9).ok()
        }
        Value::Date(date) => {
            let since = date.duration_since(jiff::civil::Date::constant(1970, 1, 1));
            Some(Decimal::from(since.as_hours() / 24))
        }
        Value::Timestamp(moment) => {
            Decimal::try_from_i128_with_scale(moment.as_nanosecond(), 9).ok()
        }
        Value::Text(_)
        | Value::Bool(_)
        | Value::Timezone(_)
        | Value::Language(_)
        | Value::Member(_)
        | Value::List(_) => None,
    }
}

/// A whole number in `range`, or any other number in it.
pub(super) fn number_in(range: Range, whole: bool) -> Option<Decimal> {
    let inside = |number: Decimal| {
        let cut = Cut::Before(number).key();
        range.0.key() <= cut && cut < range.1.key() && Cut::Behind(number).key() <= range.1.key()
    };
    let ends = [range.0, range.1].into_iter().filter_map(|cut| match cut {
        Cut::Before(number) | Cut::Behind(number) => Some(number),
        Cut::Start | Cut::End => None,
    });
    let ends: Vec<Decimal> = ends.collect();
    let middle = match ends.as_slice() {
        [low, high] => low
            .checked_add(*high)
            .and_then(|sum| sum.checked_div(Decimal::TWO)),
        _ => None,
    };
    let mut candidates: Vec<Decimal> = vec![Decimal::ZERO];
    for &end in &ends {
        candidates.extend(
            [
                Some(end),
                end.checked_add(Decimal::ONE),
                end.checked_sub(Decimal::ONE),
            ]
            .into_iter()
            .flatten(),
        );
    }
    candidates.extend(middle);
    candidates
        .into_iter()
        .map(|number| if whole { number.floor() } else { number })
        .find(|&number| inside(number) && (!whole || number.to_i64().is_some()))
}
