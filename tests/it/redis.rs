//! The gateway on Redis: what it says of a server, and who may use it.

use std::process::Command;

use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::{Gateway, binary};
use signalbox_tests::redis_server::RedisServer;
use signalbox_tests::until::PATIENCE;

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
    let (mut first, mut beside) = (
        Gateway::start(&deployment).await,
        Gateway::start(&elsewhere).await,
    );
    // One that is killed has it again at once, from its own data directory.
    first.kill().await;
    first = Gateway::start(&deployment).await;
    beside.kill().await;
    drop(first);
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
