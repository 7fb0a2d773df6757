//! A shop's order system reports, signed; the customer reads of it in the web chat, once, whatever is killed in between.

use std::fs;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use signalbox_tests::address;
use signalbox_tests::chat_client::{ChatClient, Step};
use signalbox_tests::deployment::{Deployment, SITE};
use signalbox_tests::gateway::Gateway;
use signalbox_tests::http;
use signalbox_tests::seed::Random;
use signalbox_tests::webhook_sender;

use crate::reload::answer_to;

pub(crate) use signalbox_tests::webhook_sender::SECRET;

const ACCOUNT: &str = "webhook:
  accounts:
    orders: {secrets: ['${file:secret}'], about: ['webchat:hello']}
webchat:
";

pub(crate) const RULES: &str = r#"
schema event order.delivered
  no: text

template arrived (no: text)
  en "Order {no} has arrived."
  zh "订单 {no} 已送达。"

rule delivered
  rank answers
  on event order.delivered
  then reply arrived (no: order.no)
"#;

/// Bytes that name a visitor, at the front of their token's payload.
const VISITOR_BYTES: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn a_reported_delivery_is_told_once_though_the_gateway_is_killed() {
    let mut random = Random::announced("webhook");
    let deployment = Deployment::hello().with_setting("webchat:\n", ACCOUNT);
    let beside = deployment.configuration().with_file_name("secret");
    fs::write(beside, webhook_sender::secret()).unwrap();
    let rules = fs::read_to_string(deployment.rule_file()).unwrap();
    fs::write(deployment.rule_file(), rules + RULES).unwrap();

    let mut gateway = Gateway::start(&deployment).await;
    let mut customer = ChatClient::new(random.fork());
    let mut address = address::fixed(gateway.address());
    answer_to(&mut customer, &mut address, "hello").await;
    let order = delivered(&customer, "A1");

    let forged = report(gateway.address(), "evt_1", &order, &[7; 32]).await;
    assert_eq!(forged.status, 401, "{forged:?}");
    let first = report(gateway.address(), "evt_1", &order, &SECRET).await;
    assert_eq!(first.status, 202, "{first:?}");
    gateway.kill().await;
    gateway = Gateway::start(&deployment).await;
    let again = report(gateway.address(), "evt_1", &order, &SECRET).await;
    assert_eq!(again.status, 200, "{again:?}");
    assert_eq!(id(&again), id(&first), "a retry gets the first answer's id");
    let other = report(
        gateway.address(),
        "evt_1",
        &delivered(&customer, "A2"),
        &SECRET,
    )
    .await;
    assert_eq!(other.status, 409, "{other:?}");

    let mut address = address::fixed(gateway.address());
    let mut until_told = |chat: &ChatClient| {
        let mut entries = chat.transcript().entries();
        if entries.any(|(_, entry)| entry.text == "Order A1 has arrived.") {
            Step::Leave
        } else {
            Step::Wait
        }
    };
    customer.chat(&mut address, &mut until_told).await;
    // What is said now comes after whatever else the event may have led to.
    answer_to(&mut customer, &mut address, "thanks").await;
    let told: Vec<_> = customer
        .transcript()
        .entries()
        .filter(|(_, entry)| entry.text.starts_with("Order "))
        .map(|(_, entry)| entry.text.clone())
        .collect();
    assert_eq!(told, ["Order A1 has arrived."]);
    assert!(
        customer.violations().is_empty(),
        "{:?}",
        customer.violations()
    );
}

fn delivered(customer: &ChatClient, no: &str) -> String {
    let token = customer.visitor().expect("the gateway has welcomed them");
    let payload = token.split('.').nth(1).expect("a token's payload");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64");
    let visitor = URL_SAFE_NO_PAD.encode(&payload[..VISITOR_BYTES]);
    let body = json!({
        "type": "order.delivered",
        "timestamp": "2026-01-02T03:04:05Z",
        "data": {
            "contact": {
                "channel": format!("webchat:{SITE}"),
                "external_id": format!("visitor:{visitor}"),
            },
            "no": no,
        },
    });
    body.to_string()
}

/// An event, signed.
pub(crate) async fn report(
    address: SocketAddr,
    id: &str,
    body: &str,
    secret: &[u8],
) -> http::Answer {
    report_to(address, "orders", id, body, secret).await
}

/// The same to an account of this name.
pub(crate) async fn report_to(
    address: SocketAddr,
    account: &str,
    id: &str,
    body: &str,
    secret: &[u8],
) -> http::Answer {
    let request = webhook_sender::request(address, account, id, body, secret);
    let request = request.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    http::exchange(address, request.as_bytes())
        .await
        .expect("the gateway answers")
}

fn id(answer: &http::Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).expect("JSON");
    body["id"].as_str().expect("an id").to_owned()
}
