//! Damaged files: after a kill the end of a file is torn, or bits are flipped. The gateway serves what is right or nothing:
//! never other words than were said, and never without saying so.
//!
//! What it may do: start and serve everything; start and refuse what it cannot vouch for; not start, and say why.
//! The last commit is different: torn or turned around, it looks as one that a power failure cut short, so it may be gone
//! without a word, for every store has to expect that.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use signalbox_tests::address;
use signalbox_tests::chat_client::{ChatClient, Entry, Step};
use signalbox_tests::crowd::Crowd;
use signalbox_tests::deployment::Deployment;
use signalbox_tests::gateway::Gateway;
use signalbox_tests::seed::Random;
use signalbox_tests::until::PATIENCE;

/// Files are damaged one at a time, each time from the same good copy.
const AFTER_KILL: Rounds = Rounds { flips: 8, tears: 4 };
const AFTER_STOP: Rounds = Rounds { flips: 4, tears: 2 };
const CUSTOMERS: usize = 4;
const MESSAGES: u64 = 60;

/// How often bits are flipped, and how often an end is torn off.
#[derive(Clone, Copy)]
struct Rounds {
    flips: usize,
    tears: usize,
}

/// What the last commit can have held: the customers finished one after the other, each with its last answers.
const LAST_COMMIT_ENTRIES: u64 = 8;

/// How long a gateway with damaged files may be silent before a reader takes it as "no answer".
const READER_WAITS: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread")]
async fn damaged_files_never_serve_wrong_words() {
    let mut random = Random::announced("damage");
    let deployment = Deployment::hello();
    let clients = a_killed_gateways_customers(&deployment, &mut random).await;
    let good = deployment.data().with_file_name("good");
    copy(deployment.data(), &good);
    let outcomes =
        damage_again_and_again(&deployment, &good, AFTER_KILL, &clients, &mut random).await;
    // After a kill the log holds nearly everything, so damage in its middle is always of consequence.
    assert!(
        outcomes
            .iter()
            .any(|outcome| outcome.starts_with("refused") || outcome.contains("said so")),
        "no damage was ever noticed, so the damage did not hit anything: {outcomes:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_files_of_a_clean_stop_never_serve_wrong_words() {
    let mut random = Random::announced("damage after a clean stop");
    let deployment = Deployment::hello();
    let clients = a_killed_gateways_customers(&deployment, &mut random).await;
    let gateway = Gateway::start(&deployment).await;
    gateway.terminate().await;
    gateway.ended(PATIENCE).await;
    let good = deployment.data().with_file_name("good");
    copy(deployment.data(), &good);
    damage_again_and_again(&deployment, &good, AFTER_STOP, &clients, &mut random).await;
}

/// Damages a copy of the good files, each time at another place, and looks what is served.
async fn damage_again_and_again(
    deployment: &Deployment,
    good: &Path,
    rounds: Rounds,
    clients: &[ChatClient],
    random: &mut Random,
) -> Vec<String> {
    let mut outcomes = Vec::new();
    for round in 0..rounds.flips + rounds.tears {
        fs::remove_dir_all(deployment.data()).unwrap();
        copy(good, deployment.data());
        let what = if round < rounds.flips {
            flip_bits(deployment.data(), round, random)
        } else {
            tear(deployment.data(), round, random)
        };
        let started = Instant::now();
        let outcome = serve_and_compare(deployment, clients, random, &what).await;
        println!("damage: {what}: {outcome}, after {:?}", started.elapsed());
        outcomes.push(outcome);
    }
    outcomes
}

/// Lets customers chat, and kills the gateway while they do.
async fn a_killed_gateways_customers(
    deployment: &Deployment,
    random: &mut Random,
) -> Vec<ChatClient> {
    let gateway = Gateway::start(deployment).await;
    let address = address::fixed(gateway.address());
    let clients = (0..CUSTOMERS)
        .map(|_| ChatClient::new(random.fork()))
        .collect();
    let mut crowd = Crowd::start(clients, &address, random);
    crowd.until(|progress| progress.answered >= MESSAGES).await;
    let clients = crowd.finish().await;
    gateway.kill().await;
    clients
}

/// Starts on the damaged files and reads every thread; answers what became of it.
async fn serve_and_compare(
    deployment: &Deployment,
    clients: &[ChatClient],
    random: &mut Random,
    what: &str,
) -> String {
    let gateway = match Gateway::try_start(deployment).await {
        Ok(gateway) => gateway,
        Err(refused) => {
            let words = refused.log.text();
            assert!(!words.contains("panicked"), "{what}: {words}");
            assert!(
                speaks_of_damage(&words),
                "{what}: refused without saying why: {words}"
            );
            return format!(
                "refused at start: {}",
                words.lines().last().unwrap_or_default()
            );
        }
    };
    let mut address = address::fixed(gateway.address());
    let mut complete = 0;
    let mut missing = 0;
    for client in clients {
        let mut reader = client
            .elsewhere(random.fork())
            .with_silence(Duration::from_secs(2));
        let wanted = client.transcript().highest();
        let mut script = move |reader: &ChatClient| {
            if reader.transcript().last_sequence() >= wanted || !reader.violations().is_empty() {
                Step::Leave
            } else {
                Step::Wait
            }
        };
        // Whatever it does not get within this time, it does not get.
        let _ = tokio::time::timeout(READER_WAITS, reader.chat(&mut address, &mut script)).await;
        for (sequence, entry) in reader.transcript().entries() {
            let right = client
                .transcript()
                .entries()
                .find(|(at, _)| *at == sequence);
            assert_same_words(what, sequence, entry, right.map(|(_, entry)| entry));
        }
        missing += wanted - reader.transcript().last_sequence().min(wanted);
        if reader.transcript().last_sequence() >= wanted {
            complete += 1;
        }
    }
    assert!(
        !gateway.log().has("panicked"),
        "{what}: {}",
        gateway.log().text()
    );
    if complete == clients.len() {
        return "all was served, and rightly".to_owned();
    }
    if missing <= LAST_COMMIT_ENTRIES {
        return format!("all was served but the last commit, {missing} entries");
    }
    let told = format!(
        "{}{}",
        gateway.log().text(),
        gateway.get("/readyz").await.body
    );
    assert!(
        speaks_of_damage(&told),
        "{what}: {complete} of {} threads are served, and nothing says why: {told}",
        clients.len()
    );
    format!(
        "{complete} of {} threads served, the rest refused and said so",
        clients.len()
    )
}

fn assert_same_words(what: &str, sequence: u64, served: &Entry, right: Option<&Entry>) {
    assert_eq!(
        Some(served),
        right,
        "{what}: wrong words are served at {sequence}"
    );
}

fn speaks_of_damage(text: &str) -> bool {
    let text = text.to_lowercase();
    ["damaged", "damage", "corrupt", "malformed", "checksum"]
        .iter()
        .any(|word| text.contains(word))
}

/// Turns a few bits of one file around, somewhere; says where.
fn flip_bits(data: &Path, round: usize, random: &mut Random) -> String {
    let file = file_of_round(data, round);
    let mut bytes = fs::read(&file).unwrap();
    let at = random.below(bytes.len() as u64) as usize;
    let end = (at + 16).min(bytes.len());
    for byte in &mut bytes[at..end] {
        *byte ^= 1 << random.below(8);
    }
    fs::write(&file, &bytes).unwrap();
    format!(
        "bits flipped in {} from byte {at} of {}",
        name(data, &file),
        bytes.len()
    )
}

/// Cuts the end of one file off; says where.
fn tear(data: &Path, round: usize, random: &mut Random) -> String {
    let file = file_of_round(data, round);
    let length = fs::metadata(&file).unwrap().len();
    let left = length - random.between(1, length.min(4_096));
    fs::File::options()
        .write(true)
        .open(&file)
        .unwrap()
        .set_len(left)
        .unwrap();
    format!("{} torn from {length} to {left} bytes", name(data, &file))
}

/// The files of the store in turn. The deployment's key is none, the ballast only keeps room for bad times, and a `-shm`
/// is an index in memory that is made anew.
fn file_of_round(data: &Path, round: usize) -> PathBuf {
    let mut files = Vec::new();
    collect(data, &mut files);
    files.sort();
    files.retain(|file| {
        let name = name(data, file);
        !["key", "ballast", "-shm"]
            .iter()
            .any(|other| name.contains(other))
    });
    files.swap_remove(round % files.len())
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap();
        if kind.is_dir() {
            collect(&path, files);
        } else if kind.is_file() && kind.len() > 0 {
            files.push(path);
        }
    }
}

fn name(data: &Path, file: &Path) -> String {
    file.strip_prefix(data).unwrap().display().to_string()
}

/// Copies a directory; sockets that a killed process left are not files and stay behind.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_file() {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
