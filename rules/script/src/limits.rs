//! Every bound on a script, and the one function that sets them all.

use rhai::Engine;
use rhai::packages::{ArithmeticPackage, BasicMathPackage, LogicPackage, Package};

use crate::functions;
use crate::room::refuse_too_large;
use crate::steps::tick;

/// Steps of a fact that does not say `within N steps`: some thousand comparisons, some milliseconds at the worst.
pub const DEFAULT_STEPS: u64 = 20_000;

/// The most that `within N steps` may say. What goes through a large value takes steps by its size, so this bounds the work.
pub const MOST_STEPS: u64 = 100_000;

/// A script of ten thousand lines is a program, and belongs elsewhere.
pub const MOST_SOURCE_BYTES: usize = 64 * 1024;

/// Bytes of a text inside a script, of an argument too. Messages of customers are far shorter.
pub const MOST_TEXT_BYTES: usize = 16 * 1024;

/// Elements of an array, those of arrays in it included.
pub(crate) const MOST_ELEMENTS: usize = 1_000;

/// Entries of a map, those of maps in it included.
pub(crate) const MOST_ENTRIES: usize = 200;

/// How deep arrays and maps may lie in each other. What copies, compares, or shows a value goes down into it, on the stack.
pub(crate) const DEEPEST_VALUE: usize = 32;

/// Bytes of text that one step goes through.
pub(crate) const BYTES_A_STEP: usize = 256;

/// Elements or entries that one step copies.
pub(crate) const VALUES_A_STEP: usize = 16;

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
/// wait or leave (`sleep`, `exit`) are in packages that are left out below, and time, modules and floats are left out when Rhai is compiled.
const FORBIDDEN: [&str; 9] = [
    "eval", "print", "debug", "import", "export", "Fn", "call", "curry", "this",
];

/// An engine with every limit set. What runs in it must be [`counted`](crate::steps::counted).
pub(crate) fn sandbox() -> Engine {
    let mut engine = Engine::new_raw();
    // Of Rhai's packages only those whose functions all do the same small work whatever they are given; the others are in `functions`.
    ArithmeticPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    functions::register(&mut engine);
    engine
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
        .on_progress(|_| tick());
    for word in FORBIDDEN {
        engine.disable_symbol(word);
    }
    refuse_what_has_grown(&mut engine);
    engine
}

/// Rhai does not look at sizes where an element or entry is set (`map[key] = map` would double it each time), and never at depth, so each
/// variable is looked at when it is read or written: then it exceeds the limits by one assignment at most.
#[expect(
    deprecated,
    reason = "not deprecated, says Rhai: it is marked so because it may change"
)]
fn refuse_what_has_grown(engine: &mut Engine) {
    engine.on_var(|name, _, context| {
        if let Some(value) = context.scope().get(name) {
            refuse_too_large(name, value)?;
        }
        Ok(None)
    });
}
