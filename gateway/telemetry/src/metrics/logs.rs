//! Log lines: bounded, so what is missing is counted.

use prometheus::IntCounter;

use super::catalogue::Area;

/// See the module.
#[derive(Debug)]
pub struct LogMetrics {
    /// Lines that were not written.
    pub suppressed: IntCounter,
}

impl LogMetrics {
    pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            suppressed: area.counter(
                "log_lines_suppressed_total",
                "Log lines that were not written, because their place in the code wrote too many; its next line says how many.",
            )?,
        })
    }
}
