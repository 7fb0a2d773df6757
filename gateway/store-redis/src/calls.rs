//! Calls to the server: scripts, and the few commands that read.

use std::sync::Arc;
use std::time::Instant;

use deadpool_redis::redis::{Cmd, FromRedisValue, RedisError, Script, cmd};
use jiff::Timestamp;
use signalbox_store::{PartitionId, StoreError};

use crate::answer::Answer;
use crate::arguments::Arguments;
use crate::connections::{Borrowed, Connections, NoConnection};
use crate::failure::Failure;
use crate::observer::{CallAnswer, RedisObserver};
use crate::settings::{OpenError, RedisSettings};
use crate::{moment, partition_key, records};

/// The server, as a store speaks with it.
pub(crate) struct Calls {
    connections: Connections,
    namespace: String,
    observer: Arc<dyn RedisObserver>,
}

impl Calls {
    pub(crate) fn new(
        settings: RedisSettings,
        observer: Arc<dyn RedisObserver>,
    ) -> Result<Self, OpenError> {
        Ok(Self {
            namespace: settings.namespace.clone(),
            connections: Connections::new(settings)?,
            observer,
        })
    }

    /// Looks whether the server answers, and is fit.
    pub(crate) async fn look(&self) -> Result<(), NoConnection> {
        self.connections.look().await
    }

    /// Where the server is, without a password.
    pub(crate) fn address(&self) -> &str {
        self.connections.address()
    }

    fn tag(&self, partition: PartitionId) -> String {
        partition_key::tag(&self.namespace, partition)
    }

    /// Runs a script that changes a partition.
    pub(crate) async fn write(
        &self,
        partition: PartitionId,
        step: &Script,
        arguments: Arguments,
    ) -> Result<Answer, StoreError> {
        let tag = self.tag(partition);
        let items = self.run(lane(partition), &tag, step, arguments).await;
        let items = items.map_err(Failure::of_write)?;
        Ok(Answer::new(items, Some(partition), "answers"))
    }

    /// Runs a script that reads a partition; `what` names the records.
    pub(crate) async fn read(
        &self,
        partition: PartitionId,
        what: &'static str,
        step: &Script,
        arguments: Arguments,
    ) -> Result<Answer, StoreError> {
        let tag = self.tag(partition);
        let items = self.run(lane(partition), &tag, step, arguments).await;
        let items = items.map_err(Failure::of_read)?;
        Ok(Answer::new(items, Some(partition), what))
    }

    /// Runs a script on what belongs to no partition.
    pub(crate) async fn deployment(
        &self,
        step: &Script,
        arguments: Arguments,
    ) -> Result<Answer, Failure> {
        let tag = partition_key::deployment(&self.namespace);
        let items = self.run(0, &tag, step, arguments).await?;
        Ok(Answer::new(items, None, "records"))
    }

    async fn run(
        &self,
        lane: usize,
        tag: &str,
        step: &Script,
        arguments: Arguments,
    ) -> Result<Vec<Option<Vec<u8>>>, Failure> {
        let mut call = step.key(tag);
        for argument in arguments.into_vec() {
            call.arg(argument);
        }
        let mut borrowed = self.borrow(lane).await?;
        let sent = Instant::now();
        let answer = call.invoke_async(&mut borrowed.connection).await;
        self.settled(borrowed, answer, sent).await
    }

    /// Asks one command that changes nothing.
    async fn ask<T: FromRedisValue>(
        &self,
        partition: PartitionId,
        command: &Cmd,
    ) -> Result<T, StoreError> {
        let borrowed = self.borrow(lane(partition)).await;
        let mut borrowed = borrowed.map_err(Failure::of_read)?;
        let sent = Instant::now();
        let answer = command.query_async(&mut borrowed.connection).await;
        self.settled(borrowed, answer, sent)
            .await
            .map_err(Failure::of_read)
    }

    async fn borrow(&self, lane: usize) -> Result<Borrowed, Failure> {
        let asked = Instant::now();
        let borrowed = self.connections.borrow(lane).await;
        self.observer.waited(asked.elapsed());
        borrowed.map_err(|none| {
            self.observer
                .called(CallAnswer::Unconnected, asked.elapsed());
            none.failure(self.address())
        })
    }

    async fn settled<T>(
        &self,
        borrowed: Borrowed,
        answer: Result<T, RedisError>,
        sent: Instant,
    ) -> Result<T, Failure> {
        let took = sent.elapsed();
        if let Err(error) = &answer
            && Failure::needs_new_connection(error)
        {
            self.connections.give_up(&borrowed).await;
        }
        let answer = answer.map_err(|error| Failure::of_call(&error, self.connections.timeout()));
        let told = match &answer {
            Ok(_) => CallAnswer::Answered,
            Err(Failure::NotDone(_)) => CallAnswer::Refused,
            Err(Failure::Lost(_)) => CallAnswer::Lost,
        };
        self.observer.called(told, took);
        answer
    }

    /// Fields of a hash of a partition, in the order asked.
    pub(crate) async fn fields(
        &self,
        partition: PartitionId,
        hash: &'static str,
        fields: &[&[u8]],
    ) -> Result<Answer, StoreError> {
        let mut command = cmd("HMGET");
        command
            .arg(format!("{}:{hash}", self.tag(partition)))
            .arg(fields);
        let items = self.ask(partition, &command).await?;
        Ok(Answer::new(items, Some(partition), hash))
    }

    /// The lowest score of a sorted set of a partition, as the moment that it stands for.
    pub(crate) async fn soonest(
        &self,
        partition: PartitionId,
        set: &'static str,
    ) -> Result<Option<Timestamp>, StoreError> {
        let mut command = cmd("ZRANGE");
        command
            .arg(format!("{}:{set}", self.tag(partition)))
            .arg(0)
            .arg(0)
            .arg("WITHSCORES");
        let items = self.ask(partition, &command).await?;
        let mut answer = Answer::new(items, Some(partition), set);
        if answer.is_empty() {
            return Ok(None);
        }
        answer.bytes()?;
        let score = answer.bytes()?;
        let score = std::str::from_utf8(&score).ok();
        let due = score.and_then(|score| moment::of_number(score.parse().ok()?));
        Ok(Some(answer.sound(due)?))
    }

    /// Entries of a stream of a partition behind a number, each with its number and the values of its fields.
    pub(crate) async fn entries(
        &self,
        partition: PartitionId,
        stream: &'static str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Answer)>, StoreError> {
        let mut command = cmd("XRANGE");
        command
            .arg(format!("{}:{stream}", self.tag(partition)))
            .arg(after.saturating_add(1))
            .arg("+")
            .arg("COUNT")
            .arg(i64::try_from(limit).unwrap_or(i64::MAX));
        let found: Vec<StreamEntry> = self.ask(partition, &command).await?;
        let mut entries = Vec::with_capacity(found.len());
        for (id, fields) in found {
            // Names and values stand in turn.
            let values = fields.into_iter().skip(1).step_by(2).collect();
            let answer = Answer::new(values, Some(partition), stream);
            entries.push((answer.sound(stream_number(&id))?, answer));
        }
        Ok(entries)
    }
}

/// Id, and names and values of the fields.
type StreamEntry = (Vec<u8>, Vec<Option<Vec<u8>>>);

/// One partition's calls share a connection.
fn lane(partition: PartitionId) -> usize {
    usize::from(partition.number)
}

/// The number of a stream's entry: what stands before `-0`.
pub(crate) fn stream_number(id: &[u8]) -> Option<u64> {
    records::number(id.strip_suffix(b"-0")?)
}
