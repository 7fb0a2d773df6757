//! The embedded store against the promises of every store, and against what happens to disks.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod archive;
mod child;
mod conformance;
mod damage;
mod fsync;
mod full_disk;
mod killed;
mod samples;
mod torn;
mod trim;
mod unsynced;
