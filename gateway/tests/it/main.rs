//! The real binary: its commands, and the gateway from start to stop.

mod binary;
mod cli;
mod golden;
mod serve;
