//! The router on the in-memory store, with a clock that stands until everybody waits.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod archiving;
mod bed;
mod deliveries;
mod desk;
mod desk_figures;
mod faults;
mod linking;
mod outbox;
mod outreach;
mod ownership;
mod panics;
mod pauses;
mod poison;
mod presence;
mod quarantine;
mod queue_facts;
mod replies;
mod staging;
mod turns;
