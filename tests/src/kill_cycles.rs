//! kill -9 at random moments under load, again and again on one data directory.
//!
//! A moment is the n-th thing that customers did: said (the message is on its way to the store), acknowledged (it waits for
//! its decision) or answered. That falls into every part of a message's way, and is repeated by the seed as nearly as a
//! race can be.

use std::time::{Duration, Instant};

use crate::address;
use crate::chat_client::ChatClient;
use crate::crowd::{Crowd, Progress};
use crate::deployment::Deployment;
use crate::gateway::Gateway;
use crate::oracle;
use crate::seed::Random;

/// Customers who chat at once.
const CUSTOMERS: usize = 6;

/// A kill comes after at most so many more things of its kind.
const MAX_THINGS: u64 = 120;

/// What a run did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Summary {
    /// Kills.
    pub kills: u64,
    /// Messages said, every one acknowledged and answered once.
    pub messages: u64,
    /// The longest that a start took until ready.
    pub longest_start: Duration,
}

/// Kills the gateway `kills` times under load, then lets the customers finish and judges.
///
/// # Panics
/// When anything was lost, doubled or out of order.
pub async fn run(
    deployment: &Deployment,
    kills: u64,
    random: &mut Random,
    mut tell: impl FnMut(u64, Progress),
) -> Summary {
    let (announcer, mut address) = address::announced();
    let mut gateway = Gateway::start(deployment).await;
    announcer.is_at(gateway.address());
    let clients = (0..CUSTOMERS)
        .map(|_| ChatClient::new(random.fork()))
        .collect();
    let mut crowd = Crowd::start(clients, &address, random);
    let mut longest_start = Duration::ZERO;
    for kill in 1..=kills {
        crowd.until(moment(crowd.progress(), random)).await;
        announcer.is_away();
        gateway.kill().await;
        let started = Instant::now();
        gateway = Gateway::start(deployment).await;
        longest_start = longest_start.max(started.elapsed());
        announcer.is_at(gateway.address());
        tell(kill, crowd.progress());
    }
    let clients = crowd.finish().await;
    oracle::assert_all_well(&clients, &mut address).await;
    gateway.terminate().await;
    let (status, log) = gateway.ended(crate::until::PATIENCE).await;
    assert!(
        status.success(),
        "the last stop was not clean: {status}\n{}",
        log.text()
    );
    Summary {
        kills,
        messages: clients
            .iter()
            .map(|client| client.said().len() as u64)
            .sum(),
        longest_start,
    }
}

fn moment(now: Progress, random: &mut Random) -> impl Fn(Progress) -> bool + use<> {
    let kind = random.below(3);
    let more = random.between(1, MAX_THINGS);
    let count = move |progress: Progress| match kind {
        0 => progress.said,
        1 => progress.acknowledged,
        _ => progress.answered,
    };
    let enough = count(now) + more;
    move |progress| count(progress) >= enough
}
