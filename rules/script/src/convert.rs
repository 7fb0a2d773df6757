//! What a value looks like inside a script, and what a script's result comes to.
//!
//! | fact | in a script |
//! |---|---|
//! | text, enum, language, time zone, date, time of day | a text |
//! | bool | a bool |
//! | int | a whole number |
//! | decimal, percent | an exact decimal number; 70 % is 70 |
//! | money | `#{ amount: 12.5, currency: "CNY" }` |
//! | duration, moment | whole seconds (of a moment: since 1970 began, in UTC) |
//! | list | an array |

use std::sync::Arc;
use std::time::Duration;

use rhai::{Dynamic, INT, Map};
use rust_decimal::Decimal;
use signalbox_dsl::value::{Currency, Type, Value};

use crate::failure::{Found, Kind, shortened};
use crate::limits::MOST_TEXT_BYTES;

/// The longest duration that a script may answer: a hundred years.
const LONGEST_SECONDS: u64 = 100 * 366 * 24 * 3600;

/// What a script must give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultType {
    /// The fact's type. Nothing is a moment, a day, a time of day, a zone or a language to a script.
    pub value_type: Type,
    /// The members, where the type is an enum.
    pub members: Vec<Arc<str>>,
}

/// The value as the script sees it; `None` if it is larger than a script may have.
pub(crate) fn to_script(value: &Value, value_type: &Type) -> Option<Dynamic> {
    Some(match value {
        Value::Text(text) | Value::Timezone(text) | Value::Language(text) | Value::Member(text) => {
            return self::text(text);
        }
        Value::Bool(is_true) => (*is_true).into(),
        Value::Number(number) if *value_type == Type::Int => INT::try_from(*number).ok()?.into(),
        Value::Number(number) | Value::Percent(number) => Dynamic::from_decimal(*number),
        Value::Money { currency, amount } => {
            let mut map = Map::new();
            map.insert("amount".into(), Dynamic::from_decimal(*amount));
            map.insert("currency".into(), currency.code().to_owned().into());
            map.into()
        }
        Value::Duration(duration) => INT::try_from(duration.as_secs()).ok()?.into(),
        Value::TimeOfDay(time) => time.to_string().into(),
        Value::Date(date) => date.to_string().into(),
        Value::Timestamp(moment) => moment.as_second().into(),
        Value::List(elements) => {
            let element = match value_type {
                Type::List(element) => element,
                other => other,
            };
            let bytes: usize = elements.iter().map(text_bytes).sum();
            if bytes > MOST_TEXT_BYTES {
                return None;
            }
            let elements = elements.iter().map(|one| to_script(one, element));
            elements.collect::<Option<rhai::Array>>()?.into()
        }
    })
}

fn text(text: &str) -> Option<Dynamic> {
    (text.len() <= MOST_TEXT_BYTES).then(|| text.to_owned().into())
}

fn text_bytes(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        _ => 1,
    }
}

/// The script's result as a value of the fact's type.
///
/// # Errors
/// What it is instead.
pub(crate) fn from_script(result: Dynamic, wanted: &ResultType) -> Result<Value, Found> {
    let kind = kind_of(&result);
    let value = match &wanted.value_type {
        Type::Text => text_of(result).map(|text| Value::Text(text.into())),
        Type::Bool => result.as_bool().ok().map(Value::Bool),
        Type::Int => result
            .as_int()
            .ok()
            .map(|number| Value::Number(number.into())),
        Type::Decimal => number(&result).map(Value::Number),
        Type::Percent => return percent(&result).ok_or(shown(&result)),
        Type::Duration => return duration(&result).ok_or(shown(&result)),
        Type::Money => return money(&result).ok_or(shown(&result)),
        Type::Enum(_) => {
            let shown = shown(&result);
            let member = text_of(result);
            let member = member.and_then(|it| wanted.members.iter().find(|known| ***known == *it));
            return member.map(|it| Value::Member(it.clone())).ok_or(shown);
        }
        Type::List(_) => texts(result),
        Type::TimeOfDay | Type::Date | Type::Timestamp | Type::Timezone | Type::Language => None,
    };
    value.ok_or(Found::Kind(kind))
}

/// A text; a character (`text[0]` is one) is a text of one letter.
fn text_of(result: Dynamic) -> Option<String> {
    match result.as_char() {
        Ok(letter) => Some(letter.to_string()),
        Err(_) => result.into_string().ok(),
    }
}

fn number(result: &Dynamic) -> Option<Decimal> {
    let whole = result.as_int().ok().map(Decimal::from);
    whole.or_else(|| result.as_decimal().ok())
}

fn percent(result: &Dynamic) -> Option<Value> {
    let number = number(result)?;
    (Decimal::ZERO..=Decimal::ONE_HUNDRED)
        .contains(&number)
        .then_some(Value::Percent(number))
}

fn duration(result: &Dynamic) -> Option<Value> {
    let seconds = u64::try_from(result.as_int().ok()?).ok()?;
    (seconds <= LONGEST_SECONDS).then_some(Value::Duration(Duration::from_secs(seconds)))
}

fn money(result: &Dynamic) -> Option<Value> {
    let map = result.as_map_ref().ok()?;
    let currency = map
        .get("currency")?
        .as_immutable_string_ref()
        .ok()?
        .to_string();
    Some(Value::Money {
        currency: Currency::from_code(&currency)?,
        amount: number(map.get("amount")?)?,
    })
}

fn texts(result: Dynamic) -> Option<Value> {
    let elements = result.into_array().ok()?;
    let texts = elements
        .into_iter()
        .map(|one| Some(Value::Text(text_of(one)?.into())));
    texts.collect::<Option<Vec<_>>>().map(Value::List)
}

/// A number or text with its value, since that may be what is wrong; of anything else its kind.
fn shown(result: &Dynamic) -> Found {
    if result.is_int() || result.is_decimal() || result.is_string() || result.is_char() {
        return Found::Shown(shortened(&format!("{result}")));
    }
    Found::Kind(kind_of(result))
}

fn kind_of(result: &Dynamic) -> Kind {
    if result.is_unit() {
        Kind::Nothing
    } else if result.is_bool() {
        Kind::Bool
    } else if result.is_int() {
        Kind::WholeNumber
    } else if result.is_decimal() {
        Kind::DecimalNumber
    } else if result.is_string() || result.is_char() {
        Kind::Text
    } else if result.is_array() {
        Kind::Array
    } else if result.is_map() {
        Kind::Map
    } else {
        Kind::SomethingElse
    }
}
