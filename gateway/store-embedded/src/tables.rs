//! What a step works on: the writer's connection inside a transaction, its counters, its statements.

use rusqlite::{Connection, OptionalExtension, Statement, params};
use signalbox_sealed::Sealed;
use signalbox_store::{Fence, Fenced, MessageId, Offset, Sequence, ThreadId};

use crate::columns::{Blob, RowSum, count, moment, place};
use crate::fault::Fault;
use crate::heads::{Head, Heads};
use crate::steps::trim::Sweep;
use crate::threads::Threads;

/// The tables, for the writer.
pub(crate) struct Tables<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) heads: Heads,
    pub(crate) threads: Threads,
    pub(crate) sweep: Sweep,
    add_event: Statement<'c>,
    add_inbox: Statement<'c>,
    add_transcript: Statement<'c>,
    /// Used by the append, the most frequent step.
    pub(crate) add_dedupe: Statement<'c>,
    /// Used by the commit, once an event.
    pub(crate) add_journal: Statement<'c>,
    /// Used by the commit, once an event.
    pub(crate) put_state: Statement<'c>,
}

/// One event, before it has a row.
pub(crate) struct NewEvent<'e> {
    pub(crate) thread: ThreadId,
    pub(crate) message_id: MessageId,
    /// A column's moment.
    pub(crate) at: i64,
    pub(crate) event: &'e Sealed,
}

impl<'c> Tables<'c> {
    pub(crate) fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            connection,
            heads: Heads::default(),
            threads: Threads::default(),
            sweep: Sweep::default(),
            add_event: connection
                .prepare("INSERT INTO events VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?,
            add_inbox: connection.prepare("INSERT INTO inbox VALUES (?1, ?2)")?,
            add_transcript: connection.prepare("INSERT INTO transcript VALUES (?1, ?2, ?3, ?4)")?,
            add_dedupe: connection.prepare(
                "INSERT INTO dedupe VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            )?,
            add_journal: connection
                .prepare("INSERT OR REPLACE INTO journal VALUES (?1, ?2, ?3, ?4, ?5)")?,
            put_state: connection.prepare(
                "INSERT INTO states VALUES (NULL, ?1, ?2, ?3, ?4) ON CONFLICT (partition, thread)
                 DO UPDATE SET state = excluded.state, crc = excluded.crc",
            )?,
        })
    }

    pub(crate) fn begin(&self) -> rusqlite::Result<()> {
        self.run("BEGIN IMMEDIATE")
    }

    /// Writes the counters that have changed, then makes all of it durable.
    pub(crate) fn write_counters(&mut self) -> Result<(), Fault> {
        self.heads.write(self.connection)
    }

    pub(crate) fn commit(&self) -> rusqlite::Result<()> {
        self.run("COMMIT")
    }

    /// Back to what was before the transaction. SQLite may have done it itself.
    pub(crate) fn roll_back(&mut self) -> rusqlite::Result<()> {
        self.heads.forget();
        self.threads.forget();
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.run("ROLLBACK")
    }

    fn run(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(|_| ())
    }

    pub(crate) fn head(&mut self, partition: i64) -> Result<&Head, Fault> {
        self.heads.get(self.connection, partition)
    }

    pub(crate) fn change_head(&mut self, partition: i64) -> Result<&mut Head, Fault> {
        self.heads.change(self.connection, partition)
    }

    pub(crate) fn check(
        &mut self,
        partition: i64,
        fence: Fence,
    ) -> Result<Result<(), Fenced>, Fault> {
        let owned = self.head(partition)?.is_owned_under(fence);
        Ok(if owned { Ok(()) } else { Err(Fenced) })
    }

    /// Puts an event at the end of the inbox; and into its thread's transcript if it has a sequence.
    pub(crate) fn receive(
        &mut self,
        partition: i64,
        event: &NewEvent<'_>,
        sequence: Option<Sequence>,
    ) -> Result<Offset, Fault> {
        let head = self.change_head(partition)?;
        let offset = head.tail.next();
        head.tail = offset;
        let row = self.write_event(partition, event, sequence, offset, true)?;
        self.add_inbox
            .execute(params![place(partition, offset.0), row])?;
        Ok(offset)
    }

    /// Puts an event into its thread's transcript. The archive has it once it has the inbox up to `archived_with`.
    pub(crate) fn say(
        &mut self,
        partition: i64,
        event: &NewEvent<'_>,
        archived_with: Offset,
    ) -> Result<Sequence, Fault> {
        let sequence = self
            .threads
            .next(self.connection, partition, event.thread)?;
        self.write_event(partition, event, Some(sequence), archived_with, false)?;
        Ok(sequence)
    }

    fn write_event(
        &mut self,
        partition: i64,
        event: &NewEvent<'_>,
        sequence: Option<Sequence>,
        archived_with: Offset,
        received: bool,
    ) -> Result<i64, Fault> {
        let sequence = sequence.map(|sequence| count(sequence.0));
        let message = event.message_id.0.into_bytes();
        let sum = event_sum(
            partition,
            count(archived_with.0),
            received,
            &event.thread.0,
            sequence,
            &message,
            event.at,
            event.event.as_bytes(),
        );
        self.add_event.execute(params![
            partition,
            count(archived_with.0),
            received,
            event.thread.0,
            sequence,
            message,
            event.at,
            Blob(event.event),
            sum.sum()
        ])?;
        let row = self.connection.last_insert_rowid();
        if let Some(sequence) = sequence {
            self.add_transcript
                .execute(params![partition, event.thread.0, sequence, row])?;
        }
        Ok(row)
    }

    /// Runs a statement with values; answers how many rows it changed.
    pub(crate) fn change(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
    ) -> rusqlite::Result<usize> {
        self.connection.prepare_cached(sql)?.execute(values)
    }

    /// Reads one row, if there is one.
    pub(crate) fn one<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_row(values, read).optional()
    }
}

/// The checksum of a row of `events`.
#[expect(
    clippy::too_many_arguments,
    reason = "one for each column, in their order"
)]
pub(crate) fn event_sum(
    partition: i64,
    archived_with: i64,
    received: bool,
    thread: &[u8],
    sequence: Option<i64>,
    message: &[u8],
    at: i64,
    event: &[u8],
) -> RowSum {
    RowSum::of("events")
        .int(partition)
        .int(archived_with)
        .int(i64::from(received))
        .bytes(thread)
        .maybe(sequence)
        .bytes(message)
        .int(at)
        .bytes(event)
}

impl NewEvent<'_> {
    /// The moment of a timestamp is taken once, here.
    pub(crate) fn new(
        thread: ThreadId,
        message_id: MessageId,
        at: jiff::Timestamp,
        event: &Sealed,
    ) -> NewEvent<'_> {
        NewEvent {
            thread,
            message_id,
            at: moment(at),
            event,
        }
    }
}
