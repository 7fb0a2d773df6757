//! One thread in order, for one socket: whatever has the next sequence goes next, and nothing else does.
//!
//! Hints, answers of the store and acknowledgements of the session's own messages come in any order, and twice. They
//! wait here until it is their turn. What does not come is asked for: [`Feed::wants`] says so, and the session reads the
//! store. A replay is nothing special: the cursor is set back, and what is missing from there is read.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::entry::Entry;

/// Items that wait for their turn; what is further ahead is read from the store when it is its turn.
const MAX_AHEAD: usize = 256;
/// How long a hint may be late before the store is read. Two writers of one thread overtake each other all the time.
const HINT_GRACE: Duration = Duration::from_millis(50);
/// How long to wait before the store is read again when it did not have what is known to be there.
const READ_AGAIN: Duration = Duration::from_millis(500);
/// How often in a row that may happen.
const MAX_EMPTY_READS: u32 = 10;

pub(super) struct Feed {
    /// All up to here went out.
    cursor: u64,
    /// The last entry that is known to be there.
    last: u64,
    ahead: BTreeMap<u64, Item>,
    /// The session's own message whose fate is not known yet: its entry waits, since it may have to be an `ack`.
    in_flight: Option<String>,
    /// Since when something is missing, and when to read the store for it.
    read_at: Option<Instant>,
    empty_reads: u32,
    /// The store was read for what is missing, page by page: the next page needs no waiting for hints.
    is_reading_on: bool,
    /// A `synced` is due when the cursor gets here.
    sync_to: Option<u64>,
}

enum Item {
    Entry(Arc<Entry>),
    /// One for each time that the message was sent.
    Acks(Vec<Utf8Bytes>),
}

/// What goes to the client next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Frames that take a place in the thread.
    Frames(Vec<Utf8Bytes>),
    /// All that was asked for is out, up to here.
    Synced(u64),
}

/// What a reading of the store brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// It goes on.
    Continues,
    /// These are gone for good.
    Hole { from: u64, to: u64 },
    /// The store does not have what is known to be there, again and again.
    Missing,
}

impl Feed {
    /// A feed that has sent all up to `cursor`, of a thread whose last entry is `last`.
    pub(super) fn new(cursor: u64, last: u64, now: Instant) -> Self {
        let mut feed = Self {
            cursor,
            last: last.max(cursor),
            ahead: BTreeMap::new(),
            in_flight: None,
            read_at: None,
            empty_reads: 0,
            is_reading_on: false,
            sync_to: None,
        };
        feed.read_if_missing(now);
        feed
    }

    pub(super) fn cursor(&self) -> u64 {
        self.cursor
    }

    /// The last entry that is known to be there.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Takes an entry, from a hint or from the store.
    pub(super) fn offer(&mut self, entry: Arc<Entry>, now: Instant) {
        let sequence = entry.sequence();
        self.last = self.last.max(sequence);
        if sequence > self.cursor {
            self.ahead.entry(sequence).or_insert(Item::Entry(entry));
            self.keep_bound();
        }
        self.look_for_missing(now);
    }

    /// Takes the acknowledgement of an own message; gives it back if its turn has passed, so it goes at once.
    pub(super) fn acknowledge(
        &mut self,
        sequence: u64,
        ack: Utf8Bytes,
        now: Instant,
    ) -> Option<Utf8Bytes> {
        self.last = self.last.max(sequence);
        if sequence <= self.cursor {
            return Some(ack);
        }
        match self.ahead.entry(sequence) {
            Place::Occupied(mut place) => match place.get_mut() {
                Item::Acks(acks) => acks.push(ack),
                item => *item = Item::Acks(vec![ack]),
            },
            Place::Vacant(place) => {
                place.insert(Item::Acks(vec![ack]));
            }
        }
        self.look_for_missing(now);
        None
    }

    /// An own message is on its way to the store.
    pub(super) fn departs(&mut self, cid: &str) {
        self.in_flight = Some(cid.to_owned());
    }

    /// Its fate is known.
    pub(super) fn landed(&mut self, now: Instant) {
        self.in_flight = None;
        self.look_for_missing(now);
    }

    /// The thread is known to reach to `last`, from something else than its entries.
    pub(super) fn reaches(&mut self, last: u64, now: Instant) {
        self.last = self.last.max(last);
        self.read_if_missing(now);
    }

    /// Everything behind `from` goes out, perhaps again, and then a `synced`.
    pub(super) fn replay(&mut self, from: u64, now: Instant) {
        self.cursor = from.min(self.last);
        self.sync_to = Some(self.last);
        self.read_if_missing(now);
    }

    /// What comes next, if it is there.
    pub(super) fn next(&mut self) -> Option<Next> {
        if self.sync_to.is_some_and(|to| to <= self.cursor) {
            self.sync_to = None;
            return Some(Next::Synced(self.cursor));
        }
        // The cursor jumps ahead over a gap: what waited below it has missed its turn, but an acknowledgement is still owed.
        while let Some(passed) = self
            .ahead
            .first_entry()
            .filter(|first| *first.key() <= self.cursor)
        {
            if let Item::Acks(acks) = passed.remove() {
                return Some(Next::Frames(acks));
            }
        }
        let first = self.ahead.first_entry()?;
        if *first.key() != self.cursor + 1 {
            return None;
        }
        if let (Item::Entry(entry), Some(cid)) = (first.get(), &self.in_flight)
            && entry.is_own(cid)
        {
            return None;
        }
        self.cursor += 1;
        self.read_at = None;
        self.empty_reads = 0;
        Some(Next::Frames(match first.remove() {
            Item::Entry(entry) => vec![entry.frame()],
            Item::Acks(acks) => acks,
        }))
    }

    /// To be called when nothing more comes out: notes whether something is missing now.
    pub(super) fn rest(&mut self, now: Instant) {
        if !self.is_missing() {
            self.is_reading_on = false;
        } else if self.is_reading_on {
            self.read_at.get_or_insert(now);
        } else {
            self.look_for_missing(now);
        }
    }

    /// When the store should be read behind [`Feed::cursor`], if at all.
    pub(super) fn wants(&self) -> Option<Instant> {
        self.read_at.filter(|_| self.is_missing())
    }

    /// Takes what the store had behind `after`.
    pub(super) fn fill(&mut self, after: u64, entries: Vec<Arc<Entry>>, now: Instant) -> Filled {
        self.read_at = None;
        self.is_reading_on = !entries.is_empty();
        let first = entries.first().map(|entry| entry.sequence());
        for entry in entries {
            self.offer(entry, now);
        }
        // A replay that began meanwhile has set the cursor back: this reading was not for it.
        let was_asked = after >= self.cursor;
        let filled = match first {
            Some(first) if was_asked && first > after + 1 && first > self.cursor + 1 => {
                // The store is the truth: what it leaves out is not there any more.
                let from = self.cursor + 1;
                self.cursor = first - 1;
                Filled::Hole {
                    from,
                    to: first - 1,
                }
            }
            None if was_asked && self.is_missing() => {
                self.empty_reads += 1;
                self.read_at = Some(now + READ_AGAIN);
                if self.empty_reads >= MAX_EMPTY_READS {
                    return Filled::Missing;
                }
                return Filled::Continues;
            }
            _ => Filled::Continues,
        };
        self.read_if_missing(now);
        filled
    }

    /// The store could not be read: it is tried again, a few times.
    pub(super) fn fill_failed(&mut self, now: Instant) -> Filled {
        self.fill(self.cursor, Vec::new(), now)
    }

    fn is_missing(&self) -> bool {
        self.last > self.cursor && !self.ahead.contains_key(&(self.cursor + 1))
    }

    /// What is missing may be on its way.
    fn look_for_missing(&mut self, now: Instant) {
        if self.is_missing() {
            self.read_at.get_or_insert(now + HINT_GRACE);
        }
    }

    /// What is missing will not come by itself.
    fn read_if_missing(&mut self, now: Instant) {
        if self.is_missing() {
            self.read_at = Some(now);
        }
    }

    /// Forgets what is furthest ahead, but never an acknowledgement: nobody would say it again.
    fn keep_bound(&mut self) {
        while self.ahead.len() > MAX_AHEAD {
            let furthest = self
                .ahead
                .iter()
                .rev()
                .find(|(_, item)| matches!(item, Item::Entry(_)))
                .map(|(sequence, _)| *sequence);
            let Some(furthest) = furthest else { return };
            self.ahead.remove(&furthest);
        }
    }
}

#[cfg(test)]
mod tests;
