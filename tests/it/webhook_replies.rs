//! An in-house app as a channel: its customers' messages come in signed, answers go back signed, once, whoever is killed and
//! whatever the app answers.

use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;

use serde_json::{Value, json};
use signalbox_tests::deployment::{Deployment, repository};
use signalbox_tests::gateway::Gateway;
use signalbox_tests::http_peer::{Fate, HttpPeer};
use signalbox_tests::until::{until, within_patience};
use signalbox_tests::webhook_sender::secret;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::webhook::{SECRET, report_to};

/// The example, with an app that listens on this port.
fn deployment(port: u16) -> Deployment {
    let deployment = Deployment::hello();
    let example = repository().join("examples/webhook/signalbox.yaml");
    let mut text = fs::read_to_string(example).unwrap();
    let data = deployment.data().display().to_string();
    for (old, new) in [
        ("../../data/webhook", data.as_str()),
        ("../hello/rules", "rules"),
        ("${APP_SECRET}", "${file:secret}"),
        ("127.0.0.1:8088", &format!("127.0.0.1:{port}")),
    ] {
        assert!(text.contains(old), "no `{old}` in the example");
        text = text.replace(old, new);
    }
    fs::write(deployment.configuration(), text).unwrap();
    fs::write(
        deployment.configuration().with_file_name("secret"),
        secret(),
    )
    .unwrap();
    deployment
}

async fn say(gateway: SocketAddr, id: &str, text: &str) {
    let body = json!({
        "type": "message.created",
        "timestamp": "2026-01-02T03:04:05Z",
        "data": {
            "id": format!("of {id}"),
            "contact": {"external_id": "u-1"},
            "content": {"type": "text", "text": text},
        },
    });
    let answer = report_to(gateway, "app", id, &body.to_string(), &SECRET).await;
    assert!([200, 202].contains(&answer.status), "{answer:?}");
}

/// Waits until so many sends have ended so.
async fn ended(gateway: &Gateway, result: &str, count: usize) {
    let line = format!(
        "signalbox_outbound_attempts_total{{channel=\"webhook\",result=\"{result}\"}} {count}"
    );
    let told = async || {
        let metrics = gateway.get("/metrics").await.body;
        metrics.lines().any(|found| found == line).then_some(())
    };
    until(&line, told).await;
}

/// `receive.py` of the example, and the port on which it listens.
async fn receiver() -> (Child, Lines<BufReader<ChildStdout>>, u16) {
    let mut receiver = Command::new("python3")
        .arg(repository().join("examples/webhook/receive.py"))
        .arg("0")
        .env("APP_SECRET", secret())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("python3 runs");
    let mut lines = BufReader::new(receiver.stdout.take().unwrap()).lines();
    let first = line(&mut lines).await;
    let port = first.strip_prefix("listening on ").expect("its port");
    let port = port.parse().unwrap();
    (receiver, lines, port)
}

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    let next = within_patience("a line of the receiver", lines.next_line()).await;
    next.unwrap().expect("it runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_answers_what_the_script_sends_to_the_receiver() {
    let (_receiver, mut lines, port) = receiver().await;
    let gateway = Gateway::start(&deployment(port)).await;
    for text in ["where is my order?", "第二条"] {
        let sent = Command::new("sh")
            .arg(repository().join("examples/webhook/send.sh"))
            .arg(text)
            .env("APP_SECRET", secret())
            .env("SIGNALBOX", format!("http://{}", gateway.address()))
            .output()
            .await
            .unwrap();
        let told = String::from_utf8_lossy(&sent.stdout);
        assert!(told.contains("\"duplicate\":false"), "{sent:?}");
        let answer = line(&mut lines).await;
        assert!(
            answer.starts_with("u-1 ") && answer.contains(text),
            "{answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_gets_through_whoever_fails_and_is_the_same_on_every_attempt() {
    let peer = HttpPeer::start([
        Fate::Silent,
        Fate::Answer("503 Busy"),
        Fate::Drop,
        Fate::Answer("404 Not Found"),
    ])
    .await;
    let deployment = deployment(peer.address().port());
    let gateway = Gateway::start(&deployment).await;
    say(gateway.address(), "evt_1", "hello").await;
    peer.requests(1).await;
    // The request is there, its answer is not.
    gateway.kill().await;
    let gateway = Gateway::start(&deployment).await;
    say(gateway.address(), "evt_1", "hello").await;
    ended(&gateway, "delivered", 1).await;
    ended(&gateway, "retry", 2).await;
    ended(&gateway, "unanswered", 1).await;
    // In the order of their line: what was sent once more would be before this.
    say(gateway.address(), "evt_2", "thanks").await;
    let requests = peer.requests(6).await;
    assert_eq!(requests.len(), 6, "{requests:?}");
    let (first, last) = (&requests[..5], &requests[5]);
    for again in first {
        assert_eq!(again.header("webhook-id"), first[0].header("webhook-id"));
        assert_eq!(again.body, first[0].body);
    }
    assert_ne!(last.header("webhook-id"), first[0].header("webhook-id"));
    let body: Value = serde_json::from_str(&last.body).unwrap();
    assert_eq!(body["data"]["content"]["text"], "You said: thanks");
    assert_eq!(body["data"]["in_reply_to"], "of evt_2");
    let log = gateway.log().text();
    assert!(
        !log.contains("You said") && !log.contains(&secret()),
        "{log}"
    );
}
