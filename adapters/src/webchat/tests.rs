use super::close_code::CloseCode;
use super::origin::OriginList;
use super::page_url::strip;
use super::subprotocol::{self, Offered};
use super::{beacon, limits};
use crate::message::PageEventKind;

#[test]
fn only_listed_origins_are_allowed() {
    let list = OriginList::parse(&[
        "https://shop.example",
        "https://*.shop.example",
        "http://127.0.0.1:8080",
    ])
    .unwrap();
    let cases = [
        ("https://shop.example", true),
        ("https://shop.example:443", true),
        ("https://SHOP.example", true),
        ("https://www.shop.example", true),
        ("https://a.b.shop.example", true),
        ("http://127.0.0.1:8080", true),
        ("http://shop.example", false),
        ("https://shop.example:8443", false),
        ("https://shop.example.evil.com", false),
        ("https://evilshop.example", false),
        ("https://.shop.example", false),
        ("https://shop.example@evil.com", false),
        ("https://evil.com/https://shop.example", false),
        ("https://evil.com#.shop.example", false),
        ("https://shop.example/", false),
        ("http://127.0.0.1", false),
        ("http://127.0.0.1:8081", false),
        ("null", false),
        ("", false),
        ("file://", false),
        ("shop.example", false),
    ];
    for (origin, expected) in cases {
        assert_eq!(
            list.allows(origin, Some("gateway.example")),
            expected,
            "{origin}"
        );
    }
}

#[test]
fn self_is_where_the_request_went() {
    let list = OriginList::parse(&["self"]).unwrap();
    assert!(list.allows("http://127.0.0.1:4711", Some("127.0.0.1:4711")));
    assert!(list.allows("http://[::1]:4711", Some("[::1]:4711")));
    assert!(list.allows("https://chat.example", Some("chat.example")));
    assert!(!list.allows("http://127.0.0.1:4711", Some("127.0.0.1:4712")));
    assert!(!list.allows("http://evil.example", Some("127.0.0.1:4711")));
    assert!(!list.allows("null", Some("null")));
    assert!(!list.allows("http://127.0.0.1:4711", None));
    assert!(
        !OriginList::parse(&["https://shop.example"])
            .unwrap()
            .allows("https://gw.example", Some("gw.example"))
    );
}

#[test]
fn entries_that_are_no_origin_are_refused() {
    for entry in [
        "shop.example",
        "https://",
        "https://shop.example/",
        "*",
        "https://*",
        "ftp://x",
        "https://a*.example",
        "null",
        "https://x:99999",
    ] {
        assert!(OriginList::parse(&[entry]).is_err(), "{entry}");
    }
}

#[test]
fn one_subprotocol_is_spoken_and_a_token_is_taken_out() {
    let read = |values: &[&str]| subprotocol::read(values.iter().copied());
    let offered = |speaks_ours, bearer: Option<&str>| Offered {
        speaks_ours,
        bearer: bearer.map(str::to_owned),
    };
    assert_eq!(read(&[]), offered(false, None));
    assert_eq!(read(&["signalbox.chat.v1"]), offered(true, None));
    assert_eq!(
        read(&["signalbox.chat.v1, bearer.YS5iLmM"]),
        offered(true, Some("a.b.c"))
    );
    assert_eq!(
        read(&["bearer.YS5iLmM=", " signalbox.chat.v1"]),
        offered(true, Some("a.b.c"))
    );
    assert_eq!(read(&["signalbox.chat.v2,mqtt"]), offered(false, None));
    assert_eq!(
        read(&["bearer.a.b.c"]),
        offered(false, Some("a.b.c")),
        "a token as it stands"
    );
    assert_eq!(
        read(&["bearer."]),
        offered(false, Some("")),
        "an empty token is a token, and will be refused"
    );
}

#[test]
fn addresses_lose_what_may_be_secret() {
    let allowed = ["utm_source".to_owned(), "sku".to_owned()];
    let cases = [
        (
            "https://shop.example/a?token=1&sku=7&utm_source=x&skuu=1#frag",
            "https://shop.example/a?sku=7&utm_source=x",
        ),
        (
            "HTTPS://user:pw@shop.example:8443/a?b",
            "https://shop.example:8443/a",
        ),
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example?sku=1", "https://shop.example?sku=1"),
        ("https://shop.example#?sku=1", "https://shop.example"),
        ("https://shop.example/a/b@c", "https://shop.example/a/b@c"),
        ("https://shop.example/a\r\nb", "https://shop.example/ab"),
        ("javascript:alert(1)", ""),
        ("data://x", ""),
        ("file:///etc/passwd", ""),
        ("", ""),
    ];
    for (url, expected) in cases {
        assert_eq!(strip(url, &allowed), expected, "{url}");
    }
    // 18 bytes of address, then characters of three: the cut falls between two of them.
    let long = strip(&format!("https://a.example/{}", "字".repeat(2_000)), &[]);
    assert_eq!(long.len(), 18 + (limits::MAX_URL_BYTES - 18) / 3 * 3);
}

#[test]
fn a_beacon_is_bounded() {
    let body = br#"{"v":1,"site":"a","visitor":"t","events":[{"t":"page","kind":"leave","url":"https://a.example/?q=1","dwell_ms":5,"ts":"2026-11-20T08:00:00Z"}]}"#;
    let beacon = beacon::parse(body).unwrap();
    let event = beacon.events[0].clone().stripped(&[]);
    assert_eq!(
        (event.kind, event.url.as_str(), event.dwell_ms),
        (PageEventKind::Leave, "https://a.example/", Some(5))
    );
    assert!(event.at.is_some());
    let many = serde_json::json!({"visitor": "t", "events": vec![serde_json::json!({"kind": "view"}); 80]});
    assert_eq!(
        beacon::parse(many.to_string().as_bytes())
            .unwrap()
            .events
            .len(),
        limits::MAX_BEACON_EVENTS
    );
    let huge = serde_json::json!({"visitor": "t", "events": [], "x": "y".repeat(limits::MAX_MESSAGE_BYTES)});
    let long_token = serde_json::json!({"visitor": "t".repeat(513), "events": []});
    for wrong in [
        "",
        "[]",
        "null",
        "{}",
        r#"{"visitor":"t"}"#,
        "\u{0}",
        &huge.to_string(),
        &long_token.to_string(),
    ] {
        assert!(beacon::parse(wrong.as_bytes()).is_err());
    }
}

#[test]
fn close_codes_may_be_sent() {
    use CloseCode::*;
    let all = [
        Normal,
        GoingAway,
        Protocol,
        Unsupported,
        NotUtf8,
        Policy,
        TooBig,
        ServerError,
        TryAgainLater,
        Malformed,
        Unauthenticated,
        Forbidden,
        UnknownSite,
        Idle,
        SlowConsumer,
        RateLimited,
    ];
    for code in all {
        let number = code.number();
        assert!(
            ![1005, 1006, 1015].contains(&number)
                && (1000..1016).contains(&number) | (4400..4500).contains(&number)
        );
    }
}
