//! The web chat protocol, point by point, by frames as its description writes them.

use std::net::SocketAddr;

use serde_json::{Value, json};
use signalbox_tests::chat_client::{Incoming, Upgrade, UpgradeFailed, Wire};
use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::Gateway;
use signalbox_tests::http;
use signalbox_tests::until::PATIENCE;
use uuid::Uuid;

/// A session that has said hello and been brought up to date.
struct Session {
    wire: Wire,
    welcome: Value,
    /// What came between `welcome` and `synced`.
    replay: Vec<Value>,
}

impl Session {
    /// A visitor whom nobody has seen.
    async fn new(address: SocketAddr) -> Self {
        Self::with(address, json!({})).await
    }

    /// The same visitor again, who has read up to here.
    async fn resume(&self, address: SocketAddr, last_sequence: u64, conversation: &str) -> Self {
        let more = json!({
            "visitor": self.welcome["visitor"],
            "resume": {"conversation": conversation, "last_seq": last_sequence},
        });
        Self::with(address, more).await
    }

    /// A session whose `hello` has these fields instead of the usual ones.
    async fn with(address: SocketAddr, more: Value) -> Self {
        let mut wire = Wire::open(address, &Upgrade::of_page(address))
            .await
            .expect("a socket");
        wire.send(&hello(more)).await;
        let welcome = wire.frame(PATIENCE).await;
        assert_eq!(welcome["t"], "welcome", "{welcome}");
        let mut replay = Vec::new();
        loop {
            let frame = wire.frame(PATIENCE).await;
            if frame["t"] == "synced" {
                break;
            }
            replay.push(frame);
        }
        Self {
            wire,
            welcome,
            replay,
        }
    }

    /// Says something and answers the cid, the ack and the event of the bot's answer.
    async fn say(&mut self, text: &str) -> (String, Value, Value) {
        let cid = Uuid::new_v4().to_string();
        self.wire.send(&message(&cid, text)).await;
        let ack = self.wire.frame(PATIENCE).await;
        assert_eq!(
            (&ack["t"], &ack["cid"]),
            (&json!("ack"), &json!(cid)),
            "{ack}"
        );
        let answer = self.wire.frame(PATIENCE).await;
        assert_eq!(answer["data"]["in_reply_to"], json!(cid), "{answer}");
        (cid, ack, answer)
    }
}

fn hello(more: Value) -> Value {
    let mut hello = json!({
        "t": "hello", "v": 1, "site": "hello", "token": null, "visitor": null,
        "device": Uuid::new_v4().to_string(), "resume": null,
        "page": {"url": "http://shop.example/", "title": "Shop", "referrer": ""},
        "locale": "en", "tz": "Asia/Shanghai", "caps": ["typing", "ack", "history"],
    });
    for (key, value) in more.as_object().expect("fields") {
        hello[key] = value.clone();
    }
    hello
}

fn message(cid: &str, text: &str) -> Value {
    json!({"t": "msg", "cid": cid, "content": {"type": "text", "text": text}, "client_ts": "2026-11-20T08:00:00Z"})
}

#[tokio::test]
async fn welcome_ack_and_answer_are_shaped_as_described() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let mut session = Session::new(gateway.address()).await;
    let welcome = &session.welcome;
    assert!(
        welcome["session"].as_str().unwrap().starts_with("s_"),
        "{welcome}"
    );
    assert!(welcome["visitor"].is_string(), "{welcome}");
    assert!(
        welcome["conversation"].is_null(),
        "a new visitor has no thread: {welcome}"
    );
    assert_eq!(welcome["resumed"], false, "{welcome}");
    assert_eq!(welcome["limits"]["max_bytes"], 65536, "{welcome}");
    assert!(welcome["limits"]["rate"].is_string(), "{welcome}");
    assert!(welcome["limits"]["dwell_marks_ms"].is_array(), "{welcome}");
    assert_eq!(welcome["ping_interval_ms"], 25000, "{welcome}");
    assert!(welcome["server_time"].is_string(), "{welcome}");

    let (cid, ack, answer) = session.say("Is anybody there?").await;
    assert!(ack["id"].as_str().unwrap().starts_with("m_"), "{ack}");
    assert_eq!(ack["seq"], 1, "{ack}");
    assert!(ack["ts"].is_string(), "{ack}");
    assert_eq!(
        (&answer["t"], &answer["kind"]),
        (&json!("event"), &json!("message"))
    );
    assert_eq!(answer["seq"], 2, "{answer}");
    let data = &answer["data"];
    assert!(data["id"].as_str().unwrap().starts_with("m_"), "{answer}");
    assert_eq!(data["from"], "bot", "{answer}");
    assert_eq!(data["in_reply_to"], json!(cid), "{answer}");
    assert_eq!(
        data["content"],
        json!({"type": "text", "text": "You said: Is anybody there?"})
    );
    assert!(data["ts"].is_string(), "{answer}");
}

#[tokio::test]
async fn a_repeated_message_gets_its_first_ack_and_another_under_its_cid_none() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let mut session = Session::new(gateway.address()).await;
    let (cid, first, _) = session.say("once").await;
    session.wire.send(&message(&cid, "once")).await;
    let again = session.wire.frame(PATIENCE).await;
    assert_eq!(
        (&again["id"], &again["seq"]),
        (&first["id"], &first["seq"]),
        "{again}"
    );
    session.wire.send(&message(&cid, "something else")).await;
    let refused = session.wire.frame(PATIENCE).await;
    assert_eq!(
        (&refused["t"], &refused["cid"], &refused["code"]),
        (&json!("nack"), &json!(cid), &json!("conflict")),
        "{refused}"
    );
    let (_, next, _) = session.say("and on").await;
    assert_eq!(next["seq"], 3, "the repeat took no sequence: {next}");
}

#[tokio::test]
async fn one_cid_on_two_sockets_at_once_is_one_message() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let address = gateway.address();
    let mut one = Session::new(address).await;
    let (_, _, answer) = one.say("first").await;
    let conversation = conversation_of(address, &one).await;
    let mut two = one.resume(address, 2, &conversation).await;
    for number in 0..10 {
        let cid = Uuid::new_v4().to_string();
        let frame = message(&cid, &format!("both {number}"));
        tokio::join!(one.wire.send(&frame), two.wire.send(&frame));
        let (ack_one, ack_two) = tokio::join!(own(&mut one.wire, &cid), own(&mut two.wire, &cid));
        assert_eq!(ack_one, ack_two, "both hear of one message");
        let expected = answer["seq"].as_u64().unwrap() + 1 + number * 2;
        assert_eq!(ack_one.1, expected, "and it took one sequence");
        for session in [&mut one, &mut two] {
            loop {
                let frame = session.wire.frame(PATIENCE).await;
                if frame["data"]["in_reply_to"] == json!(cid) {
                    assert_eq!(
                        frame["seq"].as_u64(),
                        Some(expected + 1),
                        "answered once: {frame}"
                    );
                    break;
                }
            }
        }
    }
}

/// Waits for the ack of a message, or its event, which counts as one; answers id and sequence.
async fn own(wire: &mut Wire, cid: &str) -> (String, u64) {
    loop {
        let frame = wire.frame(PATIENCE).await;
        let id = match frame["t"].as_str() {
            Some("ack") if frame["cid"] == cid => &frame["id"],
            Some("event") if frame["data"]["cid"] == cid => &frame["data"]["id"],
            _ => continue,
        };
        return (
            id.as_str().unwrap().to_owned(),
            frame["seq"].as_u64().unwrap(),
        );
    }
}

/// The thread of a visitor, as the next welcome tells it.
async fn conversation_of(address: SocketAddr, session: &Session) -> String {
    let visitor = json!({"visitor": session.welcome["visitor"]});
    let again = Session::with(address, visitor).await;
    let id = again.welcome["conversation"]["id"].as_str();
    id.expect("a thread").to_owned()
}

#[tokio::test]
async fn a_second_tab_sees_the_first_ones_messages_and_answers() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let address = gateway.address();
    let mut one = Session::new(address).await;
    one.say("hello").await;
    let conversation = conversation_of(address, &one).await;
    let mut two = one.resume(address, 2, &conversation).await;
    let (cid, ack, answer) = one.say("from the first tab").await;
    let event = two.wire.frame(PATIENCE).await;
    assert_eq!(event["seq"], ack["seq"], "{event}");
    assert_eq!(event["data"]["from"], "customer", "{event}");
    assert_eq!(event["data"]["cid"], json!(cid), "{event}");
    assert_eq!(two.wire.frame(PATIENCE).await, answer);
}

#[tokio::test]
async fn resume_replays_what_was_missed_in_order() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let address = gateway.address();
    let mut one = Session::new(address).await;
    for number in 0..5 {
        one.say(&format!("message {number}")).await;
    }
    let conversation = conversation_of(address, &one).await;
    let again = one.resume(address, 3, &conversation).await;
    assert_eq!(again.welcome["resumed"], true, "{}", again.welcome);
    assert_eq!(again.welcome["conversation"]["id"], json!(conversation));
    assert_eq!(again.welcome["conversation"]["seq"], 10);
    assert_eq!(again.welcome["conversation"]["status"], "open");
    assert!(
        again.welcome["conversation"]["unread"].is_u64(),
        "{}",
        again.welcome
    );
    let sequences: Vec<u64> = again
        .replay
        .iter()
        .filter_map(|frame| frame["seq"].as_u64())
        .collect();
    assert_eq!(sequences, (4..=10).collect::<Vec<u64>>());
}

#[tokio::test]
async fn sync_brings_the_events_and_then_synced() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let mut session = Session::new(gateway.address()).await;
    for number in 0..3 {
        session.say(&format!("message {number}")).await;
    }
    session.wire.send(&json!({"t": "sync", "from": 2})).await;
    for sequence in 3..=6 {
        let event = session.wire.frame(PATIENCE).await;
        assert_eq!(
            (&event["t"], &event["seq"]),
            (&json!("event"), &json!(sequence)),
            "{event}"
        );
    }
    assert_eq!(
        session.wire.frame(PATIENCE).await,
        json!({"t": "synced", "seq": 6})
    );
}

#[tokio::test]
async fn too_much_missed_is_told_as_a_gap_and_history_has_it() {
    /// More than the 200 events that are replayed.
    const MESSAGES: u64 = 110;
    let gateway = Gateway::start(&Deployment::hello()).await;
    let address = gateway.address();
    let mut session = Session::new(address).await;
    for number in 0..MESSAGES {
        session.say(&format!("message {number}")).await;
    }
    let conversation = conversation_of(address, &session).await;
    let mut again = session.resume(address, 1, &conversation).await;
    assert_eq!(again.welcome["resumed"], false, "{}", again.welcome);
    assert!(
        again.replay.iter().any(|frame| frame["t"] == "gap"),
        "{:?}",
        again.replay
    );
    let mut before = MESSAGES * 2 + 1;
    loop {
        again
            .wire
            .send(&json!({"t": "history", "before_seq": before, "limit": 100}))
            .await;
        let page = again.wire.frame_of("history", PATIENCE).await;
        let events = page["events"].as_array().unwrap();
        assert!(events.len() <= 100);
        for event in events {
            assert_eq!(event["kind"], "message", "{event}");
        }
        let sequences: Vec<u64> = events
            .iter()
            .map(|event| event["seq"].as_u64().unwrap())
            .collect();
        let from = before.saturating_sub(100).max(1);
        assert_eq!(
            sequences,
            (from..before).collect::<Vec<u64>>(),
            "a page is dense and in order"
        );
        assert_eq!(page["has_more"], from > 1, "{before}");
        before = from;
        if from == 1 {
            break;
        }
    }
    again
        .wire
        .send(&json!({"t": "history", "before_seq": 200, "limit": 5000}))
        .await;
    let frame = again.wire.frame(PATIENCE).await;
    let count = frame["events"].as_array().map_or(0, Vec::len);
    assert!(
        count <= 100,
        "a page is bounded, whatever is asked: {count}"
    );
}

#[tokio::test]
async fn unknown_types_are_answered_and_three_in_a_row_close() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let mut session = Session::new(gateway.address()).await;
    let unknown = json!({"t": "dance"});
    for _ in 0..2 {
        session.wire.send(&unknown).await;
        let error = session.wire.frame(PATIENCE).await;
        assert_eq!(
            (&error["t"], &error["code"]),
            (&json!("error"), &json!("unknown_type")),
            "{error}"
        );
    }
    session
        .wire
        .send(&json!({"t": "ping", "unknown field": 1}))
        .await;
    session.wire.frame_of("pong", PATIENCE).await;
    for _ in 0..3 {
        session.wire.send(&unknown).await;
    }
    assert_eq!(session.wire.end(PATIENCE).await, Incoming::Closed(4400));
}

#[tokio::test]
async fn texts_are_cleaned_and_bounded() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let mut session = Session::new(gateway.address()).await;
    let (_, _, answer) = session.say("one\r\ntwo\tthree\u{0}\u{7}").await;
    assert_eq!(
        answer["data"]["content"]["text"], "You said: one\ntwo\tthree",
        "{answer}"
    );
    session.say(&"字".repeat(8_000)).await;
    for (text, code) in [("字".repeat(8_001), "too_long"), (String::new(), "invalid")] {
        let cid = Uuid::new_v4().to_string();
        session.wire.send(&message(&cid, &text)).await;
        let nack = session.wire.frame(PATIENCE).await;
        assert_eq!(
            (&nack["t"], &nack["code"]),
            (&json!("nack"), &json!(code)),
            "{nack}"
        );
    }
}

#[tokio::test]
async fn only_the_sites_own_pages_are_let_in() {
    let origins = "origins: [self, 'https://*.shop.example', 'https://shop.example:8443']";
    let deployment = Deployment::hello().with_setting("origins: [self]", origins);
    let gateway = Gateway::start(&deployment).await;
    let own = format!("http://{}", gateway.address());
    for right in [
        own.as_str(),
        "https://www.shop.example",
        "https://shop.example:8443",
    ] {
        assert_eq!(upgrade_from(&gateway, Some(right)).await, None, "{right}");
    }
    let wrong = [
        "null".to_owned(),
        "https://evil.example".to_owned(),
        format!("{own}.evil.example"),
        own.replace("127.0.0.1", "evil127.0.0.1"),
        format!("{own}0"),
        "http://www.shop.example".to_owned(),
        "https://www.shop.example:8443".to_owned(),
        "https://www.shop.example.evil.com".to_owned(),
        "https://evilshop.example".to_owned(),
        "https://shop.example".to_owned(),
        "https://shop.example:8444".to_owned(),
    ];
    for origin in wrong {
        assert_eq!(
            upgrade_from(&gateway, Some(&origin)).await,
            Some(403),
            "{origin}"
        );
    }
    let without = upgrade_from(&gateway, None).await;
    assert_eq!(
        without,
        Some(403),
        "no browser, and the configuration lets none in"
    );
}

/// Asks for a socket from a page of this origin; answers the status with which it was refused.
async fn upgrade_from(gateway: &Gateway, origin: Option<&str>) -> Option<u16> {
    let upgrade = Upgrade {
        origin: origin.map(str::to_owned),
        ..Upgrade::of_page(gateway.address())
    };
    match Wire::open(gateway.address(), &upgrade).await {
        Ok(_) => None,
        Err(UpgradeFailed::Status(status)) => Some(status),
        Err(UpgradeFailed::Connection(reason)) => panic!("{origin:?}: {reason}"),
    }
}

#[tokio::test]
async fn forged_identities_are_not_believed() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let address = gateway.address();
    let mut victim = Session::new(address).await;
    victim.say("my secret").await;
    let token = victim.welcome["visitor"].as_str().unwrap();
    let mut turned = token.to_owned();
    let last = turned.pop().unwrap();
    turned.push(if last == 'A' { 'B' } else { 'A' });
    for forged in [turned.as_str(), "v_1", "", &token[..token.len() / 2]] {
        let mut wire = Wire::open(address, &Upgrade::of_page(address))
            .await
            .unwrap();
        wire.send(&hello(json!({"visitor": forged}))).await;
        // Whether it is refused or treated as new: never as the victim.
        match wire.receive().await {
            Incoming::Closed(code) => assert_eq!(code, 4401, "{forged}"),
            Incoming::Frame(frame) => {
                assert!(
                    frame["conversation"].is_null(),
                    "{forged} reads somebody's thread: {frame}"
                );
            }
            Incoming::Lost => panic!("{forged}: closed without a code"),
        }
    }
}

#[tokio::test]
async fn wrong_tokens_are_refused() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let address = gateway.address();
    let expired = "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0.eyJpc3MiOiJzaG9wLmV4YW1wbGUiLCJhdWQiOiJnYXRld2F5Iiwic3ViIjoidS0xMDAxIiwiaWF0IjoxNzY3MzIzMDQ1LCJleHAiOjE3NjczMjY2NDUsIm5hbWUiOiJcdTVmMjBcdTRlMDkifQ.DiDfyQyP8ilDMl77kIRr5O0KaIo9KQ2nmKT4T_0I13Y";
    // Header {"alg":"none"}, payload {"sub":"u-1001"}, no signature.
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1LTEwMDEifQ.";
    for token in [expired, unsigned, "rubbish", ""] {
        let mut wire = Wire::open(address, &Upgrade::of_page(address))
            .await
            .unwrap();
        wire.send(&hello(json!({"token": token}))).await;
        assert_eq!(wire.end(PATIENCE).await, Incoming::Closed(4401), "{token}");
    }
}

#[tokio::test]
async fn other_sites_and_versions_are_told_so() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let address = gateway.address();
    for (more, codes) in [
        (json!({"site": "nowhere"}), [4404, 4403]),
        (json!({"v": 99}), [4400, 4400]),
    ] {
        let mut wire = Wire::open(address, &Upgrade::of_page(address))
            .await
            .unwrap();
        wire.send(&hello(more.clone())).await;
        match wire.end(PATIENCE).await {
            Incoming::Closed(code) if codes.contains(&code) => {}
            other => panic!("{more}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_beacon_is_taken_from_a_known_visitor_only() {
    let gateway = Gateway::start(&Deployment::hello()).await;
    let address = gateway.address();
    let session = Session::new(address).await;
    let page = |visitor: &Value| {
        json!({
            "visitor": visitor, "site": "hello",
            "events": [{"t": "page", "kind": "leave", "url": "http://shop.example/", "title": "Shop", "referrer": "", "ts": "2026-11-20T08:00:00Z", "dwell_ms": 10}],
        })
    };
    let forged = http::post(
        address,
        "/v1/webchat/beacon",
        &page(&json!("v_1")).to_string(),
    )
    .await
    .unwrap();
    assert!((400..500).contains(&forged.status), "{forged:?}");
    let rubbish = http::post(address, "/v1/webchat/beacon", "rubbish")
        .await
        .unwrap();
    assert!((400..500).contains(&rubbish.status), "{rubbish:?}");
    drop(session);
}
