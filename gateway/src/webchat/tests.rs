//! Sessions against conversations in memory: over real sockets, and over pipes where the clock is paused.

mod client;
mod close_codes;
mod delivery;
mod identities;
mod memory;
mod timing;
