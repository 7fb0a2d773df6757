//! Bundle, facts and now to a decision. Pure: no I/O, no clock, no randomness but the seed.

pub mod conversation;
mod decision;
mod facts;
mod ledger;

pub use conversation::{Conversation, ConversationState};
pub use decision::{
    Action, DecidedEffect, Decision, Fired, Inputs, Trace, Withheld, WithheldReason,
};
pub use facts::Facts;
pub use ledger::Ledger;
