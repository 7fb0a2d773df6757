//! Every bound on a script, and the one function that sets them all.

use std::cell::Cell;

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage,
    BasicMathPackage, BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{Dynamic, Engine, EvalAltResult, Position};

/// Steps of a fact that does not say `within N steps`: some thousand comparisons, far below a millisecond.
pub const DEFAULT_STEPS: u64 = 20_000;

/// The most that `within N steps` may say. A step on the longest text copies it, so this bounds bytes as well.
pub const MOST_STEPS: u64 = 100_000;

/// A script of ten thousand lines is a program, and belongs elsewhere.
pub const MOST_SOURCE_BYTES: usize = 64 * 1024;

/// Bytes of a text inside a script, of an argument too. Messages of customers are far shorter.
pub const MOST_TEXT_BYTES: usize = 16 * 1024;

/// Elements of an array, those of arrays in it included.
const MOST_ELEMENTS: usize = 1_000;

/// Entries of a map, those of maps in it included.
const MOST_ENTRIES: usize = 200;

/// Functions in one script.
const MOST_FUNCTIONS: usize = 100;

/// Variables at one time.
const MOST_VARIABLES: usize = 100;

/// How deep functions may call each other. Each level costs stack, most in debug builds, so it is not left to what Rhai
/// takes for each.
const DEEPEST_CALL: usize = 12;

/// How deep expressions and blocks may lie in each other.
const DEEPEST_EXPRESSION: usize = 24;

/// Words that no script may say: what would run text as code, call by name, or print. Rhai can refuse its own words only; functions that
/// wait or leave (`sleep`, `exit`) are in a package that is left out below, and time, modules and floats are left out when Rhai is compiled.
const FORBIDDEN: [&str; 9] = [
    "eval", "print", "debug", "import", "export", "Fn", "call", "curry", "this",
];

thread_local! {
    /// Steps of the call that this thread is in. Rhai tells them to its progress hook only, and a call never leaves its thread.
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

/// An engine with every limit set, which stops after `steps`.
pub(crate) fn sandbox(steps: u64) -> Engine {
    let mut engine = Engine::new_raw();
    // Without `LanguageCorePackage`: it has `sleep` and `exit`.
    ArithmeticPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    BasicFnPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    engine
        .set_max_operations(steps)
        .set_max_call_levels(DEEPEST_CALL)
        .set_max_expr_depths(DEEPEST_EXPRESSION, DEEPEST_EXPRESSION)
        .set_max_string_size(MOST_TEXT_BYTES)
        .set_max_array_size(MOST_ELEMENTS)
        .set_max_map_size(MOST_ENTRIES)
        .set_max_functions(MOST_FUNCTIONS)
        .set_max_variables(MOST_VARIABLES)
        .set_strict_variables(true)
        .set_fail_on_invalid_map_property(true)
        .set_allow_looping(true)
        .set_allow_shadowing(true)
        .on_progress(|steps| {
            STEPS.set(steps);
            None::<Dynamic>
        });
    for word in FORBIDDEN {
        engine.disable_symbol(word);
    }
    refuse_what_has_grown(&mut engine);
    engine
}

/// Rhai does not look at sizes where an element or entry is set (`map[key] = map` would double it each time), so each variable is looked at
/// when it is read or written: then it exceeds the limits by one assignment at most.
#[expect(
    deprecated,
    reason = "not deprecated, says Rhai: it is marked so because it may change"
)]
fn refuse_what_has_grown(engine: &mut Engine) {
    engine.on_var(|name, _, context| {
        let value = context.scope().get(name);
        if value.is_none_or(|value| Room::default().holds(value)) {
            return Ok(None);
        }
        Err(EvalAltResult::ErrorDataTooLarge(name.to_owned(), Position::NONE).into())
    });
}

/// What is left of the limits while a value is measured.
struct Room {
    elements: usize,
    entries: usize,
    bytes: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            elements: MOST_ELEMENTS,
            entries: MOST_ENTRIES,
            bytes: MOST_TEXT_BYTES,
        }
    }
}

impl Room {
    /// Whether a value, with all that is in it, fits. Stops at the first thing that does not.
    fn holds(&mut self, value: &Dynamic) -> bool {
        if let Ok(array) = value.as_array_ref() {
            return take(&mut self.elements, array.len()) && array.iter().all(|it| self.holds(it));
        }
        if let Ok(map) = value.as_map_ref() {
            return take(&mut self.entries, map.len())
                && map
                    .iter()
                    .all(|(key, it)| take(&mut self.bytes, key.len()) && self.holds(it));
        }
        match value.as_immutable_string_ref() {
            Ok(text) => take(&mut self.bytes, text.len()),
            Err(_) => true,
        }
    }
}

fn take(left: &mut usize, wanted: usize) -> bool {
    let rest = left.checked_sub(wanted);
    *left = rest.unwrap_or(0);
    rest.is_some()
}

/// Runs `call` and says how many steps it took.
pub(crate) fn counted<T>(call: impl FnOnce() -> T) -> (T, u64) {
    STEPS.set(0);
    let result = call();
    (result, STEPS.get())
}
