//! A trace's name in stored events: W3C Trace Context, `traceparent`.

use std::collections::HashMap;

use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{TraceContextExt, TraceId};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const HEADER: &str = "traceparent";

/// The `traceparent` of a span, to be stored or sent; `None` where traces are off.
pub fn traceparent(span: &Span) -> Option<String> {
    let context = span.context();
    if !context.span().span_context().is_valid() {
        return None;
    }
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&context, &mut carrier);
    carrier.remove(HEADER)
}

/// The trace that the current thread is in; asks the thread only, so it may be called while an event is handed out.
pub(crate) fn current_trace_id() -> Option<TraceId> {
    let id = Context::map_current(|current| current.span().span_context().trace_id());
    (id != TraceId::INVALID).then_some(id)
}

/// Makes a span, before it is entered, a child of what a stored or received `traceparent` names. One that is not well
/// formed is ignored, as the specification asks.
pub fn continue_from(span: &Span, traceparent: &str) {
    let carrier = HashMap::from([(HEADER.to_owned(), traceparent.to_owned())]);
    let context = TraceContextPropagator::new().extract(&carrier);
    if context.span().span_context().is_valid() {
        // Fails where traces are off or the span is not recorded: then there is nothing to continue.
        let _ = span.set_parent(context);
    }
}

/// Joins a span that serves many messages, such as a commit, to one of them.
pub fn link(span: &Span, traceparent: &str) {
    let carrier = HashMap::from([(HEADER.to_owned(), traceparent.to_owned())]);
    let context = TraceContextPropagator::new().extract(&carrier);
    span.add_link(context.span().span_context().clone());
}
