use axum::http::HeaderValue;

use super::*;

fn client(connected: &str, forwarded: &[&str]) -> String {
    let proxies = Proxies::new(&["10.0.0.0/8".to_owned(), "::1".to_owned()])
        .unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let mut headers = HeaderMap::new();
    for value in forwarded {
        headers.append(FORWARDED_FOR, value.parse().unwrap());
    }
    proxies
        .client(connected.parse().unwrap(), &headers)
        .to_string()
}

#[test]
fn only_configured_proxies_are_believed() {
    assert_eq!(
        client("192.0.2.1", &["198.51.100.7"]),
        "192.0.2.1",
        "anybody can write a header"
    );
    assert_eq!(client("10.1.2.3", &["198.51.100.7"]), "198.51.100.7");
    assert_eq!(
        client("10.1.2.3", &["203.0.113.9, 198.51.100.7"]),
        "198.51.100.7",
        "what a client wrote stands first"
    );
    assert_eq!(
        client("10.1.2.3", &["198.51.100.7, 10.9.9.9"]),
        "198.51.100.7",
        "through two proxies"
    );
    assert_eq!(
        client("10.1.2.3", &["203.0.113.9", "198.51.100.7"]),
        "198.51.100.7",
        "two headers are one list"
    );
    assert_eq!(client("::1", &["2001:db8::7"]), "2001:db8::7");
    assert_eq!(client("::ffff:10.1.2.3", &["198.51.100.7"]), "198.51.100.7");
    assert_eq!(client("10.1.2.3", &["unknown"]), "10.1.2.3");
    assert_eq!(client("10.1.2.3", &[]), "10.1.2.3");
}

#[test]
fn a_hop_that_cannot_be_read_hides_none_behind_it() {
    let proxies = Proxies::new(&["10.0.0.0/8".to_owned()]).unwrap();
    let mut headers = HeaderMap::new();
    headers.append(FORWARDED_FOR, "203.0.113.9".parse().unwrap());
    let unreadable = HeaderValue::from_bytes(b"\xff, 198.51.100.7").unwrap();
    headers.append(FORWARDED_FOR, unreadable);
    assert_eq!(
        proxies.client("10.1.2.3".parse().unwrap(), &headers),
        "198.51.100.7".parse::<IpAddr>().unwrap(),
        "what the proxy wrote counts, whatever the client wrote before it"
    );
}

#[test]
fn entries_that_are_no_network_are_refused() {
    for entry in [
        "",
        "proxy",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "::/129",
        "10.0.0.0/8/8",
    ] {
        assert!(Proxies::new(&[entry.to_owned()]).is_err(), "{entry}");
    }
}

#[test]
fn one_ipv6_network_counts_as_one_client() {
    let counted = |text: &str| counted_as(text.parse().unwrap());
    assert_eq!(counted("2001:db8:1:2:3::4"), counted("2001:db8:1:2::"));
    assert_ne!(counted("2001:db8:1:3::"), counted("2001:db8:1:2::"));
    assert_eq!(counted("::ffff:192.0.2.1"), counted("192.0.2.1"));
}
