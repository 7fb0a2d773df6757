//! A process that writes until it is stopped, and says what was acknowledged. The test binary runs itself for it.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use signalbox_store::{Committed, Durability, Offset, PartitionId, StoreError};
use signalbox_store_embedded::EmbeddedStore;
use tokio::task::JoinSet;

use crate::samples;

const DIRECTORY: &str = "SIGNALBOX_TEST_WRITER_DIRECTORY";
const FIRST: &str = "SIGNALBOX_TEST_WRITER_FIRST";
/// So many messages are appended at the same time, then answered.
pub(crate) const AT_ONCE: u64 = 24;

/// Starts a writer that begins with this message; `before` are words to put in front of the command.
pub(crate) fn start(
    before: &[&str],
    directory: &Path,
    first: u64,
) -> (Child, Lines<BufReader<ChildStdout>>) {
    let this = std::env::current_exe().expect("this binary");
    let mut words = before.iter().map(std::ffi::OsStr::new).collect::<Vec<_>>();
    words.push(this.as_os_str());
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .args([
            "--exact",
            "child::writes_until_it_is_stopped",
            "--ignored",
            "--nocapture",
        ])
        .env(DIRECTORY, directory)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the writer starts");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    (child, lines)
}

/// Says one thing at once, whole.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").expect("the parent listens");
    out.flush().expect("the parent listens");
}

#[test]
#[ignore = "other tests run it, in a process of its own"]
fn writes_until_it_is_stopped() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let first = std::env::var(FIRST).expect("where to begin");
    let first = first.parse().expect("a number");
    let on_fatal = Arc::new(|reason: String| say(&format!("fatal {reason}")));
    let opened = EmbeddedStore::open_with(Path::new(&directory), Durability::Fsync, on_fatal);
    let store = Arc::new(opened.expect("the store opens"));
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    if let Err(error) = runtime.block_on(write(&store, first)) {
        let again = runtime.block_on(samples::keep(&store, 1_000_000_000));
        say(&format!("failed {error:?}"));
        say(&format!("again {again:?}"));
    }
}

async fn write(store: &Arc<EmbeddedStore>, first: u64) -> Result<(), StoreError> {
    let partitions: Vec<PartitionId> = (0..3).map(samples::partition).collect();
    let mut owned = Vec::new();
    for partition in partitions {
        let fence = samples::own(store, partition, first).await;
        owned.push((partition, fence, None::<Offset>));
    }
    let mut number = first;
    loop {
        let mut tasks = JoinSet::new();
        for number in number..number + AT_ONCE {
            let store = Arc::clone(store);
            tasks.spawn(async move {
                let kept = samples::keep(&store, number).await;
                match &kept {
                    Ok(()) => say(&format!("kept {number}")),
                    Err(error) => say(&format!("failed {error:?}")),
                }
                kept
            });
        }
        let kept = tasks.join_all().await;
        kept.into_iter().collect::<Result<(), StoreError>>()?;
        number += AT_ONCE;
        for (partition, fence, position) in &mut owned {
            let from = match position {
                Some(position) => *position,
                None => committed_position(store, *partition, *fence).await?,
            };
            let commit = samples::answers(store, *partition, *fence, from).await?;
            let to = commit.to;
            let committed = store_commit(store, commit).await?;
            assert!(
                matches!(committed, Committed::Committed { .. }),
                "{committed:?}"
            );
            say(&format!("committed {} {to}", partition.number));
            *position = Some(to);
        }
    }
}

async fn store_commit(
    store: &EmbeddedStore,
    commit: signalbox_store::Commit,
) -> Result<Committed, StoreError> {
    signalbox_store::Store::commit(store, commit).await
}

/// Where a partition stands: the answer to a batch that was read from nowhere.
async fn committed_position(
    store: &EmbeddedStore,
    partition: PartitionId,
    fence: signalbox_store::Fence,
) -> Result<Offset, StoreError> {
    let mut probe = samples::answers(store, partition, fence, Offset(u64::MAX >> 21)).await?;
    probe.from = Offset(u64::MAX);
    match store_commit(store, probe).await? {
        Committed::Conflict { position } => Ok(position),
        other => panic!("no partition stands there, but the answer was {other:?}"),
    }
}
