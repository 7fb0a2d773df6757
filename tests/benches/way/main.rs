//! How fast the way of a message is, as a ratio to a ceiling in the same run.
//!
//! `cargo bench -p signalbox-tests --bench way` measures the gateway and then a bare loop that only frames, appends, commits
//! and answers, on raw SQLite with rows of the same sizes and the same durability, on the same machine, driven by the same load.
//! Two runs of each, taken in turn, since the machine is shared; the better one counts.
//!
//! `-- scrape` behind it measures instead what being scraped costs (`scrape.rs`).
//!
//! The gateway is the binary that `SIGNALBOX_BIN` names, or `target/release/signalbox`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot go on stops, and it prints what it measured"
)]

mod ceiling;
mod connection;
mod figures;
mod load;
mod scrape;
mod target;

use std::time::Duration;

use figures::Figures;
use load::Shape;
use target::Target;

/// The gateway's own, so that the ratio to the ceiling does not measure the allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 2;
const CLOSED: [Shape; 2] = [
    Shape {
        connections: 64,
        in_flight: 1,
    },
    Shape {
        connections: 256,
        in_flight: 8,
    },
];
const CLOSED_FOR: Duration = Duration::from_secs(6);
const OPEN_FOR: Duration = Duration::from_secs(6);
/// The rate of the open loop: low enough that both keep up, on two shared cores.
const OPEN_PER_SECOND: u32 = 1_000;
const IDLE_CONNECTIONS: usize = 1_000;

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let what = arguments.next();
    if what.as_deref() == Some(ceiling::ARGUMENT) {
        let directory = arguments.next().expect("the ceiling needs a directory");
        return ceiling::serve(directory.as_ref());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    if what.as_deref() == Some(scrape::ARGUMENT) {
        assert!(
            runtime.block_on(scrape::is_cheap()),
            "scraping costs too much"
        );
        return;
    }
    let (mut gateway, mut ceiling) = (Figures::default(), Figures::default());
    for round in 1..=ROUNDS {
        println!("round {round} of {ROUNDS}: gateway");
        gateway.keep_better(runtime.block_on(measure(&Target::gateway())));
        println!("round {round} of {ROUNDS}: ceiling");
        ceiling.keep_better(runtime.block_on(measure(&Target::ceiling())));
    }
    figures::print(&gateway, &ceiling);
}

async fn measure(target: &Target) -> Figures {
    let idle = load::idle(target, IDLE_CONNECTIONS).await;
    let mut closed = Vec::new();
    for shape in CLOSED {
        closed.push(load::closed(target, shape, CLOSED_FOR).await);
    }
    let open = load::open(target, OPEN_PER_SECOND, OPEN_FOR).await;
    Figures {
        idle_bytes: Some(idle),
        closed,
        open: Some(open),
    }
}
