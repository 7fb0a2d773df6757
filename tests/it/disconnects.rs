//! A bad line: 200 forced disconnects at random bytes. Nothing lost, nothing twice, order kept.

use std::time::Duration;

use signalbox_tests::address;
use signalbox_tests::chaos_proxy::ChaosProxy;
use signalbox_tests::chat_client::ChatClient;
use signalbox_tests::crowd::Crowd;
use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::Gateway;
use signalbox_tests::oracle;
use signalbox_tests::seed::Random;
use signalbox_tests::until::until;

const DISCONNECTS: u64 = 200;
const CUSTOMERS: usize = 8;

/// A line that went silent is given up after twice this.
const SILENCE: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_disconnects_lose_nothing_and_double_nothing() {
    let mut random = Random::announced("disconnects");
    let gateway = Gateway::start(&Deployment::hello()).await;
    let mut direct = address::fixed(gateway.address());
    let proxy = ChaosProxy::start(direct.clone(), random.fork()).await;
    let clients = (0..CUSTOMERS)
        .map(|_| ChatClient::new(random.fork()).with_silence(SILENCE))
        .collect();
    let crowd = Crowd::start(clients, &proxy.address(), &mut random);
    until("the line was cut often enough", async || {
        (proxy.cuts() >= DISCONNECTS).then_some(())
    })
    .await;
    proxy.calm_down();
    let clients = crowd.finish().await;
    let messages: usize = clients.iter().map(|client| client.said().len()).sum();
    let connections: u64 = clients
        .iter()
        .map(|client| client.repairs().connections)
        .sum();
    println!(
        "disconnects: {} cuts, {} of them silent; {messages} messages over {connections} connections",
        proxy.cuts(),
        proxy.stalls()
    );
    assert!(
        messages as u64 > DISCONNECTS / 2,
        "the line was too bad for messages: {messages}"
    );
    oracle::assert_all_well(&clients, &mut direct).await;
}
