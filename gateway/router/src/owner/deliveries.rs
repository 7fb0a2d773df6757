//! The sends of a partition that are under way, and how each ended.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use signalbox_adapters::Channel;
use signalbox_store::{EntryId, MessageId, OutboxEntry, ThreadId};
use tokio::task::{Id, JoinError, JoinSet};

use super::outcome::Outcome;
use super::{RETRY, later};
use crate::environment::Environment;

/// Entries whose uncounted tries are remembered, at most. Past it all are forgotten, and their waits begin short again.
const MOST_UNCOUNTED: usize = 4_096;

/// Deliveries under way. Dropped or abandoned, they are broken off.
#[derive(Default)]
pub(super) struct Deliveries {
    /// When to look in the outbox again, if nothing is being sent (the end of a send looks by itself).
    next_due: Option<Timestamp>,
    sending: JoinSet<Sent>,
    /// Whose they are, and which way they go. A thread's line moves on only when its head is settled.
    flights: HashMap<Id, (ThreadId, Lane)>,
    /// When to look behind entries that wait for a place, if there are such.
    further_at: Option<Timestamp>,
    /// Tries of entries that did not count as attempts: they are waited for as long all the same.
    uncounted: HashMap<EntryId, u32>,
}

/// A way out of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    Channel(Channel),
    Partitions,
}

/// What is sent.
pub(super) struct Flight {
    pub(super) entry: OutboxEntry,
    /// Over which channel, and which message; `None` for what goes to another partition.
    pub(super) message: Option<(Channel, MessageId)>,
}

/// A send that has ended.
pub(super) struct Sent {
    pub(super) flight: Flight,
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
}

impl Deliveries {
    /// When the owner should look in the outbox again.
    pub(super) fn next_start(&self) -> Option<Timestamp> {
        self.next_due
    }

    /// There may be something to send.
    pub(super) fn look(&mut self) {
        self.next_due = Some(Timestamp::MIN);
    }

    /// There is nothing to send before.
    pub(super) fn rest_until(&mut self, next_due: Option<Timestamp>) {
        self.next_due = next_due;
    }

    /// How many sends are under way.
    pub(super) fn under_way(&self) -> usize {
        self.sending.len()
    }

    /// Whether a send is under way.
    pub(super) fn is_sending(&self) -> bool {
        !self.sending.is_empty()
    }

    /// Whether something of this thread is being sent.
    pub(super) fn is_busy(&self, thread: ThreadId) -> bool {
        self.flights.values().any(|(flying, _)| *flying == thread)
    }

    /// How many sends go this way.
    pub(super) fn in_lane(&self, lane: Lane) -> usize {
        self.flights
            .values()
            .filter(|(_, flying)| *flying == lane)
            .count()
    }

    /// An entry that is due waits for a place. What stands behind it is looked for now and then only: it may be much.
    pub(super) fn passed_over(&mut self, now: Timestamp) {
        self.further_at.get_or_insert(later(now, RETRY));
    }

    /// Whether to look behind entries that wait for a place now.
    pub(super) fn looks_further(&mut self, now: Timestamp) -> bool {
        self.further_at.take_if(|at| *at <= now).is_some()
    }

    /// How often an entry was tried without it having counted.
    pub(super) fn uncounted(&self, entry: EntryId) -> u32 {
        self.uncounted.get(&entry).copied().unwrap_or_default()
    }

    /// Notes a try that did not count.
    pub(super) fn note_uncounted(&mut self, entry: EntryId) {
        if self.uncounted.len() >= MOST_UNCOUNTED {
            self.uncounted.clear();
        }
        let tries = self.uncounted.entry(entry).or_default();
        *tries = tries.saturating_add(1);
    }

    /// The entry is not tried any more.
    pub(super) fn forget(&mut self, entry: EntryId) {
        self.uncounted.remove(&entry);
    }

    /// Starts a send. An error inside, ours or an adapter's, ends it as `broken`.
    pub(super) fn start(
        &mut self,
        flight: Flight,
        environment: Arc<dyn Environment>,
        send: impl Future<Output = Outcome> + Send + 'static,
        broken: Outcome,
    ) {
        let thread = flight.entry.thread;
        let lane = flight
            .message
            .map_or(Lane::Partitions, |(channel, _)| Lane::Channel(channel));
        let task = self.sending.spawn(async move {
            let started = environment.now();
            let outcome = AssertUnwindSafe(send).catch_unwind().await;
            let took =
                Duration::try_from(environment.now().duration_since(started)).unwrap_or_default();
            Sent {
                flight,
                outcome: outcome.unwrap_or(broken),
                took,
            }
        });
        self.flights.insert(task.id(), (thread, lane));
    }

    /// Waits for the end of a send; `None` while nothing is being sent.
    pub(super) async fn next_sent(&mut self) -> Option<Sent> {
        while let Some(joined) = self.sending.join_next_with_id().await {
            if let Some(sent) = self.landed(joined) {
                return Some(sent);
            }
        }
        None
    }

    /// A send that has ended already, if there is one.
    pub(super) fn take_sent(&mut self) -> Option<Sent> {
        while let Some(joined) = self.sending.try_join_next_with_id() {
            if let Some(sent) = self.landed(joined) {
                return Some(sent);
            }
        }
        None
    }

    /// Breaks off what is under way: it is another owner's now.
    pub(super) fn abandon(&mut self) {
        *self = Self::default();
    }

    fn landed(&mut self, joined: Result<(Id, Sent), JoinError>) -> Option<Sent> {
        match joined {
            Ok((id, sent)) => {
                self.flights.remove(&id);
                Some(sent)
            }
            Err(error) => {
                self.flights.remove(&error.id());
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use signalbox_store::EntryId;

    use super::{Deliveries, MOST_UNCOUNTED};

    #[test]
    fn tries_that_do_not_count_are_remembered_for_a_bounded_number_of_entries() {
        let mut deliveries = Deliveries::default();
        let name = |number: usize| EntryId((number as u128).to_le_bytes());
        deliveries.note_uncounted(name(0));
        deliveries.note_uncounted(name(0));
        assert_eq!(deliveries.uncounted(name(0)), 2, "so the wait doubles");
        deliveries.forget(name(0));
        assert_eq!(deliveries.uncounted(name(0)), 0);
        for number in 0..2 * MOST_UNCOUNTED {
            deliveries.note_uncounted(name(number));
        }
        assert!(deliveries.uncounted.len() <= MOST_UNCOUNTED);
    }
}
