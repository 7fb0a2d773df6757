//! The export of traces: lossy on purpose, so the loss is counted.

use prometheus::IntCounter;

use super::catalogue::Area;

/// See the module.
#[derive(Debug)]
pub struct TraceMetrics {
    /// Spans that the collector took.
    pub exported: IntCounter,
    /// Spans that were dropped.
    pub dropped: IntCounter,
}

impl TraceMetrics {
    pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            exported: area.counter(
                "trace_spans_exported_total",
                "Spans that the collector took.",
            )?,
            dropped: area.counter(
                "trace_spans_dropped_total",
                "Spans that were dropped, because the collector was away or too slow. Messages never wait for it.",
            )?,
        })
    }
}
