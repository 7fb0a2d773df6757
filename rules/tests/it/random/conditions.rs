//! Random conditions over the random fields.

use proptest::prelude::*;
use proptest::sample::select;
use signalbox_dsl::bundle::*;
use signalbox_dsl::value::{Type, Value};

use super::{LISTS, field_named, fields, span, words};

pub(crate) fn condition() -> impl Strategy<Value = Condition> {
    let leaf = predicate().prop_map(|predicate| {
        Condition::Atom(Atom {
            predicate,
            span: span(),
        })
    });
    leaf.prop_recursive(3, 12, 3, |inner| {
        let parts = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            4 => parts.clone().prop_map(Condition::All),
            4 => parts.prop_map(Condition::Any),
            2 => inner.clone().prop_map(|it| Condition::Not(Box::new(it))),
            1 => inner.prop_map(|it| Condition::Named { name: "n".into(), body: it.into() }),
        ]
    })
}

fn predicate() -> impl Strategy<Value = Predicate> {
    prop_oneof![
        6 => (text_field(), 0..LISTS).prop_map(|(field, list)| Predicate::HasAny { field, list: ListId(list) }),
        2 => (text_field(), 0..LISTS).prop_map(|(field, list)| Predicate::HasAll { field, list: ListId(list) }),
        1 => (text_field(), words(0..3)).prop_map(|(field, prefix)| Predicate::StartsWith { field, prefix }),
        1 => (text_field(), words(0..3)).prop_map(|(field, text)| Predicate::IsExactly { field, text }),
        1 => (text_field(), select(vec!["退款", "^a", "[0-9]{2}", "(?i)AB"]))
            .prop_map(|(field, pattern)| Predicate::Matches { field, pattern: pattern.into() }),
        1 => any_field().prop_map(|(field, ..)| Predicate::Known(field)),
        1 => (operand("customer.vip")).prop_map(Predicate::IsTrue),
        1 => select(vec!["x", "y", "z"]).prop_map(|tag| Predicate::Contains {
            field: field_named("customer.tags"),
            value: Value::Text(tag.into()),
        }),
        4 => comparison(),
        2 => (0..3_u32).prop_map(|calendar| Predicate::Open(CalendarId(calendar))),
        2 => one_of(),
        2 => between(),
        1 => clock_of_a_moment(),
    ]
}

fn text_field() -> impl Strategy<Value = FieldId> {
    prop_oneof![
        4 => Just(field_named("text")),
        1 => Just(field_named("page.title")),
        // No text at all: the conditions on it are unknown, whatever the facts say.
        1 => Just(field_named("customer.orders")),
    ]
}

fn any_field() -> impl Strategy<Value = (FieldId, Type, Vec<Value>)> {
    let fields: Vec<_> = (0..)
        .map(FieldId)
        .zip(fields())
        .map(|(id, (_, value_type, values))| (id, value_type, values))
        .collect();
    select(fields)
}

fn operand(path: &'static str) -> impl Strategy<Value = Operand> {
    let field = field_named(path);
    let values = fields()[field.index()].2.clone();
    prop::option::weighted(0.3, select(values))
        .prop_map(move |default| Operand::Field { field, default })
}

fn operand_and_values() -> impl Strategy<Value = (Operand, Type, Vec<Value>)> {
    any_field().prop_flat_map(|(field, value_type, values)| {
        let default = prop::option::weighted(0.3, select(values.clone()));
        default.prop_map(move |default| {
            let left = Operand::Field { field, default };
            (left, value_type.clone(), values.clone())
        })
    })
}

fn is_ordered(value_type: &Type) -> bool {
    matches!(
        value_type,
        Type::Int
            | Type::Decimal
            | Type::Percent
            | Type::Money
            | Type::Duration
            | Type::TimeOfDay
            | Type::Date
            | Type::Timestamp
    )
}

fn comparison() -> impl Strategy<Value = Predicate> {
    use Comparison::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
    operand_and_values().prop_flat_map(|(left, value_type, values)| {
        let comparisons = if is_ordered(&value_type) {
            vec![Equal, NotEqual, Less, AtMost, Greater, AtLeast]
        } else {
            vec![Equal, NotEqual]
        };
        let constant = select(values).prop_map(Operand::Constant);
        let right = prop_oneof![6 => constant, 1 => Just(left.clone())];
        (select(comparisons), right).prop_map(move |(comparison, right)| Predicate::Compare {
            left: left.clone(),
            comparison,
            right,
        })
    })
}

fn one_of() -> impl Strategy<Value = Predicate> {
    operand_and_values().prop_flat_map(|(left, _, values)| {
        let most = values.len();
        proptest::sample::subsequence(values, 1..=most).prop_map(move |values| Predicate::OneOf {
            left: left.clone(),
            values,
        })
    })
}

fn between() -> impl Strategy<Value = Predicate> {
    operand_and_values()
        .prop_filter("ordered", |(_, value_type, _)| is_ordered(value_type))
        .prop_flat_map(|(left, _, values)| {
            (select(values.clone()), select(values)).prop_map(move |(low, high)| {
                Predicate::Between {
                    left: left.clone(),
                    low,
                    high,
                }
            })
        })
}

/// A moment against times of day or dates, read in the bundle's zone.
fn clock_of_a_moment() -> impl Strategy<Value = Predicate> {
    use Comparison::{AtLeast, Equal, Less};
    let others =
        ["shop.opens", "customer.born"].map(|path| fields()[field_named(path).index()].2.clone());
    let moment = prop_oneof![operand("now"), operand("order.placed")];
    (
        moment,
        select(others.to_vec()),
        select(vec![AtLeast, Equal, Less]),
        any::<bool>(),
    )
        .prop_flat_map(|(left, values, comparison, is_between)| {
            (select(values.clone()), select(values)).prop_map(move |(low, high)| {
                let left = left.clone();
                if is_between {
                    Predicate::Between { left, low, high }
                } else {
                    Predicate::Compare {
                        left,
                        comparison,
                        right: Operand::Constant(low),
                    }
                }
            })
        })
}
