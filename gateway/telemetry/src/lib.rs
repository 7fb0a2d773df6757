//! Metrics, logs and traces, each name in one place.
//!
//! * [`Metrics`]: every metric as a typed handle; `metrics/` has one file an area.
//! * [`logs`]: one line an event, as text or JSON, and [`Hidden`] for what must not stand there.
//! * [`traces`]: spans by OTLP over HTTP, bounded and lossy; the trace of a message survives in its stored event.
//!
//! *Invariant:* no customer's text, secret or token in any of the three.

pub mod logs;
pub mod metrics;
mod start;
pub mod traces;

pub use logs::{Hidden, LogFormat};
pub use metrics::Metrics;
pub use start::{StartError, Telemetry, TelemetrySettings};
