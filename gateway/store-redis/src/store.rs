//! The store: every method of the trait as one script or command, see `steps`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use signalbox_sealed::{Sealed, WrappedKey};
use signalbox_store::{
    Append, Appended, Claimed, Commit, Committed, DeadLetter, DeadLetterBounds, DeadLetterVerdict,
    Durability, EntryId, Fence, Fenced, InboxRecord, JournalEntry, LeaseRequest, Leased, Offset,
    OutboxEntry, PartitionId, Sequence, Settlement, Store, StoreError, ThreadId, TranscriptRange,
    TranscriptRecord, Trim,
};

use crate::calls::Calls;
use crate::connections::NoConnection;
use crate::observer::{Deaf, RedisObserver};
use crate::settings::{OpenError, RedisSettings};
use crate::steps::{
    commit, dead_letters, deployment, inbox, outbox, ownership, states, threads, timers,
    transcript, trim,
};

/// A server that has just been started loads its data first; a store that opens waits so long …
const PATIENCE: Duration = Duration::from_secs(10);
/// … and asks that often.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// A store on one Redis server.
pub struct RedisStore {
    calls: Calls,
    durability: Durability,
}

impl RedisStore {
    /// Looks once whether a server is there and can keep the promises; changes nothing.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn check(settings: RedisSettings) -> Result<(), OpenError> {
        settings.validate()?;
        let calls = Calls::new(settings, Arc::new(Deaf))?;
        let address = calls.address().to_owned();
        calls.look().await.map_err(|none| none.refusal(address))
    }

    /// Connects, and looks whether the server can keep the promises. A server that is not there yet, or still loads its data, is
    /// waited for: 10 seconds.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(settings: RedisSettings) -> Result<Self, OpenError> {
        Self::open_with(settings, Arc::new(Deaf)).await
    }

    /// The same; tells how the server answers.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open_with(
        settings: RedisSettings,
        observer: Arc<dyn RedisObserver>,
    ) -> Result<Self, OpenError> {
        settings.validate()?;
        let store = Self {
            durability: settings.durability,
            calls: Calls::new(settings, observer)?,
        };
        let address = store.calls.address().to_owned();
        let started = Instant::now();
        loop {
            match store.calls.look().await {
                Ok(()) => return Ok(store),
                Err(NoConnection::Away(_)) if started.elapsed() < PATIENCE => {
                    tokio::time::sleep(ASK_AGAIN).await;
                }
                Err(none) => return Err(none.refusal(address)),
            }
        }
    }
}

#[async_trait]
impl Store for RedisStore {
    fn durability(&self) -> Durability {
        self.durability
    }

    async fn append(&self, partition: PartitionId, append: Append) -> Result<Appended, StoreError> {
        inbox::append(&self.calls, partition, append).await
    }

    async fn inbox(
        &self,
        partition: PartitionId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<InboxRecord>, StoreError> {
        inbox::read(&self.calls, partition, after, limit).await
    }

    async fn states(
        &self,
        partition: PartitionId,
        threads: &[ThreadId],
    ) -> Result<Vec<Option<Sealed>>, StoreError> {
        states::states(&self.calls, partition, threads).await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        commit::commit(&self.calls, commit).await
    }

    async fn fire_timers(
        &self,
        partition: PartitionId,
        fence: Fence,
        now: Timestamp,
        limit: usize,
    ) -> Result<Result<usize, Fenced>, StoreError> {
        timers::fire(&self.calls, partition, fence, now, limit).await
    }

    async fn next_timer(&self, partition: PartitionId) -> Result<Option<Timestamp>, StoreError> {
        self.calls.soonest(partition, "timers").await
    }

    async fn lease(
        &self,
        partition: PartitionId,
        request: LeaseRequest,
    ) -> Result<Leased, StoreError> {
        ownership::lease(&self.calls, partition, request).await
    }

    async fn renew(
        &self,
        partition: PartitionId,
        fence: Fence,
        until: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError> {
        ownership::renew(&self.calls, partition, fence, until).await
    }

    async fn release(
        &self,
        partition: PartitionId,
        fence: Fence,
    ) -> Result<Result<(), Fenced>, StoreError> {
        ownership::release(&self.calls, partition, fence).await
    }

    async fn due_outbox(
        &self,
        partition: PartitionId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Claimed, StoreError> {
        outbox::due(&self.calls, partition, now, limit).await
    }

    async fn next_outbox(&self, partition: PartitionId) -> Result<Option<Timestamp>, StoreError> {
        self.calls.soonest(partition, "due").await
    }

    async fn settle(
        &self,
        partition: PartitionId,
        fence: Fence,
        settlement: Settlement,
        now: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError> {
        outbox::settle(&self.calls, partition, fence, settlement, now).await
    }

    async fn note_try(
        &self,
        partition: PartitionId,
        fence: Fence,
        offset: Offset,
    ) -> Result<Result<u32, Fenced>, StoreError> {
        ownership::note_try(&self.calls, partition, fence, offset).await
    }

    async fn outbox(
        &self,
        partition: PartitionId,
        limit: usize,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        outbox::all(&self.calls, partition, limit).await
    }

    async fn settle_dead_letter(
        &self,
        partition: PartitionId,
        fence: Fence,
        id: EntryId,
        verdict: DeadLetterVerdict,
    ) -> Result<Result<bool, Fenced>, StoreError> {
        dead_letters::settle(&self.calls, partition, fence, id, verdict).await
    }

    async fn trim_dead_letters(
        &self,
        partition: PartitionId,
        fence: Fence,
        bounds: DeadLetterBounds,
    ) -> Result<Result<usize, Fenced>, StoreError> {
        dead_letters::trim(&self.calls, partition, fence, bounds).await
    }

    async fn dead_letters(
        &self,
        partition: PartitionId,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        dead_letters::read(&self.calls, partition, limit).await
    }

    async fn transcript(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        range: TranscriptRange,
        limit: usize,
    ) -> Result<Vec<TranscriptRecord>, StoreError> {
        transcript::read(&self.calls, partition, thread, range, limit).await
    }

    async fn last_sequence(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<Sequence>, StoreError> {
        transcript::last_sequence(&self.calls, partition, thread).await
    }

    async fn journal(
        &self,
        partition: PartitionId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        states::journal(&self.calls, partition, after, limit).await
    }

    async fn data_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        candidate: WrappedKey,
    ) -> Result<WrappedKey, StoreError> {
        threads::data_key(&self.calls, partition, thread, candidate).await
    }

    async fn existing_data_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<WrappedKey>, StoreError> {
        threads::existing_data_key(&self.calls, partition, thread).await
    }

    async fn home(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        candidate: ThreadId,
    ) -> Result<ThreadId, StoreError> {
        threads::home(&self.calls, partition, thread, candidate).await
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn existing_home(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<ThreadId>, StoreError> {
        threads::existing_home(&self.calls, partition, thread).await
    }

    async fn trim(
        &self,
        partition: PartitionId,
        fence: Fence,
        trim: Trim,
    ) -> Result<Result<(), Fenced>, StoreError> {
        trim::trim(&self.calls, partition, fence, trim).await
    }

    async fn trimmed(&self, partition: PartitionId) -> Result<Offset, StoreError> {
        trim::trimmed(&self.calls, partition).await
    }

    async fn deployment_record(&self, name: &str) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        deployment::record(&self.calls, name).await
    }

    async fn replace_deployment_record(
        &self,
        name: &str,
        expected: u64,
        bytes: Vec<u8>,
    ) -> Result<bool, StoreError> {
        deployment::replace(&self.calls, name, expected, bytes).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        let none = |none: NoConnection| none.failure(self.calls.address()).of_read();
        self.calls.look().await.map_err(none)
    }
}
