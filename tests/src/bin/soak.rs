//! Long runs that can be interrupted and taken up again: `signalbox-soak PART`.
//!
//! Parts: `kill-embedded`, kill -9 under load on the embedded store, 200 times. What is done so far is kept under
//! `target/soak/PART/`, the data directory included, so every round finds what the rounds before it left. A round that was
//! interrupted counts for nothing and is run again.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal, whose failed assumption is a failed run"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_tests::deployment::{Deployment, repository};
use signalbox_tests::kill_cycles;
use signalbox_tests::seed::Random;
use tokio::signal::unix::{SignalKind, signal};

/// Kills in all.
const KILLS: u64 = 200;

/// Kills after which the customers finish, everything is judged, and the state is written.
const KILLS_IN_ROUND: u64 = 10;

/// What was done so far.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Done {
    kills: u64,
    messages: u64,
    longest_start_ms: u64,
    /// One a round, to repeat it.
    seeds: Vec<u64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(part), None) = (arguments.next(), arguments.next()) else {
        return wrong_use();
    };
    if part != "kill-embedded" {
        return wrong_use();
    }
    let directory = directory_of(&part);
    tokio::select! {
        () = kill_embedded(&directory) => ExitCode::SUCCESS,
        // Given up, the gateway of this round is killed too, and does not stand in the next run's way.
        () = interrupted() => ExitCode::from(130),
    }
}

async fn interrupted() {
    let mut terminate = signal(SignalKind::terminate()).unwrap();
    let mut interrupt = signal(SignalKind::interrupt()).unwrap();
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    println!("interrupted; the same command goes on from the last whole round");
}

fn wrong_use() -> ExitCode {
    eprintln!("usage: signalbox-soak kill-embedded");
    ExitCode::from(2)
}

fn directory_of(part: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| repository().join("target"));
    target.join("soak").join(part)
}

async fn kill_embedded(directory: &Path) {
    let state = directory.join("state.json");
    let mut done = load(&state);
    if done.kills >= KILLS {
        println!("a run is complete; a new one begins");
        fs::remove_dir_all(directory).unwrap();
        done = Done::default();
    }
    let deployment = Deployment::kept_in(&directory.join("deployment"));
    println!(
        "kill-embedded: {} of {KILLS} kills are done; everything is kept in {}",
        done.kills,
        directory.display()
    );
    while done.kills < KILLS {
        let before = done.kills;
        let seed = Random::announced("soak").bits();
        let mut random = Random::from_seed(seed);
        let tell = |kill, progress: signalbox_tests::crowd::Progress| {
            println!(
                "kill {} of {KILLS}: {} said, {} acknowledged, {} answered in this round",
                before + kill,
                progress.said,
                progress.acknowledged,
                progress.answered
            );
        };
        let kills = KILLS_IN_ROUND.min(KILLS - before);
        let summary = kill_cycles::run(&deployment, kills, &mut random, tell).await;
        done.kills += summary.kills;
        done.messages += summary.messages;
        let start = u64::try_from(summary.longest_start.as_millis()).unwrap();
        done.longest_start_ms = done.longest_start_ms.max(start);
        done.seeds.push(seed);
        save(&state, &done);
    }
    println!(
        "kill-embedded: {} kills, {} messages: every one acknowledged, decided and answered once, in order. \
         The longest start took {:?}. Seeds of the rounds: {:?}",
        done.kills,
        done.messages,
        Duration::from_millis(done.longest_start_ms),
        done.seeds
    );
}

fn load(state: &Path) -> Done {
    match fs::read(state) {
        Ok(bytes) => serde_json::from_slice(&bytes).expect("the state that an earlier run wrote"),
        Err(_) => Done::default(),
    }
}

/// Whole or not at all, since an interruption is what this is for.
fn save(state: &Path, done: &Done) {
    let draft = state.with_extension("draft");
    fs::write(&draft, serde_json::to_vec_pretty(done).unwrap()).unwrap();
    fs::rename(&draft, state).unwrap();
}
