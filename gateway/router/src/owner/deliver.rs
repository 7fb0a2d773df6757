//! Delivers what the outbox holds: to channels through their adapters, to other partitions as forwarded events.
//!
//! An entry goes when its outcome is known, in the order of its thread's line. Sends run beside the owner (`deliveries.rs`);
//! their outcome comes back to it and is settled under its fence (`settle.rs`). Before a send two things are compared: the
//! time after which it is worth nothing, and who has the word.

use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use signalbox_adapters::{Address, Content, Part, SendError, WhenUnanswered};
use signalbox_store::{Destination, MessageId, OutboxEntry, StoreError, ThreadId};

use super::deliveries::{Flight, Outcome};
use super::{Ended, Owner};
use crate::event::Event;
use crate::vault::SealedKind;

/// Between two tries while the platform refuses our credentials: somebody has to mend them first.
const UNAUTHORIZED_WAIT: Duration = Duration::from_secs(60);

/// What an outbox entry to a channel holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Outgoing {
    pub(super) message_id: MessageId,
    pub(super) to: Address,
    pub(super) content: Content,
}

/// What an outbox entry to another partition holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Forwarded {
    pub(super) to: ThreadId,
    pub(super) event: Event,
}

impl Owner<'_> {
    /// Starts sends of entries that are due, as many as may run at once.
    pub(super) async fn start_due_deliveries(&mut self) -> Result<(), Ended> {
        let now = self.shared.environment.now();
        if self.deliveries.next_start().is_none_or(|due| due > now) {
            return Ok(());
        }
        let most = self.shared.settings.deliveries_at_once;
        let due = self
            .shared
            .store
            .due_outbox(self.partition, now, most)
            .await?;
        let mut started = 0;
        for entry in due {
            if self.deliveries.under_way() >= most {
                break;
            }
            if !self.deliveries.is_busy(entry.thread) {
                self.start(entry, now).await?;
                started += 1;
            }
        }
        if started == 0 {
            // All that is due is being sent already; the end of a send looks again.
            let next = self.shared.store.next_outbox(self.partition).await?;
            self.deliveries.rest_until(next.filter(|due| *due > now));
        }
        Ok(())
    }

    async fn start(&mut self, entry: OutboxEntry, now: Timestamp) -> Result<(), Ended> {
        match entry.destination {
            Destination::Partition(_) => {
                let forwarded: Forwarded = self.payload(&entry).await?;
                self.start_forwarding(entry, forwarded);
            }
            Destination::Channel => {
                let outgoing: Outgoing = self.payload(&entry).await?;
                let speaker = self.customer(entry.thread).await?.speaker;
                let too_late = entry.not_after.is_some_and(|not_after| not_after < now);
                let may_leave = !too_late && entry.speaker == speaker;
                self.start_sending(entry, outgoing, may_leave);
            }
        }
        Ok(())
    }

    async fn payload<T: DeserializeOwned>(&self, entry: &OutboxEntry) -> Result<T, StoreError> {
        let key = self.key(entry.thread).await?;
        Ok(self
            .shared
            .vault
            .open(&key, SealedKind::Outbox, entry.thread, &entry.payload)?)
    }

    fn start_forwarding(&mut self, entry: OutboxEntry, forwarded: Forwarded) {
        let (shared, id) = (self.shared.clone(), entry.id);
        let forwarding = async move {
            let kept = shared
                .keep_event(forwarded.to, "forward", &id.0, forwarded.event)
                .await;
            match kept {
                Ok(_) => Outcome::Delivered,
                Err(error) => not_forwarded(error.to_string()),
            }
        };
        let flight = Flight {
            entry,
            message: None,
        };
        let broken = not_forwarded("signalbox stopped with an error; please report it".to_owned());
        let environment = self.shared.environment.clone();
        self.deliveries
            .start(flight, environment, forwarding, broken);
    }

    fn start_sending(&mut self, entry: OutboxEntry, outgoing: Outgoing, may_leave: bool) {
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
        };
        let sending = async move {
            match adapter {
                _ if !may_leave => Outcome::Suppressed,
                None => Outcome::Refused {
                    reason: format!("the channel {} is not configured any more", channel.name()),
                },
                Some(adapter) => outcome_of(adapter.send(&part).await, adapter.when_unanswered()),
            }
        };
        let flight = Flight {
            entry,
            message: Some((channel, outgoing.message_id)),
        };
        let environment = self.shared.environment.clone();
        self.deliveries.start(flight, environment, sending, broken);
    }
}

fn not_forwarded(reason: String) -> Outcome {
    Outcome::Again {
        reason,
        wait: None,
        counts: false,
    }
}

fn outcome_of(
    result: Result<signalbox_adapters::Receipt, SendError>,
    policy: WhenUnanswered,
) -> Outcome {
    match result {
        Ok(_) => Outcome::Delivered,
        Err(SendError::Busy { reason, wait }) => Outcome::Again {
            reason,
            wait,
            counts: true,
        },
        // Somebody has to mend the settings: the entry waits until its time is up, however often it is tried.
        Err(error @ SendError::Unauthorized { .. }) => Outcome::Again {
            reason: error.to_string(),
            wait: Some(UNAUTHORIZED_WAIT),
            counts: false,
        },
        Err(error @ SendError::Unanswered { .. }) => Outcome::Unanswered {
            reason: error.to_string(),
            policy,
        },
        Err(error @ SendError::Refused { .. }) => Outcome::Refused {
            reason: error.to_string(),
        },
    }
}
