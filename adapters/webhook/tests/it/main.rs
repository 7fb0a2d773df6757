//! The adapter against receivers that fail as they are told.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests: a failed assumption is a failed test"
)]

mod conformance;
mod encrypted;
mod guarded;
mod requests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use signalbox_adapters::webhook::signing::Signer;
use signalbox_adapters::{Address, Author, Channel, Content, Origin, Part};
use signalbox_webhook::{Allowed, Endpoint, EndpointSettings, Webhooks};

/// The bytes 00 to 1f.
const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// An endpoint on this machine, unencrypted.
fn settings(url: String) -> EndpointSettings {
    EndpointSettings {
        url,
        signer: Signer::parse([SECRET]).unwrap(),
        allow_http: true,
        allowed: Allowed::parse(["127.0.0.1"]).unwrap(),
        authorities: None,
        connect_within: Duration::from_secs(10),
        answer_within: Duration::from_secs(10),
        at_once: 4,
        per_second: 1_000.0,
        burst: 1_000,
        clock: Arc::new(|| "2026-01-02T03:04:05Z".parse().unwrap()),
    }
}

fn webhooks(settings: EndpointSettings) -> Webhooks {
    let endpoint = Endpoint::new(settings).unwrap_or_else(|error| panic!("{error}"));
    Webhooks::new(BTreeMap::from([("app".to_owned(), endpoint)]))
}

fn customer() -> Address {
    Address {
        channel: Channel::Webhook,
        account: "app".to_owned(),
        external_id: "u-1".to_owned(),
    }
}

fn part() -> Part {
    Part {
        key: "0123456789abcdef0123456789abcdef".to_owned(),
        to: customer(),
        content: Content::Text {
            text: "您的订单 A1 已送达。".to_owned(),
        },
        origin: Origin {
            message: "m_0b8f".to_owned(),
            at: "2026-01-02T03:04:00Z".parse().unwrap(),
            by: Author::Agent,
            name: Some("小王".to_owned()),
            in_reply_to: Some("m-1".to_owned()),
            follows: Vec::new(),
        },
    }
}
