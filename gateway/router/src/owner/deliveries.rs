//! The sends of a partition that are under way, and how each ended.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use signalbox_store::{EntryId, MessageId, OutboxEntry, ThreadId};
use tokio::task::{Id, JoinError, JoinSet};

use super::outcome::Outcome;
use super::{RETRY, later};
use crate::environment::Environment;
use crate::pauses::ChannelAccount;

/// Entries whose uncounted tries are remembered, at most. Past it all are forgotten, and their waits begin short again.
const MOST_UNCOUNTED: usize = 4_096;

/// Entries looked through for one whose way out is free, when those that are due first have to wait: at first, …
const FURTHER: usize = 1_024;
/// … and twice as many each time that none is found, so often at most: 16,384. The waits between grow likewise, up to 8 s.
const MOST_DOUBLINGS: u32 = 4;
/// Ways out of entries that are remembered, at most. Past it all are forgotten, and read again from the entries.
const MOST_LANES: usize = 32_768;

/// Deliveries under way. Dropped or abandoned, they are broken off.
#[derive(Default)]
pub(super) struct Deliveries {
    /// When to look in the outbox again, if nothing is being sent (the end of a send looks by itself).
    next_due: Option<Timestamp>,
    sending: JoinSet<Sent>,
    /// Whose they are, and which way they go. A thread's line moves on only when its head is settled.
    flights: HashMap<Id, (ThreadId, Lane)>,
    /// When to look behind entries that have to wait, if there are such.
    further_at: Option<Timestamp>,
    /// How often the reach of that was doubled.
    doublings: u32,
    /// Which way entries go that have to wait.
    lanes: HashMap<EntryId, Lane>,
    /// Tries of entries that did not count as attempts: they are waited for as long all the same.
    uncounted: HashMap<EntryId, u32>,
}

/// A way out of a partition. Each has places of its own, so that an account that does not move holds up no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lane {
    Account(ChannelAccount),
    Partitions,
}

/// Why nothing of what is due was started.
#[derive(Debug, Default)]
pub(super) struct NothingStarted {
    /// Some of it is being sent, or its way has no place free.
    pub(super) waits_for_place: bool,
    /// When the first paused account may be tried.
    closed_until: Option<Timestamp>,
}

impl NothingStarted {
    pub(super) fn closed_until(&mut self, until: Timestamp) {
        self.closed_until = self.closed_until.into_iter().chain([until]).min();
    }
}

/// What is sent.
pub(super) struct Flight {
    pub(super) entry: OutboxEntry,
    pub(super) lane: Lane,
    /// Which message; `None` for what goes to another partition.
    pub(super) message: Option<MessageId>,
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
    pub(super) fn in_lane(&self, lane: &Lane) -> usize {
        self.flights
            .values()
            .filter(|(_, flying)| flying == lane)
            .count()
    }

    /// How many entries to look through. What stands behind those that have to wait is looked for now and then only: it may be
    /// much.
    pub(super) fn ahead(&mut self, places: usize, now: Timestamp) -> usize {
        match self.further_at.take_if(|at| *at <= now) {
            Some(_) => FURTHER << self.doublings,
            None => places,
        }
    }

    /// The outbox was looked through. `hides`: there may be more behind entries that have to wait.
    pub(super) fn looked(&mut self, hides: bool, started: bool, now: Timestamp) {
        if !hides {
            return;
        }
        if self.further_at.is_none() {
            self.further_at = Some(later(now, RETRY.saturating_mul(1 << self.doublings)));
        }
        if !started {
            self.doublings = (self.doublings + 1).min(MOST_DOUBLINGS);
        }
    }

    /// When to look again, since nothing was started of what is due.
    pub(super) fn look_again_at(&self, why: NothingStarted, now: Timestamp) -> Timestamp {
        let moment = later(now, RETRY);
        if why.waits_for_place {
            return moment;
        }
        let times = [why.closed_until, self.further_at];
        times.into_iter().flatten().min().unwrap_or(moment)
    }

    /// Which way an entry goes, if it is remembered.
    pub(super) fn lane_of(&self, entry: EntryId) -> Option<Lane> {
        self.lanes.get(&entry).cloned()
    }

    /// Remembers which way an entry goes.
    pub(super) fn remember_lane(&mut self, entry: EntryId, lane: &Lane) {
        if self.lanes.len() >= MOST_LANES {
            self.lanes.clear();
        }
        self.lanes.insert(entry, lane.clone());
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
        self.lanes.remove(&entry);
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
        let lane = flight.lane.clone();
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
