//! What being scraped costs.
//!
//! `cargo bench -p signalbox-tests --bench way -- scrape` fails where it costs 3 % of the throughput or more. It is scraped each
//! second, fifteen times as often as is usual. Compared is processor time: what a loop of messages takes each second, and
//! what a scrape of the same gateway takes right behind it. Unlike two rates it is not changed by what else the machine does,
//! and a difference of rates this small is lost among that.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::load::{self, Shape};
use crate::target::Target;

pub(crate) const ARGUMENT: &str = "scrape";

const ROUNDS: usize = 3;
const FOR: Duration = Duration::from_secs(6);
const SHAPE: Shape = Shape {
    connections: 64,
    in_flight: 1,
};
/// Enough to be seen on a clock that ticks a hundred times a second.
const SCRAPES: u32 = 500;
/// Of the throughput.
const MOST: f64 = 0.03;

/// Measures, prints, and answers whether it costs less than it may, in the worst round.
pub(crate) async fn is_cheap() -> bool {
    let mut worst: f64 = 0.0;
    for round in 1..=ROUNDS {
        let server = Target::gateway().start();
        let closed = load::closed_on(&server, SHAPE, FOR).await;
        let each_second = closed.cpu_per_message.mul_f64(closed.per_second);
        let (cpu, started) = (server.cpu(), Instant::now());
        let mut bytes = 0;
        for _ in 0..SCRAPES {
            bytes = scrape(server.port).await;
        }
        let (scrape, took) = ((server.cpu() - cpu) / SCRAPES, started.elapsed() / SCRAPES);
        let cost = scrape.as_secs_f64() / (scrape + each_second).as_secs_f64();
        worst = worst.max(cost);
        println!(
            "round {round} of {ROUNDS}: {:.0} messages/s take {each_second:.0?} of processor each second; \
             a scrape of {bytes} bytes takes {scrape:.1?} ({took:.1?} on the clock), once a second {:.2} %",
            closed.per_second,
            cost * 100.0
        );
    }
    worst < MOST
}

/// Reads the page once; answers how long it is.
async fn scrape(port: u16) -> usize {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut page = Vec::new();
    stream.read_to_end(&mut page).await.unwrap();
    assert!(page.starts_with(b"HTTP/1.1 200"), "it is scraped");
    page.len()
}
