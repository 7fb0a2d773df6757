//! Builds the way out: sampler, bounded queue, OTLP over HTTP with protobuf.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanExporter as _};

use super::batch::{self, Flush};
use crate::metrics::Metrics;
use crate::start::StartError;

/// A collector that takes longer loses the batch.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
const SERVICE_NAME: &str = "signalbox";

/// What a running export consists of.
pub(crate) struct Export {
    pub(crate) tracer: SdkTracer,
    pub(crate) provider: SdkTracerProvider,
    pub(crate) flush: Flush,
}

/// Starts the export to `endpoint`, the full URL (`http://collector:4318/v1/traces`), of `ratio` of all traces that begin here.
pub(crate) fn start(
    endpoint: &str,
    ratio: f64,
    metrics: Arc<Metrics>,
) -> Result<Export, StartError> {
    let wrong = |reason: String| StartError::Collector {
        endpoint: endpoint.to_owned(),
        reason,
    };
    let client = reqwest::Client::builder()
        .timeout(EXPORT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| wrong(error.to_string()))?;
    let resource = Resource::builder()
        .with_service_name(SERVICE_NAME)
        .with_attribute(opentelemetry::KeyValue::new(
            "service.version",
            env!("CARGO_PKG_VERSION"),
        ))
        .build();
    let mut exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(EXPORT_TIMEOUT)
        .with_endpoint(endpoint)
        .build()
        .map_err(|error| wrong(error.to_string()))?;
    exporter.set_resource(&resource);
    let (batches, flush) = batch::start(exporter, metrics);
    let provider = SdkTracerProvider::builder()
        .with_resource(resource)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
            ratio,
        ))))
        .with_span_processor(batches)
        .build();
    Ok(Export {
        tracer: provider.tracer(SERVICE_NAME),
        provider,
        flush,
    })
}
