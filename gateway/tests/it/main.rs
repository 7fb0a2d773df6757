//! The real binary: its commands, and the gateway from start to stop.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed assumption is a failed test"
)]

mod binary;
mod chat;
mod cli;
mod dead_letters;
mod examples;
mod first_password;
mod golden;
mod live_rules;
mod mistakes;
mod serve;
