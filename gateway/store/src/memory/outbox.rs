//! What still has to leave a partition, in lines of threads, and what will not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::ids::{EntryId, ThreadId};
use crate::records::{
    DeadLetter, DeadLetterBounds, DeadLetterVerdict, OutboxEntry, SettlementOutcome,
};

/// The outbox of one partition.
#[derive(Default)]
pub(super) struct Outbox {
    /// By place: the order in which they were committed.
    entries: BTreeMap<u64, OutboxEntry>,
    places: BTreeMap<EntryId, u64>,
    last_place: u64,
    dead: Vec<DeadLetter>,
}

impl Outbox {
    /// An entry that is there already stays as it is.
    pub(super) fn push(&mut self, entry: OutboxEntry) {
        if self.places.contains_key(&entry.id) {
            return;
        }
        self.last_place += 1;
        self.places.insert(entry.id, self.last_place);
        self.entries.insert(self.last_place, entry);
    }

    pub(super) fn remove(&mut self, id: EntryId) -> Option<OutboxEntry> {
        self.entries.remove(&self.places.remove(&id)?)
    }

    pub(super) fn due(&self, now: Timestamp, limit: usize) -> Vec<OutboxEntry> {
        let mut due: Vec<_> = self.heads().filter(|entry| entry.due <= now).collect();
        // Stable: entries due at one moment leave in the order in which they were committed.
        due.sort_by_key(|entry| entry.due);
        due.into_iter().take(limit).cloned().collect()
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.heads().map(|entry| entry.due).min()
    }

    pub(super) fn settle(&mut self, id: EntryId, outcome: SettlementOutcome, now: Timestamp) {
        match outcome {
            SettlementOutcome::Done => {
                self.remove(id);
            }
            SettlementOutcome::Retry { due, counts } => {
                let place = self.places.get(&id);
                if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
                    entry.due = due;
                    entry.attempts += u32::from(counts);
                }
            }
            SettlementOutcome::DeadLetter { reason } => {
                if let Some(entry) = self.remove(id) {
                    self.dead.push(DeadLetter {
                        entry,
                        reason,
                        at: now,
                    });
                }
            }
        }
    }

    pub(super) fn all(&self, limit: usize) -> Vec<OutboxEntry> {
        self.entries.values().take(limit).cloned().collect()
    }

    pub(super) fn bury(&mut self, letter: DeadLetter) {
        self.dead.push(letter);
    }

    pub(super) fn settle_dead_letter(&mut self, id: EntryId, verdict: DeadLetterVerdict) -> bool {
        let found = self.dead.iter().position(|letter| letter.entry.id == id);
        let Some(found) = found else {
            return false;
        };
        let DeadLetter { mut entry, .. } = self.dead.remove(found);
        if let DeadLetterVerdict::Retry { due, not_after } = verdict {
            entry.due = due;
            entry.not_after = not_after;
            entry.attempts = 0;
            self.push(entry);
        }
        true
    }

    pub(super) fn trim_dead_letters(&mut self, bounds: DeadLetterBounds) -> usize {
        let before = self.dead.len();
        let surplus = before.saturating_sub(bounds.at_most);
        self.dead.drain(..surplus);
        self.dead.retain(|letter| letter.at >= bounds.since);
        before - self.dead.len()
    }

    pub(super) fn dead_letters(&self, limit: usize) -> Vec<DeadLetter> {
        self.dead.iter().take(limit).cloned().collect()
    }

    /// The first entry of each thread's line.
    fn heads(&self) -> impl Iterator<Item = &OutboxEntry> {
        let mut seen: BTreeSet<ThreadId> = BTreeSet::new();
        self.entries
            .values()
            .filter(move |entry| seen.insert(entry.thread))
    }
}
