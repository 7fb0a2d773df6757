//! The real binary against real clients: kill -9, restart, full disk, bad lines.
//!
//! This library is the harness; the cases are in `it/`. Start at [`gateway`] (the process under test), [`chat_client`]
//! (a customer, written from the protocol's description alone) and [`oracle`] (what must hold in the end).
//!
//! Nothing here sleeps to wait: a wait names its condition and has a bound. Whatever is random comes from a printed
//! seed; `SIGNALBOX_SEED` repeats it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a harness of tests: a failed assumption is a failed test, and it tells its seed and progress"
)]

pub mod address;
pub mod chaos_proxy;
pub mod chat_client;
pub mod crowd;
pub mod deployment;
pub mod gateway;
pub mod http;
pub mod http_peer;
pub mod kill_cycles;
pub mod mail_server;
pub mod metrics;
pub mod oracle;
pub mod redis_server;
pub mod seed;
pub mod smtp_peer;
pub mod strangers;
pub mod until;
pub mod webhook_sender;
