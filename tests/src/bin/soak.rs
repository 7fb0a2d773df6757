//! Long runs that can be interrupted and taken up again: `signalbox-soak PART`.
//!
//! Parts: `strangers`, a million people who write once each and leave the number of series as it was
//! (`SIGNALBOX_SOAK_STRANGERS` asks for fewer or more; it begins anew each time); `kill-embedded`, kill -9 under load on the embedded store, 200 times; `kill-redis`, of the gateway and its Redis
//! server in turn. `SIGNALBOX_SOAK_KILLS` asks for fewer or more. What is done so far is kept under
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
use signalbox_tests::gateway::Gateway;
use signalbox_tests::kill_cycles::{self, Victims};
use signalbox_tests::redis_server::RedisServer;
use signalbox_tests::seed::Random;
use signalbox_tests::strangers;
use tokio::signal::unix::{SignalKind, signal};

/// Kills in all, unless `SIGNALBOX_SOAK_KILLS` says otherwise.
const KILLS: u64 = 200;

/// People who write, unless `SIGNALBOX_SOAK_STRANGERS` says otherwise.
const STRANGERS: u64 = 1_000_000;
const STRANGERS_PART: &str = "strangers";

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

/// What is killed.
#[derive(Debug, Clone, Copy)]
enum Part {
    Embedded,
    Redis,
}

impl Part {
    fn named(name: &str) -> Option<Self> {
        [Self::Embedded, Self::Redis]
            .into_iter()
            .find(|part| part.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Embedded => "kill-embedded",
            Self::Redis => "kill-redis",
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(part), None) = (arguments.next(), arguments.next()) else {
        return wrong_use();
    };
    if part == STRANGERS_PART {
        strangers().await;
        return ExitCode::SUCCESS;
    }
    let Some(part) = Part::named(&part) else {
        return wrong_use();
    };
    let directory = directory_of(part.name());
    tokio::select! {
        () = kill(part, &directory) => ExitCode::SUCCESS,
        // Given up, the gateway of this round is killed too, and does not stand in the next run's way.
        () = interrupted() => ExitCode::from(130),
    }
}

async fn strangers() {
    let wanted = std::env::var("SIGNALBOX_SOAK_STRANGERS").ok();
    let wanted = wanted.map_or(STRANGERS, |count| count.parse().expect("a number"));
    let gateway = Gateway::start(&strangers::deployment()).await;
    strangers::add_no_series(&gateway, wanted).await;
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
    eprintln!("usage: signalbox-soak kill-embedded|kill-redis|strangers");
    ExitCode::from(2)
}

fn directory_of(part: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| repository().join("target"));
    target.join("soak").join(part)
}

async fn kill(part: Part, directory: &Path) {
    let (name, wanted) = (part.name(), kills_wanted());
    let state = directory.join("state.json");
    let mut done = load(&state);
    if done.kills >= wanted {
        println!("a run is complete; a new one begins");
        fs::remove_dir_all(directory).unwrap();
        done = Done::default();
    }
    let mut deployment = Deployment::kept_in(&directory.join("deployment"));
    let mut server = match part {
        Part::Embedded => None,
        Part::Redis => Some(RedisServer::kept_in(&directory.join("redis"))),
    };
    if let Some(server) = &server {
        deployment = deployment.on_redis(&server.url());
    }
    println!(
        "{name}: {} of {wanted} kills are done; everything is kept in {}",
        done.kills,
        directory.display()
    );
    while done.kills < wanted {
        let before = done.kills;
        let seed = Random::announced("soak").bits();
        let mut random = Random::from_seed(seed);
        let tell = |kill, progress: signalbox_tests::crowd::Progress| {
            println!(
                "kill {} of {wanted}: {} said, {} acknowledged, {} answered in this round",
                before + kill,
                progress.said,
                progress.acknowledged,
                progress.answered
            );
        };
        let kills = KILLS_IN_ROUND.min(wanted - before);
        let victims = match &mut server {
            Some(server) => Victims::InTurn(server),
            None => Victims::Gateway,
        };
        let summary = kill_cycles::run(&deployment, victims, kills, &mut random, tell).await;
        done.kills += summary.kills;
        done.messages += summary.messages;
        let start = u64::try_from(summary.longest_start.as_millis()).unwrap();
        done.longest_start_ms = done.longest_start_ms.max(start);
        done.seeds.push(seed);
        save(&state, &done);
    }
    println!(
        "{name}: {} kills, {} messages: every one acknowledged, decided and answered once, in order. \
         The longest start took {:?}. Seeds of the rounds: {:?}",
        done.kills,
        done.messages,
        Duration::from_millis(done.longest_start_ms),
        done.seeds
    );
}

fn kills_wanted() -> u64 {
    match std::env::var("SIGNALBOX_SOAK_KILLS") {
        Ok(number) => number.parse().expect("SIGNALBOX_SOAK_KILLS is a number"),
        Err(_) => KILLS,
    }
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
