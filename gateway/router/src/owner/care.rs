//! Events that end the process: found out by handling them alone, then set aside.
//!
//! A panic of the rules is caught where they are asked. What cannot be caught (a stack that is full, memory that is gone,
//! an abort) takes the process with it, and would take the next one too. The store counts owners that ended at one position
//! without giving their partition up; nothing is written for it on the way of a message. Once there are too many, events
//! go one by one, and before each it is noted durably that it is tried: the one that is tried too often is set aside.
//!
//! A death is the whole process's, a try is one event's. So a process tries one event at a time, over all its partitions, until
//! its commit is answered: the others that wait carefully have noted nothing when it ends, and nobody is taken for the culprit
//! because of a neighbour. Nodes need not agree on it: what a node tries can end that node only.

use signalbox_store::{
    DeadLetter, Destination, EntryId, Offset, OutboxEntry, PartitionHead, StoreError,
};
use tokio::sync::OwnedMutexGuard;

use super::commit::Draft;
use super::deliver::Forwarded;
use super::{Ended, Owner};
use crate::customer::OpenTurn;
use crate::event::Event;
use crate::mailbox::Arrived;
use crate::vault::SealedKind;

/// After so many owners in a row that ended at one position, its events are handled one by one.
const ALONE_AFTER: u32 = 2;
/// An event is set aside that ended so many owners while it was handled alone.
const TRIES_ALONE: u32 = 2;
/// Why, for the dead letter and the decision record.
pub(super) const REASON: &str = "signalbox ended without order each time it handled this event";

/// Up to where events are handled alone. What ended the owners before is in the first batch behind their position.
pub(super) fn alone_until(head: &PartitionHead, batch_records: usize) -> Offset {
    if head.ended_here < ALONE_AFTER {
        return head.position;
    }
    let batch = u64::try_from(batch_records).unwrap_or(u64::MAX);
    head.tail.min(Offset(head.position.0.saturating_add(batch)))
}

/// What an owner holds while it handles a batch.
pub(super) enum Leave {
    /// Nobody has to wait for it.
    Freely,
    /// It tries an event, and nobody else in this process does until this is dropped.
    Alone { _turn: OwnedMutexGuard<()> },
}

impl Owner<'_> {
    /// What the next batch is handled under; `None` while another partition's event is being tried.
    pub(super) fn leave_to_handle(&mut self) -> Option<Leave> {
        let turn = self.trying.take();
        if !self.is_careful() {
            return Some(Leave::Freely);
        }
        let turn = turn.or_else(|| self.shared.trying.clone().try_lock_owned().ok());
        turn.map(|_turn| Leave::Alone { _turn })
    }

    /// How many records the next batch may have.
    pub(super) fn batch_at_most(&self) -> usize {
        if self.is_careful() {
            1
        } else {
            self.shared.settings.batch_records
        }
    }

    pub(super) fn is_careful(&self) -> bool {
        self.position < self.alone_until
    }

    /// Whether the event has ended too many owners. Called when all is read that its handling needs, so that the store's own
    /// trouble is not taken for the event's.
    pub(super) async fn is_given_up(&self, arrived: &Arrived) -> Result<bool, Ended> {
        if !self.is_careful() {
            return Ok(false);
        }
        let (partition, offset) = (self.partition, arrived.offset);
        let noted = self.shared.store.note_try(partition, self.fence, offset);
        let tries = noted.await?.map_err(|_| Ended::Fenced)?;
        if tries < TRIES_ALONE {
            tracing::warn!(%partition, %offset, tries, "signalbox ended without order where this event waits; it is handled alone");
            return Ok(false);
        }
        tracing::error!(%partition, %offset, tries, "signalbox ended without order each time it handled this event: it is a dead letter now, and its conversation is handed to people. Please report it with the bundle");
        Ok(true)
    }

    /// Keeps the event as a dead letter, with the turn that went along, from where a person can give it back.
    pub(super) async fn seal_set_aside(
        &self,
        draft: &mut Draft,
        arrived: &Arrived,
        turn: Option<OpenTurn>,
    ) -> Result<(), StoreError> {
        let (thread, now) = (arrived.thread, self.log_time);
        let partition = self.partition.to_string();
        let place = arrived.offset.0.to_be_bytes();
        let name = [partition.as_bytes(), &place];
        let id = EntryId(self.shared.directory.derive("set aside", &name));
        let event = match arrived.event.clone() {
            Event::Again {
                message_id, what, ..
            } => Event::Again {
                message_id,
                what,
                turn,
            },
            event => Event::Again {
                message_id: arrived.message_id,
                what: Box::new(event),
                turn,
            },
        };
        let forwarded = Forwarded { to: thread, event };
        let vault = &self.shared.vault;
        let destination = Destination::Partition(self.partition);
        let sealed_for = self.sealed_for(thread, destination);
        let key = self.key(sealed_for).await?;
        let payload = vault.seal(&key, SealedKind::Outbox(id), sealed_for, &forwarded)?;
        draft.commit.set_aside.push(DeadLetter {
            entry: OutboxEntry {
                id,
                thread,
                destination,
                due: now,
                not_after: None,
                attempts: 0,
                speaker: 0,
                payload,
            },
            reason: REASON.to_owned(),
            at: now,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use signalbox_store::{Epoch, Fence, Nonce, Offset, PartitionHead};

    use super::{ALONE_AFTER, alone_until};

    #[test]
    fn only_what_can_have_ended_owners_is_handled_alone() {
        let head = |ended_here| PartitionHead {
            fence: Fence {
                epoch: Epoch(1),
                nonce: Nonce([1; 16]),
            },
            position: Offset(10),
            tail: Offset(1_000),
            ended_here,
        };
        assert_eq!(alone_until(&head(ALONE_AFTER - 1), 256), Offset(10));
        assert_eq!(alone_until(&head(ALONE_AFTER), 256), Offset(266));
        assert_eq!(alone_until(&head(ALONE_AFTER), 5_000), Offset(1_000));
    }
}
