//! Traces: from the callback of a channel to the reply, by OTLP over HTTP.
//!
//! Off unless an endpoint is set; then [`spans`] costs nothing. The exporter is bounded and lossy ([`batch`]): a collector
//! that is away costs spans, never time or memory. A message's trace survives in its stored event ([`context`]), so that it goes on
//! after a restart and on another node. Sampled at the head, and whoever continues a trace follows what its beginning drew.

pub mod context;
pub(crate) mod export;
pub mod spans;

pub(crate) mod batch;

/// The target of all spans, by which the layers tell them from log lines.
pub const TARGET: &str = "signalbox::trace";
