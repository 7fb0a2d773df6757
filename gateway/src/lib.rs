//! The gateway: configuration, commands, and the wiring of everything else.
//!
//! `main.rs` hands the command line to [`cli`]; `serve` is the gateway itself.

pub mod config;
