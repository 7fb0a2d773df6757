//! What being scraped costs: the same closed loop with and without a scraper, in turn, in one run.
//!
//! `cargo bench -p signalbox-tests --bench way -- scrape` fails where it costs 3 % of the throughput or more. It is scraped each
//! second, fifteen times as often as Prometheus does by default.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval};

use crate::load::{self, Shape};
use crate::target::Target;

pub(crate) const ARGUMENT: &str = "scrape";

const EACH: Duration = Duration::from_secs(1);
const ROUNDS: usize = 5;
const FOR: Duration = Duration::from_secs(8);
const SHAPE: Shape = Shape {
    connections: 64,
    in_flight: 1,
};
/// Of the throughput.
const MOST: f64 = 0.03;

/// Measures, prints, and answers whether it costs less than it may.
pub(crate) async fn is_cheap() -> bool {
    let target = Target::gateway();
    let (mut alone, mut scraped) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let each = load::closed(&target, SHAPE, FOR, None).await.per_second;
        alone.push(each);
        let with = load::closed(&target, SHAPE, FOR, Some(EACH))
            .await
            .per_second;
        scraped.push(with);
        println!("round {round} of {ROUNDS}: {each:.0}/s alone, {with:.0}/s scraped each second");
    }
    // The better half of each: what else the machine does makes a round slower, never faster.
    let (alone, scraped) = (better_half(alone), better_half(scraped));
    let cost = 1.0 - scraped / alone;
    println!(
        "scrape: {alone:.0}/s alone, {scraped:.0}/s scraped: costs {:.1} %",
        cost * 100.0
    );
    cost < MOST
}

fn better_half(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(|one, other| other.total_cmp(one));
    rates.truncate(rates.len().div_ceil(2));
    rates.iter().sum::<f64>() / rates.len() as f64
}

/// Scrapes until it is dropped.
pub(crate) async fn scrape(port: u16, each: Duration) {
    let mut tick = interval(each);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut page = Vec::new();
        stream.read_to_end(&mut page).await.unwrap();
        assert!(page.starts_with(b"HTTP/1.1 200"), "it is scraped");
    }
}
