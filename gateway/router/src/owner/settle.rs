//! From how a send ended to what becomes of its entry.

use std::time::Duration;

use jiff::Timestamp;
use signalbox_adapters::WhenUnanswered;
use signalbox_store::{
    Append, Fenced, MessageId, OutboxEntry, Settlement, SettlementOutcome, StoreError,
};

use super::deliveries::{Flight, Outcome, Sent};
use super::{Ended, Owner, RETRY, later};
use crate::environment::random;
use crate::event::{Event, ReceiptOutcome};
use crate::observer::DeliveryAnswer;

impl Owner<'_> {
    /// Writes down how a send ended; asks the store until it answers, because an outcome that is forgotten is a second send.
    pub(super) async fn settle(&mut self, sent: Sent) -> Result<(), Ended> {
        let now = self.shared.environment.now();
        let (outcome, answer, receipt) = self.judge(&sent, now);
        if let Some((channel, _)) = sent.flight.message {
            self.shared.observer.delivered(channel, answer, sent.took);
        }
        loop {
            let settled = self
                .try_to_settle(&sent.flight, &outcome, receipt, now)
                .await;
            match settled {
                Ok(Ok(())) => break,
                Ok(Err(Fenced)) => return Err(Ended::Fenced),
                Err(error @ StoreError::Damaged { .. }) => return Err(Ended::Failed(error)),
                // It can be repeated: the entry goes once, and the receipt's dedupe key makes it one.
                Err(error @ (StoreError::Unavailable { .. } | StoreError::Unknown { .. })) => {
                    tracing::warn!(partition = %self.partition, %error, "the store did not say that it kept a delivery's outcome; asking again");
                    self.shared.environment.sleep(RETRY).await;
                }
            }
        }
        self.deliveries.look();
        Ok(())
    }

    async fn try_to_settle(
        &mut self,
        flight: &Flight,
        outcome: &SettlementOutcome,
        receipt: Option<ReceiptOutcome>,
        now: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError> {
        let receipt = match (receipt, flight.message) {
            (Some(outcome), Some((_, message_id))) => Some(
                self.receipt(&flight.entry, message_id, outcome, now)
                    .await?,
            ),
            _ => None,
        };
        self.look |= receipt.is_some();
        let settlement = Settlement {
            id: flight.entry.id,
            outcome: outcome.clone(),
            receipt,
        };
        self.shared
            .store
            .settle(self.partition, self.fence, settlement, now)
            .await
    }

    fn judge(
        &self,
        sent: &Sent,
        now: Timestamp,
    ) -> (SettlementOutcome, DeliveryAnswer, Option<ReceiptOutcome>) {
        let dead = |reason: &str| SettlementOutcome::DeadLetter {
            reason: reason.to_owned(),
        };
        let attempts = sent.flight.entry.attempts + 1;
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
    ) -> Result<Append, StoreError> {
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
