//! The desk's owner: the same log and the same commit as a customers' partition, with one state.

use signalbox_store::{Destination, Offset, PartitionKind, StateWrite, StoreError, ThreadId};

use super::commit::Draft;
use super::{Ended, Owner};
use crate::desk::{self, Desk, DeskEvent};
use crate::event::Event;
use crate::ingest::AcceptError;
use crate::mailbox::Arrived;
use crate::step::{Forward, Step, StepContext};
use crate::vault::SealedKind;

impl Owner<'_> {
    /// Says in the desk's inbox that it has been taken over, before its timers find agents gone who had nobody to tell.
    pub(super) async fn open_desk(&mut self) -> Result<(), Ended> {
        if self.partition.kind != PartitionKind::Desk || self.desk_opened {
            return Ok(());
        }
        if self.desk().await?.look_at.is_none() {
            // Nobody has anything that could be taken from them.
            self.desk_opened = true;
            return Ok(());
        }
        let event = Event::AtDesk(DeskEvent::Opened);
        let thread = self.shared.directory.desk();
        let nonce = self.fence.nonce.0;
        match self
            .shared
            .keep_event(thread, "opened", &nonce, event)
            .await
        {
            Ok(_) => {
                self.desk_opened = true;
                Ok(())
            }
            // Tried again with the next round.
            Err(AcceptError::Unavailable { reason }) => {
                Err(Ended::Failed(StoreError::Unavailable { reason }))
            }
            Err(AcceptError::Conflict) => {
                self.desk_opened = true;
                Ok(())
            }
        }
    }

    /// Steps through the batch and seals what it leads to. `changed` takes the desk as it is after it.
    pub(super) async fn draft_desk(
        &mut self,
        batch: &[Arrived],
        to: Offset,
        changed: &mut Option<Desk>,
    ) -> Result<Draft, Ended> {
        let shared = self.shared.clone();
        let rules = shared.rules.load_full();
        let context = StepContext {
            partition: self.partition,
            rules: &**rules,
            directory: &shared.directory,
            settings: &shared.settings,
            observer: &*shared.observer,
            is_pushed: &|_| false,
        };
        let before = self.desk().await?;
        let mut desk = before.clone();
        let mut draft = self.empty_draft(to, batch.len());
        for arrived in batch {
            self.log_time = self.log_time.max(arrived.accepted_at);
            let step = if self.is_given_up(arrived).await? {
                self.seal_set_aside(&mut draft, arrived, None).await?;
                Step::default()
            } else {
                desk::step(&mut desk, arrived, &context)
            };
            self.seal_step(&mut draft, arrived, step).await?;
        }
        if desk != before {
            let thread = shared.directory.desk();
            let key = self.key(thread).await?;
            let state = shared
                .vault
                .seal(&key, SealedKind::State, thread, &desk)
                .map_err(StoreError::from)?;
            draft.commit.states.push(StateWrite {
                thread,
                state: Some(state),
            });
        }
        *changed = Some(desk);
        Ok(draft)
    }

    /// Whether an entry passes between the desk and a customer's partition. Such news are never given up: without them the
    /// customer would wait for nobody.
    pub(super) fn is_desk_talk(&self, destination: Destination) -> bool {
        match destination {
            Destination::Channel => false,
            Destination::Partition(to) => {
                to.kind == PartitionKind::Desk || self.partition.kind == PartitionKind::Desk
            }
        }
    }

    /// The line of the outbox that a forward stands in: news for the desk do not wait behind what is sent to the customer, and
    /// the desk's news for one customer do not wait for those of another.
    pub(super) fn forward_line(&self, forward: &Forward, thread: ThreadId) -> ThreadId {
        if self.partition.kind == PartitionKind::Desk {
            forward.to
        } else if forward.to == self.shared.directory.desk() {
            self.shared.directory.desk_line(thread)
        } else {
            thread
        }
    }

    /// Under whose key an entry of a line is sealed. What passes between desk and customers has nothing of the customers' words
    /// and goes under a key of the partition's own; a customer's key is kept in the customer's partition only.
    pub(super) fn sealed_for(&self, line: ThreadId, destination: Destination) -> ThreadId {
        if self.is_desk_talk(destination) {
            self.shared.directory.desk_talk(self.partition)
        } else {
            line
        }
    }

    async fn desk(&self) -> Result<Desk, StoreError> {
        match &self.desk {
            Some(desk) => Ok(desk.clone()),
            None => self.shared.desk().await,
        }
    }
}
