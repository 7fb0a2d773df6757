//! Bundle, facts and now to a decision. Pure: no I/O, no clock, no randomness.
//!
//! [`Engine`] decides messages; [`Reference`] is the straight evaluator that says what is right, and property tests hold the two
//! equal. Both end in the same code: `floor.rs` (who answers) and `effects.rs` (what leaves).
//!
//! Facts that scripts compute are worked out in `scripts.rs`; the sandbox is a crate of its own in `rules/script/`, so that Rhai is
//! compiled once.

pub mod attachments;
mod calendar;
mod closed_queue;
pub mod conversation;
pub mod convert;
pub mod corpus;
mod csr;
mod decision;
mod describe;
mod disabled;
mod effects;
mod engine;
pub mod explain;
mod facts;
mod floor;
mod keywords;
mod ledger;
mod limits;
mod outreach;
mod predicate;
mod prepared;
mod queue_facts;
mod reference;
mod render;
#[cfg(test)]
mod sample;
pub mod scripts;
mod signals;
mod snapshot;
pub mod standard;
pub mod story;
pub mod testing;
mod truth;

pub use conversation::{Conversation, ConversationState};
pub use decision::{
    Action, ClosedQueue, DecidedEffect, Decision, DropReason, Fired, Inputs, OutreachStep, Reached,
    Risen, Trace, Withheld, WithheldReason,
};
pub use disabled::DisabledRules;
pub use effects::SIGNALBOX;
pub use engine::Engine;
pub use explain::{Explanation, explain, explain_without};
pub use facts::Facts;
pub use ledger::{Ledger, LedgerUse};
pub use limits::ledger_key;
pub use outreach::{MARKETING, OPTED_OUT};
pub use prepared::{CompileError, MOST_PATTERN_BYTES};
pub use queue_facts::{QueueFact, nobody_waits};
pub use reference::Reference;
pub use scripts::{ComputedFact, check, check_on};
pub use signalbox_script::Failure as ScriptFailure;
pub use signals::facts_besides_fields;
pub use snapshot::has_type;
pub use truth::Truth;
