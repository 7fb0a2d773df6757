//! Writes down under the owner's fence what became of an entry.

use std::time::Duration;

use jiff::Timestamp;
use signalbox_store::{
    Append, Fenced, MessageId, OutboxEntry, Settlement, SettlementOutcome, StoreError,
};

use super::deliveries::{Flight, Lane, Sent};
use super::outcome::{Outcome, Verdict, judge};
use super::{Ended, Owner, RETRY, later};
use crate::environment::random;
use crate::event::{Event, ReceiptOutcome};
use crate::settings::RouterSettings;

impl Owner<'_> {
    /// Writes down how a send ended; asks the store until it answers, because an outcome that is forgotten is a second send.
    pub(super) async fn settle(&mut self, sent: Sent) -> Result<(), Ended> {
        let now = self.shared.environment.now();
        let entry = &sent.flight.entry;
        let again = later(now, self.backoff(entry));
        self.tell_of_account(&sent, now);
        let most = self.shared.settings.delivery_attempts;
        let Verdict {
            outcome,
            answer,
            receipt,
        } = judge(&sent, most, now, again);
        match outcome {
            SettlementOutcome::Retry { counts: false, .. } => {
                self.deliveries.note_uncounted(entry.id)
            }
            SettlementOutcome::Retry { .. } => {}
            SettlementOutcome::Done | SettlementOutcome::DeadLetter { .. } => {
                self.deliveries.forget(entry.id)
            }
        }
        if let Lane::Account(account) = &sent.flight.lane {
            let observer = &self.shared.observer;
            observer.delivered(account.channel, answer, sent.took);
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
        if let SettlementOutcome::DeadLetter { .. } = outcome {
            self.shared
                .bound_dead_letters(self.partition, self.fence)
                .await;
        }
        self.deliveries.look();
        Ok(())
    }

    /// Pauses an account whose platform does not take who we are, and goes on with one that was paused once it does.
    fn tell_of_account(&self, sent: &Sent, now: Timestamp) {
        let Lane::Account(account) = &sent.flight.lane else {
            return;
        };
        let shared = self.shared;
        match &sent.outcome {
            Outcome::Unauthorized { reason } => {
                let observer = &*shared.observer;
                shared.pauses.pause(account, reason, now, observer);
            }
            Outcome::Delivered | Outcome::Refused { .. } | Outcome::Unanswered { .. } => {
                if shared.pauses.lift(account, &*shared.observer) {
                    shared.look_in_all_outboxes();
                }
            }
            // The platform has not said anything about us.
            Outcome::Again { .. } | Outcome::Suppressed | Outcome::Withheld => {}
        }
    }

    async fn try_to_settle(
        &mut self,
        flight: &Flight,
        outcome: &SettlementOutcome,
        receipt: Option<ReceiptOutcome>,
        now: Timestamp,
    ) -> Result<Result<(), Fenced>, StoreError> {
        let receipt = match (receipt, flight.message) {
            (Some(outcome), Some(message_id)) => Some(
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

    /// How long to wait before the next try: anything up to the longest wait (full jitter), so that what failed together does
    /// not come back together.
    fn backoff(&self, entry: &OutboxEntry) -> Duration {
        let tries = entry
            .attempts
            .saturating_add(self.deliveries.uncounted(entry.id));
        let draw =
            f64::from(u32::from_le_bytes(random(&*self.shared.environment))) / f64::from(u32::MAX);
        longest_wait(&self.shared.settings, tries).mul_f64(draw)
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

/// The longest wait after a try that had so many before it: doubles with each.
fn longest_wait(settings: &RouterSettings, tries_before: u32) -> Duration {
    let doubled = 1_u32.checked_shl(tries_before.min(31)).unwrap_or(u32::MAX);
    settings
        .delivery_backoff
        .saturating_mul(doubled)
        .min(settings.delivery_backoff_at_most)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::longest_wait;
    use crate::settings::RouterSettings;

    #[test]
    fn waits_begin_as_the_settings_say_and_double_up_to_their_bound() {
        let settings = RouterSettings::default();
        for (tries_before, seconds) in [(0, 1), (1, 2), (2, 4), (8, 256), (9, 300), (u32::MAX, 300)]
        {
            assert_eq!(
                longest_wait(&settings, tries_before),
                Duration::from_secs(seconds),
                "after {tries_before} tries"
            );
        }
    }
}
