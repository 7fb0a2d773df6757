//! Every span: names and attributes after OpenTelemetry's messaging conventions, which are still in development; so
//! they stand in this file only.

use tracing::{Span, field, info_span};

/// A channel handed something in. Ends when it is acknowledged.
pub fn receive(channel: &'static str) -> Span {
    info_span!(
        target: "signalbox::trace",
        "receive",
        otel.name = %format_args!("receive {channel}"),
        otel.kind = "consumer",
        messaging.system = "signalbox",
        messaging.operation.type = "receive",
        messaging.destination.name = channel,
        messaging.message.id = field::Empty,
        signalbox.result = field::Empty,
    )
}

/// Notes what became of what was received.
pub fn note_received(span: &Span, message_id: &dyn std::fmt::Display, result: &'static str) {
    span.record("messaging.message.id", field::display(message_id));
    span.record("signalbox.result", result);
}

/// The rules decide one turn or event.
pub fn decide(bundle: &str) -> Span {
    info_span!(
        target: "signalbox::trace",
        "decide",
        otel.kind = "internal",
        messaging.system = "signalbox",
        messaging.operation.type = "process",
        signalbox.bundle = bundle,
        signalbox.rule = field::Empty,
        signalbox.effects = field::Empty,
    )
}

/// Notes which rule had the floor, if one had, and how many effects were decided.
pub fn note_decided(span: &Span, rule: Option<&str>, effects: usize) {
    if let Some(rule) = rule {
        span.record("signalbox.rule", rule);
    }
    span.record("signalbox.effects", effects);
}

/// The store keeps one batch.
pub fn commit(partition: u32, events: usize) -> Span {
    info_span!(
        target: "signalbox::trace",
        "commit",
        otel.kind = "client",
        messaging.system = "signalbox",
        messaging.destination.partition.id = partition,
        messaging.batch.message_count = events,
        signalbox.result = field::Empty,
    )
}

/// Notes the store's answer.
pub fn note_committed(span: &Span, result: &'static str) {
    span.record("signalbox.result", result);
}

/// A reply goes to its channel.
pub fn reply(channel: &'static str) -> Span {
    info_span!(
        target: "signalbox::trace",
        "reply",
        otel.name = %format_args!("send {channel}"),
        otel.kind = "producer",
        messaging.system = "signalbox",
        messaging.operation.type = "send",
        messaging.destination.name = channel,
    )
}
