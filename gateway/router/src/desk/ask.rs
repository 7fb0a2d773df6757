//! What agents ask of the desk and of conversations, from the request to its answer.
//!
//! A request is an event like any other: kept, then handled in its order, and what became of it stands in the state that it
//! was committed with. Whoever asked reads it there, woken by a hint where this process did the work.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use signalbox_sealed::Sealed;
use signalbox_store::{MessageId, PartitionId, StoreError, ThreadId};
use tokio::sync::watch;

use super::event::{Agent, DeskEvent, RequestId, Saying, Wish};
use super::whisper::Whisper;
use super::{AnswerResult, Desk};
use crate::customer::Customer;
use crate::event::Event;
use crate::ingest::AcceptError;
use crate::shared::Shared;
use crate::transcript::ReadError;
use crate::vault::SealedKind;

/// How long an answer is waited for. What was asked is kept all the same and handled later.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// How often the state is looked at while no hint comes: another process may be doing the work.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// This.
    Answered(AnswerResult),
    /// It is kept, and not handled yet.
    Pending,
}

/// What became of an agent's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spoken {
    /// It was said, under this name in the transcript.
    Said(MessageId),
    /// It was not, since the agent did not have the conversation.
    NotYours {
        /// Who had it; `None`: nobody, or the bot.
        held_by: Option<Agent>,
    },
    /// It is kept, and not handled yet.
    Pending,
}

/// Why a request was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// Nothing was kept; the same request may come again.
    #[error(transparent)]
    Accept(#[from] AcceptError),
    /// It is kept, and what became of it cannot be read now.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl Shared {
    /// The desk as it was committed last.
    pub(crate) async fn desk(&self) -> Result<Desk, StoreError> {
        let (partition, thread) = (PartitionId::desk(), self.directory.desk());
        self.state(partition, thread).await
    }

    /// A customer as committed last.
    pub(crate) async fn customer(&self, thread: ThreadId) -> Result<Customer, StoreError> {
        self.state(self.directory.partition(thread), thread).await
    }

    async fn state<T: serde::de::DeserializeOwned + Default>(
        &self,
        partition: PartitionId,
        thread: ThreadId,
    ) -> Result<T, StoreError> {
        let stored = self.store.states(partition, &[thread]).await?;
        let state = stored.into_iter().next().flatten();
        let opened = self.opened_state(partition, thread, state).await?;
        Ok(opened.unwrap_or_default())
    }

    async fn opened_state<T: serde::de::DeserializeOwned>(
        &self,
        partition: PartitionId,
        thread: ThreadId,
        state: Option<Sealed>,
    ) -> Result<Option<T>, StoreError> {
        let Some(state) = state else { return Ok(None) };
        let Some(key) = self.vault.existing_key(partition, thread).await? else {
            return Ok(None);
        };
        Ok(Some(self.vault.open(
            &key,
            SealedKind::State,
            thread,
            &state,
        )?))
    }

    /// Customers as committed last, each partition asked once. Those that cannot be read now are left out: nobody else's
    /// rows wait for one damaged partition.
    pub(crate) async fn customers(
        &self,
        threads: &[ThreadId],
    ) -> Result<BTreeMap<ThreadId, Customer>, StoreError> {
        let mut by_partition: BTreeMap<PartitionId, Vec<ThreadId>> = BTreeMap::new();
        for thread in threads {
            let partition = self.directory.partition(*thread);
            by_partition.entry(partition).or_default().push(*thread);
        }
        let mut customers = BTreeMap::new();
        for (partition, threads) in by_partition {
            let states = self.store.states(partition, &threads).await;
            let Some(states) = undamaged(partition, states)? else {
                continue;
            };
            for (thread, state) in threads.into_iter().zip(states) {
                let customer = self.opened_state(partition, thread, state).await;
                if let Some(Some(customer)) = undamaged(partition, customer)? {
                    customers.insert(thread, customer);
                }
            }
        }
        Ok(customers)
    }

    /// Asks the desk for something, and waits for what becomes of it.
    pub(crate) async fn wish(
        &self,
        agent: Agent,
        thread: ThreadId,
        wish: Wish,
        request: RequestId,
    ) -> Result<Asked, DeskError> {
        let event = Event::AtDesk(DeskEvent::Wished {
            agent,
            thread,
            wish,
            request,
        });
        let desk = self.directory.desk();
        self.keep_event(desk, "wish", request.0.as_bytes(), event)
            .await?;
        let mut patience = Patience::new(self);
        loop {
            let desk = self.desk().await.map_err(ReadError::from)?;
            if let Some(result) = desk.answer(request) {
                return Ok(Asked::Answered(result.clone()));
            }
            if !patience.wait().await {
                return Ok(Asked::Pending);
            }
        }
    }

    /// Notes that an agent is there.
    pub(crate) async fn agent_seen(&self, agent: &str, beat: RequestId) -> Result<(), DeskError> {
        let event = Event::AtDesk(DeskEvent::Seen {
            agent: agent.to_owned(),
        });
        let desk = self.directory.desk();
        self.keep_event(desk, "seen", beat.0.as_bytes(), event)
            .await?;
        Ok(())
    }

    /// Lets an agent say something, and waits for what becomes of it.
    pub(crate) async fn agent_says(
        &self,
        agent: Agent,
        thread: ThreadId,
        saying: Saying,
        request: RequestId,
    ) -> Result<Spoken, DeskError> {
        let event = Event::AgentSaid {
            agent,
            request,
            saying,
        };
        self.keep_event(thread, "agent", request.0.as_bytes(), event)
            .await?;
        let mut patience = Patience::new(self);
        loop {
            let file = self.customer(thread).await.map_err(ReadError::from)?.desk;
            if let Some(outcome) = file.outcome(request) {
                return Ok(match outcome.said {
                    Some(message) => Spoken::Said(message),
                    None => Spoken::NotYours {
                        held_by: outcome.held_by.clone(),
                    },
                });
            }
            if !patience.wait().await {
                return Ok(Spoken::Pending);
            }
        }
    }

    /// Keeps a note for colleagues.
    pub(crate) async fn whisper(
        &self,
        agent: Agent,
        thread: ThreadId,
        text: Whisper,
        request: RequestId,
    ) -> Result<(), DeskError> {
        let saying = Saying::Colleagues { text };
        let event = Event::AgentSaid {
            agent,
            request,
            saying,
        };
        self.keep_event(thread, "agent", request.0.as_bytes(), event)
            .await?;
        Ok(())
    }

    /// Hints that the desk, or what an agent reads of a customer, has changed.
    pub(crate) fn desk_changed(&self) {
        self.desk_changes
            .send_modify(|changes| *changes = changes.wrapping_add(1));
    }

    /// Hears of such hints.
    pub(crate) fn desk_hints(&self) -> watch::Receiver<u64> {
        self.desk_changes.subscribe()
    }
}

/// Waits for something to have become of a request.
struct Patience<'a> {
    shared: &'a Shared,
    changes: watch::Receiver<u64>,
    started: Timestamp,
}

impl<'a> Patience<'a> {
    /// Hears from here on: what happened before is in the state that is read next.
    fn new(shared: &'a Shared) -> Self {
        Self {
            shared,
            changes: shared.desk_hints(),
            started: shared.environment.now(),
        }
    }

    /// Waits until it is worth looking again; `false` if that has been done long enough.
    async fn wait(&mut self) -> bool {
        let now = self.shared.environment.now();
        if Duration::try_from(now.duration_since(self.started)).is_ok_and(|it| it >= ANSWER_WITHIN)
        {
            return false;
        }
        tokio::select! {
            // INVARIANT: the sender lives as long as `shared`.
            _ = self.changes.changed() => {}
            () = self.shared.environment.sleep(LOOK_EVERY) => {}
        }
        true
    }
}

/// `None` for what is damaged: the partition's owner and `/readyz` say so.
fn undamaged<T>(
    partition: PartitionId,
    read: Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    match read {
        Err(StoreError::Damaged { what }) => {
            tracing::debug!(%partition, what, "left out of what the desk shows");
            Ok(None)
        }
        read => read.map(Some),
    }
}
