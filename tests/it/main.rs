//! The real binary against real clients: one file a promise.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests: a failed assumption is a failed test, and it tells its seed and figures"
)]

mod damage;
mod disconnects;
mod email;
mod full_disk;
mod hostile;
mod house;
mod kill;
mod login;
mod metrics;
mod redis;
mod reload;
mod restart;
mod sheet;
mod shop;
mod traces;
mod webhook;
mod webhook_hostile;
mod webhook_replies;
