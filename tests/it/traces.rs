//! One message is one trace: from its receipt to the reply, whatever queues and tasks lie between, and log lines name it.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use signalbox_tests::address;
use signalbox_tests::chat_client::ChatClient;
use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::Gateway;
use signalbox_tests::seed::Random;
use signalbox_tests::until::until;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::reload::answer_to;

/// Spans leave in batches, a few seconds apart.
const PATIENCE: Duration = Duration::from_secs(60);

/// Takes spans on a port of its own.
async fn collector() -> (String, mpsc::UnboundedReceiver<Span>) {
    let (sender, spans) = mpsc::unbounded_channel();
    let take = move |body: Bytes| async move {
        let request = ExportTraceServiceRequest::decode(body).expect("an export in protobuf");
        let scopes = request
            .resource_spans
            .into_iter()
            .flat_map(|resource| resource.scope_spans);
        for span in scopes.flat_map(|scope| scope.spans) {
            // The test may be over.
            let _over = sender.send(span);
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    tokio::spawn(async move {
        axum::serve(listener, Router::new().route("/v1/traces", post(take))).await
    });
    (endpoint, spans)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_one_trace_from_receipt_to_reply() {
    let mut random = Random::announced("traces");
    let (endpoint, mut spans) = collector().await;
    let telemetry = format!(
        "telemetry: {{otlp_endpoint: '{endpoint}', trace_ratio: 1.0, log_format: json, \
         log_filter: 'info,signalbox::decision=debug'}}\n\nrouter:"
    );
    let deployment = Deployment::hello().with_setting("router:", &telemetry);
    let gateway = Gateway::start(&deployment).await;
    let mut address = address::fixed(gateway.address());
    let mut customer = ChatClient::new(random.fork());
    assert_eq!(
        answer_to(&mut customer, &mut address, "strawberries").await,
        "You said: strawberries"
    );

    let wanted = ["commit", "decide", "receive webchat", "send webchat"];
    let mut seen: Vec<Span> = Vec::new();
    let names = |spans: &[Span], trace: &[u8]| -> BTreeSet<String> {
        let of_trace = spans.iter().filter(|span| span.trace_id == trace);
        of_trace.map(|span| span.name.clone()).collect()
    };
    let whole = async {
        while let Some(span) = spans.recv().await {
            let trace = span.trace_id.clone();
            seen.push(span);
            if names(&seen, &trace).iter().eq(wanted) {
                return Some(trace);
            }
        }
        None
    };
    let came = tokio::time::timeout(PATIENCE, whole).await;
    let told: Vec<&str> = seen.iter().map(|span| span.name.as_str()).collect();
    let Ok(Some(trace)) = came else {
        panic!("no trace has all of {wanted:?}; what came: {told:?}");
    };
    for span in &seen {
        let attributes = format!("{:?}", span.attributes);
        assert!(
            !attributes.contains("strawberries"),
            "no words in traces: {attributes}"
        );
    }

    let (line, _) = until("the decision has its line", async || {
        decision_line(&gateway)
    })
    .await;
    let trace: String = trace.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(line["trace_id"], trace.as_str(), "{line}");
    assert_eq!(line["effects"], "reply", "{line}");
    let log = gateway.log().text();
    assert!(!log.contains("strawberries"), "no words in logs: {log}");
}

/// The first log line of a decision.
fn decision_line(gateway: &Gateway) -> Option<serde_json::Value> {
    let log = gateway.log().text();
    // Some lines are not JSON: what is printed on standard output.
    let mut lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    lines.find(|line| line["target"] == "signalbox::decision")
}
