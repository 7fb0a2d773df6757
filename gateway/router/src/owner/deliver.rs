//! Delivers what the outbox holds: to channels through their adapters, to other partitions as forwarded events.
//!
//! An entry goes when its outcome is known, in the order of its thread's line. Sends run beside the owner (`deliveries.rs`);
//! their outcome comes back to it and is settled under its fence (`settle.rs`). Before a send two things are compared: the
//! time after which it is worth nothing, and who has the word; a staging gateway writes to nobody (`delivery_mode.rs`), and a
//! paused account takes nothing (`pauses.rs`).

use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use signalbox_adapters::{Address, Content, Origin, Part, SendError, WhenUnanswered};
use signalbox_store::{Destination, EntryId, MessageId, OutboxEntry, StoreError, ThreadId};

use super::deliveries::{Flight, Lane, NothingStarted};
use super::outcome::Outcome;
use super::{Ended, Owner};
use crate::customer::Customer;
use crate::event::Event;
use crate::ingest::{AcceptError, Accepted};
use crate::pauses::ChannelAccount;
use crate::shared::Shared;
use crate::vault::SealedKind;

/// A send that has not ended after so long has no answer: longer than adapters wait for a platform, so that it is theirs to
/// say what happened whenever they can.
const SEND_AT_MOST: Duration = Duration::from_secs(60);
/// What an outbox entry to a channel holds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Outgoing {
    pub(crate) message_id: MessageId,
    pub(crate) to: Address,
    pub(crate) content: Content,
    /// Nothing is known of entries that an earlier version kept.
    #[serde(default)]
    pub(crate) origin: Origin,
    /// How long it was worth something when it was decided; unknown of entries of older versions.
    #[serde(default)]
    pub(crate) worth: Option<Duration>,
}

/// What an outbox entry to another partition holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Forwarded {
    pub(super) to: ThreadId,
    pub(super) event: Event,
}

/// What an outbox entry holds.
enum Leaving {
    Outgoing(Box<Outgoing>),
    Forwarded(Box<Forwarded>),
}

impl Leaving {
    /// Each way out has places of its own, so that one that does not move holds up no other.
    fn lane(&self) -> Lane {
        match self {
            Self::Outgoing(outgoing) => Lane::Account(ChannelAccount::of(&outgoing.to)),
            Self::Forwarded(_) => Lane::Partitions,
        }
    }
}

/// Whether somebody would wait for nobody if it did not arrive.
fn hands_a_case_on(event: &Event) -> bool {
    matches!(event, Event::Linked { handed_on: Some(handed_on), .. } if handed_on.case.is_some())
}

/// Keeps an event in another thread; what concerns a user, wherever they are at home.
///
/// News between desk and customers do not end where their name is taken: it may be by the same news, as another version of
/// signalbox wrote them. They are kept under a second name, and hearing them twice is no harm.
async fn forward(
    shared: &Shared,
    Forwarded { to, event }: Forwarded,
    id: EntryId,
    is_desk_talk: bool,
) -> Result<Accepted, AcceptError> {
    let to = match &event {
        Event::Linked { thread, handed_on } => {
            let home = shared.settle_home(to, *thread).await?;
            // Answers that were committed between the login's own telling and the visitor's link are still missing there. What
            // comes later is told again with the event that it came by.
            if handed_on.is_none() {
                shared.carry(*thread, home).await?;
            }
            home
        }
        Event::Carried(_) => shared.settle_home(to, to).await?,
        _ => to,
    };
    match event {
        Event::Carried(carried) => shared.keep_carried(to, carried).await,
        event if is_desk_talk => {
            let kept = shared.keep_event(to, "forward", &id.0, event.clone());
            match kept.await {
                Err(AcceptError::Conflict) => {
                    tracing::warn!(
                        "the name of the desk's news was taken; they are kept under another"
                    );
                    shared.keep_event(to, "forward anew", &id.0, event).await
                }
                kept => kept,
            }
        }
        event => shared.keep_event(to, "forward", &id.0, event).await,
    }
}

impl Owner<'_> {
    /// Starts sends of entries that are due, as many as may run at once.
    pub(super) async fn start_due_deliveries(&mut self) -> Result<(), Ended> {
        let now = self.shared.environment.now();
        if self.deliveries.next_start().is_none_or(|due| due > now) {
            return Ok(());
        }
        let places = self.shared.settings.deliveries_at_once;
        let ahead = self.deliveries.ahead(places, now);
        let limit = self.deliveries.under_way() + ahead;
        let due = self
            .shared
            .store
            .due_outbox(self.partition, now, limit)
            .await?;
        // Where the list has an end there is nothing behind it.
        let is_cut = due.len() >= limit;
        let (mut started, mut passed_over) = (false, false);
        let mut nothing_started = NothingStarted::default();
        for entry in due {
            if self.deliveries.is_busy(entry.thread) {
                nothing_started.waits_for_place = true;
                continue;
            }
            let lane = self.lane(&entry).await?;
            if self.deliveries.in_lane(&lane) >= places {
                (passed_over, nothing_started.waits_for_place) = (true, true);
                continue;
            }
            // What is worth nothing any more goes all the same.
            if let Some(until) = self.closed_until(&lane, now)
                && !is_too_late(&entry, now)
            {
                passed_over = true;
                nothing_started.closed_until(until);
                continue;
            }
            started |= self.start(entry, lane, now).await?;
        }
        self.deliveries.looked(passed_over && is_cut, started, now);
        if !started {
            // What is due now is being sent already or has to wait for a place; the end of a send looks again, and what
            // stands behind it is looked for after a moment.
            let next = self.shared.store.next_outbox(self.partition).await?;
            let again = self.deliveries.look_again_at(nothing_started, now);
            let next = next.map(|due| if due > now { due } else { again });
            self.deliveries.rest_until(next);
        }
        Ok(())
    }

    /// Which way an entry goes; those that had to wait before are remembered.
    async fn lane(&mut self, entry: &OutboxEntry) -> Result<Lane, StoreError> {
        if let Some(lane) = self.deliveries.lane_of(entry.id) {
            return Ok(lane);
        }
        if let Destination::Partition(_) = entry.destination {
            return Ok(Lane::Partitions);
        }
        let lane = self.opened(entry).await?.lane();
        self.deliveries.remember_lane(entry.id, &lane);
        Ok(lane)
    }

    /// Until when a way out is paused, if it is.
    fn closed_until(&self, lane: &Lane, now: Timestamp) -> Option<Timestamp> {
        match lane {
            Lane::Account(account) => self.shared.pauses.closed_until(account, now),
            Lane::Partitions => None,
        }
    }

    async fn opened(&self, entry: &OutboxEntry) -> Result<Leaving, StoreError> {
        Ok(match entry.destination {
            Destination::Partition(_) => Leaving::Forwarded(Box::new(self.payload(entry).await?)),
            Destination::Channel => Leaving::Outgoing(Box::new(self.payload(entry).await?)),
        })
    }

    /// Answers whether it was started.
    async fn start(
        &mut self,
        entry: OutboxEntry,
        lane: Lane,
        now: Timestamp,
    ) -> Result<bool, Ended> {
        match self.opened(&entry).await? {
            Leaving::Forwarded(forwarded) => self.start_forwarding(entry, *forwarded),
            Leaving::Outgoing(outgoing) => {
                let speaker = self.customer(entry.thread).await?.speaker;
                let has_the_word =
                    entry.speaker == Customer::PERSONS_WORD || entry.speaker == speaker;
                let may_leave = !is_too_late(&entry, now) && has_the_word;
                if let Lane::Account(account) = &lane
                    && may_leave
                    && !self.shared.pauses.pass(account, now)
                {
                    // Another owner's message is the one that tries it.
                    return Ok(false);
                }
                self.start_sending(entry, lane, *outgoing, may_leave);
            }
        }
        Ok(true)
    }

    async fn payload<T: DeserializeOwned>(&self, entry: &OutboxEntry) -> Result<T, StoreError> {
        let sealed_for = self.sealed_for(entry.thread, entry.destination);
        let key = self.key(sealed_for).await?;
        Ok(self.shared.vault.open(
            &key,
            SealedKind::Outbox(entry.id),
            sealed_for,
            &entry.payload,
        )?)
    }

    fn start_forwarding(&mut self, entry: OutboxEntry, forwarded: Forwarded) {
        let (shared, id) = (self.shared.clone(), entry.id);
        let is_desk_talk = self.is_desk_talk(entry.destination);
        let gives_up = !is_desk_talk && !hands_a_case_on(&forwarded.event);
        let forwarding = async move {
            let kept = forward(&shared, forwarded, id, is_desk_talk).await;
            if let Err(error) = &kept {
                tracing::warn!(%error, "an event did not reach the other thread's partition");
            }
            Outcome::of_forward(kept, gives_up)
        };
        let flight = Flight {
            entry,
            lane: Lane::Partitions,
            message: None,
        };
        let broken = Outcome::Again {
            reason: "signalbox stopped with an error; please report it".to_owned(),
            wait: None,
            counts: gives_up,
        };
        let environment = self.shared.environment.clone();
        self.deliveries
            .start(flight, environment, forwarding, broken);
    }

    fn start_sending(
        &mut self,
        entry: OutboxEntry,
        lane: Lane,
        outgoing: Outgoing,
        may_leave: bool,
    ) {
        let channel = outgoing.to.channel;
        let adapter = self.shared.adapters.get(&channel).cloned();
        // Nobody knows how far it came.
        let broken = Outcome::Unanswered {
            reason: "the adapter stopped with an error; please report it".to_owned(),
            policy: adapter
                .as_ref()
                .map_or(WhenUnanswered::Hold, |adapter| adapter.when_unanswered()),
        };
        let part = Part {
            key: entry.id.to_string(),
            to: outgoing.to,
            content: outgoing.content,
            origin: outgoing.origin,
        };
        let lets_pass = self.shared.settings.delivery.lets_pass(&part.to);
        let environment = self.shared.environment.clone();
        let patience = environment.clone();
        let sending = async move {
            match adapter {
                _ if !may_leave => Outcome::Suppressed,
                _ if !lets_pass => {
                    tracing::info!(
                        entry = part.key,
                        channel = channel.name(),
                        "withheld: `delivery` in the configuration lets nothing leave to this address"
                    );
                    Outcome::Withheld
                }
                None => Outcome::Refused {
                    reason: format!("the channel {} is not configured any more", channel.name()),
                },
                Some(adapter) => {
                    let sent = tokio::select! {
                        sent = adapter.send(&part) => sent,
                        () = patience.sleep(SEND_AT_MOST) => Err(SendError::Unanswered {
                            waited: SEND_AT_MOST,
                        }),
                    };
                    Outcome::of_send(sent, adapter.when_unanswered())
                }
            }
        };
        let flight = Flight {
            entry,
            lane,
            message: Some(outgoing.message_id),
        };
        self.deliveries.start(flight, environment, sending, broken);
    }
}

fn is_too_late(entry: &OutboxEntry, now: Timestamp) -> bool {
    entry.not_after.is_some_and(|not_after| not_after < now)
}

#[cfg(test)]
mod tests;
