//! Metrics, logs and traces, each name in one place.
