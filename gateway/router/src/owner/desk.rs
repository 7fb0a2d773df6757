//! The desk's owner: the same log and the same commit as a customers' partition, with one state.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use signalbox_store::{Destination, Offset, PartitionKind, StateWrite, StoreError, ThreadId};

use super::commit::Draft;
use super::{Ended, Owner, later};
use crate::desk::{self, Desk, DeskFigures, Presence};
use crate::mailbox::Arrived;
use crate::step::{Forward, StepContext};
use crate::vault::SealedKind;

/// A round that takes so long had to wait for the store, or the whole process stood still.
const DEAF_AFTER: SignedDuration = SignedDuration::from_secs(1);

impl Owner<'_> {
    /// Notes that the desk's owner is at work and the store answers; since this was noted last it rested for `rested` at most.
    /// If that is longer ago, agents could not be heard for the rest of it, which was no fault of theirs.
    pub(super) fn can_hear(&mut self, rested: Duration) {
        let now = self.shared.environment.now();
        let rested = SignedDuration::try_from(rested).unwrap_or(SignedDuration::MAX);
        let passed = now.duration_since(self.could_hear_at);
        let deaf = if passed.is_negative() {
            passed
        } else {
            passed.saturating_sub(rested)
        };
        if deaf.abs() > DEAF_AFTER {
            self.presence.was_deaf(deaf, now);
        }
        self.could_hear_at = now;
    }

    /// Steps through the batch and seals what it leads to. `changed` takes the desk as it is after it, and who is there.
    pub(super) async fn draft_desk(
        &mut self,
        batch: &[Arrived],
        to: Offset,
        changed: &mut Option<(Desk, Presence)>,
    ) -> Result<Draft, Ended> {
        let shared = self.shared.clone();
        let rules = shared.rules.load_full();
        let context = StepContext {
            partition: self.partition,
            rules: &**rules,
            directory: &shared.directory,
            settings: &shared.settings,
            observer: &*shared.observer,
            desk: &DeskFigures::default(),
            is_pushed: &|_| false,
        };
        let before = self.desk().await?;
        let (mut desk, mut presence) = (before.clone(), self.presence.clone());
        let mut draft = self.empty_draft(to, batch.len());
        for arrived in batch {
            self.log_time = self.log_time.max(arrived.accepted_at);
            let step = if self.is_given_up(arrived).await? {
                self.seal_set_aside(&mut draft, arrived, None).await?;
                desk::set_aside(&desk, &mut presence, arrived, &context)
            } else {
                desk::step(&mut desk, &mut presence, arrived, &context)
            };
            self.seal_step(&mut draft, arrived, step).await?;
        }
        draft.touches_the_desk = desk != before;
        if draft.touches_the_desk {
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
        *changed = Some((desk, presence));
        Ok(draft)
    }

    /// Tells how the desk stands, if that has changed or was told long ago: who waits, waits longer all the time.
    pub(super) async fn tell_figures(&mut self) -> Result<(), Ended> {
        let now = self.shared.environment.now();
        let next = later(now, self.shared.settings.poll);
        if self.partition.kind != PartitionKind::Desk
            || (now < self.figures_at && self.figures_at <= next)
        {
            return Ok(());
        }
        let desk = self.desk().await?;
        let queues = self.shared.rules.load_full().queues();
        let present = self.presence.present(now);
        let figures = desk.figures(queues.into_iter().map(|(name, _)| name), present);
        self.shared.observer.desk_stands(&figures, now);
        self.shared.note_desk_figures(Arc::new(figures), now);
        self.desk = Some(desk);
        self.figures_at = next;
        Ok(())
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
