//! The functions that scripts have for texts, arrays, maps and ranges. Those for numbers are Rhai's.
//!
//! They are called and behave as Rhai's own of the same name, but each takes steps for the work that it does, and refuses what would
//! become too large before it is made. A function that is not here does not exist: the language book lists them all.

mod arrays;
mod maps;
mod ranges;
mod texts;

use rhai::Engine;

/// Gives an engine all of them.
pub(crate) fn register(engine: &mut Engine) {
    texts::register(engine);
    arrays::register(engine);
    maps::register(engine);
    ranges::register(engine);
}

#[cfg(test)]
mod tests;
