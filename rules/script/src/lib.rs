//! The sandbox in which rule files' scripts compute facts: Rhai, counted in steps.
//!
//! Start at [`Script`]; every bound is in `limits.rs` and set in one function there; what scripts can call is in `functions.rs`; what values look like inside a script is
//! in `convert.rs`. *Invariant:* a call is a pure function of source and arguments. There are no floats, no clock, no chance, no
//! modules, no output, and no `eval`; a runaway script stops at a count of steps, never at a time, so it stops at the same place on every
//! machine. *Invariant:* nothing a script does panics or grows beyond the limits. *Not here:* which facts there are and when they
//! are computed (`rules/`), and what is wrong with the line that declares one (`dsl/`).

mod convert;
mod failure;
mod functions;
mod limits;
mod reason;
mod room;
mod script;
mod steps;

pub use convert::ResultType;
pub use failure::{Failure, Found, Kind};
pub use limits::{DEFAULT_STEPS, MOST_SOURCE_BYTES, MOST_STEPS, MOST_TEXT_BYTES};
pub use reason::{Mistake, Reason};
pub use script::{BadScript, Outcome, Script, Signature};
