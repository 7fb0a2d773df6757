//! What the store answers, and the room it has left.

use prometheus::IntGauge;

use super::catalogue::Area;
use super::label::{CounterBy, label};

label! {
    /// A store's failure, by what follows from it.
    StoreFailure = "kind" {
        /// Nothing was changed.
        Unavailable = "unavailable",
        /// Whether something was changed is not known.
        Unknown = "unknown",
    }
}

/// See the module.
#[derive(Debug)]
pub struct StoreMetrics {
    /// Failures.
    pub errors: CounterBy<StoreFailure>,
    /// Whether it takes writes: 1 or 0.
    pub ready: IntGauge,
    /// Partitions that stand still because their data is damaged.
    pub partitions_damaged: IntGauge,
    /// Free bytes of the data directory's file system.
    pub free_bytes: IntGauge,
}

impl StoreMetrics {
    pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            errors: area.counter_by("store_errors_total", "Appends and commits that the store did not take (unavailable), or did not answer (unknown).")?,
            ready: area.gauge("store_ready", "1 if the store takes writes, otherwise 0.")?,
            partitions_damaged: area.gauge(
                "partitions_damaged",
                "Partitions that stand still because their data is damaged; the others go on.",
            )?,
            free_bytes: area.gauge(
                "disk_free_bytes",
                "Free space of the file system that holds the data directory.",
            )?,
        })
    }
}
