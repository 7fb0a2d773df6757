//! What each method of the trait asks of the server, subject by subject: its arguments, its script, its answer.

pub(crate) mod commit;
pub(crate) mod dead_letters;
pub(crate) mod deployment;
pub(crate) mod inbox;
pub(crate) mod outbox;
pub(crate) mod ownership;
pub(crate) mod states;
pub(crate) mod threads;
pub(crate) mod timers;
pub(crate) mod transcript;
pub(crate) mod trim;
