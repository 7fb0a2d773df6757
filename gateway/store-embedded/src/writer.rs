//! The one thread that writes: takes all steps that wait into one transaction, makes it durable, answers each.

mod checkpoint;
mod group;
mod step;
mod sync_schedule;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use signalbox_store::{Durability, StoreError};
use tokio::sync::oneshot;

pub(crate) use self::checkpoint::{Checkpoints, checkpoint_whole};
use self::group::Group;
pub(crate) use self::step::Scope;
use self::step::{Asked, Step};
use self::sync_schedule::SyncSchedule;
use crate::condition::Condition;
use crate::directory::{Directory, OpenError, log_of, unusable};
use crate::fault::Fault;
use crate::store::OnFatal;
use crate::tables::Tables;

/// So many steps wait at most; further ones are refused, and the channel is told to come again.
const QUEUE_STEPS: usize = 8_192;
/// So many share one transaction at most: bounds how long the first waits for the last.
const GROUP_STEPS: usize = 1_024;

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
    let connection = &setup.connection;
    let mut group = match Tables::new(connection) {
        Ok(tables) => Group::new(tables, &setup),
        Err(error) => return fail(&setup, format!("the tables cannot be used: {error}")),
    };
    let mut syncs = SyncSchedule::new(setup.durability, Instant::now());
    loop {
        match next(steps, syncs.wait(Instant::now())) {
            Ok(first) => {
                let mut waiting = Vec::with_capacity(GROUP_STEPS.min(64));
                waiting.push(first);
                waiting.extend(steps.try_iter().take(GROUP_STEPS - 1));
                group.serve(waiting);
                syncs.written();
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if syncs.is_due(Instant::now()) {
            sync(&setup);
            syncs.synced(Instant::now());
        }
        group.checkpoint();
    }
    // Not left to the closing: a reader may keep that from moving the log.
    if syncs.is_unsynced() {
        sync(&setup);
    }
    group.close();
}

/// The next step, or that none came within `wait`; without a `wait`, however long it takes.
fn next(
    steps: &Receiver<Box<dyn Step>>,
    wait: Option<Duration>,
) -> Result<Box<dyn Step>, RecvTimeoutError> {
    match wait {
        Some(wait) => steps.recv_timeout(wait),
        None => steps.recv().map_err(RecvTimeoutError::from),
    }
}

/// For [`Durability::EverySecond`]: brings the log to the disk.
fn sync(setup: &Setup) {
    if setup.condition.check().is_err() {
        return;
    }
    let log = log_of(&setup.directory.database());
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
