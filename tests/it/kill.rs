//! kill -9 under load: every acknowledged message has one decision and one reply.

use signalbox_tests::deployment::Deployment;
use signalbox_tests::kill_cycles;
use signalbox_tests::seed::Random;

/// The soak runs 200 (`make soak PART=kill-embedded`).
const KILLS: u64 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_by_kills() {
    let mut random = Random::announced("kill");
    let summary = kill_cycles::run(&Deployment::hello(), KILLS, &mut random, |_, _| {}).await;
    println!("kill: {summary:?}");
    assert!(
        summary.messages >= KILLS,
        "there was hardly any load: {summary:?}"
    );
}
