//! Where a request comes from: whose page sends it, over what, from which address.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{HeaderMap, HeaderName, header};

use super::refusal::Refusal;
use crate::webchat::peer::{Proxies, counted_as};

/// Sent by the page with whatever changes something.
const OWN_HEADER: &str = "x-signalbox-desk";
const FORWARDED: [HeaderName; 2] = [
    HeaderName::from_static("x-forwarded-for"),
    header::FORWARDED,
];

/// Tells who is at the other end. `webchat.trusted_proxies` are the proxies that are believed.
pub(super) struct Source {
    proxies: Proxies,
    /// One that is not believed was complained about; once is enough.
    has_complained: AtomicBool,
}

impl Source {
    pub(super) fn new(proxies: Proxies) -> Self {
        Self {
            proxies,
            has_complained: AtomicBool::new(false),
        }
    }

    /// The address that tries to sign in are counted for.
    pub(super) fn address(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let connected = peer.ip().to_canonical();
        if is_passed_on(headers)
            && !self.proxies.believes(connected)
            && !self.has_complained.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                "agents sign in through a proxy that is not in webchat.trusted_proxies, so all behind it share one limit; \
                 name it there"
            );
        }
        counted_as(self.proxies.client(connected, headers))
    }
}

/// Whether somebody on this machine asks, and no proxy on it for somebody else.
pub(super) fn is_this_machine(peer: SocketAddr, headers: &HeaderMap) -> bool {
    peer.ip().to_canonical().is_loopback() && !is_passed_on(headers)
}

/// Whether a request comes from the desk's own page: only that can send our header, and a browser says itself if it was another.
pub(super) fn is_own(headers: &HeaderMap) -> Result<(), Refusal> {
    let is_foreign = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site.as_bytes() != b"same-origin");
    if is_foreign || !headers.contains_key(OWN_HEADER) {
        return Err(Refusal::Foreign);
    }
    Ok(())
}

/// Whether the page came over an encrypted connection, which then ends at a proxy: the page's own address says so, or else the
/// first proxy on the way does. Whoever lies about it spoils their own cookie only.
pub(super) fn is_encrypted(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(origin) = text(&header::ORIGIN) {
        return origin.trim().to_ascii_lowercase().starts_with("https://");
    }
    let first = |name: &HeaderName| text(name).and_then(|value| value.split(',').next());
    if let Some(scheme) = first(&HeaderName::from_static("x-forwarded-proto")) {
        return scheme.trim().eq_ignore_ascii_case("https");
    }
    first(&header::FORWARDED).is_some_and(|hop| {
        hop.split(';').any(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            name.trim().eq_ignore_ascii_case("proto")
                && value.trim().trim_matches('"').eq_ignore_ascii_case("https")
        })
    })
}

fn is_passed_on(headers: &HeaderMap) -> bool {
    FORWARDED.iter().any(|name| headers.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn the_first_hop_says_whether_it_was_encrypted() {
        for (pairs, expected) in [
            (&[] as &[_], false),
            (&[("x-forwarded-proto", "https")], true),
            (&[("x-forwarded-proto", "HTTPS")], true),
            (&[("x-forwarded-proto", "https, http")], true),
            (&[("x-forwarded-proto", " https ,http")], true),
            (&[("x-forwarded-proto", "http, https")], false),
            (&[("x-forwarded-proto", "http")], false),
            (
                &[
                    ("x-forwarded-proto", "https"),
                    ("x-forwarded-proto", "http"),
                ],
                true,
            ),
            (&[("forwarded", "for=192.0.2.1;proto=https;by=x")], true),
            (
                &[("forwarded", "for=192.0.2.1; Proto=\"https\", for=x")],
                true,
            ),
            (&[("forwarded", "for=192.0.2.1;proto=http")], false),
            (&[("forwarded", "for=\"proto=https\"")], false),
            (&[("origin", "https://desk.example")], true),
            (
                &[
                    ("origin", "http://127.0.0.1:7777"),
                    ("x-forwarded-proto", "https"),
                ],
                false,
            ),
        ] {
            assert_eq!(is_encrypted(&headers(pairs)), expected, "{pairs:?}");
        }
    }

    #[test]
    fn only_a_proxy_that_is_named_speaks_for_others() {
        let source = |trusted: &[&str]| {
            let trusted: Vec<String> = trusted.iter().map(|&entry| entry.to_owned()).collect();
            Source::new(Proxies::new(&trusted).unwrap())
        };
        let peer = "127.0.0.1:1".parse().unwrap();
        let forged = headers(&[("x-forwarded-for", "203.0.113.9")]);
        let shown = |source: &Source, headers| source.address(peer, headers).to_string();
        assert_eq!(shown(&source(&[]), &forged), "127.0.0.1");
        assert_eq!(shown(&source(&["127.0.0.1"]), &forged), "203.0.113.9");
        let chain = headers(&[("x-forwarded-for", "198.51.100.1, 203.0.113.9")]);
        assert_eq!(
            shown(&source(&["127.0.0.1"]), &chain),
            "203.0.113.9",
            "what a client writes itself stands before"
        );
        let six = headers(&[("x-forwarded-for", "2001:db8::1:2:3:4")]);
        assert_eq!(shown(&source(&["127.0.0.1"]), &six), "2001:db8::");
    }
}
