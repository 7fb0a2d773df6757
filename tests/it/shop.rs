//! The example shop as its customers see it: who has logged in to the shop is known to the rules.

use std::net::SocketAddr;

use serde_json::json;
use signalbox_tests::chat_client::{Upgrade, Wire};
use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::{Gateway, binary};
use signalbox_tests::until::PATIENCE;
use tokio::process::Command;
use uuid::Uuid;

/// Asks the shop's own server, which the example brings along.
async fn shop(deployment: &Deployment, arguments: &[&str]) -> String {
    let script = deployment.configuration().with_file_name("shop.py");
    let output = Command::new(script).args(arguments).output().await;
    let output = output.expect("the script runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The token of a customer who has logged in, as it stands in the address of the chat page.
async fn token(deployment: &Deployment, customer: &str) -> String {
    let address = shop(deployment, &["address", customer]).await;
    let (_, token) = address.trim().split_once("#token=").expect("a token");
    token.to_owned()
}

/// A chat of somebody who speaks Chinese, brought up to date.
async fn chat(address: SocketAddr, token: Option<&str>) -> Wire {
    let mut wire = Wire::open(address, &Upgrade::of_page(address))
        .await
        .expect("a socket");
    wire.send(&json!({
        "t": "hello", "v": 1, "site": "shop", "token": token, "visitor": null,
        "device": Uuid::new_v4().to_string(), "resume": null, "page": null,
        "locale": "zh-CN", "tz": "Asia/Shanghai", "caps": [],
    }))
    .await;
    wire.frame_of("synced", PATIENCE).await;
    wire
}

/// Says something and answers what the shop says first and, if it hands over, to which queue.
async fn ask(wire: &mut Wire, text: &str) -> (String, Option<String>) {
    let cid = Uuid::new_v4().to_string();
    wire.send(&json!({
        "t": "msg", "cid": cid, "content": {"type": "text", "text": text},
        "client_ts": "2026-11-20T08:00:00Z",
    }))
    .await;
    let mut queue = None;
    loop {
        let event = wire.frame_of("event", PATIENCE).await;
        let data = &event["data"];
        if let Some(name) = data["queue"].as_str() {
            queue = Some(name.to_owned());
        }
        if data["in_reply_to"] == json!(cid) {
            let text = data["content"]["text"].as_str().expect("a text");
            return (text.to_owned(), queue);
        }
    }
}

// What a queue says depends on the hour: people are not there at night, and these tests run at any time.

#[tokio::test]
async fn a_customer_whom_the_shop_calls_a_vip_is_handed_over_and_others_are_told_how() {
    let deployment = Deployment::shop();
    let (lilei, hanmeimei) = (
        token(&deployment, "lilei").await,
        token(&deployment, "hanmeimei").await,
    );
    let gateway = Gateway::start(&deployment).await;

    let mut visitor = chat(gateway.address(), None).await;
    let (answer, queue) = ask(&mut visitor, "我要退款").await;
    assert!(answer.starts_with("可以的，签收后 7 天内"), "{answer}");
    assert_eq!(queue, None);

    let mut normal = chat(gateway.address(), Some(&lilei)).await;
    let (answer, queue) = ask(&mut normal, "我要退款").await;
    assert!(answer.starts_with("可以的，签收后 7 天内"), "{answer}");
    assert_eq!(queue, None);

    let mut vip = chat(gateway.address(), Some(&hanmeimei)).await;
    let (answer, queue) = ask(&mut vip, "我要退款").await;
    let when_there = answer == "韩梅梅您好，您的售后专属顾问马上为您办理退款。";
    assert!(
        when_there || answer.starts_with("您的专属顾问每天"),
        "{answer}"
    );
    assert_eq!(queue.as_deref(), Some("贵宾专席"));
}

/// Asked about one message, the running gateway says what was decided then, by which rules, on which facts.
#[tokio::test]
async fn what_was_decided_on_a_message_is_explained_by_its_name() {
    let deployment = Deployment::shop();
    let token = token(&deployment, "hanmeimei").await;
    let gateway = Gateway::start(&deployment).await;
    let mut vip = chat(gateway.address(), Some(&token)).await;
    vip.send(&json!({
        "t": "msg", "cid": Uuid::new_v4().to_string(), "content": {"type": "text", "text": "我要退款"},
        "client_ts": "2026-11-20T08:00:00Z",
    }))
    .await;
    let ack = vip.frame_of("ack", PATIENCE).await;
    let message = ack["id"].as_str().expect("an id").to_owned();
    vip.frame_of("event", PATIENCE).await;
    let explain = async |message: &str| {
        let output = Command::new(binary())
            .args(["explain", "--lang", "en", "--message", message, "--config"])
            .arg(deployment.configuration())
            .arg("--data")
            .arg(deployment.data())
            .output()
            .await
            .expect("it runs");
        let told = [output.stdout, output.stderr].concat();
        (
            output.status.code(),
            String::from_utf8_lossy(&told).into_owned(),
        )
    };
    let (code, told) = explain(&message).await;
    assert_eq!(code, Some(0), "{told}");
    for part in [
        "by the rules ",
        "hand over to 贵宾专席  ← shop.returns.贵宾退款优先",
        "customer.tier = vip",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let (code, told) = explain(&format!("m_{}", Uuid::new_v4().simple())).await;
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("nothing is known of a decision"), "{told}");
}

#[tokio::test]
async fn a_visitor_is_answered_in_the_language_that_they_write() {
    let deployment = Deployment::shop();
    shop(&deployment, &["secrets"]).await;
    let gateway = Gateway::start(&deployment).await;
    let mut visitor = chat(gateway.address(), None).await;
    let (answer, _) = ask(&mut visitor, "how to track my order").await;
    assert!(answer.starts_with("Open the order under"), "{answer}");
    let (answer, queue) = ask(&mut visitor, "你们太差了，再不处理我就投诉").await;
    let when_there = answer.starts_with("非常抱歉给您添麻烦了");
    assert!(when_there || answer.starts_with("人工客服每天"), "{answer}");
    assert_eq!(queue.as_deref(), Some("投诉专席"));
}
