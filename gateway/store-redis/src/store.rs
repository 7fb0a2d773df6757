//! The store: every method of the trait as one script or command.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use deadpool_redis::redis::Script;
use jiff::Timestamp;
use signalbox_sealed::{Sealed, WrappedKey};
use signalbox_store::{
    Append, AppendReceipt, Appended, Claimed, Commit, Committed, DeadLetter, DeadLetterBounds,
    DeadLetterVerdict, Durability, EntryId, Epoch, Fence, Fenced, InboxRecord, JournalEntry,
    LeaseRequest, Leased, Offset, OutboxEntry, PartitionHead, PartitionId, Sequence, Settlement,
    Store, StoreError, ThreadId, TranscriptRange, TranscriptRecord, Trim,
};

use crate::answer::Answer;
use crate::arguments::Arguments;
use crate::calls::{Calls, stream_number};
use crate::connections::NoConnection;
use crate::failure::Failure;
use crate::settings::{OpenError, RedisSettings};
use crate::{dead_letters, moment, records, scripts};

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
        let calls = Calls::new(settings)?;
        let address = calls.address().to_owned();
        calls.look().await.map_err(|none| none.refusal(address))
    }

    /// Connects, and looks whether the server can keep the promises. A server that is not there yet, or still loads its data, is
    /// waited for: 10 seconds.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(settings: RedisSettings) -> Result<Self, OpenError> {
        settings.validate()?;
        let store = Self {
            durability: settings.durability,
            calls: Calls::new(settings)?,
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

impl RedisStore {
    /// Entries of the outbox, by a script that answers id and entry of each.
    async fn outbox_entries(
        &self,
        partition: PartitionId,
        step: &Script,
        arguments: Arguments,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        let mut answer = self
            .calls
            .read(partition, "outbox", step, arguments)
            .await?;
        let mut entries = Vec::new();
        while !answer.is_empty() {
            let (id, entry) = (answer.bytes()?, answer.bytes()?);
            entries.push(answer.sound(records::read_entry(&id, &entry))?);
        }
        Ok(entries)
    }
}

/// A sequence in an answer; 0 stands for none.
fn sequence(answer: &mut Answer) -> Result<Option<Sequence>, StoreError> {
    let sequence = answer.number()?;
    Ok((sequence > 0).then_some(Sequence(sequence)))
}

/// A sealed value whose own checksum holds.
fn verified(answer: &Answer, bytes: Vec<u8>) -> Result<Sealed, StoreError> {
    let sealed = Sealed::from_stored(bytes);
    let verified = sealed.verify().ok().map(|()| sealed);
    answer.sound(verified)
}

/// Decision records are of the batch's own events, in their order: otherwise the script would stop in the middle.
fn check_journal(commit: &Commit) -> Result<(), StoreError> {
    let mut last = commit.from;
    for entry in &commit.journal {
        if entry.offset <= last || entry.offset > commit.to {
            return Err(StoreError::Unavailable {
                reason: format!(
                    "a batch from {} to {} holds a decision on {} behind one on {last}; this is a bug of the gateway, report it",
                    commit.from, commit.to, entry.offset
                ),
            });
        }
        last = entry.offset;
    }
    Ok(())
}

#[async_trait]
impl Store for RedisStore {
    fn durability(&self) -> Durability {
        self.durability
    }

    async fn append(&self, partition: PartitionId, append: Append) -> Result<Appended, StoreError> {
        let arguments = Arguments::default().append(&append);
        let mut answer = self
            .calls
            .write(partition, &scripts::APPEND, arguments)
            .await?;
        match answer.bytes()?.as_slice() {
            b"accepted" => Ok(Appended::Accepted {
                offset: Offset(answer.number()?),
                receipt: AppendReceipt {
                    message_id: append.message_id,
                    sequence: sequence(&mut answer)?,
                    accepted_at: append.accepted_at,
                },
            }),
            b"repeated" => {
                let sequence = sequence(&mut answer)?;
                let receipt = answer.bytes()?;
                let receipt = records::read_receipt(append.dedupe, &receipt);
                let (message_id, accepted_at) = answer.sound(receipt)?;
                Ok(Appended::Repeated(AppendReceipt {
                    message_id,
                    sequence,
                    accepted_at,
                }))
            }
            b"conflicting" => Ok(Appended::Conflicting),
            _ => Err(answer.damaged("is not understood")),
        }
    }

    async fn inbox(
        &self,
        partition: PartitionId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<InboxRecord>, StoreError> {
        let arguments = Arguments::default()
            .number(after.0.saturating_add(1))
            .limit(limit);
        let mut answer = self
            .calls
            .read(partition, "inbox", &scripts::INBOX, arguments)
            .await?;
        let mut inbox: Vec<InboxRecord> = Vec::new();
        while !answer.is_empty() {
            let id = answer.bytes()?;
            let offset = Offset(answer.sound(stream_number(&id))?);
            if inbox
                .last()
                .is_some_and(|last| last.offset.next() != offset)
            {
                return Err(answer.damaged(&format!("is missing before offset {offset}")));
            }
            let (kind, more, record) = (answer.bytes()?, answer.bytes()?, answer.bytes()?);
            inbox.push(answer.sound(records::read_inbox(offset, &kind, &more, &record))?);
        }
        Ok(inbox)
    }

    async fn states(
        &self,
        partition: PartitionId,
        threads: &[ThreadId],
    ) -> Result<Vec<Option<Sealed>>, StoreError> {
        if threads.is_empty() {
            return Ok(Vec::new());
        }
        let fields: Vec<&[u8]> = threads.iter().map(|thread| thread.0.as_slice()).collect();
        let mut answer = self.calls.fields(partition, "states", &fields).await?;
        let mut states = Vec::with_capacity(threads.len());
        for _ in threads {
            let state = answer.maybe();
            states.push(state.map(|bytes| verified(&answer, bytes)).transpose()?);
        }
        Ok(states)
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        check_journal(&commit)?;
        let arguments = Arguments::default().commit(&commit);
        let mut answer = self
            .calls
            .write(commit.partition, &scripts::COMMIT, arguments)
            .await?;
        match answer.bytes()?.as_slice() {
            b"committed" => {
                let mut sequences = Vec::with_capacity(commit.transcript.len());
                for _ in &commit.transcript {
                    sequences.push(Sequence(answer.number()?));
                }
                Ok(Committed::Committed { sequences })
            }
            b"already" => Ok(Committed::AlreadyCommitted),
            b"fenced" => Ok(Committed::Fenced),
            b"conflict" => Ok(Committed::Conflict {
                position: Offset(answer.number()?),
            }),
            _ => Err(answer.damaged("is not understood")),
        }
    }

    async fn fire_timers(
        &self,
        partition: PartitionId,
        fence: Fence,
        now: Timestamp,
        limit: usize,
    ) -> Result<Result<usize, Fenced>, StoreError> {
        let arguments = Arguments::default()
            .fence(fence)
            .now(now)
            .bytes(moment::exact(now))
            .limit(limit);
        let mut answer = self
            .calls
            .write(partition, &scripts::FIRE_TIMERS, arguments)
            .await?;
        if answer.fenced()?.is_err() {
            return Ok(Err(Fenced));
        }
        let fired = usize::try_from(answer.number()?).ok();
        answer.sound(fired).map(Ok)
    }

    async fn next_timer(&self, partition: PartitionId) -> Result<Option<Timestamp>, StoreError> {
        self.calls.soonest(partition, "timers").await
    }

    async fn lease(
        &self,
        partition: PartitionId,
        request: LeaseRequest,
    ) -> Result<Leased, StoreError> {
        let arguments = Arguments::default()
            .bytes(request.node.0)
            .bytes(request.nonce.0)
            .now(request.now)
            .due(request.until);
        let mut answer = self
            .calls
            .write(partition, &scripts::LEASE, arguments)
            .await?;
        match answer.bytes()?.as_slice() {
            b"granted" => Ok(Leased::Granted(PartitionHead {
                fence: Fence {
                    epoch: Epoch(answer.number()?),
                    nonce: request.nonce,
                },
                position: Offset(answer.number()?),
                tail: Offset(answer.number()?),
                ended_here: u32::try_from(answer.number()?).unwrap_or(u32::MAX),
            })),
            b"held" => {
                let until = answer.bytes()?;
                let until = answer.sound(moment::read(&until))?;
                Ok(Leased::Held { until })
            }
            _ => Err(answer.damaged("is not understood")),
        }
    }

    async fn renew(
        &self,
        partition: PartitionId,
        fence: Fence,
        until: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError> {
        let arguments = Arguments::default().fence(fence).due(until);
        self.calls
            .write(partition, &scripts::RENEW, arguments)
            .await?
            .fenced()
    }

    async fn release(
        &self,
        partition: PartitionId,
        fence: Fence,
    ) -> Result<Result<(), Fenced>, StoreError> {
        let arguments = Arguments::default().fence(fence);
        self.calls
            .write(partition, &scripts::RELEASE, arguments)
            .await?
            .fenced()
    }

    async fn due_outbox(
        &self,
        partition: PartitionId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Claimed, StoreError> {
        let arguments = Arguments::default().now(now).limit(limit);
        self.outbox_entries(partition, &scripts::DUE_OUTBOX, arguments)
            .await
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
        let arguments = Arguments::default()
            .fence(fence)
            .settlement(&settlement, now);
        self.calls
            .write(partition, &scripts::SETTLE, arguments)
            .await?
            .fenced()
    }

    async fn note_try(
        &self,
        partition: PartitionId,
        fence: Fence,
        offset: Offset,
    ) -> Result<Result<u32, Fenced>, StoreError> {
        let arguments = Arguments::default().fence(fence).number(offset.0);
        let mut answer = self
            .calls
            .write(partition, &scripts::NOTE_TRY, arguments)
            .await?;
        if answer.fenced()?.is_err() {
            return Ok(Err(Fenced));
        }
        let before = u32::try_from(answer.number()?).ok();
        answer.sound(before).map(Ok)
    }

    async fn outbox(
        &self,
        partition: PartitionId,
        limit: usize,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        let arguments = Arguments::default().limit(limit);
        self.outbox_entries(partition, &scripts::OUTBOX, arguments)
            .await
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
        let arguments = Arguments::default().bytes(thread.0);
        let arguments = match range {
            TranscriptRange::After(sequence) => arguments.number(sequence.0).bytes([]),
            TranscriptRange::Before(sequence) => arguments.number(0).number(sequence.0),
        };
        let step = &scripts::TRANSCRIPT;
        let mut answer = self
            .calls
            .read(partition, "transcript", step, arguments.limit(limit))
            .await?;
        let mut transcript = Vec::new();
        while !answer.is_empty() {
            let sequence = Sequence(answer.number()?);
            let record = answer.bytes()?;
            let event = records::read_event(&record).filter(|event| event.thread == thread);
            let event = answer.sound(event)?;
            transcript.push(TranscriptRecord {
                sequence,
                message_id: event.message_id,
                at: event.at,
                event: event.event,
            });
        }
        Ok(transcript)
    }

    async fn last_sequence(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<Sequence>, StoreError> {
        let mut answer = self.calls.fields(partition, "last", &[&thread.0]).await?;
        let last = answer
            .maybe()
            .map(|digits| answer.sound(records::number(&digits)));
        Ok(last.transpose()?.map(Sequence))
    }

    async fn journal(
        &self,
        partition: PartitionId,
        after: Offset,
        limit: usize,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let mut journal = Vec::new();
        for (offset, mut fields) in self
            .calls
            .entries(partition, "journal", after.0, limit)
            .await?
        {
            let record = fields.bytes()?;
            journal.push(fields.sound(records::read_decision(Offset(offset), &record))?);
        }
        Ok(journal)
    }

    async fn data_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        candidate: WrappedKey,
    ) -> Result<WrappedKey, StoreError> {
        let arguments = Arguments::default()
            .bytes(thread.0)
            .bytes(candidate.0.as_bytes());
        let mut answer = self
            .calls
            .write(partition, &scripts::DATA_KEY, arguments)
            .await?;
        let key = answer.bytes()?;
        Ok(WrappedKey(verified(&answer, key)?))
    }

    async fn existing_data_key(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<WrappedKey>, StoreError> {
        let mut answer = self.calls.fields(partition, "keys", &[&thread.0]).await?;
        let key = answer.maybe().map(|bytes| verified(&answer, bytes));
        Ok(key.transpose()?.map(WrappedKey))
    }

    async fn home(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        candidate: ThreadId,
    ) -> Result<ThreadId, StoreError> {
        let arguments = Arguments::default()
            .bytes(thread.0)
            .bytes(records::home(thread, candidate));
        let mut answer = self
            .calls
            .write(partition, &scripts::HOME, arguments)
            .await?;
        let home = answer.bytes()?;
        answer.sound(records::read_home(thread, &home))
    }

    async fn existing_home(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<Option<ThreadId>, StoreError> {
        let mut answer = self.calls.fields(partition, "homes", &[&thread.0]).await?;
        let home = answer
            .maybe()
            .map(|bytes| answer.sound(records::read_home(thread, &bytes)));
        home.transpose()
    }

    async fn trim(
        &self,
        partition: PartitionId,
        fence: Fence,
        trim: Trim,
    ) -> Result<Result<(), Fenced>, StoreError> {
        let mut reached = None;
        // Part by part, so that no script keeps others waiting. Each part is a trim of its own; the next one goes on.
        loop {
            let arguments = Arguments::default()
                .fence(fence)
                .number(trim.archived.0)
                .number(trim.keep_per_thread)
                .now(trim.dedupe_before);
            let mut answer = self
                .calls
                .write(partition, &scripts::TRIM, arguments)
                .await?;
            if answer.fenced()?.is_err() {
                return Ok(Err(Fenced));
            }
            let trimmed = Offset(answer.number()?);
            if trimmed >= trim.archived || reached == Some(trimmed) {
                return Ok(Ok(()));
            }
            reached = Some(trimmed);
        }
    }

    async fn trimmed(&self, partition: PartitionId) -> Result<Offset, StoreError> {
        let mut answer = self.calls.fields(partition, "head", &[b"trimmed"]).await?;
        let trimmed = answer
            .maybe()
            .map(|digits| answer.sound(records::number(&digits)));
        Ok(Offset(trimmed.transpose()?.unwrap_or(0)))
    }

    async fn deployment_record(&self, name: &str) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let arguments = Arguments::default().bytes(name);
        let answer = self.calls.deployment(&scripts::RECORD, arguments).await;
        let mut answer = answer.map_err(Failure::of_read)?;
        if answer.is_empty() {
            return Ok(None);
        }
        Ok(Some((answer.number()?, answer.bytes()?)))
    }

    async fn replace_deployment_record(
        &self,
        name: &str,
        expected: u64,
        bytes: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let arguments = Arguments::default()
            .bytes(name)
            .number(expected)
            .bytes(bytes);
        let answer = self
            .calls
            .deployment(&scripts::REPLACE_RECORD, arguments)
            .await;
        Ok(answer.map_err(Failure::of_write)?.bytes()? == b"done")
    }

    async fn ready(&self) -> Result<(), StoreError> {
        let none = |none: NoConnection| none.failure(self.calls.address()).of_read();
        self.calls.look().await.map_err(none)
    }
}
