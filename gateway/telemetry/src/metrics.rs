//! Every metric, as a typed handle that was resolved at start.
//!
//! The hot path adds to an atomic behind an index: it never hashes a label. All series of closed labels exist from the
//! start with 0, so that `rate()` and `absent()` behave. Labels are closed enums ([`label`]); the one exception, the
//! name of a rule, is capped. `docs/metrics.md` is written from the same registrations ([`catalogue`]).

pub mod build;
pub mod catalogue;
pub mod desk;
pub mod inbound;
pub mod label;
pub mod logs;
pub mod outbound;
pub mod process;
pub mod processing;
pub mod redis;
pub mod rules;
pub mod store;
pub mod traces;
pub mod webchat;
pub mod webhook;

use prometheus::{Encoder, TextEncoder};

use catalogue::Registrar;

/// All metrics of one process.
#[derive(Debug)]
pub struct Metrics {
    /// What channels push.
    pub inbound: inbound::InboundMetrics,
    /// What a partition's owner does with it.
    pub processing: processing::ProcessingMetrics,
    /// What the store answers.
    pub store: store::StoreMetrics,
    /// How the Redis server answers.
    pub redis: redis::RedisMetrics,
    /// What leaves through the outbox.
    pub outbound: outbound::OutboundMetrics,
    /// People at the desk.
    pub desk: desk::DeskMetrics,
    /// Sessions of the web chat.
    pub webchat: webchat::WebchatMetrics,
    /// Requests of the webhook.
    pub webhook: webhook::WebhookMetrics,
    /// Bundles and rules.
    pub rules: rules::RuleMetrics,
    /// Log lines.
    pub logs: logs::LogMetrics,
    /// The export of traces.
    pub traces: traces::TraceMetrics,
    process: process::ProcessMetrics,
    registrar: Registrar,
}

/// A metric was described twice or wrongly: a mistake in this crate, found by its tests.
#[derive(Debug, thiserror::Error)]
#[error("metrics cannot be set up: {0}; this is a defect, please report it")]
pub struct MetricsError(#[from] prometheus::Error);

impl Metrics {
    /// Content type of [`Metrics::encode`].
    pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

    /// Registers everything.
    ///
    /// # Errors
    /// [`MetricsError`]
    pub fn new() -> Result<Self, MetricsError> {
        let mut registrar = Registrar::default();
        build::register(registrar.area("build"))?;
        Ok(Self {
            inbound: inbound::InboundMetrics::register(registrar.area("inbound"))?,
            processing: processing::ProcessingMetrics::register(registrar.area("processing"))?,
            store: store::StoreMetrics::register(registrar.area("store"))?,
            redis: redis::RedisMetrics::register(registrar.area("redis"))?,
            outbound: outbound::OutboundMetrics::register(registrar.area("outbound"))?,
            desk: desk::DeskMetrics::register(registrar.area("desk"))?,
            webchat: webchat::WebchatMetrics::register(registrar.area("webchat"))?,
            webhook: webhook::WebhookMetrics::register(registrar.area("webhook"))?,
            rules: rules::RuleMetrics::register(registrar.area("rules"))?,
            logs: logs::LogMetrics::register(registrar.area("logs"))?,
            traces: traces::TraceMetrics::register(registrar.area("traces"))?,
            process: process::ProcessMetrics::register(registrar.area("process"))?,
            registrar,
        })
    }

    /// The answer to a scrape: Prometheus text format 0.0.4.
    ///
    /// # Errors
    /// [`MetricsError`]
    pub fn encode(&self) -> Result<Vec<u8>, MetricsError> {
        self.process.read();
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registrar.gather(), &mut text)?;
        Ok(text)
    }

    /// The manual page of all metrics, as Markdown.
    pub fn manual(&self) -> String {
        self.registrar.manual()
    }
}

#[cfg(test)]
mod tests;
