//! How the Redis server answers; all zero with the embedded store.

use prometheus::Histogram;

use super::catalogue::Area;
use super::label::{CounterBy, label};

label! {
    /// How a call to the server ended.
    RedisResult = "result" {
        /// Done.
        Answered = "answered",
        /// Refused whole.
        Refused = "refused",
        /// Sent, and nobody knows what came of it.
        Lost = "lost",
        /// There was no connection.
        Unconnected = "unconnected",
    }
}

/// See the module.
#[derive(Debug)]
pub struct RedisMetrics {
    /// Calls by outcome.
    pub calls: CounterBy<RedisResult>,
    /// One call, in seconds.
    pub call_duration: Histogram,
    /// The wait for a connection, in seconds.
    pub connection_wait: Histogram,
}

const CALL_SECONDS: &[f64] = &[
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0,
];

impl RedisMetrics {
    pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            calls: area.counter_by(
                "redis_calls_total",
                "Calls to the Redis server, each a round trip, by outcome. lost: sent, and nobody knows what came of it (no answer in time, a broken connection, a script that stopped in the middle).",
            )?,
            call_duration: area.histogram(
                "redis_call_duration_seconds",
                "Time that one call to the Redis server took, the wait for a connection left out.",
                CALL_SECONDS,
            )?,
            connection_wait: area.histogram(
                "redis_connection_wait_seconds",
                "Time that a call waited for a connection to the Redis server.",
                CALL_SECONDS,
            )?,
        })
    }
}
