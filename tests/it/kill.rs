//! kill -9 under load: every acknowledged message has one decision and one reply.

use signalbox_tests::deployment::Deployment;
use signalbox_tests::kill_cycles::{self, Victims};
use signalbox_tests::redis_server::RedisServer;
use signalbox_tests::seed::Random;

/// The soak runs 200 (`make soak PART=kill-embedded`).
const KILLS: u64 = 10;

/// The soak runs 200, of the gateway and the server in turn (`make soak PART=kill-redis`).
const KILLS_OF_REDIS: u64 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_by_kills() {
    let mut random = Random::announced("kill");
    let deployment = Deployment::hello();
    let run = kill_cycles::run(&deployment, Victims::Gateway, KILLS, &mut random, |_, _| {});
    let summary = run.await;
    println!("kill: {summary:?}");
    assert!(
        summary.messages >= KILLS,
        "there was hardly any load: {summary:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_by_kills_of_redis() {
    let mut random = Random::announced("kill-redis");
    let mut server = RedisServer::start();
    let deployment = Deployment::hello().on_redis(&server.url());
    let victims = Victims::Redis(&mut server);
    let run = kill_cycles::run(&deployment, victims, KILLS_OF_REDIS, &mut random, |_, _| {});
    let summary = run.await;
    println!("kill-redis: {summary:?}");
    assert!(
        summary.messages >= KILLS_OF_REDIS,
        "there was hardly any load: {summary:?}"
    );
}
