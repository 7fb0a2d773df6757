//! Where the store tells how its server answers. The gateway makes metrics of it.

use std::time::Duration;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallAnswer {
    /// The server did it.
    Answered,
    /// The server refused it, and changed nothing.
    Refused,
    /// It left, and what came of it is not known: no answer in time, a broken connection, a script that stopped in the middle.
    Lost,
    /// There was no connection to send it over.
    Unconnected,
}

/// What the store tells. Calls come from the way of a message: they must be cheap and must not block.
pub trait RedisObserver: Send + Sync + 'static {
    /// A call ended, so long after it was sent.
    fn called(&self, answer: CallAnswer, took: Duration);

    /// A connection was waited for.
    fn waited(&self, took: Duration);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deaf;

impl RedisObserver for Deaf {
    fn called(&self, _: CallAnswer, _: Duration) {}

    fn waited(&self, _: Duration) {}
}
