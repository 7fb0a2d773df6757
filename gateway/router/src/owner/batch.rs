//! Reads a batch of the inbox, steps through it, and makes one commit of all that it led to.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use signalbox_adapters::Address;
use signalbox_rules::ConversationState;
use signalbox_sealed::DataKey;
use signalbox_store::{
    BatchId, Commit, Destination, InboxRecord, JournalEntry, Offset, OutboxEntry, PartitionKind,
    Sequence, StateWrite, StoreError, ThreadId, TimerWrite, TranscriptAppend,
};
use tokio_util::sync::CancellationToken;

use super::care::REASON;
use super::commit::{Answered, Draft};
use super::{Ended, Owner};
use crate::customer::Customer;
use crate::desk::{Desk, Presence, desk_timer};
use crate::event::{Event, ThreadEvent};
use crate::mailbox::{Arrived, Taken};
use crate::owner::deliver::{Forwarded, Outgoing};
use crate::step::{Step, StepContext, TimerChange, outreach_timer, set_aside, step, turn_timer};
use crate::vault::SealedKind;

/// States as they are after a batch. They count only once the commit is answered.
#[derive(Default)]
struct Changed {
    customers: BTreeMap<ThreadId, Customer>,
    desk: Option<(Desk, Presence)>,
}

impl Owner<'_> {
    /// Handles the next records of the inbox, if there are any. Answers whether there were.
    pub(super) async fn handle_next_batch(
        &mut self,
        stop: &CancellationToken,
    ) -> Result<bool, Ended> {
        // Held until the commit is answered.
        let Some(_leave) = self.leave_to_handle() else {
            return Ok(false);
        };
        let batch = self.next_batch().await?;
        let Some(last) = batch.last().map(|arrived| arrived.offset) else {
            return Ok(false);
        };
        let mut changed = Changed::default();
        let draft = match self.partition.kind {
            PartitionKind::Desk => self.draft_desk(&batch, last, &mut changed.desk).await?,
            _ => self.draft(&batch, last, &mut changed.customers).await?,
        };
        let sequences = self.commit(&draft, stop).await?;
        self.position = last;
        self.shared.stand(self.partition, self.fence, last);
        for (thread, customer) in changed.customers {
            self.customers.put(thread, customer);
        }
        if let Some((desk, presence)) = changed.desk {
            self.desk = Some(desk);
            self.presence = presence;
            self.figures_at = Timestamp::MIN;
        }
        self.next_timer = self.next_timer.into_iter().chain(draft.next_timer).min();
        if !draft.commit.outbox.is_empty() {
            self.deliveries.look();
        }
        if !draft.commit.set_aside.is_empty() {
            self.shared
                .bound_dead_letters(self.partition, self.fence)
                .await;
        }
        let touches_the_desk = draft.touches_the_desk;
        self.tell(draft, sequences).await;
        if touches_the_desk {
            self.shared.desk_changed();
        }
        Ok(true)
    }

    async fn next_batch(&mut self) -> Result<Vec<Arrived>, Ended> {
        self.look |= self.mailbox.take_look();
        let limit = self.batch_at_most();
        match self.mailbox.take_behind(self.position, limit) {
            Taken::Records(records) => return Ok(records),
            Taken::Gap => self.look = true,
            Taken::Nothing => {}
        }
        if !self.look {
            return Ok(Vec::new());
        }
        let records = self
            .shared
            .store
            .inbox(self.partition, self.position, limit)
            .await?;
        self.look = records.len() == limit;
        let mut opened = Vec::with_capacity(records.len());
        for record in records {
            opened.push(self.open(record).await?);
        }
        Ok(opened)
    }

    async fn open(&self, record: InboxRecord) -> Result<Arrived, Ended> {
        let key = self.key(record.thread).await?;
        let directory = &self.shared.directory;
        let timers = match self.partition.kind {
            PartitionKind::Desk => vec![desk_timer(directory)],
            _ => vec![
                turn_timer(record.thread, directory),
                outreach_timer(record.thread, directory),
            ],
        };
        // An event that a timer became was sealed when the timer was set.
        let mut fired = timers.into_iter();
        let fired = fired.find(|timer| record.message_id == timer.fired_at(record.offset));
        let kind = fired.map_or(SealedKind::Event(record.message_id), SealedKind::Timer);
        let event: Event = self
            .shared
            .vault
            .open(&key, kind, record.thread, &record.event)
            .map_err(StoreError::from)?;
        let InboxRecord {
            offset,
            thread,
            message_id,
            accepted_at,
            ..
        } = record;
        Ok(Arrived {
            offset,
            thread,
            message_id,
            accepted_at,
            event,
        })
    }

    pub(super) async fn key(&self, thread: ThreadId) -> Result<DataKey, StoreError> {
        Ok(self.shared.vault.key(self.partition, thread).await?)
    }

    /// Steps through the batch and seals what it leads to. `changed` takes the customers as they are after it; they count
    /// only once the commit is answered.
    async fn draft(
        &mut self,
        batch: &[Arrived],
        to: Offset,
        changed: &mut BTreeMap<ThreadId, Customer>,
    ) -> Result<Draft, Ended> {
        let shared = self.shared.clone();
        let rules = shared.rules.load_full();
        let desk = match rules.queue_facts() {
            [] => Arc::default(),
            _ => shared.desk_figures().await?,
        };
        let is_pushed = |address: &Address| shared.adapters.contains_key(&address.channel);
        let context = StepContext {
            partition: self.partition,
            rules: &**rules,
            directory: &shared.directory,
            settings: &shared.settings,
            observer: &*shared.observer,
            desk: &desk,
            is_pushed: &is_pushed,
        };
        let mut draft = self.empty_draft(to, batch.len());
        let mut before = BTreeMap::new();
        for arrived in batch {
            let customer = match changed.entry(arrived.thread) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    let customer = self.customer(arrived.thread).await?;
                    before.insert(arrived.thread, customer.clone());
                    place.insert(customer)
                }
            };
            self.log_time = self.log_time.max(arrived.accepted_at);
            let was_with_people = customer.conversation.state != ConversationState::Bot;
            let step = if self.is_given_up(arrived).await? {
                let (step, turn) = set_aside(customer, arrived, REASON, self.log_time, &context);
                self.seal_set_aside(&mut draft, arrived, turn).await?;
                step
            } else {
                step(customer, arrived, self.log_time, &context)
            };
            let is_with_people = customer.conversation.state != ConversationState::Bot;
            draft.touches_the_desk |= was_with_people || is_with_people;
            self.seal_step(&mut draft, arrived, step).await?;
        }
        // A receipt, a timer that came too late: most of what customers do not do changes nothing.
        changed.retain(|thread, customer| before.get(thread) != Some(customer));
        for (thread, customer) in &*changed {
            let key = self.key(*thread).await?;
            let state = shared
                .vault
                .seal(&key, SealedKind::State, *thread, customer)
                .map_err(StoreError::from)?;
            draft.commit.states.push(StateWrite {
                thread: *thread,
                state: Some(state),
            });
        }
        Ok(draft)
    }

    pub(super) fn empty_draft(&self, to: Offset, records: usize) -> Draft {
        let partition = self.partition.to_string();
        let parts = [
            partition.as_bytes(),
            &self.fence.epoch.0.to_be_bytes(),
            &self.fence.nonce.0,
            &self.position.0.to_be_bytes(),
            &to.0.to_be_bytes(),
        ];
        let commit = Commit {
            partition: self.partition,
            fence: self.fence,
            from: self.position,
            to,
            batch: BatchId(self.shared.directory.derive("batch", &parts)),
            states: Vec::new(),
            transcript: Vec::new(),
            outbox: Vec::new(),
            withdrawn: Vec::new(),
            set_aside: Vec::new(),
            timers: Vec::new(),
            journal: Vec::new(),
        };
        Draft {
            commit,
            entries: Vec::new(),
            answered: Vec::new(),
            next_timer: None,
            records,
            touches_the_desk: false,
        }
    }

    /// The customer as the store (or this owner's memory of it) has them.
    pub(super) async fn customer(&mut self, thread: ThreadId) -> Result<Customer, StoreError> {
        if let Some(customer) = self.customers.get(&thread) {
            return Ok(customer.clone());
        }
        let stored = self.shared.store.states(self.partition, &[thread]).await?;
        match stored.into_iter().next().flatten() {
            None => Ok(Customer::default()),
            Some(state) => {
                let key = self.key(thread).await?;
                Ok(self
                    .shared
                    .vault
                    .open(&key, SealedKind::State, thread, &state)?)
            }
        }
    }

    pub(super) async fn seal_step(
        &self,
        draft: &mut Draft,
        arrived: &Arrived,
        step: Step,
    ) -> Result<(), StoreError> {
        let thread = arrived.thread;
        let key = self.key(thread).await?;
        let vault = &self.shared.vault;
        let at = self.log_time;
        // Sent by the wall clock, which log time may be ahead of.
        let due = at.min(self.shared.environment.now());
        for saying in step.said {
            let message_id = saying.message_id;
            let entry = ThreadEvent {
                sequence: Sequence::default(),
                message_id,
                at,
                shown: saying.said.shown.clone(),
            };
            if let (Some(since), crate::event::Shown::Message { .. }) =
                (step.answered_since, &entry.shown)
            {
                draft.answered.push(Answered {
                    channel: saying.said.address.channel,
                    since,
                    traceparent: saying.said.traceparent.clone(),
                });
            }
            draft.entries.push((thread, entry));
            let kind = SealedKind::Event(message_id);
            let event = vault.seal(&key, kind, thread, &Event::Said(saying.said))?;
            draft.commit.transcript.push(TranscriptAppend {
                thread,
                message_id,
                at,
                event,
            });
        }
        for forward in step.forwards {
            let destination = Destination::Partition(self.shared.directory.partition(forward.to));
            let line = self.forward_line(&forward, thread);
            let sealed_for = self.sealed_for(line, destination);
            let key = self.key(sealed_for).await?;
            let forwarded = Forwarded {
                to: forward.to,
                event: forward.event,
            };
            let kind = SealedKind::Outbox(forward.id);
            let payload = vault.seal(&key, kind, sealed_for, &forwarded)?;
            draft.commit.outbox.push(OutboxEntry {
                id: forward.id,
                thread: line,
                destination,
                due,
                not_after: None,
                attempts: 0,
                speaker: 0,
                payload,
            });
        }
        for leaving in step.leaving {
            let not_after = Some(leaving.not_after);
            let (id, speaker) = (leaving.id, leaving.speaker);
            let outgoing = Outgoing {
                message_id: leaving.message_id,
                to: leaving.to,
                content: leaving.content,
                origin: leaving.origin,
                worth: Duration::try_from(leaving.not_after.duration_since(at)).ok(),
            };
            let payload = vault.seal(&key, SealedKind::Outbox(id), thread, &outgoing)?;
            let destination = Destination::Channel;
            draft.commit.outbox.push(OutboxEntry {
                id,
                thread,
                destination,
                due,
                not_after,
                attempts: 0,
                speaker,
                payload,
            });
        }
        for timer in step.timers {
            draft.commit.timers.push(match timer {
                TimerChange::Cancel { id } => TimerWrite::Cancel { id },
                TimerChange::Set { id, due, event } => {
                    draft.next_timer = draft.next_timer.into_iter().chain([due]).min();
                    TimerWrite::Set {
                        id,
                        thread,
                        due,
                        event: vault.seal(&key, SealedKind::Timer(id), thread, &event)?,
                    }
                }
            });
        }
        if let Some(record) = step.record {
            // A turn that its timer closed came by an event that no client knows.
            let mut earlier = record.messages.clone();
            let decided = earlier.pop();
            let kind = SealedKind::Decision(arrived.offset);
            let record = vault.seal(&key, kind, thread, &record)?;
            draft.commit.journal.push(JournalEntry {
                offset: arrived.offset,
                thread,
                message_id: decided.unwrap_or(arrived.message_id),
                earlier,
                record,
            });
        }
        Ok(())
    }
}
