//! What was measured, and its print: each figure with its ratio to the ceiling's.

use std::time::Duration;

use crate::load::{Closed, Open};

/// The figures of one target.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) idle_bytes: Option<u64>,
    pub(crate) closed: Vec<Closed>,
    pub(crate) open: Option<Open>,
}

impl Figures {
    /// Keeps the better of each figure: noise of the machine only ever makes it worse.
    pub(crate) fn keep_better(&mut self, other: Self) {
        self.idle_bytes = self.idle_bytes.into_iter().chain(other.idle_bytes).min();
        self.open = self
            .open
            .into_iter()
            .chain(other.open)
            .min_by_key(|open| open.p99);
        if self.closed.is_empty() {
            self.closed = other.closed;
            return;
        }
        for (mine, theirs) in self.closed.iter_mut().zip(other.closed) {
            if theirs.per_second > mine.per_second {
                *mine = theirs;
            }
        }
    }
}

pub(crate) fn print(gateway: &Figures, ceiling: &Figures) {
    println!(
        "\n{:<44} {:>12} {:>12} {:>8}",
        "", "gateway", "ceiling", "ratio"
    );
    for (ours, bare) in gateway.closed.iter().zip(&ceiling.closed) {
        let shape = format!(
            "{} connections x {}",
            ours.shape.connections, ours.shape.in_flight
        );
        row(
            &format!("messages/s, closed loop, {shape}"),
            ours.per_second,
            bare.per_second,
        );
        row(
            &format!("CPU us/message, {shape}"),
            micros(ours.cpu_per_message),
            micros(bare.cpu_per_message),
        );
    }
    if let (Some(ours), Some(bare)) = (&gateway.open, &ceiling.open) {
        row("p50 us, open loop", micros(ours.p50), micros(bare.p50));
        row("p99 us, open loop", micros(ours.p99), micros(bare.p99));
    }
    if let (Some(ours), Some(bare)) = (gateway.idle_bytes, ceiling.idle_bytes) {
        row("bytes/idle connection", ours as f64, bare as f64);
    }
}

fn row(what: &str, ours: f64, bare: f64) {
    println!("{what:<44} {ours:>12.1} {bare:>12.1} {:>8.2}", ours / bare);
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
