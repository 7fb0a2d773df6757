//! An order system reports, signed; the customer gets a mail of it, once, whatever the mail server does and whoever is killed.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::{Gateway, binary};
use signalbox_tests::http::Answer;
use signalbox_tests::mail_server::{MailServer, NO_SUCH_MAILBOX, PASSWORD, USER};
use signalbox_tests::smtp_peer::{Fate, Phase, SmtpPeer, Trouble};
use signalbox_tests::until::until;

use crate::webhook::{RULES, SECRET, report};

/// The example with a mail account `care`, and an order system that may report about its customers.
fn deployment(account: &str) -> Deployment {
    deployment_on(Deployment::hello(), account)
}

/// The same, on another store.
fn deployment_on(deployment: Deployment, account: &str) -> Deployment {
    let sections = format!(
        "email: {{accounts: {{care: {{from: care@shop.example, name: 示例商城, host: 127.0.0.1, {account}}}}}}}
webhook: {{accounts: {{orders: {{secrets: ['${{file:secret}}'], about: ['email:care']}}}}}}
webchat:
"
    );
    let deployment = deployment.with_setting("webchat:\n", &sections);
    let beside = |name| deployment.configuration().with_file_name(name);
    let secret = format!("whsec_{}", STANDARD.encode(SECRET));
    fs::write(beside("secret"), secret).unwrap();
    fs::write(beside("password"), PASSWORD).unwrap();
    let rules = fs::read_to_string(deployment.rule_file()).unwrap();
    fs::write(deployment.rule_file(), rules + RULES).unwrap();
    deployment
}

fn scripted(peer: &SmtpPeer) -> Deployment {
    scripted_on(Deployment::hello(), peer)
}

pub(crate) fn scripted_on(deployment: Deployment, peer: &SmtpPeer) -> Deployment {
    let port = peer.address().port();
    deployment_on(deployment, &format!("port: {port}, tls: none"))
}

/// Starts the gateway, and waits until it has looked at its account: that is a conversation with the server too.
async fn started(deployment: &Deployment) -> Gateway {
    let gateway = Gateway::start(deployment).await;
    let looked = async || {
        let log = gateway.log().text();
        log.contains("the mail server lets the account in")
            .then_some(())
    };
    until("the account is looked at", looked).await;
    gateway
}

async fn delivered(gateway: SocketAddr, customer: &str, no: &str) {
    let answer = told_of(gateway, customer, no).await;
    assert!([200, 202].contains(&answer.status), "{answer:?}");
}

/// What the gateway answers to the report of a delivery.
pub(crate) async fn told_of(gateway: SocketAddr, customer: &str, no: &str) -> Answer {
    let body = json!({
        "type": "order.delivered",
        "timestamp": "2026-01-02T03:04:05Z",
        "data": {
            "contact": {"channel": "email:care", "external_id": customer},
            "no": no,
        },
    });
    let id = format!("evt_{no}");
    report(gateway, &id, &body.to_string(), &SECRET).await
}

fn dead_letters(deployment: &Deployment) -> String {
    operate(deployment, "dead-letters")
}

/// What a command says of the running gateway.
fn operate(deployment: &Deployment, command: &str) -> String {
    let output = Command::new(binary())
        .args([command, "--lang", "en", "--config"])
        .arg(deployment.configuration())
        .arg("--data")
        .arg(deployment.data())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8(said).unwrap()
}

/// Waits until so many sends have ended so.
async fn ended(gateway: &Gateway, result: &str, count: usize) {
    let line = format!(
        "signalbox_outbound_attempts_total{{channel=\"email\",result=\"{result}\"}} {count}"
    );
    let told = async || {
        let metrics = gateway.get("/metrics").await.body;
        metrics.lines().any(|found| found == line).then_some(())
    };
    until(&line, told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_mail_server_gets_it_once_and_a_missing_mailbox_is_a_dead_letter() {
    let server = MailServer::start().await;
    let port = server.address().port();
    let certificate = server.certificate();
    let certificate = certificate.display();
    let deployment = deployment(&format!(
        "port: {port}, tls: starttls, ca_file: '{certificate}', user: {USER}, password: '${{file:password}}'"
    ));
    let mut gateway = Gateway::start(&deployment).await;
    // One customer, however their address is written; a repeat is the same event.
    delivered(gateway.address(), "Li@Example.com", "A1").await;
    delivered(gateway.address(), "Li@Example.com", "A1").await;
    let missing = format!("{NO_SUCH_MAILBOX}@example.com");
    delivered(gateway.address(), &missing, "A2").await;
    ended(&gateway, "delivered", 1).await;
    ended(&gateway, "dead", 1).await;
    let told = dead_letters(&deployment);
    assert!(
        told.contains("there is no such mailbox (code 550)"),
        "{told}"
    );

    gateway.kill().await;
    gateway = Gateway::start(&deployment).await;
    delivered(gateway.address(), "li@example.com", "A3").await;
    ended(&gateway, "delivered", 1).await;
    let mails = server.mails(2).await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    for no in ["A1", "A3"] {
        let mail = mails.iter().find(|mail| mail.contains(no));
        let mail = mail.unwrap_or_else(|| panic!("no mail of {no}: {mails:?}"));
        for header in [
            "To: li@example.com",
            "Auto-Submitted: auto-replied",
            "X-Signalbox-Loop: shop.example",
        ] {
            assert!(mail.contains(header), "no `{header}` in {mail}");
        }
    }
    let log = gateway.log().text();
    assert!(
        !log.contains("example.com") && !log.contains(PASSWORD),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_arrived_is_sent_again_as_the_same_mail() {
    let peer = SmtpPeer::start([Fate::SilentAfterMessage]).await;
    let deployment = scripted(&peer);
    let gateway = started(&deployment).await;
    delivered(gateway.address(), "li@example.com", "A1").await;
    let first = peer.mails(1).await;
    // Between the end of the message and its answer.
    gateway.kill().await;
    let gateway = Gateway::start(&deployment).await;
    ended(&gateway, "delivered", 1).await;
    // In the order of their line: what was sent a third time would be before this.
    delivered(gateway.address(), "li@example.com", "A2").await;
    let mails = peer.mails(3).await;
    let id = |place: usize| mails[place].header("Message-ID").expect("an id");
    assert_eq!(id(0), id(1), "mail programs show it once");
    assert_ne!(id(1), id(2));
    assert_eq!(first[0].to, "li@example.com");
    assert!(mails[2].text.contains("A2"), "{mails:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_leaves_however_often_the_server_fails_before_it_takes_it() {
    let peer = SmtpPeer::start([
        Fate::RefuseRecipient("421 4.3.2 going down"),
        Fate::DropBeforeMessage,
        Fate::RefuseMessage("452 4.3.1 full"),
        Fate::DropAfterMessage,
    ])
    .await;
    let gateway = started(&scripted(&peer)).await;
    delivered(gateway.address(), "li@example.com", "A1").await;
    ended(&gateway, "delivered", 1).await;
    ended(&gateway, "retry", 3).await;
    ended(&gateway, "unanswered", 1).await;
    ended(&gateway, "dead", 0).await;
    let mails = peer.mails(3).await;
    let ids: Vec<_> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
    assert!(
        ids[0].is_some() && ids.iter().all(|id| *id == ids[0]),
        "every attempt is the same mail: {ids:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_sender_is_refused_is_paused_and_loses_no_mail() {
    let peer = SmtpPeer::start([]).await;
    let refused = Trouble::Answer("550 5.7.1 not this sender");
    peer.trouble([(Phase::Sender, refused)]);
    let deployment = scripted(&peer);
    let gateway = Gateway::start(&deployment).await;
    let said_at_start = async || {
        let log = gateway.log().text();
        log.contains("no mail leaves by the account until this is mended")
            .then_some(())
    };
    until("the start looks at the account", said_at_start).await;
    for no in ["A1", "A2", "A3"] {
        delivered(gateway.address(), &format!("{no}@example.com"), no).await;
    }
    let paused = "signalbox_outbound_accounts_paused{channel=\"email\"} 1";
    let told = async || {
        let metrics = gateway.get("/metrics").await.body;
        metrics.lines().any(|line| line == paused).then_some(())
    };
    until(paused, told).await;
    ended(&gateway, "dead", 0).await;
    let ready = gateway.get("/readyz").await;
    assert_eq!(
        ready.status, 200,
        "messages are taken and decided: {ready:?}"
    );
    let reason = "does not take the account's from as a sender";
    assert!(ready.body.contains(reason), "{ready:?}");
    let waiting = operate(&deployment, "outbox");
    assert!(
        waiting.contains("email/care is paused since") && waiting.contains(reason),
        "{waiting}"
    );
    assert!(waiting.contains("3 in all: email/care 3"), "{waiting}");

    // Tried within the minute; a start does not wait for it.
    peer.trouble([]);
    gateway.kill().await;
    let gateway = Gateway::start(&deployment).await;
    ended(&gateway, "delivered", 3).await;
    assert_eq!(peer.mails(3).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_customers_mail_that_hangs_holds_up_nobody_elses() {
    let peer = SmtpPeer::start([Fate::SilentAfterMessage]).await;
    let gateway = started(&scripted(&peer)).await;
    delivered(gateway.address(), "li@example.com", "A1").await;
    peer.mails(1).await;
    delivered(gateway.address(), "wang@example.com", "A2").await;
    ended(&gateway, "delivered", 1).await;
    ended(&gateway, "unanswered", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_address_is_refused_by_its_field() {
    let peer = SmtpPeer::start([]).await;
    let gateway = Gateway::start(&scripted(&peer)).await;
    let body = json!({
        "type": "order.delivered",
        "timestamp": "2026-01-02T03:04:05Z",
        "data": {
            "contact": {"channel": "email:care", "external_id": "li@example.com\r\nBcc: all@example.com"},
            "no": "A1",
        },
    });
    let answer = report(gateway.address(), "evt_1", &body.to_string(), &SECRET).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(
        answer.body.contains("data.contact.external_id"),
        "{answer:?}"
    );
}
