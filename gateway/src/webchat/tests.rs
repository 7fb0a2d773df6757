//! Sessions against conversations in memory: over real sockets, and over pipes where the clock is paused.

mod client;
mod close_codes;
mod delivery;
mod identities;
mod logs;
mod memory;
mod timing;
mod warnings;
