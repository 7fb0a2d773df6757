//! Which library carries the embedded store: the real commit, measured. `cargo bench -p signalbox-store-embedded`.
//!
//! One message is two durable steps. APPEND: dedupe row, thread counter, the sealed event, its places in inbox and
//! transcript. COMMIT, one a partition: position compared and moved, the state, the sealed reply with its place in the
//! transcript, the decision record. So many messages wait at a time; the steps of all that wait share one transaction and
//! one fsync, as in the store. The candidates take turns in rounds on the same disk, so that noise meets both; read the
//! ratios, and the CPU time, which other work on the machine changes less. The reasons drawn from it are in `docs/adr/0001-embedded-store.md`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench stops where something fails, and prints what it has measured"
)]

mod candidate;
mod cpu;
mod on_redb;
mod on_sqlite;
mod store;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use candidate::{Candidate, Message, Messages};

const WAITING: [usize; 3] = [1, 32, 256];
const ROUNDS: usize = 6;
const ROUND: Duration = Duration::from_millis(700);

fn main() {
    // Beside the build, so on the disk of the build; another one by argument.
    let directory = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let directory =
        directory.map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    println!("messages/s, each message an append and a commit, fsync before the answer\n");
    println!(
        "{:<8} {:>8} {:>12} {:>14} {:>12} {:>12}",
        "library", "waiting", "messages/s", "CPU/message", "p50 step", "p99 step"
    );
    for waiting in WAITING {
        let place = tempfile::tempdir_in(&directory).expect("a directory to measure in");
        let mut lanes = [
            Lane::new(Box::new(on_sqlite::Sqlite::create(place.path()))),
            Lane::new(Box::new(on_redb::Redb::create(place.path()))),
        ];
        for _ in 0..ROUNDS {
            for lane in &mut lanes {
                lane.run(waiting);
            }
        }
        for lane in &mut lanes {
            lane.report(waiting);
        }
        let [sqlite, redb] = &lanes;
        let rate = sqlite.rate() / redb.rate();
        let cpu = sqlite.cpu_per_message().as_secs_f64() / redb.cpu_per_message().as_secs_f64();
        println!("{:<8} {waiting:>8} {rate:>11.2}x {cpu:>13.2}x\n", "ratio");
    }
    println!("the store as built, through its asynchronous interface");
    store::measure(&directory);
}

/// One candidate and what was measured of it.
struct Lane {
    candidate: Box<dyn Candidate>,
    messages: Messages,
    done: usize,
    spent: Duration,
    cpu: Duration,
    steps: Vec<Duration>,
}

impl Lane {
    fn new(candidate: Box<dyn Candidate>) -> Self {
        Self {
            candidate,
            messages: Messages::default(),
            done: 0,
            spent: Duration::ZERO,
            cpu: Duration::ZERO,
            steps: Vec::new(),
        }
    }

    fn run(&mut self, waiting: usize) {
        let cpu = cpu::spent();
        let begin = Instant::now();
        while begin.elapsed() < ROUND {
            let mut group: Vec<Message> = self.messages.by_ref().take(waiting).collect();
            self.step(|candidate| candidate.append(&group));
            group.sort_by_key(|message| message.partition);
            self.step(|candidate| candidate.commit(&group));
            self.done += waiting;
        }
        self.spent += begin.elapsed();
        self.cpu += cpu::spent() - cpu;
    }

    fn step(&mut self, step: impl FnOnce(&mut dyn Candidate)) {
        let begin = Instant::now();
        step(self.candidate.as_mut());
        self.steps.push(begin.elapsed());
    }

    fn rate(&self) -> f64 {
        self.done as f64 / self.spent.as_secs_f64()
    }

    fn cpu_per_message(&self) -> Duration {
        self.cpu.div_f64(self.done as f64)
    }

    fn report(&mut self, waiting: usize) {
        self.steps.sort();
        let at = |part: f64| self.steps[(self.steps.len() as f64 * part) as usize];
        println!(
            "{:<8} {waiting:>8} {:>12.0} {:>14.1?} {:>12.1?} {:>12.1?}",
            self.candidate.name(),
            self.rate(),
            self.cpu_per_message(),
            at(0.5),
            at(0.99)
        );
    }
}
