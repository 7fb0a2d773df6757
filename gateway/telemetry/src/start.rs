//! Turns logs and traces on, once a process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::logs::{self, LineLimit, LogFormat};
use crate::metrics::Metrics;
use crate::traces::batch::Flush;
use crate::traces::{self, export};

/// What is written where.
#[derive(Debug, Clone)]
pub struct TelemetrySettings {
    /// How log lines look.
    pub log_format: LogFormat,
    /// Which log lines are written, as `tracing_subscriber` reads it: `info`, `warn,signalbox_router=debug`.
    pub log_filter: String,
    /// Where traces go: the full URL, `http://collector:4318/v1/traces`; `None` turns them off.
    pub otlp_endpoint: Option<String>,
    /// Which part of the traces that begin here is recorded, 0 to 1.
    pub trace_ratio: f64,
}

/// Why telemetry cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The filter cannot be read.
    #[error("`{filter}` is not a log filter: {reason}; write a level such as info")]
    Filter {
        /// As it was given.
        filter: String,
        /// What is wrong.
        reason: String,
    },
    /// The collector's address cannot be used.
    #[error("traces cannot go to `{endpoint}`: {reason}")]
    Collector {
        /// As it was given.
        endpoint: String,
        /// What is wrong.
        reason: String,
    },
    /// Logs are on already.
    #[error("logs are already written by somebody else: {0}")]
    Twice(String),
}

/// Running logs and traces.
pub struct Telemetry {
    traces: Option<(SdkTracerProvider, Flush)>,
}

impl Telemetry {
    /// Starts both for the whole process. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`StartError`]
    pub fn start(settings: &TelemetrySettings, metrics: &Arc<Metrics>) -> Result<Self, StartError> {
        let (telemetry, subscriber) = Self::prepare(settings, metrics, std::io::stderr)?;
        subscriber
            .try_init()
            .map_err(|error| StartError::Twice(error.to_string()))?;
        Ok(telemetry)
    }

    /// The same without making it the process's own.
    pub(crate) fn prepare<W>(
        settings: &TelemetrySettings,
        metrics: &Arc<Metrics>,
        writer: W,
    ) -> Result<(Self, impl Subscriber + Send + Sync + use<W>), StartError>
    where
        W: for<'w> tracing_subscriber::fmt::MakeWriter<'w> + Send + Sync + 'static,
    {
        let filter = log_filter(&settings.log_filter)?;
        let export = settings
            .otlp_endpoint
            .as_deref()
            .map(|endpoint| export::start(endpoint, settings.trace_ratio, metrics.clone()))
            .transpose()?;
        // A vector, since an absent `Option` layer would count as one that wants everything.
        let limit = LineLimit::new(metrics.logs.suppressed.clone(), Box::new(Instant::now));
        let traces = export.is_some();
        let mut layers = vec![logs::layer(
            settings.log_format,
            filter,
            writer,
            limit,
            traces,
        )];
        if let Some(export) = &export {
            let spans = tracing_opentelemetry::layer()
                .with_tracer(export.tracer.clone())
                .with_location(false)
                .with_threads(false)
                .with_tracked_inactivity(false)
                .with_filter(filter_fn(|metadata| metadata.target() == traces::TARGET));
            layers.push(spans.boxed());
        }
        let subscriber = tracing_subscriber::registry().with(layers);
        let traces = export.map(|export| (export.provider, export.flush));
        Ok((Self { traces }, subscriber))
    }

    /// Sends the spans that still wait, for at most `deadline`.
    pub async fn stop(self, deadline: Duration) {
        if let Some((_provider, flush)) = self.traces {
            flush.flush(deadline).await;
        }
    }
}

/// Reads a log filter.
///
/// # Errors
/// [`StartError::Filter`]
fn log_filter(filter: &str) -> Result<EnvFilter, StartError> {
    EnvFilter::try_new(filter).map_err(|error| StartError::Filter {
        filter: filter.to_owned(),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests;
