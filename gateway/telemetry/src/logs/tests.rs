use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use prometheus::IntCounter;
use tracing_subscriber::layer::SubscriberExt;

use super::*;
use crate::traces::{context, spans};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A clock that stands still until it is told.
#[derive(Clone)]
struct Hand(Arc<Mutex<Instant>>);

impl Hand {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }

    fn limit(&self, suppressed: &IntCounter) -> LineLimit {
        let hand = self.clone();
        LineLimit::new(
            suppressed.clone(),
            Box::new(move || *hand.0.lock().unwrap()),
        )
    }
}

fn counter() -> IntCounter {
    IntCounter::new("suppressed", "lines").unwrap()
}

fn logged(format: LogFormat, events: impl FnOnce()) -> String {
    logged_within(format, Hand::new().limit(&counter()), events)
}

fn logged_within(format: LogFormat, limit: LineLimit, events: impl FnOnce()) -> String {
    let lines = Lines::default();
    let writer = lines.clone();
    let make_writer = move || writer.clone();
    // As `Telemetry` builds it, without a collector.
    let tracer = SdkTracerProvider::builder().build().tracer("test");
    let traces = tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_filter(filter_fn(|metadata| metadata.target() == TARGET))
        .boxed();
    let layers = vec![
        layer(format, EnvFilter::new("info"), make_writer, limit, true),
        traces,
    ];
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layers), events);
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn json_is_one_object_a_line() {
    let text = logged(LogFormat::Json, || {
        tracing::warn!(rule = "shop.vip", "a rule\nwas refused");
        tracing::debug!("below the filter");
    });
    assert_eq!(text.lines().count(), 1, "{text}");
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["message"], "a rule\nwas refused");
    assert_eq!(line["rule"], "shop.vip");
}

#[test]
fn hidden_text_shows_its_length_only() {
    for format in [LogFormat::Text, LogFormat::Json] {
        let text = logged(format, || {
            let said = Hidden("my card is 6222-0000");
            tracing::info!(%said, also = ?said, "refused");
        });
        assert!(text.contains("[20 characters]"), "{text}");
        assert!(!text.contains("6222"), "{text}");
    }
}

#[test]
fn a_wrong_format_says_what_is_right() {
    assert_eq!(
        "yaml".parse::<LogFormat>(),
        Err("`yaml` is not a log format; write text or json".to_owned())
    );
}

/// Writes one line outside, one inside a trace and one behind it, and answers the trace's id.
fn around_a_trace() -> String {
    tracing::info!("before");
    let span = spans::receive("webchat");
    let traceparent = context::traceparent(&span).unwrap();
    span.in_scope(|| {
        // A span that is none of the traces' lies between.
        tracing::info_span!("inbound").in_scope(|| tracing::info!(code = 7, "inside"));
    });
    tracing::info!("after");
    traceparent.split('-').nth(1).unwrap().to_owned()
}

#[test]
fn a_line_inside_a_trace_ends_with_its_id_as_text() {
    let mut id = String::new();
    let text = logged(LogFormat::Text, || id = around_a_trace());
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].ends_with("before"), "{text}");
    let inside = format!("inside code=7 trace_id={id}");
    assert!(lines[1].ends_with(&inside), "{text}");
    assert!(lines[2].ends_with("after"), "{text}");
    assert!(
        !text.contains("receive"),
        "spans of traces stay out: {text}"
    );
}

#[test]
fn a_line_inside_a_trace_has_its_id_as_json() {
    let mut id = String::new();
    let text = logged(LogFormat::Json, || id = around_a_trace());
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ids: Vec<_> = lines.iter().map(|line| line["trace_id"].as_str()).collect();
    assert_eq!(ids, [None, Some(id.as_str()), None], "{text}");
    assert_eq!(lines[1]["message"], "inside");
    assert_eq!(lines[1]["code"], 7);
}

/// One callsite that can be called as often as wanted.
fn repeat(times: usize) {
    for _ in 0..times {
        tracing::error!("again");
    }
}

#[test]
fn a_callsite_that_writes_too_much_is_held_back_and_says_so_in_both_formats() {
    for (format, told) in [
        (LogFormat::Text, " suppressed=50"),
        (LogFormat::Json, r#","suppressed":50}"#),
    ] {
        let (hand, suppressed) = (Hand::new(), counter());
        let text = logged_within(format, hand.limit(&suppressed), || {
            repeat(150);
            tracing::info!("another place is not held back");
            hand.advance(Duration::from_millis(200));
            repeat(3);
            hand.advance(Duration::from_secs(3_600));
            repeat(101);
        });
        let lines: Vec<_> = text.lines().collect();
        // A burst of 100, the other's one, 2 after 200 ms, and a full bucket again after an hour.
        assert_eq!(lines.len(), 100 + 1 + 2 + 100, "{text}");
        assert!(lines[..101].iter().all(|line| !line.contains("suppressed")));
        assert!(lines[100].contains("another place"), "{}", lines[100]);
        assert!(lines[101].ends_with(told), "{}", lines[101]);
        assert!(!lines[102].contains("suppressed"), "{}", lines[102]);
        assert!(lines[103].contains("suppressed"), "{}", lines[103]);
        assert_eq!(suppressed.get(), 50 + 1 + 1);
    }
}
