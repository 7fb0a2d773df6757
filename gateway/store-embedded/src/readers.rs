//! Threads that read, each with a connection of its own: nobody waits for the writer, and no task's thread for the disk.
//!
//! The store has two such pools. A partition's owner asks for one thing after another, so owners alone never fill a queue;
//! sessions look in whenever they like, and there may be tens of thousands. Were they in one line, a slow disk or a wave of
//! reconnects would have an owner's read refused, and its customers wait until it has asked again.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use parking_lot::Mutex;
use rusqlite::Connection;
use signalbox_store::StoreError;
use tokio::sync::oneshot;

use crate::directory::{OpenError, unusable};
use crate::fault::Fault;
use crate::schema::open_reader;

/// Threads of one pool.
pub(crate) const READERS: usize = 4;
/// So many reads wait in one pool at most. As many as there can be partitions.
const QUEUE_READS: usize = 4_096;

type Read = Box<dyn FnOnce(&Connection) + Send>;

/// The callers' end of the readers.
pub(crate) struct Readers {
    queue: Option<SyncSender<Read>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts a pool; `name` is its threads', at most 15 bytes.
    pub(crate) fn start(file: &Path, name: &str) -> Result<Self, OpenError> {
        let (queue, reads) = sync_channel::<Read>(QUEUE_READS);
        let reads = Arc::new(Mutex::new(reads));
        let mut threads = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let connection = open_reader(file)?;
            let reads = Arc::clone(&reads);
            let thread = std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || run(&connection, &reads))
                .map_err(|error| unusable(file, &error))?;
            threads.push(thread);
        }
        Ok(Self {
            queue: Some(queue),
            threads,
        })
    }

    pub(crate) async fn ask<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let asked: Read = Box::new(move |connection| {
            // The asker may have given up.
            let _ = answer.send(read(connection));
        });
        match self.queue.as_ref().map(|queue| queue.try_send(asked)) {
            Some(Ok(())) => {}
            Some(Err(TrySendError::Full(_))) => {
                return Err(StoreError::Unavailable {
                    reason: format!("{QUEUE_READS} reads wait already; the disk is too slow"),
                });
            }
            Some(Err(TrySendError::Disconnected(_))) | None => return Err(stopped()),
        }
        match answered.await {
            Ok(read) => read.map_err(|fault| fault.answer()),
            Err(_) => Err(stopped()),
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable {
        reason: "the store's readers have stopped; restart the gateway".to_owned(),
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // A reader that panicked has left its asker an answer.
            let _ = thread.join();
        }
    }
}

fn run(connection: &Connection, reads: &Mutex<Receiver<Read>>) {
    loop {
        // One waits in the queue, the others for the lock: whoever is free takes the next.
        let next = reads.lock().recv();
        match next {
            Ok(read) => read(connection),
            Err(_) => return,
        }
    }
}
