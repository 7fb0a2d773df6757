//! The way of a message: ingest, turn, decide, commit, deliver. Over traits, so that it can be simulated.

mod event;

pub use event::{Event, PageSeen, ReceiptOutcome, Said, Shown, Speaker, ThreadEvent, ThreadHints};
