//! The count of steps: one for each thing that Rhai does, and more where a function or a large value makes one of them long.

use std::cell::Cell;

use rhai::{Dynamic, EvalAltResult, Position};

use crate::limits::{BYTES_A_STEP, VALUES_A_STEP};

/// What a function of a script comes to.
pub(crate) type Answer<T> = Result<T, Box<EvalAltResult>>;

#[derive(Clone, Copy)]
struct Count {
    taken: u64,
    limit: u64,
}

thread_local! {
    /// Steps of the call that this thread is in: a call never leaves its thread.
    static COUNT: Cell<Count> = const { Cell::new(Count { taken: 0, limit: 0 }) };
}

/// Runs `call`, which is stopped after `limit` steps, and says how many it took.
pub(crate) fn counted<T>(limit: u64, call: impl FnOnce() -> T) -> (T, u64) {
    COUNT.set(Count { taken: 0, limit });
    let result = call();
    // The step that was one too many was not taken.
    (result, COUNT.get().taken.min(limit))
}

/// Takes one step of Rhai's own; something if it was one too many.
pub(crate) fn tick() -> Option<Dynamic> {
    (!take(1)).then_some(Dynamic::UNIT)
}

/// Takes steps for work that Rhai does not count, before it is done.
///
/// # Errors
/// There are not as many left; no script can catch this.
pub(crate) fn charge(steps: usize) -> Answer<()> {
    match take(u64::try_from(steps).unwrap_or(u64::MAX)) {
        true => Ok(()),
        false => Err(EvalAltResult::ErrorTooManyOperations(Position::NONE).into()),
    }
}

/// [`charge`] for going once through so many bytes of text.
pub(crate) fn charge_bytes(bytes: usize) -> Answer<()> {
    charge(bytes / BYTES_A_STEP)
}

/// [`charge`] for copying or measuring so many elements or entries.
pub(crate) fn charge_values(values: usize) -> Answer<()> {
    charge(values / VALUES_A_STEP)
}

fn take(steps: u64) -> bool {
    let mut count = COUNT.get();
    count.taken = count.taken.saturating_add(steps);
    COUNT.set(count);
    count.taken <= count.limit
}
