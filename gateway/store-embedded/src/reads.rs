//! What is read from the tables, every row against its checksum.

pub(crate) mod deployment;
pub(crate) mod events;
pub(crate) mod homes;
pub(crate) mod outbox;
pub(crate) mod states;
