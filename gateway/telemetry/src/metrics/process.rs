//! The process itself, read from `/proc` at each scrape, under the names that Prometheus has settled.
//!
//! Where there is no `/proc` the values stay 0.

use std::fs;

use prometheus::{Counter, IntGauge};

use super::catalogue::Area;

/// Linux counts CPU time for user space in hundredths of a second, whatever the kernel's own tick is.
const TICKS_PER_SECOND: f64 = 100.0;
const KIBIBYTE: i64 = 1_024;
/// Places in `/proc/self/stat` behind the name in brackets: state is 0.
const USER_TICKS: usize = 11;
const SYSTEM_TICKS: usize = 12;

#[derive(Debug)]
pub(super) struct ProcessMetrics {
    cpu_seconds: Counter,
    resident_bytes: IntGauge,
    open_files: IntGauge,
}

impl ProcessMetrics {
    pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            cpu_seconds: area.decimal_counter(
                "process_cpu_seconds_total",
                "Processor time used, user and system.",
            )?,
            resident_bytes: area.gauge("process_resident_memory_bytes", "Memory in use.")?,
            open_files: area.gauge("process_open_fds", "Open files and sockets.")?,
        })
    }

    pub(super) fn read(&self) {
        if let Some(seconds) = cpu_seconds() {
            self.cpu_seconds
                .inc_by((seconds - self.cpu_seconds.get()).max(0.0));
        }
        if let Some(bytes) = resident_bytes() {
            self.resident_bytes.set(bytes);
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            self.open_files
                .set(i64::try_from(files.count()).unwrap_or(i64::MAX));
        }
    }
}

fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name may hold spaces and brackets itself: what counts is the last closing one.
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
    Some((ticks(USER_TICKS)? + ticks(SYSTEM_TICKS)?) / TICKS_PER_SECOND)
}

fn resident_bytes() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * KIBIBYTE)
}
