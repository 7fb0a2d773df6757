//! One message is one trace: from its receipt to the reply, whatever queues and tasks lie between.

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
    let telemetry =
        format!("telemetry: {{otlp_endpoint: '{endpoint}', trace_ratio: 1.0}}\n\nrouter:");
    let deployment = Deployment::hello().with_setting("router:", &telemetry);
    let gateway = Gateway::start(&deployment).await;
    let mut address = address::fixed(gateway.address());
    let mut customer = ChatClient::new(random.fork());
    assert_eq!(
        answer_to(&mut customer, &mut address, "one").await,
        "You said: one"
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
                return;
            }
        }
    };
    let came = tokio::time::timeout(PATIENCE, whole).await;
    let told: Vec<&str> = seen.iter().map(|span| span.name.as_str()).collect();
    assert!(
        came.is_ok(),
        "no trace has all of {wanted:?}; what came: {told:?}"
    );
    for span in &seen {
        let attributes = format!("{:?}", span.attributes);
        assert!(
            !attributes.contains("You said"),
            "no words in traces: {attributes}"
        );
    }
}
