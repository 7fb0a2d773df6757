//! Facts that people type: `customer.tier=vip` on a command line, the fields of an event in a chat.

use serde_json::Value as Json;
use signalbox_dsl::bundle::{Bundle, Field, FieldId};
use signalbox_dsl::nearest::nearest;
use signalbox_dsl::value::{Type, Value};
use signalbox_rules::convert::value_from_json;

use crate::words::{Told, Words, words};

/// A fact of a command line: `customer.tier=vip`.
///
/// # Errors
/// It has no value, there is no such field, or the value is not of its type.
pub(super) fn fact<'b>(fact: &str, bundle: &'b Bundle) -> Result<(&'b Field, Value), Words> {
    let Some((path, written)) = fact.split_once('=') else {
        return Err(words!(
            "`--fact {fact}` has no value; write --fact customer.tier=vip",
            "`--fact {fact}` 没有值；请写成 --fact customer.tier=vip"
        ));
    };
    let refused = |wrong: Words| {
        let Words { en, zh } = wrong;
        words!("`--fact {fact}`: {en}", "`--fact {fact}`：{zh}")
    };
    let (_, field) = field(path, bundle).map_err(refused)?;
    let value = value(field, written, bundle).map_err(refused)?;
    Ok((field, value))
}

/// The field of that path.
///
/// # Errors
/// There is none; which one may be meant.
pub(super) fn field<'b>(path: &str, bundle: &'b Bundle) -> Result<(FieldId, &'b Field), Words> {
    if let Some(found) = (0..)
        .map(FieldId)
        .zip(&bundle.fields)
        .find(|(_, field)| &*field.path == path)
    {
        return Ok(found);
    }
    let fields = bundle.fields.iter().map(|field| &*field.path);
    Err(match nearest(path, fields) {
        Some(near) => words!(
            "there is no field `{path}` in these rules; did you mean `{near}`?",
            "这些规则里没有字段 `{path}`；是不是想写 `{near}`？"
        ),
        None => words!(
            "there is no field `{path}` in these rules; declare it in a `schema`, or look at its name there",
            "这些规则里没有字段 `{path}`；请在 `schema` 里声明它，或核对那里的名称"
        ),
    })
}

/// A value as people type it: as in a rule file (`vip`, `72%`, `CNY 300`, `yes`) or as JSON.
///
/// # Errors
/// It is not of the field's type.
pub(super) fn value(field: &Field, written: &str, bundle: &Bundle) -> Result<Value, Words> {
    refuse_unknown_member(field, written, bundle)?;
    // A text may look like a number, so the word itself goes first.
    let as_word = value_from_json(field, &written.into(), bundle);
    let value = as_word.or_else(|wrong| {
        let json = as_json(written).ok_or_else(|| wrong.clone())?;
        value_from_json(field, &json, bundle)
    });
    value.map_err(|wrong| wrong.words())
}

fn as_json(written: &str) -> Option<Json> {
    let number = written.strip_suffix('%').unwrap_or(written).trim_end();
    match written {
        "yes" => Some(Json::Bool(true)),
        "no" => Some(Json::Bool(false)),
        _ => serde_json::from_str(number).ok(),
    }
}

/// What comes over the wire may be of a later version and becomes `other`; what is typed here is a slip.
fn refuse_unknown_member(field: &Field, written: &str, bundle: &Bundle) -> Result<(), Words> {
    let Type::Enum(name) = &field.value_type else {
        return Ok(());
    };
    let Some(known) = bundle.enums.iter().find(|known| known.name == *name) else {
        return Ok(());
    };
    if known.members.iter().any(|member| &**member == written) {
        return Ok(());
    }
    let (kind, members) = (&known.name, known.members.join(", "));
    Err(words!(
        "`{written}` is no {kind}; there are {members}",
        "`{written}` 不是 {kind}；可以是 {members}"
    ))
}
