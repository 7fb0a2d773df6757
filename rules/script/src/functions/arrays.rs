//! Functions for arrays.

use std::cmp::Ordering;

use rhai::{Array, Dynamic, Engine, FnPtr, INT, NativeCallContext};
use rust_decimal::Decimal;

use crate::limits::MOST_ELEMENTS;
use crate::room::too_large;
use crate::steps::{Answer, charge, charge_bytes};

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_iterator::<Array>()
        .register_fn("len", len)
        .register_get("len", len)
        .register_fn("is_empty", |array: &mut Array| array.is_empty())
        .register_fn("contains", contains)
        .register_fn("index_of", index_of)
        .register_fn("push", |array: &mut Array, item: Dynamic| array.push(item))
        .register_fn("pop", |array: &mut Array| {
            array.pop().unwrap_or(Dynamic::UNIT)
        })
        .register_fn("shift", |array: &mut Array| remove(array, 0))
        .register_fn("insert", insert)
        .register_fn("remove", remove)
        .register_fn("clear", |array: &mut Array| array.clear())
        .register_fn("reverse", |array: &mut Array| array.reverse())
        .register_fn("sort", sort)
        .register_fn("extract", |array: Array, start: INT| {
            extract(array, start, INT::MAX)
        })
        .register_fn("extract", extract)
        .register_fn("+", concatenated)
        .register_fn("==", |one: Array, other: Array| equal(one, other))
        .register_fn("!=", |one: Array, other: Array| {
            equal(one, other).map(|is_equal| !is_equal)
        })
        .register_fn("map", map)
        .register_fn("filter", filter)
        .register_fn("find", find)
        .register_fn("some", some)
        .register_fn("all", all);
}

fn len(array: &mut Array) -> INT {
    INT::try_from(array.len()).unwrap_or(INT::MAX)
}

fn contains(array: Array, value: Dynamic) -> Answer<bool> {
    Ok(position(&array, &value)?.is_some())
}

fn index_of(array: Array, value: Dynamic) -> Answer<INT> {
    let found = position(&array, &value)?;
    Ok(found.and_then(|at| INT::try_from(at).ok()).unwrap_or(-1))
}

fn position(array: &Array, value: &Dynamic) -> Answer<Option<usize>> {
    for (at, element) in array.iter().enumerate() {
        if same(element, value)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn insert(array: &mut Array, index: INT, item: Dynamic) {
    array.insert(place(index, array.len()), item);
}

fn remove(array: &mut Array, index: INT) -> Dynamic {
    let at = place(index, array.len());
    match at < array.len() {
        true => array.remove(at),
        false => Dynamic::UNIT,
    }
}

fn extract(array: Array, start: INT, length: INT) -> Array {
    let start = place(start, array.len());
    let length = usize::try_from(length).unwrap_or(0);
    array.into_iter().skip(start).take(length).collect()
}

/// An index as Rhai's arrays and texts take it: below 0 it counts from the end. Not beyond the end.
pub(super) fn place(index: INT, length: usize) -> usize {
    let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    match index < 0 {
        true => length.saturating_sub(distance),
        false => distance.min(length),
    }
}

fn concatenated(mut one: Array, other: Array) -> Answer<Array> {
    if one.len() + other.len() > MOST_ELEMENTS {
        return Err(too_large("array"));
    }
    one.extend(other);
    Ok(one)
}

/// Numbers by size, texts as they are ordered in the dictionary of all letters.
fn sort(array: &mut Array) -> Answer<()> {
    charge(array.len())?;
    let all_numbers = array.iter().all(|it| number(it).is_some());
    if !all_numbers && !array.iter().all(Dynamic::is_string) {
        return Err("only numbers, or only texts, can be sorted".into());
    }
    array.sort_by(|one, other| match (number(one), number(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => match (
            one.as_immutable_string_ref(),
            other.as_immutable_string_ref(),
        ) {
            (Ok(one), Ok(other)) => one.cmp(&other),
            _ => Ordering::Equal,
        },
    });
    Ok(())
}

fn equal(one: Array, other: Array) -> Answer<bool> {
    same(&one.into(), &other.into())
}

/// Whether two values are equal, with all that is in them: a step for each that is looked at.
///
/// INVARIANT: no value lies deeper than a few times `DEEPEST_VALUE`, so going down into it needs little stack.
pub(super) fn same(one: &Dynamic, other: &Dynamic) -> Answer<bool> {
    charge(1)?;
    if let (Ok(one), Ok(other)) = (one.as_array_ref(), other.as_array_ref()) {
        if one.len() != other.len() {
            return Ok(false);
        }
        for (one, other) in one.iter().zip(other.iter()) {
            if !same(one, other)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if let (Ok(one), Ok(other)) = (one.as_map_ref(), other.as_map_ref()) {
        if one.len() != other.len() {
            return Ok(false);
        }
        for ((one_key, one), (other_key, other)) in one.iter().zip(other.iter()) {
            if one_key != other_key || !same(one, other)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if let (Some(one), Some(other)) = (number(one), number(other)) {
        return Ok(one == other);
    }
    if let (Ok(one), Ok(other)) = (
        one.as_immutable_string_ref(),
        other.as_immutable_string_ref(),
    ) {
        charge_bytes(one.len().min(other.len()))?;
        return Ok(*one == *other);
    }
    if let (Ok(one), Ok(other)) = (one.as_bool(), other.as_bool()) {
        return Ok(one == other);
    }
    let letters = letter(one).zip(letter(other));
    Ok(
        letters.map_or(one.is_unit() && other.is_unit(), |(one, other)| {
            one == other
        }),
    )
}

fn number(value: &Dynamic) -> Option<Decimal> {
    let whole = value.as_int().ok().map(Decimal::from);
    whole.or_else(|| value.as_decimal().ok())
}

/// A character, or a text of one letter, which Rhai takes to be equal.
fn letter(value: &Dynamic) -> Option<char> {
    if let Ok(letter) = value.as_char() {
        return Some(letter);
    }
    let text = value.as_immutable_string_ref().ok()?;
    let mut letters = text.chars();
    letters.next().filter(|_| letters.next().is_none())
}

fn map(context: NativeCallContext<'_>, array: Array, function: FnPtr) -> Answer<Array> {
    array
        .into_iter()
        .map(|element| function.call_within_context(&context, (element,)))
        .collect()
}

fn filter(context: NativeCallContext<'_>, array: Array, function: FnPtr) -> Answer<Array> {
    let mut kept = Array::new();
    for element in array {
        if function.call_within_context(&context, (element.clone(),))? {
            kept.push(element);
        }
    }
    Ok(kept)
}

fn find(context: NativeCallContext<'_>, array: Array, function: FnPtr) -> Answer<Dynamic> {
    for element in array {
        if function.call_within_context(&context, (element.clone(),))? {
            return Ok(element);
        }
    }
    Ok(Dynamic::UNIT)
}

fn some(context: NativeCallContext<'_>, array: Array, function: FnPtr) -> Answer<bool> {
    for element in array {
        if function.call_within_context(&context, (element,))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn all(context: NativeCallContext<'_>, array: Array, function: FnPtr) -> Answer<bool> {
    for element in array {
        if !function.call_within_context::<bool>(&context, (element,))? {
            return Ok(false);
        }
    }
    Ok(true)
}
