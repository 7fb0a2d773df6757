//! How the Redis server answers, as metrics.

use std::sync::Arc;
use std::time::Duration;

use signalbox_store_redis::{CallAnswer, RedisObserver};
use signalbox_telemetry::Metrics;
use signalbox_telemetry::metrics::redis::RedisResult;

/// See the module.
pub(crate) struct RedisFigures(pub(crate) Arc<Metrics>);

impl RedisObserver for RedisFigures {
    fn called(&self, answer: CallAnswer, took: Duration) {
        let redis = &self.0.redis;
        redis.calls.count(match answer {
            CallAnswer::Answered => RedisResult::Answered,
            CallAnswer::Refused => RedisResult::Refused,
            CallAnswer::Lost => RedisResult::Lost,
            CallAnswer::Unconnected => RedisResult::Unconnected,
        });
        if answer != CallAnswer::Unconnected {
            redis.call_duration.observe(took.as_secs_f64());
        }
    }

    fn waited(&self, took: Duration) {
        self.0.redis.connection_wait.observe(took.as_secs_f64());
    }
}
