//! The store: every method of the trait handed to the writer or to a reader.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::Connection;
use signalbox_sealed::{Sealed, WrappedKey};
use signalbox_store::{
    Append, Appended, Claimed, Commit, Committed, DeadLetter, DeadLetterBounds, DeadLetterVerdict,
    Durability, EntryId, Fence, Fenced, InboxRecord, JournalEntry, LeaseRequest, Leased, Offset,
    OutboxEntry, PartitionId, Sequence, Settlement, Store, StoreError, ThreadId, TranscriptRange,
    TranscriptRecord, Trim,
};

use crate::check;
use crate::columns::packed;
use crate::condition::Condition;
use crate::directory::{Directory, OpenError};
use crate::fault::Fault;
use crate::log::{self, Log};
use crate::readers::Readers;
use crate::schema::{self, open_writer};
use crate::tables::Tables;
use crate::writer::{Scope, Setup, Writer};
use crate::{heads, reads, steps, threads};

/// Called once, from a thread of the store or the archive, when its disk has failed: end the process. What was answered is safe; the next
/// start recovers it.
pub type OnFatal = Arc<dyn Fn(String) + Send + Sync>;

/// A store in one directory.
///
/// Dropping it waits until what was asked is done and closes the files.
pub struct EmbeddedStore {
    // INVARIANT: dropped in this order. The writer closes the file last, the lock goes after it.
    owners_readers: Readers,
    readers: Readers,
    writer: Writer,
    condition: Arc<Condition>,
    durability: Durability,
    directory: Arc<Directory>,
}

impl EmbeddedStore {
    /// Opens the store of a directory; makes it if there is none. A failed disk is logged, and every later call refused.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(directory: &Path, durability: Durability) -> Result<Self, OpenError> {
        let on_fatal = Arc::new(|reason| tracing::error!("{reason}"));
        Self::open_with(directory, durability, on_fatal)
    }

    /// [`EmbeddedStore::open`], and what to do when the disk fails.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_with(
        directory: &Path,
        durability: Durability,
        on_fatal: OnFatal,
    ) -> Result<Self, OpenError> {
        if durability == Durability::Replicated {
            return Err(OpenError::NotReplicated);
        }
        let directory = Arc::new(Directory::lock(directory)?);
        let condition = Arc::new(Condition::default());
        if !directory.take_ballast() {
            // Recovery must be able to write.
            directory.drop_ballast();
            condition.set_full(true);
        }
        let file = directory.database();
        let log = log::check(&file, durability)?;
        let connection = open_writer(&file, schema::STORE, durability, log)?;
        check::store_at_open(&connection, &file, &condition)?;
        if let Log::Cut { transactions } = log {
            log::begin_anew(&connection, &file, transactions)?;
        }
        let writer = Writer::start(Setup {
            connection,
            durability,
            directory: Arc::clone(&directory),
            condition: Arc::clone(&condition),
            on_fatal,
        })?;
        Ok(Self {
            owners_readers: Readers::start(&file, "owners-reader")?,
            readers: Readers::start(&file, "store-reader")?,
            writer,
            condition,
            durability,
            directory,
        })
    }

    /// A read that only a partition's owner or the archiver asks for; it does not wait behind others.
    async fn read_as_owner<T, F>(&self, partition: i64, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.read_from(&self.owners_readers, partition, read).await
    }

    /// Anybody's read.
    async fn read<T, F>(&self, partition: i64, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.read_from(&self.readers, partition, read).await
    }

    async fn read_from<T, F>(
        &self,
        readers: &Readers,
        partition: i64,
        read: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        // After a failed sync even what can be read may not be on the disk.
        self.condition.check()?;
        self.condition.check_partition(partition)?;
        readers.ask(read).await
    }
}

/// A step of a partition's owner.
fn owners(partition: i64) -> Scope {
    Scope {
        partition: Some(partition),
        accepts: false,
    }
}

/// A step that takes something new in.
fn accepting(partition: i64) -> Scope {
    Scope {
        partition: Some(partition),
        accepts: true,
    }
}

#[async_trait]
impl Store for EmbeddedStore {
    fn durability(&self) -> Durability {
        self.durability
    }

    async fn append(&self, partition: PartitionId, append: Append) -> Result<Appended, StoreError> {
        let partition = packed(partition);
        let step = move |tables: &mut Tables<'_>| steps::append::append(tables, partition, &append);
        self.writer.ask(accepting(partition), step).await
    }

    async fn inbox(
        &self,
        partition: PartitionId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<InboxRecord>, StoreError> {
        let partition = packed(partition);
        let read = move |connection: &Connection| {
            reads::events::inbox(connection, partition, after, limit)
        };
        self.read_as_owner(partition, read).await
    }

    async fn states(
        &self,
        partition: PartitionId,
        threads: &[ThreadId],
    ) -> Result<Vec<Option<Sealed>>, StoreError> {
        let (partition, threads) = (packed(partition), threads.to_vec());
        let read =
            move |connection: &Connection| reads::states::states(connection, partition, &threads);
        self.read_as_owner(partition, read).await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        let scope = owners(packed(commit.partition));
        let step = move |tables: &mut Tables<'_>| steps::commit::commit(tables, &commit);
        self.writer.ask(scope, step).await
    }

    async fn fire_timers(
        &self,
        partition: PartitionId,
        fence: Fence,
        now: Timestamp,
        limit: usize,
    ) -> Result<Result<usize, Fenced>, StoreError> {
        let partition = packed(partition);
        let step = move |tables: &mut Tables<'_>| {
            steps::timers::fire(tables, partition, fence, now, limit)
        };
        self.writer.ask(owners(partition), step).await
    }

    async fn next_timer(&self, partition: PartitionId) -> Result<Option<Timestamp>, StoreError> {
        let partition = packed(partition);
        let read = move |connection: &Connection| reads::states::next_timer(connection, partition);
        self.read_as_owner(partition, read).await
    }

    async fn lease(
        &self,
        partition: PartitionId,
        request: LeaseRequest,
    ) -> Result<Leased, StoreError> {
        let partition = packed(partition);
        let step =
            move |tables: &mut Tables<'_>| steps::ownership::lease(tables, partition, &request);
        self.writer.ask(owners(partition), step).await
    }

    async fn renew(
        &self,
        partition: PartitionId,
        fence: Fence,
        until: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError> {
        let partition = packed(partition);
        let step =
            move |tables: &mut Tables<'_>| steps::ownership::renew(tables, partition, fence, until);
        self.writer.ask(owners(partition), step).await
    }

    async fn release(
        &self,
        partition: PartitionId,
        fence: Fence,
    ) -> Result<Result<(), Fenced>, StoreError> {
        let partition = packed(partition);
        let step =
            move |tables: &mut Tables<'_>| steps::ownership::release(tables, partition, fence);
        self.writer.ask(owners(partition), step).await
    }

    async fn due_outbox(
        &self,
        partition: PartitionId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Claimed, StoreError> {
        let partition = packed(partition);
        let read =
            move |connection: &Connection| reads::outbox::due(connection, partition, now, limit);
        self.read_as_owner(partition, read).await
    }

    async fn next_outbox(&self, partition: PartitionId) -> Result<Option<Timestamp>, StoreError> {
        let partition = packed(partition);
        let read = move |connection: &Connection| reads::outbox::next(connection, partition);
        self.read_as_owner(partition, read).await
    }

    async fn settle(
        &self,
        partition: PartitionId,
        fence: Fence,
        settlement: Settlement,
        now: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError> {
        let partition = packed(partition);
        let step = move |tables: &mut Tables<'_>| {
            steps::outbox::settle(tables, partition, fence, &settlement, now)
        };
        self.writer.ask(owners(partition), step).await
    }

    async fn note_try(
        &self,
        partition: PartitionId,
        fence: Fence,
        offset: Offset,
    ) -> Result<Result<u32, Fenced>, StoreError> {
        let partition = packed(partition);
        let step = move |tables: &mut Tables<'_>| {
            steps::takeovers::note_try(tables, partition, fence, offset)
        };
        self.writer.ask(owners(partition), step).await
    }

    async fn outbox(
        &self,
        partition: PartitionId,
        limit: usize,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        let partition = packed(partition);
        let read = move |connection: &Connection| reads::outbox::all(connection, partition, limit);
        self.read(partition, read).await
    }

    async fn settle_dead_letter(
        &self,
        partition: PartitionId,
        fence: Fence,
        id: EntryId,
        verdict: DeadLetterVerdict,
    ) -> Result<Result<bool, Fenced>, StoreError> {
        let partition = packed(partition);
        let step = move |tables: &mut Tables<'_>| {
            steps::dead_letters::settle(tables, partition, fence, id, verdict)
        };
        self.writer.ask(owners(partition), step).await
    }

    async fn trim_dead_letters(
        &self,
        partition: PartitionId,
        fence: Fence,
        bounds: DeadLetterBounds,
    ) -> Result<Result<usize, Fenced>, StoreError> {
        let partition = packed(partition);
        let step = move |tables: &mut Tables<'_>| {
            steps::dead_letters::trim(tables, partition, fence, bounds)
        };
        self.writer.ask(owners(partition), step).await
    }

    async fn dead_letters(
        &self,
        partition: PartitionId,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        let partition = packed(partition);
        let read = move |connection: &Connection| {
            reads::outbox::dead_letters(connection, partition, limit)
        };
        self.read(partition, read).await
    }

    async fn transcript(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        range: TranscriptRange,
        limit: usize,
    ) -> Result<Vec<TranscriptRecord>, StoreError> {
        let partition = packed(partition);
        let read = move |connection: &Connection| {
            reads::events::transcript(connection, partition, thread, range, limit)
        };
        self.read(partition, read).await
    }

    async fn last_sequence(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<Sequence>, StoreError> {
        let partition = packed(partition);
        let read = move |connection: &Connection| threads::read(connection, partition, thread);
        self.read(partition, read).await
    }

    async fn journal(
        &self,
        partition: PartitionId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let partition = packed(partition);
        let read = move |connection: &Connection| {
            reads::states::journal(connection, partition, after, limit)
        };
        self.read_as_owner(partition, read).await
    }

    async fn data_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        candidate: WrappedKey,
    ) -> Result<WrappedKey, StoreError> {
        let partition = packed(partition);
        let step = move |tables: &mut Tables<'_>| {
            steps::deployment::keep_data_key(tables, partition, thread, &candidate)
        };
        self.writer.ask(accepting(partition), step).await
    }

    async fn existing_data_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<WrappedKey>, StoreError> {
        let partition = packed(partition);
        let read = move |connection: &Connection| {
            reads::deployment::data_key(connection, partition, thread)
        };
        self.read(partition, read).await
    }

    async fn home(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        candidate: ThreadId,
    ) -> Result<ThreadId, StoreError> {
        let partition = packed(partition);
        let step =
            move |tables: &mut Tables<'_>| steps::homes::keep(tables, partition, thread, candidate);
        self.writer.ask(accepting(partition), step).await
    }

    /// A gateway locks its data directory.
    fn is_shared(&self) -> bool {
        false
    }

    async fn existing_home(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<ThreadId>, StoreError> {
        let partition = packed(partition);
        let read = move |connection: &Connection| reads::homes::home(connection, partition, thread);
        self.read(partition, read).await
    }

    async fn trim(
        &self,
        partition: PartitionId,
        fence: Fence,
        trim: Trim,
    ) -> Result<Result<(), Fenced>, StoreError> {
        let partition = packed(partition);
        let step =
            move |tables: &mut Tables<'_>| steps::trim::trim(tables, partition, fence, &trim);
        self.writer.ask(owners(partition), step).await
    }

    async fn trimmed(&self, partition: PartitionId) -> Result<Offset, StoreError> {
        let partition = packed(partition);
        let read = move |connection: &Connection| Ok(heads::read(connection, partition)?.trimmed);
        self.read_as_owner(partition, read).await
    }

    async fn deployment_record(&self, name: &str) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let name = name.to_owned();
        let read = move |connection: &Connection| reads::deployment::record(connection, &name);
        self.readers.ask(read).await
    }

    async fn replace_deployment_record(
        &self,
        name: &str,
        expected: u64,
        bytes: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        let scope = Scope {
            partition: None,
            accepts: false,
        };
        let step = move |tables: &mut Tables<'_>| {
            steps::deployment::replace_record(tables, &name, expected, &bytes)
        };
        self.writer.ask(scope, step).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.condition.check()?;
        if self.condition.is_full() && !self.directory.has_space() {
            return Err(StoreError::Unavailable {
                reason: self.directory.full(),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
