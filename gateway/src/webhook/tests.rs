//! The webhook over a real socket, with a real router and real rules behind it.

mod bed;
mod conformance;

use serde_json::{Value, json};

use bed::{Bed, Request};

#[tokio::test]
async fn an_event_is_kept_and_answered_in_its_customers_chat_once() {
    let bed = Bed::start().await;
    let first = bed.send(&Request::order("evt_1", "A1")).await;
    assert_eq!(first.status, 202, "{first:?}");
    assert_eq!(first.body["duplicate"], false);
    let id = first.body["id"].as_str().unwrap();
    assert!(id.starts_with("m_"), "{id}");
    let again = bed.send(&Request::order("evt_1", "A1")).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.body, json!({"id": id, "duplicate": true}));
    let second = bed.send(&Request::order("evt_2", "A2")).await;
    assert_eq!(second.status, 202);
    assert_eq!(
        bed.entries("user:u-1", 2).await,
        [
            "Order A1 has arrived: CNY 300.00.",
            "Order A2 has arrived: CNY 300.00."
        ]
    );
    assert_eq!(bed.entries("user:u-2", 0).await, [""; 0]);
}

#[tokio::test]
async fn a_message_is_kept_once_where_answers_have_a_way_out() {
    let bed = Bed::start().await;
    let first = bed.send(&Request::message("evt_1", "你好")).await;
    assert_eq!(first.status, 202, "{first:?}");
    let again = bed.send(&Request::message("evt_1", "你好")).await;
    assert_eq!(again.status, 200, "{again:?}");
    assert_eq!(again.body["id"], first.body["id"]);
    let other = bed.send(&Request::message("evt_1", "再见")).await;
    assert_eq!(other.status, 409, "{other:?}");
    assert_eq!(bed.said().await, ["你好"]);

    let mut of_shop = Request::message("evt_1", "你好");
    (of_shop.account, of_shop.secret_of) = ("shop", "shop");
    let refused = bed.send(&of_shop).await;
    assert_eq!(refused.status, 400, "nothing could carry answers back");
    assert_eq!(refused.body["field"], "type", "{refused:?}");
}

#[tokio::test]
async fn an_event_about_ones_own_customer_needs_no_channel() {
    let bed = Bed::start().await;
    let mut event = Request::order("evt_1", "A1");
    let mut body: Value = serde_json::from_str(&event.body).unwrap();
    body["data"]["contact"] = json!({"external_id": "u-1"});
    (event.account, event.secret_of, event.body) = ("app", "app", body.to_string());
    let kept = bed.send(&event).await;
    assert_eq!(kept.status, 202, "{kept:?}");
    event.account = "shop";
    event.secret_of = "shop";
    assert_eq!(bed.send(&event).await.status, 400);
}

#[tokio::test]
async fn one_id_is_one_body() {
    let bed = Bed::start().await;
    assert_eq!(bed.send(&Request::order("evt_1", "A1")).await.status, 202);
    let other = bed.send(&Request::order("evt_1", "A2")).await;
    assert_eq!(other.status, 409);
    let mut of_another = Request::order("evt_1", "A3");
    (of_another.account, of_another.secret_of) = ("warehouse", "warehouse");
    assert_eq!(
        bed.send(&of_another).await.status,
        202,
        "ids are each sender's own"
    );
    let metrics = bed.metrics();
    for line in [
        "signalbox_inbound_messages_total{channel=\"webhook\",result=\"accepted\"} 2",
        "signalbox_inbound_messages_total{channel=\"webhook\",result=\"conflicting\"} 1",
    ] {
        assert!(metrics.contains(line), "no `{line}` in {metrics}");
    }
}

#[tokio::test]
async fn whoever_proves_nothing_hears_the_same_of_all_reasons() {
    let bed = Bed::start().await;
    let good = Request::order("evt_1", "A1");
    let unsigned = Request {
        signature: Some(String::new()),
        ..good.clone()
    };
    let guessed = Request {
        signature: Some("v1,AAAApC2D4FekmOS6rywZBfrfFSThqclOjUjH+20BX8k=".to_owned()),
        ..good.clone()
    };
    let stale = Request {
        seconds_ago: 301,
        ..good.clone()
    };
    let early = Request {
        seconds_ago: -301,
        ..good.clone()
    };
    let not_json = Request {
        signature: Some("v2,x".to_owned()),
        body: "{".to_owned(),
        ..good.clone()
    };
    let another_secret = Request {
        account: "warehouse",
        secret_of: "shop",
        ..good.clone()
    };
    for request in [unsigned, guessed, stale, early, not_json, another_secret] {
        let answer = bed.send(&request).await;
        assert_eq!(answer.status, 401, "{request:?}");
        assert_eq!(answer.body, json!({"error": "unauthorized"}));
    }
    let unknown = Request {
        account: "nobody",
        ..good
    };
    assert_eq!(bed.send(&unknown).await.status, 404);
    let metrics = bed.metrics();
    for line in [
        "signalbox_webhook_refused_total{reason=\"unsigned\"} 4",
        "signalbox_webhook_refused_total{reason=\"stale\"} 2",
        "signalbox_webhook_refused_total{reason=\"unknown_account\"} 1",
    ] {
        assert!(metrics.contains(line), "no `{line}` in {metrics}");
    }
    assert_eq!(
        bed.entries("user:u-1", 0).await,
        [""; 0],
        "nothing was kept"
    );
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_its_field() {
    let bed = Bed::start().await;
    let order = |change: &dyn Fn(&mut Value)| {
        let request = Request::order("evt_1", "A1");
        let mut body: Value = serde_json::from_str(&request.body).unwrap();
        change(&mut body);
        Request {
            body: body.to_string(),
            ..request
        }
    };
    let cases: [(&str, Request); 8] = [
        ("type", order(&|body| body["type"] = json!("order.lost"))),
        (
            "type",
            order(&|body| body["type"] = json!("message.deleted")),
        ),
        (
            "timestamp",
            order(&|body| body["timestamp"] = json!("yesterday")),
        ),
        ("data.no", order(&|body| body["data"]["no"] = json!(7))),
        (
            "data.amount",
            order(&|body| body["data"]["amount"]["amount"] = json!(300)),
        ),
        (
            "data.contact.channel",
            order(&|body| body["data"]["contact"]["channel"] = json!("webchat:other")),
        ),
        (
            "data.contact.channel",
            order(&|body| body["data"]["contact"]["channel"] = json!(null)),
        ),
        (
            "data.contact.external_id",
            order(&|body| body["data"]["contact"]["external_id"] = json!("u-1")),
        ),
    ];
    for (field, request) in cases {
        let answer = bed.send(&request).await;
        assert_eq!(answer.status, 400, "{request:?}");
        assert_eq!(answer.body["field"], field, "{answer:?}");
        assert!(answer.body["message"].is_string(), "{answer:?}");
    }
    // Nothing of it used the id up.
    assert_eq!(bed.send(&Request::order("evt_1", "A1")).await.status, 202);
}

#[tokio::test]
async fn bodies_are_bounded_in_kind_size_and_time() {
    let bed = Bed::start().await;
    let good = Request::order("evt_1", "A1");
    let typed = |kind| Request {
        content_type: kind,
        ..good.clone()
    };
    assert_eq!(bed.send(&typed("text/plain")).await.status, 415);
    assert_eq!(bed.send(&typed("")).await.status, 415);
    assert_eq!(
        bed.send(&typed("Application/JSON; charset=utf-8"))
            .await
            .status,
        202
    );

    let announced = bed.raw(b"POST /v1/channels/webhook/shop HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n").await;
    assert_eq!(announced.status, 413);
    let endless = [
        &b"POST /v1/channels/webhook/shop HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n"[..],
        &[b' '; 0x10_0000],
    ]
    .concat();
    assert_eq!(bed.raw(&endless).await.status, 413);
    let slow = bed.raw(b"POST /v1/channels/webhook/shop HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{").await;
    assert_eq!(slow.status, 408);
}

#[tokio::test]
async fn a_sender_is_told_to_wait_or_to_stop() {
    let bed = Bed::start().await;
    let of = |account, id| Request {
        account,
        secret_of: account,
        ..Request::order(id, "A1")
    };
    assert_eq!(bed.send(&of("slow", "evt_1")).await.status, 202);
    // Unproven requests spend nothing of the rate, and are not told of it.
    let forged = Request {
        secret_of: "shop",
        ..of("slow", "evt_2")
    };
    assert_eq!(bed.send(&forged).await.status, 401);
    let fast = bed.send(&of("slow", "evt_2")).await;
    assert_eq!(fast.status, 429);
    assert!(
        fast.header("retry-after")
            .is_some_and(|wait| wait.parse::<u64>().unwrap() > 1)
    );
    assert_eq!(bed.send(&of("closed", "evt_1")).await.status, 410);

    bed.store_is_away();
    let away = bed.send(&Request::order("evt_3", "A3")).await;
    assert_eq!(away.status, 503);
    assert!(away.header("retry-after").is_some());
}

#[tokio::test]
async fn a_rotated_secret_and_a_key_pair_are_good_too() {
    let bed = Bed::start().await;
    let old = Request {
        secret_of: "warehouse",
        ..Request::order("evt_1", "A1")
    };
    assert_eq!(bed.send(&old).await.status, 401);
    let rotated = Request {
        account: "warehouse",
        secret_of: "old warehouse",
        ..Request::order("evt_1", "A1")
    };
    assert_eq!(bed.send(&rotated).await.status, 202);
}
