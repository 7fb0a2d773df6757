//! From the JSON of a reported event to facts, as the bundle declares them.
//!
//! Money is `{"amount": "300.00", "currency": "CNY"}`, a moment is ISO 8601 with an offset, an id is a text. What is not
//! declared is left out: a sender may say more than the rules read.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use signalbox_adapters::webhook::event::BusinessEvent;
use signalbox_dsl::bundle::{Bundle, EventType};
use signalbox_dsl::value::{Currency, Type, Value};
use signalbox_rules::Facts;

use crate::language;
use crate::rules::Misfit;

/// The longest text of a field, in characters: as long as a message.
const MAX_TEXT_CHARS: usize = 8_000;
/// The longest list of a field.
const MAX_LIST_VALUES: usize = 100;

/// The facts of `event`.
///
/// # Errors
/// [`Misfit`] with the first field, in the order of their declaration, that is missing or of another type.
pub(crate) fn typed(bundle: &Bundle, event: &BusinessEvent) -> Result<Facts, Misfit> {
    let declared = declared(bundle, &event.name).ok_or_else(|| Misfit::undeclared(&event.name))?;
    let mut facts = Facts::default();
    for one in &declared.fields {
        let Some(field) = bundle.fields.get(one.field.index()) else {
            continue;
        };
        let name = field.path.rsplit('.').next().unwrap_or_default();
        let misfit = |problem| Misfit {
            field: format!("data.{name}"),
            problem,
        };
        match event.fields.get(name) {
            None | Some(Json::Null) if one.optional => {}
            None | Some(Json::Null) => {
                return Err(misfit(format!(
                    "must be there: {}",
                    wanted(bundle, &field.value_type)
                )));
            }
            Some(json) => {
                let value = value(bundle, json, &field.value_type).ok_or_else(|| {
                    misfit(format!("must be {}", wanted(bundle, &field.value_type)))
                })?;
                facts.set(field.path.clone(), value);
            }
        }
    }
    Ok(facts)
}

/// INVARIANT: the checker gives events by name.
fn declared<'b>(bundle: &'b Bundle, name: &str) -> Option<&'b EventType> {
    let place = bundle
        .events
        .binary_search_by(|event| (*event.name).cmp(name));
    bundle.events.get(place.ok()?)
}

pub(crate) fn value(bundle: &Bundle, json: &Json, value_type: &Type) -> Option<Value> {
    let text = json.as_str();
    Some(match value_type {
        Type::Text => Value::Text(clean(text?)?),
        Type::Bool => Value::Bool(json.as_bool()?),
        Type::Int => Value::Number(number(json).filter(Decimal::is_integer)?),
        Type::Decimal => Value::Number(number(json)?),
        Type::Percent => Value::Percent(
            number(json).filter(|score| (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(score))?,
        ),
        Type::Money => Value::Money {
            currency: Currency::from_code(json.get("currency")?.as_str()?)?,
            amount: exact(json.get("amount")?.as_str()?)?,
        },
        Type::Duration => Value::Duration(duration(text?)?),
        Type::TimeOfDay => Value::TimeOfDay(text?.parse::<Time>().ok()?),
        Type::Date => Value::Date(text?.parse::<Date>().ok()?),
        Type::Timestamp => Value::Timestamp(text?.parse::<Timestamp>().ok()?),
        Type::Timezone => Value::Timezone(TimeZone::get(text?).ok()?.iana_name()?.into()),
        Type::Language => Value::Language(language::of_locale(text?)?),
        Type::Enum(name) => Value::Member(member(bundle, name, text?)),
        Type::List(element) => {
            let values = json.as_array()?;
            if values.len() > MAX_LIST_VALUES {
                return None;
            }
            let values = values.iter().map(|json| value(bundle, json, element));
            Value::List(values.collect::<Option<_>>()?)
        }
    })
}

/// What a sender has to write.
pub(crate) fn wanted(bundle: &Bundle, value_type: &Type) -> String {
    let plain = match value_type {
        Type::Text => "a text of at most 8000 characters, without control characters",
        Type::Bool => "true or false",
        Type::Int => "a whole number",
        Type::Decimal => "a number, or a text such as \"12.50\"",
        Type::Percent => "a number from 0 to 100",
        Type::Money => "money such as {\"amount\":\"300.00\",\"currency\":\"CNY\"}",
        Type::Duration => "a duration such as \"PT10M\"",
        Type::TimeOfDay => "a time of day such as \"09:30\"",
        Type::Date => "a date such as \"2026-01-02\"",
        Type::Timestamp => "a time with an offset such as \"2026-01-02T03:04:05+08:00\"",
        Type::Timezone => "a time zone such as \"Asia/Shanghai\"",
        Type::Language => "a language such as \"zh\"",
        Type::Enum(name) => {
            let members = members(bundle, name).unwrap_or_default();
            return format!("a text, one of {}", members.join(", "));
        }
        Type::List(element) => {
            return format!(
                "a list of at most {MAX_LIST_VALUES} values, each {}",
                wanted(bundle, element)
            );
        }
    };
    plain.to_owned()
}

/// A member that the rules do not know is `other`: the sender may be newer than the rules.
fn member(bundle: &Bundle, name: &str, text: &str) -> Arc<str> {
    let known =
        members(bundle, name).and_then(|members| members.iter().find(|one| ***one == *text));
    known.cloned().unwrap_or_else(|| "other".into())
}

fn members<'b>(bundle: &'b Bundle, name: &str) -> Option<&'b [Arc<str>]> {
    let found = bundle.enums.iter().find(|one| *one.name == *name)?;
    Some(&found.members)
}

fn number(json: &Json) -> Option<Decimal> {
    match json {
        Json::Number(number) => {
            let written = number.to_string();
            exact(&written).or_else(|| Decimal::from_scientific(&written).ok())
        }
        Json::String(text) => exact(text),
        _ => None,
    }
}

/// Every digit kept, or nothing.
fn exact(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).ok()
}

fn duration(text: &str) -> Option<Duration> {
    let duration: SignedDuration = text.parse().ok()?;
    Duration::try_from(duration).ok()
}

fn clean(text: &str) -> Option<Arc<str>> {
    let is_clean = !text
        .chars()
        .any(|one| one.is_control() && one != '\n' && one != '\t');
    (is_clean && text.chars().count() <= MAX_TEXT_CHARS).then(|| text.into())
}

#[cfg(test)]
mod tests;
