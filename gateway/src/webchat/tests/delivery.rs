use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use uuid::Uuid;

use super::client::Client;
use super::memory::{Gateway, generous};

fn seqs(frames: &[Value]) -> Vec<u64> {
    frames
        .iter()
        .map(|frame| frame["seq"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_message_is_acknowledged_and_answered_in_order() {
    let gateway = Gateway::start(generous()).await;
    gateway.conversations.answers.store(true, Ordering::SeqCst);
    let (mut client, welcome) = Client::welcomed(&gateway, json!({})).await;
    assert_eq!(
        (&welcome["t"], &welcome["conversation"], &welcome["resumed"]),
        (&json!("welcome"), &Value::Null, &json!(false))
    );
    assert_eq!(client.expect("synced").await["seq"], 0);
    let cid = client.say("hi").await;
    let ack = client.expect("ack").await;
    assert_eq!((&ack["cid"], &ack["seq"]), (&json!(cid), &json!(1)));
    assert!(
        ack["conversation"].as_str().unwrap().starts_with("c_"),
        "the first ack carries the new id"
    );
    let reply = client.expect("event").await;
    assert_eq!(
        (&reply["seq"], &reply["data"]["in_reply_to"]),
        (&json!(2), &json!(cid))
    );
    client.say_as(&cid, "hi").await;
    let again = client.expect("ack").await;
    assert_eq!(
        (&again["id"], &again["seq"]),
        (&ack["id"], &ack["seq"]),
        "a repeat gets the first answer"
    );
    client.say_as(&cid, "other").await;
    assert_eq!(client.expect("nack").await["code"], "conflict");
    assert_eq!(
        gateway
            .conversations
            .texts(gateway.conversations.only_thread())
            .len(),
        2
    );
}

/// The `ack` of this message. What the other tab sent first may come as an event before this tab's own frame is read.
async fn acked(client: &mut Client, cid: &str) -> Value {
    let frame = client.next().await;
    if frame["t"] == "event" {
        assert_eq!(frame["data"]["cid"], cid, "{frame}");
        return client.expect("ack").await;
    }
    assert_eq!(frame["t"], "ack", "{frame}");
    frame
}

#[tokio::test]
async fn two_tabs_see_everything_and_one_message_stays_one() {
    let gateway = Gateway::start(generous()).await;
    let (mut one, welcome) = Client::welcomed(&gateway, json!({})).await;
    one.expect("synced").await;
    let (mut two, other) = Client::welcomed(&gateway, json!({"visitor": welcome["visitor"]})).await;
    two.expect("synced").await;
    assert_ne!(other["session"], welcome["session"]);
    let cid = one.say("hi").await;
    one.expect("ack").await;
    assert_eq!(two.expect("event").await["data"]["cid"], json!(cid));
    one.send(json!({"t": "typing", "on": true})).await;
    assert_eq!(two.expect("typing").await["on"], true);
    for _ in 0..50 {
        let cid = uuid::Uuid::new_v4().to_string();
        tokio::join!(one.say_as(&cid, "both"), two.say_as(&cid, "both"));
        let (first, second) = tokio::join!(acked(&mut one, &cid), acked(&mut two, &cid));
        assert_eq!(
            (&first["id"], &first["seq"]),
            (&second["id"], &second["seq"])
        );
    }
    assert_eq!(
        gateway
            .conversations
            .texts(gateway.conversations.only_thread())
            .len(),
        51
    );
}

#[tokio::test]
async fn what_was_missed_is_replayed_or_named_as_a_gap() {
    let gateway = Gateway::start(generous()).await;
    let (mut client, welcome) = Client::welcomed(&gateway, json!({})).await;
    client.expect("synced").await;
    client.say("first").await;
    let conversation = client.expect("ack").await["conversation"].clone();
    drop(client);
    let thread = gateway.conversations.only_thread();
    for number in 0..200 {
        gateway.conversations.say(thread, &number.to_string(), None);
    }
    let resume = |last: u64| json!({"visitor": welcome["visitor"], "resume": {"conversation": conversation, "last_seq": last}});
    let (mut client, second) = Client::welcomed(&gateway, resume(1)).await;
    assert_eq!(
        (&second["resumed"], &second["conversation"]["seq"]),
        (&json!(true), &json!(201))
    );
    assert_eq!(second["conversation"]["unread"], 50);
    let mut replay = Vec::new();
    for _ in 0..200 {
        replay.push(client.expect("event").await);
    }
    assert_eq!(seqs(&replay), (2..=201).collect::<Vec<_>>());
    assert_eq!(client.expect("synced").await["seq"], 201);
    client.send(json!({"t": "seen", "seq": 201})).await;
    client.send(json!({"t": "sync", "from": 199})).await;
    assert_eq!(client.expect("event").await["seq"], 200);
    assert_eq!(client.expect("event").await["seq"], 201);
    assert_eq!(client.expect("synced").await["seq"], 201);
    drop(client);
    for number in 0..1_000 {
        gateway.conversations.say(thread, &number.to_string(), None);
    }
    let (mut client, third) = Client::welcomed(&gateway, resume(201)).await;
    assert_eq!(third["resumed"], false);
    let gap = client.expect("gap").await;
    assert_eq!((&gap["from"], &gap["to"]), (&json!(202), &json!(1_201)));
    assert_eq!(client.expect("synced").await["seq"], 1_201);
    client
        .send(json!({"t": "history", "before_seq": 1_202, "limit": 500}))
        .await;
    let page = client.expect("history").await;
    assert_eq!(
        seqs(page["events"].as_array().unwrap()),
        (1_102..=1_201).collect::<Vec<_>>()
    );
    assert_eq!(page["has_more"], true);
    client
        .send(json!({"t": "history", "before_seq": 3, "limit": 50}))
        .await;
    let page = client.expect("history").await;
    assert_eq!(
        (page["events"].as_array().unwrap().len(), &page["has_more"]),
        (2, &json!(false))
    );
    let (mut stranger, unknown) = Client::welcomed(
        &gateway,
        json!({"resume": {"conversation": "c_other", "last_seq": 3}}),
    )
    .await;
    assert_eq!(unknown["resumed"], false);
    stranger.expect("gap").await;
    stranger.expect("synced").await;
}

#[tokio::test]
async fn lost_hints_are_repaired_by_sync() {
    let gateway = Gateway::start(generous()).await;
    let (mut client, _) = Client::welcomed(&gateway, json!({})).await;
    client.expect("synced").await;
    client.say("hi").await;
    client.expect("ack").await;
    let thread = gateway.conversations.only_thread();
    gateway.conversations.hints.store(false, Ordering::SeqCst);
    gateway.conversations.say(thread, "lost", None);
    client.send(json!({"t": "sync", "from": 1})).await;
    assert_eq!(client.expect("event").await["seq"], 2);
    client.expect("synced").await;
    gateway.conversations.say(thread, "lost too", None);
    gateway.conversations.hints.store(true, Ordering::SeqCst);
    gateway.conversations.say(thread, "heard", None);
    assert_eq!(
        client.expect("event").await["seq"],
        3,
        "a later hint shows that something is missing"
    );
    assert_eq!(client.expect("event").await["seq"], 4);
}

#[tokio::test]
async fn a_slow_reader_is_closed_and_resumes_without_loss() {
    let gateway = Gateway::start(generous()).await;
    let (mut client, welcome) = Client::welcomed(&gateway, json!({})).await;
    client.expect("synced").await;
    client.say("hi").await;
    let conversation = client.expect("ack").await["conversation"].clone();
    let thread = gateway.conversations.only_thread();
    let text = "x".repeat(30_000);
    // More than all buffers of the machine hold, while nobody reads.
    for _ in 0..2_000 {
        gateway.conversations.say(thread, &text, None);
        tokio::task::yield_now().await;
    }
    let (frames, code) = client.closed().await;
    assert_eq!(code, 4413);
    let mut last = *seqs(&frames).last().unwrap();
    assert_eq!(seqs(&frames), (2..=last).collect::<Vec<_>>());
    assert!(last < 2_001, "everything went through: nobody was slow");
    // Past the replay's bound it is a gap, and history has it.
    let resume = json!({"visitor": welcome["visitor"], "resume": {"conversation": conversation, "last_seq": last}});
    let (mut client, _) = Client::welcomed(&gateway, resume).await;
    let first = client.next().await;
    if first["t"] == "gap" {
        assert_eq!(
            (&first["from"], &first["to"]),
            (&json!(last + 1), &json!(2_001))
        );
    } else {
        let mut frame = first;
        while frame["t"] == "event" {
            last += 1;
            assert_eq!(frame["seq"], last);
            frame = client.next().await;
        }
        assert_eq!((&frame["seq"], last), (&json!(2_001), 2_001));
    }
}

#[tokio::test]
async fn a_store_that_is_down_refuses_and_ends_nothing() {
    let gateway = Gateway::start(generous()).await;
    let (mut client, _) = Client::welcomed(&gateway, json!({})).await;
    client.expect("synced").await;
    gateway.conversations.is_down.store(true, Ordering::SeqCst);
    let cid = client.say("hi").await;
    let nack = client.expect("nack").await;
    assert_eq!(
        (&nack["code"], &nack["cid"]),
        (&json!("unavailable"), &json!(cid))
    );
    assert!(nack["retry_after_ms"].as_u64().is_some());
    let mut other = Client::open(&gateway).await;
    assert!(
        other.hello(json!({})).await["retry_after_ms"]
            .as_u64()
            .is_some()
    );
    assert_eq!(other.closed().await.1, 1013);
    gateway.conversations.is_down.store(false, Ordering::SeqCst);
    client.say_as(&cid, "hi").await;
    client.expect("ack").await;
}

#[tokio::test]
async fn nothing_overtakes_a_message_that_was_refused() {
    let gateway = Gateway::start(generous()).await;
    let (mut client, _) = Client::welcomed(&gateway, json!({})).await;
    client.expect("synced").await;
    gateway.conversations.is_down.store(true, Ordering::SeqCst);
    let first = client.say("first").await;
    client.expect("nack").await;
    gateway.conversations.is_down.store(false, Ordering::SeqCst);
    let second = client.say("second").await;
    let third = client.say("third").await;
    for cid in [&second, &third] {
        let nack = client.expect("nack").await;
        assert_eq!(
            (&nack["cid"], &nack["code"]),
            (&json!(cid), &json!("unavailable"))
        );
        assert!(
            nack["message"].as_str().unwrap().contains("first"),
            "{nack}"
        );
        assert!(nack["retry_after_ms"].as_u64().unwrap() > 0);
    }
    // It is judged as it stands, and the others still wait.
    client
        .send(json!({"t": "msg", "cid": Uuid::new_v4(), "content": {"type": "text", "text": ""}}))
        .await;
    let empty = client.expect("nack").await;
    assert_eq!(empty["code"], "invalid");
    assert!(
        empty["message"].as_str().unwrap().contains("content.text"),
        "{empty}"
    );
    client.say_as(&third, "third").await;
    client.expect("nack").await;
    for (cid, text) in [(&first, "first"), (&second, "second"), (&third, "third")] {
        client.say_as(cid, text).await;
        client.expect("ack").await;
    }
    client.say("fourth").await;
    client.expect("ack").await;
    let thread = gateway.conversations.only_thread();
    assert_eq!(
        gateway.conversations.texts(thread),
        ["first", "second", "third", "fourth"]
    );
}

#[tokio::test]
async fn page_events_wait_for_the_first_message_and_come_by_beacon_after_the_close() {
    let gateway = Gateway::start(generous()).await;
    let (mut client, welcome) = Client::welcomed(&gateway, json!({})).await;
    client.expect("synced").await;
    client
        .send(json!({"t": "page", "kind": "view", "url": "https://shop.example/a?token=1"}))
        .await;
    client.say("hi").await;
    client.expect("ack").await;
    client.send(json!({"t": "ping"})).await;
    client.expect("pong").await;
    let urls =
        |pages: Vec<(String, String)>| pages.into_iter().map(|(_, url)| url).collect::<Vec<_>>();
    assert_eq!(
        urls(gateway.conversations.pages()),
        ["https://shop.example/a"]
    );
    drop(client);
    let post = async |visitor: &Value, origin: &str| {
        let body = json!({"visitor": visitor, "events": [{"kind": "leave", "url": "https://shop.example/b"}]});
        let request = reqwest::Client::new()
            .post(format!("http://{}/v1/webchat/beacon", gateway.address))
            .header("origin", origin)
            .header("content-type", "text/plain")
            .body(body.to_string());
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let words = answer.text().await.unwrap();
        assert_eq!(
            words.is_empty(),
            status == 204,
            "a refusal says why: {words}"
        );
        status
    };
    let own = format!("http://{}", gateway.address);
    assert_eq!(post(&json!("forged"), &own).await, 401);
    assert_eq!(post(&welcome["visitor"], "https://evil.example").await, 403);
    assert_eq!(post(&welcome["visitor"], &own).await, 204);
    assert_eq!(
        urls(gateway.conversations.pages()),
        ["https://shop.example/a", "https://shop.example/b"]
    );
}
