//! Functions for texts and characters. Lengths and places count characters.

use std::any::TypeId;

use rhai::{Array, Dynamic, Engine, INT, ImmutableString, Module};

use super::arrays::place;
use crate::limits::{MOST_ELEMENTS, MOST_TEXT_BYTES};
use crate::room::too_large;
use crate::steps::{Answer, charge_bytes};

pub(super) fn register(engine: &mut Engine) {
    register_looking(engine);
    register_making(engine);
    engine
        .register_iterator::<Letters>()
        .register_fn("chars", Letters::of)
        .register_get("chars", |text: &mut ImmutableString| {
            Letters::of(text.clone())
        });
    let mut module = Module::new();
    module.set_iter(TypeId::of::<ImmutableString>(), |text| {
        let text = text.into_immutable_string().unwrap_or_default();
        Box::new(Letters::of(text).map(Dynamic::from))
    });
    engine.register_global_module(module.into());
}

fn register_looking(engine: &mut Engine) {
    engine
        .register_fn("len", len)
        .register_get("len", |text: &mut ImmutableString| len(text))
        .register_fn("is_empty", |text: &str| text.is_empty())
        .register_get("is_empty", |text: &mut ImmutableString| text.is_empty())
        .register_fn("contains", |text: &str, part: Dynamic| {
            look(text, &part).map(|part| text.contains(&*part))
        })
        .register_fn("starts_with", |text: &str, part: Dynamic| {
            look(text, &part).map(|part| text.starts_with(&*part))
        })
        .register_fn("ends_with", |text: &str, part: Dynamic| {
            look(text, &part).map(|part| text.ends_with(&*part))
        })
        .register_fn("index_of", |text: &str, part: Dynamic| {
            index_of(text, part, 0)
        })
        .register_fn("index_of", index_of);
}

fn register_making(engine: &mut Engine) {
    engine
        .register_fn("sub_string", |text: &str, start: INT| {
            sub_string(text, start, INT::MAX)
        })
        .register_fn("sub_string", sub_string)
        .register_fn("to_upper", |text: &str| {
            charge_bytes(text.len()).map(|()| text.to_uppercase())
        })
        .register_fn("to_lower", |text: &str| {
            charge_bytes(text.len()).map(|()| text.to_lowercase())
        })
        .register_fn("trim", trim)
        .register_fn("replace", replace)
        .register_fn("pad", pad)
        .register_fn("split", |text: &str| pieces(text, text.split_whitespace()))
        .register_fn("split", |text: &str, between: Dynamic| {
            let between = look(text, &between)?;
            pieces(text, text.split(&*between))
        })
        .register_fn("to_string", |value: Dynamic| value.to_string())
        .register_fn("+", joined)
        .register_fn("+", |text: &str, value: INT| {
            joined(text, &value.to_string())
        })
        .register_fn("+", |text: &str, value: rust_decimal::Decimal| {
            joined(text, &value.to_string())
        })
        .register_fn("+", |text: &str, value: bool| {
            joined(text, &value.to_string())
        });
}

/// The characters of a text, one after the other. Small, however long the text.
#[derive(Clone)]
struct Letters {
    text: ImmutableString,
    /// The byte at which the next one begins.
    next: usize,
}

impl Letters {
    fn of(text: ImmutableString) -> Self {
        Self { text, next: 0 }
    }
}

impl Iterator for Letters {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let letter = self.text.get(self.next..)?.chars().next()?;
        self.next += letter.len_utf8();
        Some(letter)
    }
}

/// Takes the steps for going through a text, and says what to look for: a text, or a character.
fn look(text: &str, part: &Dynamic) -> Answer<String> {
    let part = match part.as_char() {
        Ok(letter) => letter.to_string(),
        Err(_) => part
            .clone()
            .into_string()
            .map_err(|found| format!("a text or character is wanted, not {found}"))?,
    };
    charge_bytes(text.len() + part.len())?;
    Ok(part)
}

fn len(text: &str) -> Answer<INT> {
    charge_bytes(text.len())?;
    Ok(count(text))
}

fn count(text: &str) -> INT {
    INT::try_from(text.chars().count()).unwrap_or(INT::MAX)
}

fn index_of(text: &str, part: Dynamic, start: INT) -> Answer<INT> {
    let part = look(text, &part)?;
    let skipped = place(start, text.chars().count());
    let before: usize = text.chars().take(skipped).map(char::len_utf8).sum();
    let (head, rest) = text.split_at_checked(before).unwrap_or((text, ""));
    let found = rest.find(&*part).and_then(|at| rest.get(..at));
    Ok(found.map_or(-1, |between| count(head) + count(between)))
}

fn sub_string(text: &str, start: INT, length: INT) -> Answer<String> {
    charge_bytes(text.len())?;
    let start = place(start, text.chars().count());
    let length = usize::try_from(length).unwrap_or(0);
    Ok(text.chars().skip(start).take(length).collect())
}

fn trim(text: &mut ImmutableString) -> Answer<()> {
    charge_bytes(text.len())?;
    *text = text.trim().into();
    Ok(())
}

fn replace(text: &mut ImmutableString, part: Dynamic, by: Dynamic) -> Answer<()> {
    let part = look(text, &part)?;
    let by = look("", &by)?;
    let times = text.matches(&*part).count();
    let rest = text.len().saturating_sub(times * part.len());
    let bytes = times.saturating_mul(by.len()).saturating_add(rest);
    refuse_long(bytes)?;
    charge_bytes(bytes)?;
    *text = text.replace(&*part, &by).into();
    Ok(())
}

/// Appends a text or character until there are as many characters, and not one more.
fn pad(text: &mut ImmutableString, wanted: INT, with: Dynamic) -> Answer<()> {
    let with = look(text, &with)?;
    let wanted = usize::try_from(wanted).unwrap_or(0);
    let missing = wanted.saturating_sub(text.chars().count());
    if missing == 0 || with.is_empty() {
        return Ok(());
    }
    refuse_long(missing.saturating_add(text.len()))?;
    let added: String = with.chars().cycle().take(missing).collect();
    *text = joined(text, &added)?.into();
    Ok(())
}

fn pieces<'t>(text: &str, pieces: impl Iterator<Item = &'t str>) -> Answer<Array> {
    charge_bytes(text.len())?;
    let pieces: Array = pieces
        .take(MOST_ELEMENTS + 1)
        .map(|piece| piece.to_owned().into())
        .collect();
    match pieces.len() > MOST_ELEMENTS {
        true => Err(too_large("array")),
        false => Ok(pieces),
    }
}

fn joined(one: &str, other: &str) -> Answer<String> {
    refuse_long(one.len() + other.len())?;
    charge_bytes(one.len() + other.len())?;
    Ok([one, other].concat())
}

fn refuse_long(bytes: usize) -> Answer<()> {
    match bytes > MOST_TEXT_BYTES {
        true => Err(too_large("text")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
