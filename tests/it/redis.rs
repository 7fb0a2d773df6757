//! The gateway on Redis: what it says of a server, who may use it, and what becomes of messages while it is away.

use std::process::Command;
use std::time::{Duration, Instant};

use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::{Gateway, binary};
use signalbox_tests::redis_server::RedisServer;
use signalbox_tests::smtp_peer::SmtpPeer;
use signalbox_tests::until::{PATIENCE, until};

use crate::email::{scripted_on, told_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_would_lose_messages_is_refused_with_the_next_step() {
    let server = RedisServer::start_with(&["--appendonly", "no"]);
    let deployment = Deployment::hello().on_redis(&server.url());
    let Err(refused) = Gateway::try_start(&deployment).await else {
        panic!("the gateway promises what this server does not keep");
    };
    assert_eq!(refused.status.code(), Some(2));
    let said = refused.log.text();
    assert!(said.contains("set `appendonly yes`"), "{said}");
    let (code, found) = doctor(&deployment);
    assert_eq!(code, Some(1), "{found}");
    assert!(found.contains("WRONG store: "), "{found}");
    assert!(found.contains("set `appendonly yes`"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_directory_is_one_gateway() {
    let server = RedisServer::start();
    let deployment = Deployment::hello().on_redis(&server.url());
    let gateway = Gateway::start(&deployment).await;
    let Err(second) = Gateway::try_start(&deployment).await else {
        panic!("two gateways go by one name");
    };
    let said = second.log.text();
    assert!(
        said.contains("is in use by another signalbox process; stop it"),
        "{said}"
    );
    let (_, found) = doctor(&deployment);
    assert!(
        found.contains("ok    store: the Redis server answers"),
        "{found}"
    );
    gateway.terminate().await;
    let (status, log) = gateway.ended(PATIENCE).await;
    assert!(status.success(), "{status}\n{}", log.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_gateway_on_the_same_namespace_is_refused() {
    let server = RedisServer::start();
    let deployment = Deployment::hello().on_redis(&server.url());
    let gateway = Gateway::start(&deployment).await;
    let other = Deployment::hello().on_redis(&server.url());
    let Err(second) = Gateway::try_start(&other).await else {
        panic!("two archives for one namespace");
    };
    assert_eq!(second.status.code(), Some(2));
    let said = second.log.text();
    assert!(
        said.contains("another gateway uses this namespace") && said.contains("stop it"),
        "{said}"
    );
    let data = deployment.data().display().to_string();
    assert!(said.contains(&data), "it names the other: {said}");

    // One that stops in order leaves it at once to whoever comes.
    gateway.terminate().await;
    let (status, log) = gateway.ended(PATIENCE).await;
    assert!(status.success(), "{status}\n{}", log.text());
    let elsewhere = Deployment::hello()
        .on_redis(&server.url())
        .with_setting("namespace: hello", "namespace: another");
    let (mut first, beside) = (
        Gateway::start(&deployment).await,
        Gateway::start(&elsewhere).await,
    );
    // One that is killed has it again at once, from its own data directory.
    first.kill().await;
    first = Gateway::start(&deployment).await;
    beside.kill().await;
    drop(first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_at_the_start_is_waited_for_a_moment_and_told_of() {
    let mut server = RedisServer::start();
    server.kill().await;
    let deployment = Deployment::hello().on_redis(&server.url());
    let began = Instant::now();
    let Err(refused) = Gateway::try_start(&deployment).await else {
        panic!("there is nowhere to keep anything");
    };
    assert_eq!(refused.status.code(), Some(2));
    let said = refused.log.text();
    assert!(
        said.contains("cannot be used") && said.contains("start it, or correct store.url"),
        "{said}"
    );
    // Ten seconds of patience, and a slow machine.
    assert!(
        began.elapsed() < Duration::from_secs(45),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_accepted_while_the_server_is_away_and_what_was_is_done_once() {
    let peer = SmtpPeer::start([]).await;
    let mut server = RedisServer::start();
    let deployment = scripted_on(Deployment::hello().on_redis(&server.url()), &peer);
    let gateway = Gateway::start(&deployment).await;
    let tell = async |no| {
        told_of(gateway.address(), "li@example.com", no)
            .await
            .status
    };
    assert_eq!(tell("A1").await, 202);
    peer.mails(1).await;

    server.kill().await;
    assert_eq!(tell("A2").await, 503, "nobody keeps it");
    let ready = gateway.get("/readyz").await;
    assert_eq!(ready.status, 503, "{ready:?}");

    server.start_again();
    let back = async || (tell("A1").await == 200).then_some(());
    until("what was accepted is known", back).await;
    assert_eq!(tell("A2").await, 202, "it was not kept before");
    assert_eq!(tell("A2").await, 200);
    // In the order of their line: what was sent twice would stand before this.
    assert_eq!(tell("A3").await, 202);
    let mails = peer.mails(3).await;
    let orders: Vec<_> = ["A1", "A2", "A3"]
        .iter()
        .zip(&mails)
        .filter(|(no, mail)| mail.text.contains(**no))
        .collect();
    assert_eq!((orders.len(), mails.len()), (3, 3), "{mails:?}");
}

/// How doctor ends, and what it finds.
fn doctor(deployment: &Deployment) -> (Option<i32>, String) {
    let output = Command::new(binary())
        .arg("doctor")
        .arg("--config")
        .arg(deployment.configuration())
        .arg("--data")
        .arg(deployment.data())
        .output()
        .expect("the binary runs");
    let found = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), found)
}
