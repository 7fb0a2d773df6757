//! The embedded store: one directory, no server. SQLite in write-ahead mode; why it, is in `docs/adr/0001-embedded-store.md`.
//!
//! One thread owns the connection that writes. It takes all steps that wait into one transaction with one fsync and then
//! answers each: group commit. Readers have connections of their own, which the writer never blocks. Start at
//! [`EmbeddedStore`]; what a step does to the tables is in `steps/`, what is read from them in `reads/`.
//!
//! *Invariant:* nobody but the writer's thread changes the database, so the writer may keep counters in memory.
//! *Invariant:* every row carries a checksum over all its columns; what is read is checked before it is served.

mod archive;
mod check;
mod columns;
mod condition;
mod directory;
mod fault;
mod heads;
mod log;
mod readers;
mod reads;
mod schema;
mod steps;
mod store;
mod tables;
mod threads;
mod writer;

pub use archive::EmbeddedArchive;
pub use check::{CheckError, Report, TableReport, check, deployment_record};
pub use directory::{ARCHIVE, DATABASE, OpenError};
pub use store::{EmbeddedStore, OnFatal};
