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
use crate::redis_server::RedisServer;
use crate::seed::Random;
use crate::until::until;

/// Customers who chat at once, each with some messages on the way.
const CUSTOMERS: usize = 6;

/// A kill comes after at most so many more things of its kind.
const MAX_THINGS: u64 = 120;

/// Who is killed.
#[derive(Debug)]
pub enum Victims<'run> {
    /// The gateway.
    Gateway,
    /// The Redis server that it keeps its messages on.
    Redis(&'run mut RedisServer),
    /// One and the other in turn, the server first.
    InTurn(&'run mut RedisServer),
}

impl Victims<'_> {
    /// The server, if it is what the kill with this number hits.
    fn redis(&mut self, kill: u64) -> Option<&mut RedisServer> {
        match self {
            Self::Gateway => None,
            Self::Redis(server) => Some(server),
            Self::InTurn(server) => (kill % 2 == 1).then_some(server),
        }
    }
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Summary {
    /// Kills.
    pub kills: u64,
    /// Messages said, every one acknowledged and answered once.
    pub messages: u64,
    /// The longest that it took from a start until ready; a killed server's counts until the gateway is ready again.
    pub longest_start: Duration,
}

/// Kills `kills` times under load, then lets the customers finish and judges.
///
/// # Panics
/// When anything was lost, doubled or out of order.
pub async fn run(
    deployment: &Deployment,
    mut victims: Victims<'_>,
    kills: u64,
    random: &mut Random,
    mut tell: impl FnMut(u64, Progress),
) -> Summary {
    let (announcer, mut address) = address::announced();
    let mut gateway = Gateway::start(deployment).await;
    announcer.is_at(gateway.address());
    let mut customers = |number: usize| -> Vec<ChatClient> {
        let fresh = std::iter::repeat_with(|| ChatClient::new(random.fork()));
        fresh.take(number).collect()
    };
    let mut crowd = match victims {
        Victims::Gateway => {
            let clients = customers(CUSTOMERS);
            Crowd::start(clients, &address, random)
        }
        // A gateway without its server goes on, and refuses.
        Victims::Redis(_) | Victims::InTurn(_) => {
            let clients = customers(CUSTOMERS);
            let clients = clients.into_iter().map(ChatClient::forgiving).collect();
            Crowd::start(clients, &address, random)
        }
    };
    let mut longest_start = Duration::ZERO;
    for kill in 1..=kills {
        crowd.until(moment(crowd.progress(), random)).await;
        let took = match victims.redis(kill) {
            Some(server) => {
                server.kill().await;
                server.start_again();
                ready_again(&mut gateway).await
            }
            None => {
                announcer.is_away();
                gateway.kill().await;
                let started = Instant::now();
                gateway = Gateway::start(deployment).await;
                announcer.is_at(gateway.address());
                started.elapsed()
            }
        };
        longest_start = longest_start.max(took);
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

async fn ready_again(gateway: &mut Gateway) -> Duration {
    let is_ready = async || (gateway.get("/readyz").await.status == 200).then_some(());
    let ((), took) = until("the gateway is ready again", is_ready).await;
    took
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
