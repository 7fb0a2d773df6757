//! Functions for maps.

use rhai::{Array, Dynamic, Engine, INT, Map};

use super::arrays::same;
use crate::steps::Answer;

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("len", len)
        .register_fn("is_empty", |map: &mut Map| map.is_empty())
        .register_fn("contains", |map: &mut Map, key: &str| map.contains_key(key))
        .register_fn("get", get)
        .register_fn("remove", remove)
        .register_fn("clear", |map: &mut Map| map.clear())
        .register_fn("keys", keys)
        .register_fn("values", values)
        .register_fn("==", |one: Map, other: Map| equal(one, other))
        .register_fn("!=", |one: Map, other: Map| {
            equal(one, other).map(|is_equal| !is_equal)
        });
}

fn len(map: &mut Map) -> INT {
    INT::try_from(map.len()).unwrap_or(INT::MAX)
}

fn get(map: &mut Map, key: &str) -> Dynamic {
    map.get(key).cloned().unwrap_or(Dynamic::UNIT)
}

fn remove(map: &mut Map, key: &str) -> Dynamic {
    map.remove(key).unwrap_or(Dynamic::UNIT)
}

fn keys(map: &mut Map) -> Array {
    map.keys().map(|key| key.to_string().into()).collect()
}

fn values(map: &mut Map) -> Array {
    map.values().cloned().collect()
}

fn equal(one: Map, other: Map) -> Answer<bool> {
    same(&one.into(), &other.into())
}
