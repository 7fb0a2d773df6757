//! Delivers what the outbox holds: to channels through their adapters, to other partitions as forwarded events.
//!
//! An entry goes when its outcome is known, in the order of its thread's line. Sends run beside the owner; their outcome
//! comes back to it and is settled under its fence. Before a send two things are compared: the time after which it is worth
//! nothing, and who has the word.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_adapters::{Address, Channel, Content, Part, SendError, WhenUnanswered};
use signalbox_store::{
    Destination, MessageId, OutboxEntry, Settlement, SettlementOutcome, StoreError, ThreadId,
};
use tokio::task::{JoinError, JoinSet};

use super::{Ended, Owner, later};
use crate::environment::random;
use crate::event::{Event, ReceiptOutcome};
use crate::observer::DeliveryAnswer;
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

/// Deliveries under way.
#[derive(Default)]
pub(super) struct Deliveries {
    /// When the store's next entry is due; past or `None` while nothing waits.
    pub(super) next_due: Option<Timestamp>,
    sending: JoinSet<Sent>,
    /// A thread's line moves on only when its head is settled.
    busy: HashSet<ThreadId>,
}

/// A send that has ended.
pub(super) struct Sent {
    entry: OutboxEntry,
    channel: Option<Channel>,
    message_id: Option<MessageId>,
    outcome: Outcome,
    took: Duration,
}

enum Outcome {
    Delivered,
    /// Nothing was accepted; again after the platform's own wish or the back-off.
    Again {
        reason: String,
        wait: Option<Duration>,
        counts: bool,
    },
    Unanswered {
        reason: String,
        policy: WhenUnanswered,
    },
    Refused {
        reason: String,
    },
    Suppressed,
}

impl Deliveries {
    /// When the owner should look in the outbox again, if nothing is being sent (the end of a send looks by itself).
    pub(super) fn next_start(&self) -> Option<Timestamp> {
        self.next_due
    }

    /// Whether a send is under way.
    pub(super) fn is_sending(&self) -> bool {
        !self.sending.is_empty()
    }

    /// Waits for the end of a send; `None` while nothing is being sent.
    pub(super) async fn next_sent(&mut self) -> Option<Sent> {
        while let Some(joined) = self.sending.join_next().await {
            if let Some(sent) = sent(joined) {
                return Some(sent);
            }
        }
        None
    }

    /// A send that has ended already, if there is one.
    pub(super) fn take_sent(&mut self) -> Option<Sent> {
        while let Some(joined) = self.sending.try_join_next() {
            if let Some(sent) = sent(joined) {
                return Some(sent);
            }
        }
        None
    }
}

/// `None` for a send that was broken off by an error of ours: its thread stays busy until the partition is taken again, and
/// is tried then.
fn sent(joined: Result<Sent, JoinError>) -> Option<Sent> {
    joined
        .inspect_err(|error| tracing::error!(%error, "a send was broken off; please report it"))
        .ok()
}

impl Owner<'_> {
    /// Starts sends of entries that are due, as many as may run at once.
    pub(super) async fn start_due_deliveries(&mut self) -> Result<(), Ended> {
        let now = self.shared.environment.now();
        if self.deliveries.next_due.is_none_or(|due| due > now) {
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
            if self.deliveries.sending.len() >= most {
                break;
            }
            if self.deliveries.busy.insert(entry.thread) {
                self.start(entry, now).await?;
                started += 1;
            }
        }
        if started == 0 {
            // All that is due is being sent already; the end of a send looks again.
            self.deliveries.next_due = self
                .shared
                .store
                .next_outbox(self.partition)
                .await?
                .filter(|due| *due > now);
        }
        Ok(())
    }

    async fn start(&mut self, entry: OutboxEntry, now: Timestamp) -> Result<(), Ended> {
        let key = self.key(entry.thread).await?;
        match entry.destination {
            Destination::Partition(_) => {
                let forwarded: Forwarded = self
                    .shared
                    .vault
                    .open(&key, SealedKind::Outbox, entry.thread, &entry.payload)
                    .map_err(StoreError::from)?;
                let shared = self.shared.clone();
                self.deliveries.sending.spawn(async move {
                    let kept = shared
                        .keep_event(forwarded.to, "forward", &entry.id.0, forwarded.event)
                        .await;
                    let outcome = match kept {
                        Ok(_) => Outcome::Delivered,
                        Err(error) => Outcome::Again {
                            reason: error.to_string(),
                            wait: None,
                            counts: false,
                        },
                    };
                    Sent {
                        entry,
                        channel: None,
                        message_id: None,
                        outcome,
                        took: Duration::ZERO,
                    }
                });
            }
            Destination::Channel => {
                let outgoing: Outgoing = self
                    .shared
                    .vault
                    .open(&key, SealedKind::Outbox, entry.thread, &entry.payload)
                    .map_err(StoreError::from)?;
                let speaker = self.customer(entry.thread).await?.speaker;
                let too_late = entry.not_after.is_some_and(|not_after| not_after < now);
                let may_leave = !too_late && entry.speaker == speaker;
                self.start_sending(entry, outgoing, may_leave);
            }
        }
        Ok(())
    }

    fn start_sending(&mut self, entry: OutboxEntry, outgoing: Outgoing, may_leave: bool) {
        let channel = outgoing.to.channel;
        let adapter = self.shared.adapters.get(&channel).cloned();
        let environment = self.shared.environment.clone();
        self.deliveries.sending.spawn(async move {
            let started = environment.now();
            let outcome = match adapter {
                _ if !may_leave => Outcome::Suppressed,
                None => Outcome::Refused {
                    reason: format!("the channel {} is not configured any more", channel.name()),
                },
                Some(adapter) => {
                    let part = Part {
                        key: entry.id.to_string(),
                        to: outgoing.to,
                        content: outgoing.content,
                    };
                    let sending = AssertUnwindSafe(adapter.send(&part)).catch_unwind();
                    match sending.await {
                        Ok(result) => outcome_of(result, adapter.when_unanswered()),
                        // Nobody knows how far it came.
                        Err(_) => Outcome::Unanswered {
                            reason: "the adapter stopped with an error; please report it"
                                .to_owned(),
                            policy: adapter.when_unanswered(),
                        },
                    }
                }
            };
            let took =
                Duration::try_from(environment.now().duration_since(started)).unwrap_or_default();
            Sent {
                entry,
                channel: Some(channel),
                message_id: Some(outgoing.message_id),
                outcome,
                took,
            }
        });
    }

    /// Writes down how a send ended.
    pub(super) async fn settle(&mut self, sent: Sent) -> Result<(), Ended> {
        let now = self.shared.environment.now();
        let (outcome, answer, receipt) = self.judge(&sent, now);
        if let Some(channel) = sent.channel {
            self.shared.observer.delivered(channel, answer, sent.took);
        }
        let receipt = match (receipt, sent.message_id) {
            (Some(outcome), Some(message_id)) => {
                Some(self.receipt(&sent.entry, message_id, outcome, now).await?)
            }
            _ => None,
        };
        self.look |= receipt.is_some();
        let settlement = Settlement {
            id: sent.entry.id,
            outcome,
            receipt,
        };
        self.shared
            .store
            .settle(self.partition, self.fence, settlement, now)
            .await?
            .map_err(|_| Ended::Fenced)?;
        self.deliveries.busy.remove(&sent.entry.thread);
        self.deliveries.next_due = self.shared.store.next_outbox(self.partition).await?;
        Ok(())
    }

    fn judge(
        &self,
        sent: &Sent,
        now: Timestamp,
    ) -> (SettlementOutcome, DeliveryAnswer, Option<ReceiptOutcome>) {
        let dead = |reason: &str| SettlementOutcome::DeadLetter {
            reason: reason.to_owned(),
        };
        let attempts = sent.entry.attempts + 1;
        let is_last = attempts >= self.shared.settings.delivery_attempts;
        match &sent.outcome {
            Outcome::Delivered => (
                SettlementOutcome::Done,
                DeliveryAnswer::Delivered,
                Some(ReceiptOutcome::Delivered),
            ),
            Outcome::Suppressed => (
                SettlementOutcome::Done,
                DeliveryAnswer::Suppressed,
                Some(ReceiptOutcome::Expired),
            ),
            Outcome::Refused { reason } => (
                dead(reason),
                DeliveryAnswer::Dead,
                Some(ReceiptOutcome::Dead),
            ),
            Outcome::Unanswered {
                reason,
                policy: WhenUnanswered::Hold,
            } => {
                let reason =
                    format!("{reason}; it may have arrived, so it is not sent again by itself");
                (
                    dead(&reason),
                    DeliveryAnswer::Unanswered,
                    Some(ReceiptOutcome::Unanswered),
                )
            }
            Outcome::Again {
                reason,
                counts: true,
                ..
            }
            | Outcome::Unanswered { reason, .. }
                if is_last =>
            {
                let reason = format!("given up after {attempts} attempts; the last one: {reason}");
                (
                    dead(&reason),
                    DeliveryAnswer::Dead,
                    Some(ReceiptOutcome::Dead),
                )
            }
            Outcome::Again { wait, counts, .. } => {
                let due = later(now, self.backoff(attempts).max(wait.unwrap_or_default()));
                (
                    SettlementOutcome::Retry {
                        due,
                        counts: *counts,
                    },
                    DeliveryAnswer::Retry,
                    None,
                )
            }
            Outcome::Unanswered { .. } => (
                SettlementOutcome::Retry {
                    due: later(now, self.backoff(attempts)),
                    counts: true,
                },
                DeliveryAnswer::Unanswered,
                None,
            ),
        }
    }

    /// Doubles with each attempt, with full jitter, so that what failed together does not come back together.
    fn backoff(&self, attempts: u32) -> Duration {
        let settings = &self.shared.settings;
        let doubled = settings
            .delivery_backoff
            .saturating_mul(1_u32.checked_shl(attempts.min(16)).unwrap_or(u32::MAX));
        let most = doubled.min(settings.delivery_backoff_at_most);
        let draw =
            f64::from(u32::from_le_bytes(random(&*self.shared.environment))) / f64::from(u32::MAX);
        most.mul_f64(draw)
    }

    async fn receipt(
        &self,
        entry: &OutboxEntry,
        message_id: MessageId,
        outcome: ReceiptOutcome,
        now: Timestamp,
    ) -> Result<signalbox_store::Append, StoreError> {
        let event = Event::Receipt {
            message_id,
            outcome,
        };
        Ok(self
            .shared
            .prepare(entry.thread, "receipt", &entry.id.0, &event, now)
            .await?)
    }

    /// Lets the sends under way come to their end, so that their outcome is written down.
    pub(super) async fn finish_deliveries(&mut self) -> Result<(), Ended> {
        while let Some(sent) = self.deliveries.next_sent().await {
            self.settle(sent).await?;
        }
        Ok(())
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
