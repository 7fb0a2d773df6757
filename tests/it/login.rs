//! A visitor logs in: by the real binary, through kill -9.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use signalbox_tests::chat_client::{Upgrade, Wire};
use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::Gateway;
use signalbox_tests::until::PATIENCE;
use uuid::Uuid;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn with_users() -> Deployment {
    let deployment = Deployment::hello();
    let secret = deployment.configuration().with_file_name("k1");
    std::fs::write(&secret, SECRET).expect("the secret is written");
    let key = format!("{{hs256: \"${{file:{}}}\"}}", secret.display());
    let users = format!(
        "      origins: [self]\n      issuers: [shop.example]\n      audiences: [gateway]\n      keys: {{k1: {key}}}\n     "
    );
    deployment.with_setting("      origins: [self]", &users)
}

/// A token that the shop's server would make.
fn token(subject: &str) -> String {
    let now = Timestamp::now().as_second();
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!(
        "{}.{}",
        encode(&json!({"alg": "HS256", "typ": "JWT", "kid": "k1"})),
        encode(
            &json!({"iss": "shop.example", "aud": "gateway", "sub": subject, "iat": now, "exp": now + 3_600})
        )
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

/// A synced session, with its welcome.
async fn session(gateway: &Gateway, credentials: Value) -> (Wire, Value) {
    let address = gateway.address();
    let mut wire = Wire::open(address, &Upgrade::of_page(address))
        .await
        .expect("a socket");
    let mut hello =
        json!({"t": "hello", "v": 1, "site": "hello", "device": Uuid::new_v4().to_string()});
    for (key, value) in credentials.as_object().expect("fields") {
        hello[key] = value.clone();
    }
    wire.send(&hello).await;
    let welcome = wire.frame_of("welcome", PATIENCE).await;
    wire.frame_of("synced", PATIENCE).await;
    (wire, welcome)
}

/// Says something, and waits for the answer.
async fn say(wire: &mut Wire, text: &str) -> (String, Value) {
    let cid = Uuid::new_v4().to_string();
    let frame = json!({"t": "msg", "cid": cid, "content": {"type": "text", "text": text}});
    wire.send(&frame).await;
    let ack = wire.frame_of("ack", PATIENCE).await;
    wire.frame_of("event", PATIENCE).await;
    (cid, ack)
}

/// All that the session's conversation holds.
async fn history(wire: &mut Wire) -> Vec<String> {
    wire.send(&json!({"t": "history", "limit": 100})).await;
    let answer = wire.frame_of("history", PATIENCE).await;
    let text = |event: &Value| {
        event["data"]["content"]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    answer["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect()
}

#[tokio::test]
async fn a_visitor_who_logs_in_takes_the_conversation_along() {
    let deployment = with_users();
    let gateway = Gateway::start(&deployment).await;
    let (mut wire, visitor) = session(&gateway, json!({})).await;
    let (cid, ack) = say(&mut wire, "anonymous").await;
    let both = json!({"visitor": visitor["visitor"], "token": token("u-1")});
    let (mut user, welcome) = session(&gateway, both).await;
    assert_eq!(welcome["conversation"]["id"], ack["conversation"]);
    let again = json!({"t": "msg", "cid": cid, "content": {"type": "text", "text": "anonymous"}});
    user.send(&again).await;
    let again = user.frame_of("ack", PATIENCE).await;
    assert_eq!((&again["id"], &again["seq"]), (&ack["id"], &ack["seq"]));
    say(&mut user, "known").await;
    gateway.kill().await;

    let gateway = Gateway::start(&deployment).await;
    let (mut elsewhere, welcome) = session(&gateway, json!({"token": token("u-1")})).await;
    assert_eq!(welcome["conversation"]["id"], ack["conversation"]);
    let all = [
        "anonymous",
        "You said: anonymous",
        "known",
        "You said: known",
    ];
    assert_eq!(history(&mut elsewhere).await, all);
    let (_, nobody) = session(&gateway, json!({"visitor": visitor["visitor"]})).await;
    assert_eq!(
        nobody["conversation"],
        Value::Null,
        "the visitor is no more"
    );
    let other = json!({"visitor": visitor["visitor"], "token": token("u-2")});
    let (_, other) = session(&gateway, other).await;
    assert_eq!(
        other["conversation"],
        Value::Null,
        "the conversation is u-1's"
    );
    gateway.terminate().await;
}

#[tokio::test]
async fn a_user_with_a_conversation_finds_there_what_the_visitor_said() {
    let deployment = with_users();
    let gateway = Gateway::start(&deployment).await;
    let (mut user, _) = session(&gateway, json!({"token": token("u-1")})).await;
    let (_, own) = say(&mut user, "known").await;
    let (mut visitor, welcome) = session(&gateway, json!({})).await;
    say(&mut visitor, "anonymous").await;
    let both = json!({"visitor": welcome["visitor"], "token": token("u-1")});
    let (mut merged, welcome) = session(&gateway, both).await;
    assert_eq!(welcome["conversation"]["id"], own["conversation"]);
    assert_eq!(welcome["conversation"]["seq"], 4);
    let all = [
        "known",
        "You said: known",
        "anonymous",
        "You said: anonymous",
    ];
    assert_eq!(history(&mut merged).await, all);
    // The other device is told at once.
    for text in ["anonymous", "You said: anonymous"] {
        let event = user.frame_of("event", PATIENCE).await;
        assert_eq!(event["data"]["content"]["text"], text);
    }
    gateway.terminate().await;
}
