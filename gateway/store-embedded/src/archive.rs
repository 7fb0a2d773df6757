//! The archive: one SQLite file beside the store, that ops can open with a tool they know.
//!
//! Written in steps by one archiver and read rarely, so one connection behind a lock is enough.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, Row, params};
use signalbox_store::{
    Archive, ArchiveBatch, ArchivedDecision, ArchivedEvent, Durability, MessageId, Offset,
    PartitionId, Sequence, StoreError, ThreadId,
};

use crate::check;
use crate::columns::{Blob, Kept, RowSum, at, count, counted, limited, moment, packed};
use crate::condition::Condition;
use crate::directory::{self, OpenError, unusable};
use crate::fault::{Consequence, Fault};
use crate::log;
use crate::schema::{self, open_writer};
use crate::store::OnFatal;
use crate::writer::Checkpoints;

/// Whatever the store's mode: the store lets go what is in here.
pub(crate) const ARCHIVE_DURABILITY: Durability = Durability::Fsync;

/// The archive of a directory. Durable at every step.
pub struct EmbeddedArchive {
    shared: Arc<Shared>,
}

struct Shared {
    connection: Mutex<Connection>,
    checkpoints: Mutex<Checkpoints>,
    condition: Condition,
    on_fatal: OnFatal,
    file: PathBuf,
}

impl EmbeddedArchive {
    /// Opens the archive of a directory; makes it if there is none. A failed disk is logged, and every later call refused.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        Self::open_with(directory, Arc::new(|reason| tracing::error!("{reason}")))
    }

    /// [`EmbeddedArchive::open`], and what to do when the disk fails.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_with(directory: &Path, on_fatal: OnFatal) -> Result<Self, OpenError> {
        std::fs::create_dir_all(directory).map_err(|error| unusable(directory, &error))?;
        let file = directory::archive(directory);
        let log = log::check(&file, ARCHIVE_DURABILITY)?;
        let connection = open_writer(&file, schema::ARCHIVE, ARCHIVE_DURABILITY, log)?;
        check::archive_at_open(&connection, &file)?;
        Ok(Self {
            shared: Arc::new(Shared {
                connection: Mutex::new(connection),
                checkpoints: Mutex::default(),
                condition: Condition::default(),
                on_fatal,
                file,
            }),
        })
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared, &Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.shared);
        let done = tokio::task::spawn_blocking(move || {
            shared.condition.check()?;
            let connection = shared.connection.lock();
            work(&shared, &connection)
        });
        // Without the words of a panic: they may quote what was stored.
        done.await.unwrap_or_else(|_| {
            Err(StoreError::Unknown {
                reason: "the archive's work was cut off; it is tried again, please report this if it stays".to_owned(),
            })
        })
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.with(|_, connection| read(connection).map_err(|fault| fault.answer()))
            .await
    }
}

#[async_trait]
impl Archive for EmbeddedArchive {
    async fn cursor(&self, partition: PartitionId) -> Result<Offset, StoreError> {
        self.read(move |connection| cursor(connection, packed(partition)))
            .await
    }

    async fn last_sequence(&self, thread: ThreadId) -> Result<Sequence, StoreError> {
        self.read(move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT max(sequence) FROM events WHERE thread = ?1")?;
            let last: Option<i64> = statement.query_row([thread.0], |row| row.get(0))?;
            Ok(Sequence(last.map_or(0, counted)))
        })
        .await
    }

    async fn keep(&self, batch: ArchiveBatch) -> Result<(), StoreError> {
        self.with(move |shared, connection| shared.keep(connection, &batch))
            .await
    }

    async fn transcript_before(
        &self,
        thread: ThreadId,
        before: Sequence,
        limit: usize,
    ) -> Result<Vec<ArchivedEvent>, StoreError> {
        self.read(move |connection| transcript_before(connection, thread, before, limit))
            .await
    }

    async fn decision(&self, message: MessageId) -> Result<Option<ArchivedDecision>, StoreError> {
        self.read(
            move |connection| match last_decision(connection, message)? {
                None => match decided_with(connection, message)? {
                    Some(last) => last_decision(connection, last),
                    None => Ok(None),
                },
                found => Ok(found),
            },
        )
        .await
    }

    async fn decision_at(
        &self,
        message: MessageId,
        offset: Offset,
    ) -> Result<Option<ArchivedDecision>, StoreError> {
        self.read(move |connection| decision(connection, message, Some(offset)))
            .await
    }
}

impl Shared {
    fn keep(&self, connection: &Connection, batch: &ArchiveBatch) -> Result<(), StoreError> {
        let transaction = connection
            .unchecked_transaction()
            .map_err(|error| Fault::from(error).answer())?;
        write(&transaction, batch).map_err(|fault| self.answer(&fault))?;
        transaction
            .commit()
            .map_err(|error| self.after_commit(&error))?;
        // What is committed stays so; a log that could not be moved yet is moved the next time.
        match self.checkpoints.lock().run_if_due(connection) {
            Err(error) if Consequence::of(&error) == Consequence::DiskFailed => {
                self.fail(&error);
            }
            Ok(()) | Err(_) => {}
        }
        Ok(())
    }

    fn answer(&self, fault: &Fault) -> StoreError {
        match fault {
            Fault::Sqlite(error) => match Consequence::of(error) {
                Consequence::Full => self.full(),
                Consequence::DiskFailed => {
                    self.fail(error);
                    fault.answer()
                }
                Consequence::Damaged | Consequence::Passing => fault.answer(),
            },
            Fault::Damaged { .. } => fault.answer(),
        }
    }

    fn after_commit(&self, error: &rusqlite::Error) -> StoreError {
        if Consequence::of(error) == Consequence::Full {
            return self.full();
        }
        self.fail(error);
        StoreError::Unknown {
            reason: disk_failed(error),
        }
    }

    fn fail(&self, error: &rusqlite::Error) {
        self.condition.fail(disk_failed(error));
        (self.on_fatal)(disk_failed(error));
    }

    fn full(&self) -> StoreError {
        StoreError::Unavailable {
            reason: format!(
                "no space left for {}; free some space, nothing was lost",
                self.file.display()
            ),
        }
    }
}

fn disk_failed(error: &rusqlite::Error) -> String {
    format!("the disk failed while the archive kept data: {error}")
}

fn write(connection: &Connection, batch: &ArchiveBatch) -> Result<(), Fault> {
    let partition = packed(batch.partition);
    let mut events = connection
        .prepare_cached("INSERT OR IGNORE INTO events VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6)")?;
    for event in &batch.events {
        let (sequence, moment) = (count(event.sequence.0), moment(event.at));
        let message = event.message_id.0.into_bytes();
        let sum = event_sum(
            &event.thread.0,
            sequence,
            &message,
            moment,
            event.event.as_bytes(),
        );
        events.execute(params![
            event.thread.0,
            sequence,
            message,
            moment,
            Blob(&event.event),
            sum.sum()
        ])?;
    }
    let mut decisions = connection
        .prepare_cached("INSERT OR IGNORE INTO decisions VALUES (NULL, ?1, ?2, ?3, ?4, ?5)")?;
    for decision in &batch.decisions {
        let message = decision.message_id.0.into_bytes();
        let offset = count(decision.offset.0);
        let sum = decision_sum(
            &message,
            &decision.thread.0,
            offset,
            decision.record.as_bytes(),
        );
        decisions.execute(params![
            message,
            decision.thread.0,
            offset,
            Blob(&decision.record),
            sum.sum()
        ])?;
    }
    let mut decided_with =
        connection.prepare_cached("INSERT OR IGNORE INTO decided_with VALUES (?1, ?2, ?3)")?;
    for earlier in &batch.decided_with {
        let (message, last) = (
            earlier.message_id.0.into_bytes(),
            earlier.last.0.into_bytes(),
        );
        let sum = decided_with_sum(&message, &last);
        decided_with.execute(params![message, last, sum.sum()])?;
    }
    // A late copy of an older batch must not move the cursor back.
    if batch.cursor > cursor(connection, partition)? {
        let reached = count(batch.cursor.0);
        connection
            .prepare_cached("INSERT OR REPLACE INTO cursors VALUES (?1, ?2, ?3)")?
            .execute([partition, reached, cursor_sum(partition, reached).sum()])?;
    }
    Ok(())
}

fn cursor(connection: &Connection, partition: i64) -> Result<Offset, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT cursor, crc FROM cursors WHERE partition = ?1")?;
    let row: Option<(i64, i64)> = statement
        .query_row([partition], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((cursor, crc)) = row else {
        return Ok(Offset(0));
    };
    cursor_sum(partition, cursor).check(crc, partition, "archive cursors")?;
    Ok(Offset(counted(cursor)))
}

fn transcript_before(
    connection: &Connection,
    thread: ThreadId,
    before: Sequence,
    limit: usize,
) -> Result<Vec<ArchivedEvent>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, message, at, event, crc FROM events WHERE thread = ?1 AND sequence < ?2
         ORDER BY sequence DESC LIMIT ?3",
    )?;
    let mut rows = statement.query(params![thread.0, count(before.0), limited(limit)])?;
    let mut last = Vec::new();
    while let Some(row) = rows.next()? {
        last.push(event(row, thread)?);
    }
    last.reverse();
    Ok(last)
}

fn event(row: &Row<'_>, thread: ThreadId) -> Result<ArchivedEvent, Fault> {
    let sequence: i64 = row.get(0)?;
    let message: [u8; 16] = row.get(1)?;
    let moment: i64 = row.get(2)?;
    let Kept(event) = row.get(3)?;
    let sum = event_sum(&thread.0, sequence, &message, moment, event.as_bytes());
    if sum.sum() != row.get::<_, i64>(4)? {
        return Err(damaged(&format!("events, sequence {sequence} of a thread")));
    }
    Ok(ArchivedEvent {
        thread,
        sequence: Sequence(counted(sequence)),
        message_id: MessageId(uuid::Uuid::from_bytes(message)),
        at: at(moment),
        event,
    })
}

fn last_decision(
    connection: &Connection,
    id: MessageId,
) -> Result<Option<ArchivedDecision>, Fault> {
    decision(connection, id, None)
}

/// The decision on a message at one place, or the last one.
fn decision(
    connection: &Connection,
    id: MessageId,
    at: Option<Offset>,
) -> Result<Option<ArchivedDecision>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT thread, position, record, crc FROM decisions WHERE message = ?1 AND (?2 IS NULL OR position = ?2)
         ORDER BY position DESC LIMIT 1",
    )?;
    let message = id.0.into_bytes();
    let mut rows = statement.query(params![message, at.map(|offset| count(offset.0))])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let thread: [u8; 16] = row.get(0)?;
    let offset: i64 = row.get(1)?;
    let Kept(record) = row.get(2)?;
    if decision_sum(&message, &thread, offset, record.as_bytes()).sum() != row.get::<_, i64>(3)? {
        return Err(damaged("decisions, one message's"));
    }
    Ok(Some(ArchivedDecision {
        thread: ThreadId(thread),
        message_id: id,
        offset: Offset(counted(offset)),
        record,
    }))
}

/// The last message of the turn that a message was an earlier one of.
fn decided_with(connection: &Connection, id: MessageId) -> Result<Option<MessageId>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT decision, crc FROM decided_with WHERE message = ?1")?;
    let message = id.0.into_bytes();
    let row: Option<([u8; 16], i64)> = statement
        .query_row([message], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((last, crc)) = row else {
        return Ok(None);
    };
    if decided_with_sum(&message, &last).sum() != crc {
        return Err(damaged("decided_with, one message's"));
    }
    Ok(Some(MessageId(uuid::Uuid::from_bytes(last))))
}

fn damaged(what: &str) -> Fault {
    Fault::Damaged {
        partition: -1,
        what: format!("archive table {what}: a row does not match its checksum"),
    }
}

fn cursor_sum(partition: i64, cursor: i64) -> RowSum {
    RowSum::of("archive cursors").int(partition).int(cursor)
}

/// The checksum of a row of the archive's `events`.
pub(crate) fn event_sum(
    thread: &[u8],
    sequence: i64,
    message: &[u8],
    at: i64,
    event: &[u8],
) -> RowSum {
    RowSum::of("archive events")
        .bytes(thread)
        .int(sequence)
        .bytes(message)
        .int(at)
        .bytes(event)
}

/// The checksum of a row of the archive's `decided_with`.
pub(crate) fn decided_with_sum(message: &[u8], last: &[u8]) -> RowSum {
    RowSum::of("archive decided_with")
        .bytes(message)
        .bytes(last)
}

/// The checksum of a row of the archive's `decisions`.
pub(crate) fn decision_sum(message: &[u8], thread: &[u8], offset: i64, record: &[u8]) -> RowSum {
    RowSum::of("archive decisions")
        .bytes(message)
        .bytes(thread)
        .int(offset)
        .bytes(record)
}

#[cfg(test)]
mod tests;
