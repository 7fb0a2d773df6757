//! A deploy: SIGTERM under load. Clients are told to go away, come back, and nothing is lost.

use signalbox_tests::address;
use signalbox_tests::chat_client::ChatClient;
use signalbox_tests::crowd::Crowd;
use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::Gateway;
use signalbox_tests::oracle;
use signalbox_tests::seed::Random;
use signalbox_tests::until::PATIENCE;

const RESTARTS: usize = 2;
const CUSTOMERS: usize = 6;

/// Messages answered between two restarts.
const ANSWERED_BETWEEN: u64 = 40;

/// Goodbyes are spread over a while, so that clients do not come back as one herd. Shorter here than in a deploy.
const LEAVE_SOON: &str = "webchat:\n  leave_within: 2s\n";

/// What a client reads when the server goes away.
const GOING_AWAY: u16 = 1001;

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_told_and_lose_nothing_when_the_gateway_restarts() {
    let mut random = Random::announced("restart");
    let deployment = Deployment::hello().with_setting("webchat:\n", LEAVE_SOON);
    let (announcer, mut address) = address::announced();
    let mut gateway = Gateway::start(&deployment).await;
    announcer.is_at(gateway.address());
    let clients = (0..CUSTOMERS)
        .map(|_| ChatClient::new(random.fork()))
        .collect();
    let mut crowd = Crowd::start(clients, &address, &mut random);
    for _ in 0..RESTARTS {
        let enough = crowd.progress().answered + ANSWERED_BETWEEN;
        crowd.until(|progress| progress.answered >= enough).await;
        announcer.is_away();
        gateway.terminate().await;
        let (status, log) = gateway.ended(PATIENCE).await;
        assert!(
            status.success(),
            "SIGTERM ends it well: {status}\n{}",
            log.text()
        );
        gateway = Gateway::start(&deployment).await;
        announcer.is_at(gateway.address());
    }
    let clients = crowd.finish().await;
    for (number, client) in clients.iter().enumerate() {
        let told = client.closes().iter().filter(|code| **code == GOING_AWAY);
        assert_eq!(
            told.count(),
            RESTARTS,
            "customer {number} is told of each restart: {:?}",
            client.closes()
        );
    }
    oracle::assert_all_well(&clients, &mut address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_gateway_on_the_same_data_is_refused_in_plain_words() {
    let deployment = Deployment::hello();
    let first = Gateway::start(&deployment).await;
    let refused = Gateway::try_start(&deployment)
        .await
        .expect_err("two gateways would tear one log");
    let words = refused.log.text();
    assert_eq!(
        refused.status.code(),
        Some(2),
        "wrong use, said as such: {words}"
    );
    let directory = deployment.data().display().to_string();
    assert!(words.contains(&directory), "names the directory: {words}");
    assert!(!words.contains("panicked"), "{words}");
    assert_eq!(first.get("/readyz").await.status, 200, "the first goes on");
}
