//! What each write of the trait does to the tables. Every step runs inside the writer's transaction: it either returns
//! after all of its writes, or fails and is rolled back. A step that is refused has written nothing.

pub(crate) mod append;
pub(crate) mod commit;
pub(crate) mod dead_letters;
pub(crate) mod deployment;
pub(crate) mod homes;
pub(crate) mod outbox;
pub(crate) mod ownership;
pub(crate) mod takeovers;
pub(crate) mod timers;
pub(crate) mod trim;
