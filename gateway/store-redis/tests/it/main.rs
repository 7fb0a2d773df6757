//! The Redis store against the promises of every store, and against what happens to servers.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod conformance;
mod damage;
mod hangs;
mod killed;
mod observed;
mod refused;
mod samples;
mod server;
