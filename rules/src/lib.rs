//! Bundle, facts and now to a decision. Pure: no I/O, no clock, no randomness but the seed.

mod decision;
mod facts;
mod ledger;

pub use decision::{
    Action, DecidedEffect, Decision, Fired, Inputs, Trace, Withheld, WithheldReason,
};
pub use facts::Facts;
pub use ledger::Ledger;
