//! The adapter against servers that speak SMTP: a real one, and one that fails as it is told.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests: a failed assumption is a failed test"
)]

mod conformance;
mod failing;
mod phases;
mod real;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use signalbox_adapters::{Address, Channel, Content, Origin, Part};
use signalbox_email::{Account, AccountSettings, Email, Encryption, Sender};

/// An account on this machine, unencrypted, with short patience.
fn settings(server: SocketAddr) -> AccountSettings {
    AccountSettings {
        sender: Sender {
            address: "care@shop.example".parse().unwrap(),
            name: Some("示例商城".to_owned()),
            subject: None,
        },
        host: server.ip().to_string(),
        port: server.port(),
        hello: "gateway.shop.example".to_owned(),
        encryption: Encryption::None,
        authorities: None,
        login: None,
        answer_within: Duration::from_secs(10),
        accept_within: Duration::from_secs(10),
        connections: 2,
        per_minute: 60_000.0,
        burst: 100,
    }
}

fn email(settings: AccountSettings) -> Email {
    let account = Account::new(settings).unwrap_or_else(|error| panic!("{error}"));
    Email::new(BTreeMap::from([("care".to_owned(), account)]))
}

fn part(key: &str, to: &str) -> Part {
    Part {
        key: key.to_owned(),
        to: Address {
            channel: Channel::Email,
            account: "care".to_owned(),
            external_id: to.to_owned(),
        },
        content: Content::Text {
            text: "您的订单 A1 已送达。".to_owned(),
        },
        origin: Origin::default(),
    }
}
