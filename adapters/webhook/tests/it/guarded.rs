//! Where requests may go.

use signalbox_adapters::{Adapter, SendError};
use signalbox_tests::http_peer::HttpPeer;
use signalbox_webhook::{Allowed, Endpoint, EndpointError, EndpointSettings};

use crate::{part, settings, webhooks};

fn strict(url: &str) -> EndpointSettings {
    EndpointSettings {
        allowed: Allowed::default(),
        ..settings(url.to_owned())
    }
}

#[test]
fn an_address_inside_is_refused_however_it_is_written() {
    for url in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[fd00::1]/",
        "http://0.0.0.0/",
        "http://１２７.０.０.１/",
    ] {
        let made = Endpoint::new(strict(url));
        assert_eq!(made.err(), Some(EndpointError::Forbidden), "{url}");
    }
    for url in ["https://1.1.1.1/", "https://[2606:4700::1111]/"] {
        assert!(Endpoint::new(strict(url)).is_ok(), "{url}");
    }
}

#[test]
fn what_is_no_plain_url_is_refused() {
    for url in [
        "",
        "app.shop.example",
        "ftp://app.shop.example/",
        "file:///etc/passwd",
        "https://user:password@app.shop.example/",
        "https://user@app.shop.example/",
        "https://app.shop.example/#part",
    ] {
        let made = Endpoint::new(strict(url));
        assert_eq!(made.err(), Some(EndpointError::Url), "{url}");
    }
    let mut encrypted = strict("http://app.shop.example/");
    encrypted.allow_http = false;
    let made = Endpoint::new(encrypted);
    assert_eq!(made.err(), Some(EndpointError::Unencrypted));
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_connected_to() {
    let peer = HttpPeer::start([]).await;
    let url = format!("http://localhost:{}/", peer.address().port());
    let end = webhooks(strict(&url)).send(&part()).await;
    assert!(
        matches!(end, Err(SendError::Unauthorized { code: None, .. })),
        "{end:?}"
    );
    assert_eq!(peer.connections(), 0);

    let mut inside = settings(url);
    inside.allowed = Allowed::parse(["127.0.0.0/8", "::1"]).unwrap();
    webhooks(inside).send(&part()).await.unwrap();
    assert_eq!(peer.requests(1).await.len(), 1);
}
