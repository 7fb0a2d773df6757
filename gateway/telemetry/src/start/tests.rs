use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tracing::instrument::WithSubscriber;

use super::*;
use crate::traces::{context, spans};

/// Whether a span is wanted is cached for all subscribers of a process together, so only one may live at a time.
static ONE_SUBSCRIBER: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A collector on a port of its own that decodes what it gets.
async fn collector(answer: StatusCode) -> (String, mpsc::UnboundedReceiver<Vec<Span>>) {
    let (sender, spans) = mpsc::unbounded_channel();
    let take = move |State(sender): State<mpsc::UnboundedSender<Vec<Span>>>, body: Bytes| async move {
        let request = ExportTraceServiceRequest::decode(body).unwrap();
        let spans = request
            .resource_spans
            .into_iter()
            .flat_map(|resource| resource.scope_spans)
            .flat_map(|scope| scope.spans)
            .collect();
        sender.send(spans).unwrap();
        answer
    };
    let app = Router::new()
        .route("/v1/traces", post(take))
        .with_state(sender);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (endpoint, spans)
}

fn settings(endpoint: Option<String>) -> TelemetrySettings {
    TelemetrySettings {
        log_format: LogFormat::Text,
        log_filter: "off".to_owned(),
        otlp_endpoint: endpoint,
        trace_ratio: 1.0,
    }
}

/// What a message goes through: received in one task, its event stored, and later decided, committed and answered.
async fn one_message() {
    let received = spans::receive("webchat");
    spans::note_received(&received, &"m_1", "accepted");
    let stored = context::traceparent(&received);
    drop(received);

    let decided = spans::decide("b1");
    let stored = stored.as_deref().unwrap_or_default();
    context::continue_from(&decided, stored);
    spans::note_decided(&decided, Some("hello.echo"), 1);
    let committed = decided.in_scope(|| spans::commit(7, 1));
    context::link(&committed, stored);
    spans::note_committed(&committed, "committed");
    let replied = decided.in_scope(|| spans::reply("webchat"));
    drop((replied, committed, decided));
}

const DEADLINE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_message_has_one_trace_from_receipt_to_reply() {
    let _only = ONE_SUBSCRIBER.lock().await;
    let (endpoint, mut batches) = collector(StatusCode::OK).await;
    let metrics = Arc::new(Metrics::new().unwrap());
    let (telemetry, subscriber) =
        Telemetry::prepare(&settings(Some(endpoint)), &metrics, std::io::sink).unwrap();
    one_message().with_subscriber(subscriber).await;
    telemetry.stop(DEADLINE).await;

    let mut spans = Vec::new();
    while spans.len() < 4 {
        spans.extend(batches.recv().await.unwrap());
    }
    let mut names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["commit", "decide", "receive webchat", "send webchat"]
    );
    let trace = &spans[0].trace_id;
    assert!(spans.iter().all(|span| &span.trace_id == trace));
    let find = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    assert_eq!(
        find("decide").parent_span_id,
        find("receive webchat").span_id
    );
    assert_eq!(find("commit").links[0].trace_id, *trace);
    assert_eq!(metrics.traces.exported.get(), 4);
    assert_eq!(metrics.traces.dropped.get(), 0);
}

#[tokio::test]
async fn what_the_collector_refuses_is_counted() {
    let _only = ONE_SUBSCRIBER.lock().await;
    let (endpoint, mut batches) = collector(StatusCode::BAD_REQUEST).await;
    let metrics = Arc::new(Metrics::new().unwrap());
    let (telemetry, subscriber) =
        Telemetry::prepare(&settings(Some(endpoint)), &metrics, std::io::sink).unwrap();
    one_message().with_subscriber(subscriber).await;
    telemetry.stop(DEADLINE).await;
    assert!(batches.recv().await.is_some());
    assert_eq!(metrics.traces.exported.get(), 0);
    assert_eq!(metrics.traces.dropped.get(), 4);
}

#[tokio::test]
async fn a_collector_that_hangs_costs_spans_only() {
    let _only = ONE_SUBSCRIBER.lock().await;
    // Accepts connections by the kernel's backlog and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    let metrics = Arc::new(Metrics::new().unwrap());
    let (_telemetry, subscriber) =
        Telemetry::prepare(&settings(Some(endpoint)), &metrics, std::io::sink).unwrap();
    // More than the queue holds. All in one go: the sending task does not run in between.
    async {
        for _ in 0..2_000 {
            one_message().await;
        }
    }
    .with_subscriber(subscriber)
    .await;
    assert!(metrics.traces.dropped.get() >= 8_000 - 4_096);
}

#[tokio::test]
async fn without_an_endpoint_there_are_no_spans() {
    let _only = ONE_SUBSCRIBER.lock().await;
    let metrics = Arc::new(Metrics::new().unwrap());
    let (telemetry, subscriber) =
        Telemetry::prepare(&settings(None), &metrics, std::io::sink).unwrap();
    async {
        let span = spans::receive("webchat");
        assert!(span.is_disabled(), "nobody listens, so it costs nothing");
        assert_eq!(context::traceparent(&span), None);
    }
    .with_subscriber(subscriber)
    .await;
    telemetry.stop(DEADLINE).await;
}

#[tokio::test]
async fn a_trace_that_was_not_drawn_stays_out() {
    let _only = ONE_SUBSCRIBER.lock().await;
    let (endpoint, _batches) = collector(StatusCode::OK).await;
    let metrics = Arc::new(Metrics::new().unwrap());
    let mut settings = settings(Some(endpoint));
    settings.trace_ratio = 0.0;
    let (telemetry, subscriber) = Telemetry::prepare(&settings, &metrics, std::io::sink).unwrap();
    one_message().with_subscriber(subscriber).await;
    telemetry.stop(DEADLINE).await;
    assert_eq!(
        metrics.traces.exported.get() + metrics.traces.dropped.get(),
        0
    );
}

#[tokio::test]
async fn a_wrong_filter_and_a_wrong_endpoint_say_so() {
    let _only = ONE_SUBSCRIBER.lock().await;
    let metrics = Arc::new(Metrics::new().unwrap());
    let mut wrong = settings(None);
    wrong.log_filter = "signalbox=loud".to_owned();
    let error = Telemetry::prepare(&wrong, &metrics, std::io::sink)
        .err()
        .unwrap();
    assert!(
        error
            .to_string()
            .starts_with("`signalbox=loud` is not a log filter: "),
        "{error}"
    );
    let wrong = settings(Some("not a url".to_owned()));
    let error = Telemetry::prepare(&wrong, &metrics, std::io::sink)
        .err()
        .unwrap();
    assert!(
        error
            .to_string()
            .starts_with("traces cannot go to `not a url`: "),
        "{error}"
    );
}
