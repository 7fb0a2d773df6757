//! `0..9` and `0..=9`: to go through, and to look into.

use std::ops::{Range, RangeInclusive};

use rhai::{Engine, INT};

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_iterator::<Range<INT>>()
        .register_iterator::<RangeInclusive<INT>>()
        .register_fn("contains", |range: Range<INT>, number: INT| {
            range.contains(&number)
        })
        .register_fn("contains", |range: RangeInclusive<INT>, number: INT| {
            range.contains(&number)
        });
}
