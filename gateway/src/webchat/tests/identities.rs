use std::sync::atomic::Ordering;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use signalbox_router::ThreadHints;
use tokio::time::Instant;

use super::client::Client;
use super::memory::{Gateway, generous};
use super::timing::piped;
use crate::webchat::settings::{SecretText, UserKeySettings, WebchatSettings};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn with_users() -> WebchatSettings {
    let mut settings = generous();
    let site = settings.sites.get_mut("default").unwrap();
    site.issuers = vec!["shop.example".to_owned()];
    site.keys.insert(
        "k1".to_owned(),
        UserKeySettings::Hs256(SecretText(SECRET.to_owned())),
    );
    site.non_browser = true;
    settings
}

fn token(subject: &str, lives_seconds: i64) -> String {
    let now = Timestamp::now().as_second();
    let claims = json!({"iss": "shop.example", "aud": "gateway", "sub": subject, "iat": now, "exp": now + lives_seconds, "name": "张三"});
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!(
        "{}.{}",
        encode(&json!({"alg": "HS256", "kid": "k1"})),
        encode(&claims)
    );
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = aws_lc_rs::hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

/// A visitor who has said something: their client, synced, and their welcome.
async fn spoken(gateway: &Gateway, text: &str) -> (Client, Value, Value) {
    let (mut client, welcome) = Client::welcomed(gateway, json!({})).await;
    client.expect("synced").await;
    client.say(text).await;
    let conversation = client.expect("ack").await["conversation"].clone();
    (client, welcome, conversation)
}

#[tokio::test]
async fn a_visitor_who_logs_in_goes_on_in_their_thread_as_the_user() {
    let gateway = Gateway::start(with_users()).await;
    let (mut client, welcome, conversation) = spoken(&gateway, "hi").await;
    let thread = gateway.conversations.only_thread();
    client
        .send(json!({"t": "auth", "token": token("u-1", 3_600)}))
        .await;
    let second = client.expect("welcome").await;
    assert_eq!(second["session"], welcome["session"]);
    assert_eq!(second["conversation"]["id"], conversation);
    assert_eq!(
        (&second["conversation"]["seq"], &second["resumed"]),
        (&json!(1), &json!(true)),
        "the client has all of it"
    );
    client.expect("synced").await;
    client.say("as myself").await;
    assert_eq!(client.expect("ack").await["seq"], 2);
    // The socket still hears of its thread at once, not with its next ping only.
    gateway.conversations.say(thread, "hello", None);
    assert_eq!(client.expect("event").await["seq"], 3);
    // On another device, where nobody knows the visitor.
    let (_, elsewhere) = Client::welcomed(&gateway, json!({"token": token("u-1", 3_600)})).await;
    assert_eq!(elsewhere["conversation"]["id"], conversation);
    // Whoever uses the browser next is nobody they know.
    for visitor in [&second["visitor"], &welcome["visitor"]] {
        let (mut next, third) = Client::welcomed(&gateway, json!({"visitor": visitor})).await;
        assert_eq!(third["conversation"], Value::Null);
        assert_ne!(&third["visitor"], visitor);
        next.expect("synced").await;
    }
    // And the visitor who became one user does not become another.
    let (_, other) = Client::welcomed(
        &gateway,
        json!({"visitor": welcome["visitor"], "token": token("u-2", 3_600)}),
    )
    .await;
    assert_eq!(other["conversation"], Value::Null);
}

#[tokio::test]
async fn a_token_wins_over_a_visitor_and_merges_them() {
    let gateway = Gateway::start(with_users()).await;
    let (client, welcome, conversation) = spoken(&gateway, "hi").await;
    let thread = gateway.conversations.only_thread();
    drop(client);
    let hello = json!({"visitor": welcome["visitor"], "token": token("u-1", 3_600)});
    let (mut user, second) = Client::welcomed(&gateway, hello).await;
    assert_eq!(second["conversation"]["id"], conversation);
    assert_eq!(second["conversation"]["seq"], 1);
    user.expect("synced").await;
    // The answer that was on its way arrives where they are now.
    gateway.conversations.say(thread, "hello", None);
    assert_eq!(user.expect("event").await["seq"], 2);
}

#[tokio::test]
async fn a_message_whose_ack_was_lost_before_the_login_stays_one() {
    let gateway = Gateway::start(with_users()).await;
    let (mut client, welcome) = Client::welcomed(&gateway, json!({})).await;
    client.expect("synced").await;
    let cid = client.say("hi").await;
    let ack = client.expect("ack").await;
    drop(client);
    let hello = json!({"visitor": welcome["visitor"], "token": token("u-1", 3_600)});
    let (mut user, _) = Client::welcomed(&gateway, hello).await;
    user.expect("synced").await;
    user.say_as(&cid, "hi").await;
    let again = user.expect("ack").await;
    assert_eq!((&again["id"], &again["seq"]), (&ack["id"], &ack["seq"]));
}

#[tokio::test]
async fn two_visitors_who_log_in_as_one_user_get_one_answer() {
    let gateway = Gateway::start(with_users()).await;
    let (_, one, first) = spoken(&gateway, "one").await;
    let (_, other, second) = spoken(&gateway, "other").await;
    let hello =
        |welcome: &Value| json!({"visitor": welcome["visitor"], "token": token("u-1", 3_600)});
    let ((_, one), (_, other)) = tokio::join!(
        Client::welcomed(&gateway, hello(&one)),
        Client::welcomed(&gateway, hello(&other))
    );
    let home = &one["conversation"]["id"];
    assert_eq!(home, &other["conversation"]["id"]);
    assert!([first, second].contains(home));
}

#[tokio::test]
async fn sessions_of_a_visitor_who_logs_in_elsewhere_end() {
    let gateway = Gateway::start(with_users()).await;
    let (mut tab, welcome, _) = spoken(&gateway, "hi").await;
    let (mut user, new) = Client::welcomed(&gateway, json!({"token": token("u-1", 3_600)})).await;
    assert_eq!(new["conversation"], Value::Null);
    user.expect("synced").await;
    let hello = json!({"visitor": welcome["visitor"], "token": token("u-1", 3_600)});
    let (_, merged) = Client::welcomed(&gateway, hello).await;
    assert_ne!(merged["conversation"], Value::Null);
    assert_eq!(
        tab.closed().await.1,
        4401,
        "it would read what the user says"
    );
    let (frames, code) = user.closed().await;
    assert_eq!(code, 1013, "it shows another thread than the user's");
    assert!(frames[0]["retry_after_ms"].is_u64(), "{frames:?}");
}

#[tokio::test]
async fn a_forged_visitor_is_a_new_one() {
    let gateway = Gateway::start(generous()).await;
    let (mut client, welcome) = Client::welcomed(&gateway, json!({})).await;
    client.expect("synced").await;
    client.say("secret").await;
    client.expect("ack").await;
    let genuine = welcome["visitor"].as_str().unwrap();
    let (start, mac) = genuine.rsplit_once('.').unwrap();
    let flipped = if mac.starts_with('A') { "B" } else { "A" };
    for forged in ["visitor-1", &format!("{start}.{flipped}{}", &mac[1..])] {
        let (_, welcome) = Client::welcomed(&gateway, json!({"visitor": forged})).await;
        assert_eq!(welcome["conversation"], Value::Null, "{forged}");
    }
    let (_, known) = Client::welcomed(&gateway, json!({"visitor": genuine})).await;
    assert_eq!(known["conversation"]["seq"], 1);
    assert_ne!(
        known["visitor"], welcome["visitor"],
        "it is renewed with each use"
    );
}

#[tokio::test]
async fn without_an_origin_a_token_is_needed() {
    let gateway = Gateway::start(with_users()).await;
    let mut anonymous = Client::open_with(&gateway, &[]).await.unwrap();
    anonymous
        .send(json!({"t": "hello", "v": 1, "site": "default"}))
        .await;
    assert_eq!(anonymous.closed().await.1, 4401);
    let mut user = Client::open_with(&gateway, &[]).await.unwrap();
    assert_eq!(
        user.hello(json!({"token": token("u-1", 3_600)})).await["t"],
        "welcome"
    );
    let bearer = format!(
        "signalbox.chat.v1, bearer.{}",
        URL_SAFE_NO_PAD.encode(token("u-1", 3_600))
    );
    let mut user = Client::open_with(&gateway, &[("sec-websocket-protocol", &bearer)])
        .await
        .unwrap();
    assert_eq!(user.hello(json!({})).await["t"], "welcome");
    let mut forged = Client::open(&gateway).await;
    forged.send(json!({"t": "hello", "v": 1, "site": "default", "token": format!("{}x", token("u-1", 60))})).await;
    assert_eq!(forged.closed().await.1, 4401);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_expires_is_asked_for_anew_and_then_ends_the_session() {
    let mut client = piped(with_users()).await;
    let began = Instant::now();
    client.hello(json!({"token": token("u-1", 3_600)})).await;
    client.expect("synced").await;
    let warning = client.expect("token_expiring").await;
    // Claims are in whole seconds.
    assert!(
        (299..=300).contains(&warning["in_s"].as_u64().unwrap()),
        "{warning}"
    );
    assert!((3_298..=3_300).contains(&began.elapsed().as_secs()));
    assert_eq!(client.closed().await, (Vec::new(), 4401));
    assert!((3_598..=3_600).contains(&began.elapsed().as_secs()));
}

fn page(url: &str) -> Value {
    json!({"t": "page", "kind": "view", "url": url})
}

#[tokio::test]
async fn what_a_visitor_looked_at_before_they_logged_in_is_the_users() {
    let gateway = Gateway::start(with_users()).await;
    // On a live socket, by somebody who has no thread yet: it follows their first message.
    let (mut client, _) = Client::welcomed(&gateway, json!({})).await;
    client.expect("synced").await;
    client.send(page("https://shop.example/tea")).await;
    let auth = json!({"t": "auth", "token": token("u-1", 3_600)});
    client.send(auth).await;
    client.expect("welcome").await;
    client.expect("synced").await;
    assert_eq!(gateway.conversations.pages(), []);
    client.say("hi").await;
    client.expect("ack").await;
    let of = |user: &str, url: &str| (user.to_owned(), url.to_owned());
    client.send(json!({"t": "ping"})).await;
    client.expect("pong").await;
    assert_eq!(
        gateway.conversations.pages(),
        [of("user:u-1", "https://shop.example/tea")]
    );
    // By the hello of somebody who has one: at once.
    let (mut client, welcome) = Client::welcomed(&gateway, json!({})).await;
    client.expect("synced").await;
    client.send(page("https://shop.example/cups")).await;
    client.send(json!({"t": "ping"})).await;
    client.expect("pong").await;
    let hello = json!({"visitor": welcome["visitor"], "token": token("u-1", 3_600)});
    let (mut user, _) = Client::welcomed(&gateway, hello).await;
    user.expect("synced").await;
    user.send(json!({"t": "ping"})).await;
    user.expect("pong").await;
    assert_eq!(
        gateway.conversations.pages()[1..],
        [of("user:u-1", "https://shop.example/cups")]
    );
}

/// A tab of a visitor who says nothing in it, and elsewhere says something and logs in. No hint of it reaches the tab.
async fn left_behind(gateway: &Gateway) -> Client {
    gateway.conversations.hints.store(false, Ordering::SeqCst);
    let (mut client, welcome) = Client::welcomed(gateway, json!({})).await;
    client.expect("synced").await;
    let visitor = &welcome["visitor"];
    let (mut tab, _) = Client::welcomed(gateway, json!({"visitor": visitor})).await;
    tab.expect("synced").await;
    client.say("hi").await;
    client.expect("ack").await;
    let hello = json!({"visitor": visitor, "token": token("u-1", 3_600)});
    let (mut user, _) = Client::welcomed(gateway, hello).await;
    user.expect("synced").await;
    user.say("a secret").await;
    user.expect("ack").await;
    tab
}

#[tokio::test]
async fn a_silent_tab_of_a_visitor_who_has_logged_in_elsewhere_is_told_nothing() {
    let asks = [
        json!({"t": "history", "limit": 10}),
        json!({"t": "sync", "from": 0}),
        json!({"t": "msg", "cid": "6f6d1f0e-6d1f-4a57-9a0e-0f6b8c9d2e11", "content": {"type": "text", "text": "me too"}}),
    ];
    for ask in asks {
        let gateway = Gateway::start(with_users()).await;
        let mut tab = left_behind(&gateway).await;
        tab.send(ask.clone()).await;
        assert_eq!(tab.closed().await, (Vec::new(), 4401), "{ask}");
        let thread = gateway.conversations.only_thread();
        assert_eq!(gateway.conversations.texts(thread), ["hi", "a secret"]);
    }
    let gateway = Gateway::start(with_users()).await;
    let mut tab = left_behind(&gateway).await;
    // As with each ping.
    let thread = gateway.conversations.only_thread();
    gateway.webchat.hub.stale(thread);
    assert_eq!(tab.closed().await, (Vec::new(), 4401), "it looks again");
}

/// Sends what a page that goes away last did, and gives the answer's status.
async fn beacon(gateway: &Gateway, visitor: &Value, url: &str) -> u16 {
    let body = json!({"visitor": visitor, "events": [{"kind": "leave", "url": url}]});
    let request = reqwest::Client::new()
        .post(format!("http://{}/v1/webchat/beacon", gateway.address))
        .header("origin", format!("http://{}", gateway.address))
        .header("content-type", "text/plain")
        .body(body.to_string());
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_beacon_of_a_visitor_who_has_logged_in_is_refused() {
    let gateway = Gateway::start(with_users()).await;
    let (mut client, welcome, _) = spoken(&gateway, "hi").await;
    let auth = json!({"t": "auth", "token": token("u-1", 3_600)});
    client.send(auth).await;
    let second = client.expect("welcome").await;
    let old = beacon(&gateway, &welcome["visitor"], "https://shop.example/old").await;
    assert_eq!((old, gateway.conversations.pages()), (401, Vec::new()));
    let new = beacon(&gateway, &second["visitor"], "https://shop.example/new").await;
    assert_eq!(new, 204);
    assert_eq!(
        gateway.conversations.pages(),
        [("user:u-1".to_owned(), "https://shop.example/new".to_owned())]
    );
}

#[tokio::test]
async fn what_is_looked_at_after_a_logout_is_not_the_users() {
    let gateway = Gateway::start(with_users()).await;
    let (mut user, welcome) =
        Client::welcomed(&gateway, json!({"token": token("u-1", 3_600)})).await;
    user.expect("synced").await;
    user.say("hi").await;
    user.expect("ack").await;
    drop(user);
    let hello = json!({"visitor": welcome["visitor"]});
    let (mut next, anonymous) = Client::welcomed(&gateway, hello).await;
    assert_eq!(anonymous["conversation"], Value::Null);
    next.expect("synced").await;
    for visitor in [&welcome["visitor"], &anonymous["visitor"]] {
        let status = beacon(&gateway, visitor, "https://shop.example/gifts").await;
        assert_eq!(status, 204);
    }
    assert_eq!(gateway.conversations.pages(), []);
}
