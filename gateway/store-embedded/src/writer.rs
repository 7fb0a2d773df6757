//! The one thread that writes: takes all steps that wait into one transaction, makes it durable, answers each.

mod checkpoint;
mod group;
mod step;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use signalbox_store::{Durability, StoreError};
use tokio::sync::oneshot;

pub(crate) use self::checkpoint::checkpoint_if_due;
use self::group::Group;
pub(crate) use self::step::Scope;
use self::step::{Asked, Step};
use crate::condition::Condition;
use crate::directory::{Directory, OpenError, log_of, unusable};
use crate::fault::Fault;
use crate::store::OnFatal;
use crate::tables::Tables;

/// So many steps wait at most; further ones are refused, and the channel is told to come again.
const QUEUE_STEPS: usize = 8_192;
/// So many share one transaction at most: bounds how long the first waits for the last.
const GROUP_STEPS: usize = 1_024;
/// With [`Durability::EverySecond`].
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// The callers' end of the writer.
pub(crate) struct Writer {
    queue: Option<SyncSender<Box<dyn Step>>>,
    thread: Option<JoinHandle<()>>,
}

/// What the writer's thread is given.
pub(crate) struct Setup {
    pub(crate) connection: Connection,
    pub(crate) durability: Durability,
    pub(crate) directory: Arc<Directory>,
    pub(crate) condition: Arc<Condition>,
    pub(crate) on_fatal: OnFatal,
}

impl Writer {
    pub(crate) fn start(setup: Setup) -> Result<Self, OpenError> {
        let (queue, steps) = sync_channel(QUEUE_STEPS);
        let file = setup.directory.database();
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(setup, &steps))
            .map_err(|error| unusable(&file, &error))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Has a step run, and waits until it is durable.
    pub(crate) async fn ask<T, F>(&self, scope: Scope, step: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tables<'_>) -> Result<T, Fault> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let asked = Box::new(Asked::new(scope, step, answer));
        let queued = self.queue.as_ref().map(|queue| queue.try_send(asked));
        match queued {
            Some(Ok(())) => {}
            Some(Err(TrySendError::Full(_))) => {
                return Err(StoreError::Unavailable {
                    reason: format!(
                        "{QUEUE_STEPS} writes wait already; the disk is slower than the messages come"
                    ),
                });
            }
            Some(Err(TrySendError::Disconnected(_))) | None => return Err(stopped()),
        }
        // The thread is gone without an answer: it may have committed before.
        answered.await.unwrap_or_else(|_| {
            Err(StoreError::Unknown {
                reason: "the store's writer stopped; restart the gateway".to_owned(),
            })
        })
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable {
        reason: "the store's writer has stopped; restart the gateway".to_owned(),
    }
}

impl Drop for Writer {
    /// What waits is still done; then the file is closed, so that it can be opened again at once.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // It has told of its own panic already.
            let _ = thread.join();
        }
    }
}

fn run(setup: Setup, steps: &Receiver<Box<dyn Step>>) {
    let _guard = TellOfPanic {
        condition: Arc::clone(&setup.condition),
        on_fatal: Arc::clone(&setup.on_fatal),
    };
    let log = log_of(&setup.directory.database());
    let every_second = setup.durability == Durability::EverySecond;
    let connection = &setup.connection;
    let mut group = match Tables::new(connection) {
        Ok(tables) => Group::new(tables, &setup),
        Err(error) => return fail(&setup, format!("the tables cannot be used: {error}")),
    };
    let mut unsynced = false;
    loop {
        // What is not synced yet waits from the last sync on, not from the last step on.
        let since_sync = if unsynced {
            group.synced_at.elapsed()
        } else {
            Duration::ZERO
        };
        let first = match steps.recv_timeout(SYNC_EVERY.saturating_sub(since_sync)) {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                if std::mem::take(&mut unsynced) {
                    sync(&setup, &log);
                    group.synced_at = std::time::Instant::now();
                }
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let mut waiting = Vec::with_capacity(GROUP_STEPS.min(64));
        waiting.push(first);
        waiting.extend(steps.try_iter().take(GROUP_STEPS - 1));
        group.serve(waiting);
        if every_second && group.synced_at.elapsed() >= SYNC_EVERY {
            sync(&setup, &log);
            group.synced_at = std::time::Instant::now();
            unsynced = false;
        } else {
            unsynced = every_second;
        }
        group.checkpoint();
    }
    group.close();
}

/// For [`Durability::EverySecond`]: brings the log to the disk.
fn sync(setup: &Setup, log: &PathBuf) {
    let synced = std::fs::File::open(log).and_then(|log| log.sync_data());
    if let Err(error) = synced {
        fail(
            setup,
            format!("the disk did not keep what was written: {error}"),
        );
    }
}

fn fail(setup: &Setup, reason: String) {
    setup.condition.fail(reason.clone());
    (setup.on_fatal)(reason);
}

/// A bug in a step must end the process as a failed disk does, not leave callers waiting.
struct TellOfPanic {
    condition: Arc<Condition>,
    on_fatal: OnFatal,
}

impl Drop for TellOfPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let reason = "the store's writer stopped unexpectedly; please report this".to_owned();
            self.condition.fail(reason.clone());
            (self.on_fatal)(reason);
        }
    }
}
