//! JSON values to facts, by the type that the bundle declares for the field. Used for the corpus of `bench` and by
//! whoever turns events of other systems into facts.
//!
//! | type | JSON |
//! |---|---|
//! | text, timezone, language | string |
//! | bool | `true`, `false` |
//! | int, decimal, percent | number; 31 is 31 % |
//! | money | string `"CNY 200"` |
//! | duration | string `"10m"`, `"1h 30m"` |
//! | time of day, date, timestamp | string `"09:30"`, `"2026-11-11"`, RFC 3339 |
//! | enum | string; a name that the enum does not have becomes `other` |
//! | list | array |

use std::str::FromStr;

use jiff::SignedDuration;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use signalbox_dsl::bundle::{Bundle, Field};
use signalbox_dsl::value::{Currency, Type, Value};

/// The member that stands for all names that an enum does not have.
const OTHER: &str = "other";

/// A JSON value that does not fit its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` needs {needed}")]
pub struct WrongType {
    /// Path of the field.
    pub field: String,
    /// What to write instead.
    pub needed: &'static str,
}

/// Reads the value of `field`.
///
/// # Errors
/// [`WrongType`] if the JSON value is not of a form that the field's type can be written in.
pub fn value_from_json(field: &Field, json: &Json, bundle: &Bundle) -> Result<Value, WrongType> {
    read(&field.value_type, json, bundle).ok_or_else(|| WrongType {
        field: field.path.to_string(),
        needed: needed(&field.value_type),
    })
}

fn read(value_type: &Type, json: &Json, bundle: &Bundle) -> Option<Value> {
    Some(match value_type {
        Type::Text => Value::Text(json.as_str()?.into()),
        Type::Bool => Value::Bool(json.as_bool()?),
        Type::Int => Value::Number(number(json).filter(Decimal::is_integer)?),
        Type::Decimal => Value::Number(number(json)?),
        Type::Percent => Value::Percent(number(json).filter(is_score)?),
        Type::Money => money(json.as_str()?)?,
        Type::Duration => {
            let length: SignedDuration = json.as_str()?.parse().ok()?;
            Value::Duration(length.try_into().ok()?)
        }
        Type::TimeOfDay => Value::TimeOfDay(json.as_str()?.parse().ok()?),
        Type::Date => Value::Date(json.as_str()?.parse().ok()?),
        Type::Timestamp => Value::Timestamp(json.as_str()?.parse().ok()?),
        Type::Timezone => Value::Timezone(json.as_str()?.into()),
        Type::Language => Value::Language(json.as_str()?.into()),
        Type::Enum(name) => member(name, json.as_str()?, bundle),
        Type::List(element) => {
            let elements = json.as_array()?.iter();
            let elements: Option<_> = elements.map(|it| read(element, it, bundle)).collect();
            Value::List(elements?)
        }
    })
}

/// Exact: from the digits as written, not from a float, except where the exponent form leaves no other way.
fn number(json: &Json) -> Option<Decimal> {
    let Json::Number(number) = json else {
        return None;
    };
    let digits = number.to_string();
    Decimal::from_str(&digits)
        .or_else(|_| Decimal::from_scientific(&digits))
        .ok()
}

fn is_score(percent: &Decimal) -> bool {
    (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(percent)
}

fn money(text: &str) -> Option<Value> {
    let (code, amount) = text.trim().split_once(' ')?;
    Some(Value::Money {
        currency: Currency::from_code(code)?,
        amount: Decimal::from_str(amount.trim()).ok()?,
    })
}

fn member(enum_name: &str, name: &str, bundle: &Bundle) -> Value {
    let declared = bundle.enums.iter().find(|it| &*it.name == enum_name);
    let known = declared.and_then(|it| it.members.iter().find(|member| &***member == name));
    Value::Member(known.cloned().unwrap_or_else(|| OTHER.into()))
}

fn needed(value_type: &Type) -> &'static str {
    match value_type {
        Type::Text => "a string",
        Type::Bool => "true or false",
        Type::Int => "a whole number",
        Type::Decimal => "a number",
        Type::Percent => "a number from 0 to 100, such as 31 for 31%",
        Type::Money => "a string with currency and amount, such as \"CNY 200\"",
        Type::Duration => "a string with a unit, such as \"10m\"",
        Type::TimeOfDay => "a time of day, such as \"09:30\"",
        Type::Date => "a date, such as \"2026-11-11\"",
        Type::Timestamp => "a moment, such as \"2026-11-11T22:00:00+08:00\"",
        Type::Timezone => "the name of a time zone, such as \"Asia/Shanghai\"",
        Type::Language => "a language tag, such as \"zh\"",
        Type::Enum(_) => "the name of a member, as a string",
        Type::List(_) => "an array of values of the list's type",
    }
}
