//! One partition in memory: what each step of the trait means, in its plainest form.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use jiff::Timestamp;
use signalbox_sealed::{Sealed, WrappedKey};

use super::outbox::Outbox;
use crate::ids::{
    BatchId, DedupeKey, Epoch, Fingerprint, MessageId, NodeId, Offset, Sequence, ThreadId, TimerId,
};
use crate::records::{
    Append, AppendReceipt, Appended, Commit, Committed, Fence, Fenced, InboxRecord, JournalEntry,
    LeaseRequest, Leased, PartitionHead, TimerWrite, TranscriptRange, TranscriptRecord, Trim,
};

#[derive(Default)]
pub(super) struct Partition {
    epoch: Epoch,
    lease: Option<Lease>,
    position: Offset,
    tail: Offset,
    trimmed: Offset,
    last_batch: Option<BatchId>,
    takeovers: Takeovers,
    inbox: BTreeMap<Offset, InboxRecord>,
    dedupe: BTreeMap<DedupeKey, (Fingerprint, AppendReceipt)>,
    threads: BTreeMap<ThreadId, Thread>,
    timers: BTreeMap<TimerId, Timer>,
    journal: BTreeMap<Offset, JournalEntry>,
    pub(super) outbox: Outbox,
}

/// Owners that ended without giving the partition up, and what was tried because of it.
#[derive(Default)]
struct Takeovers {
    position: Offset,
    ended_here: u32,
    tried: Offset,
    tries: u32,
    tried_in: Epoch,
}

struct Lease {
    fence: Fence,
    node: NodeId,
    until: Timestamp,
}

#[derive(Default)]
struct Thread {
    last: Sequence,
    transcript: BTreeMap<Sequence, Entry>,
    state: Option<Sealed>,
    key: Option<WrappedKey>,
    home: Option<ThreadId>,
}

struct Entry {
    /// The archive has the entry when it has the inbox up to here.
    archived_with: Offset,
    record: TranscriptRecord,
}

struct Timer {
    thread: ThreadId,
    due: Timestamp,
    event: Sealed,
}

impl Partition {
    pub(super) fn check(&self, fence: Fence) -> Result<(), Fenced> {
        match &self.lease {
            Some(lease) if lease.fence == fence => Ok(()),
            _ => Err(Fenced),
        }
    }

    pub(super) fn lease(&mut self, request: LeaseRequest) -> Leased {
        if let Some(held) = &self.lease
            && held.node != request.node
            && request.now < held.until
        {
            return Leased::Held { until: held.until };
        }
        let ended_here = self.note_takeover();
        self.epoch = self.epoch.next();
        let fence = Fence {
            epoch: self.epoch,
            nonce: request.nonce,
        };
        self.lease = Some(Lease {
            fence,
            node: request.node,
            until: request.until,
        });
        Leased::Granted(PartitionHead {
            fence,
            position: self.position,
            tail: self.tail,
            ended_here,
        })
    }

    fn note_takeover(&mut self) -> u32 {
        let takeovers = &mut self.takeovers;
        takeovers.ended_here = match &self.lease {
            Some(_) if self.tail > self.position => {
                let again = takeovers.position == self.position;
                1 + if again { takeovers.ended_here } else { 0 }
            }
            _ => 0,
        };
        takeovers.position = self.position;
        takeovers.ended_here
    }

    pub(super) fn note_try(&mut self, offset: Offset) -> u32 {
        let takeovers = &mut self.takeovers;
        if takeovers.tried != offset {
            takeovers.tries = 0;
        } else if takeovers.tried_in == self.epoch {
            return takeovers.tries - 1;
        }
        takeovers.tries += 1;
        (takeovers.tried, takeovers.tried_in) = (offset, self.epoch);
        takeovers.tries - 1
    }

    pub(super) fn renew(&mut self, until: Timestamp) {
        if let Some(lease) = &mut self.lease {
            lease.until = until;
        }
    }

    pub(super) fn release(&mut self) {
        self.lease = None;
    }

    pub(super) fn append(&mut self, append: Append) -> Appended {
        if let Some((fingerprint, receipt)) = self.dedupe.get(&append.dedupe) {
            return if *fingerprint == append.fingerprint {
                Appended::Repeated(*receipt)
            } else {
                Appended::Conflicting
            };
        }
        let offset = self.tail.next();
        let sequence = append.sequenced.then(|| {
            self.say(
                append.thread,
                append.message_id,
                append.accepted_at,
                append.event.clone(),
                offset,
            )
        });
        let receipt = AppendReceipt {
            message_id: append.message_id,
            sequence,
            accepted_at: append.accepted_at,
        };
        self.dedupe
            .insert(append.dedupe, (append.fingerprint, receipt));
        self.receive(InboxRecord {
            offset,
            thread: append.thread,
            message_id: append.message_id,
            sequence,
            accepted_at: append.accepted_at,
            event: append.event,
        });
        Appended::Accepted { offset, receipt }
    }

    pub(super) fn inbox(&self, after: Offset, limit: usize) -> Vec<InboxRecord> {
        behind(&self.inbox, after).take(limit).cloned().collect()
    }

    pub(super) fn commit(&mut self, commit: Commit) -> Committed {
        if self.check(commit.fence).is_err() {
            return Committed::Fenced;
        }
        if self.last_batch == Some(commit.batch) {
            return Committed::AlreadyCommitted;
        }
        if commit.from != self.position || commit.to < commit.from || commit.to > self.tail {
            return Committed::Conflict {
                position: self.position,
            };
        }
        self.position = commit.to;
        self.last_batch = Some(commit.batch);
        for write in commit.states {
            self.threads.entry(write.thread).or_default().state = write.state;
        }
        let sequences = commit
            .transcript
            .into_iter()
            .map(|said| self.say(said.thread, said.message_id, said.at, said.event, commit.to))
            .collect();
        for entry in commit.outbox {
            self.outbox.push(entry);
        }
        // After the new entries: a batch may withdraw what an earlier event of it has sent off.
        for id in commit.withdrawn {
            self.outbox.remove(id);
        }
        for write in commit.timers {
            self.set_timer(write);
        }
        for entry in commit.journal {
            self.journal.insert(entry.offset, entry);
        }
        for letter in commit.set_aside {
            self.outbox.bury(letter);
        }
        Committed::Committed { sequences }
    }

    pub(super) fn fire_timers(&mut self, now: Timestamp, limit: usize) -> usize {
        let mut due: Vec<_> = self
            .timers
            .iter()
            .filter(|(_, timer)| timer.due <= now)
            .map(|(id, timer)| (timer.due, *id))
            .collect();
        due.sort();
        due.truncate(limit);
        for (_, id) in &due {
            let Some(timer) = self.timers.remove(id) else {
                continue;
            };
            let offset = self.tail.next();
            self.receive(InboxRecord {
                offset,
                thread: timer.thread,
                message_id: id.fired_at(offset),
                sequence: None,
                accepted_at: now,
                event: timer.event,
            });
        }
        due.len()
    }

    pub(super) fn next_timer(&self) -> Option<Timestamp> {
        self.timers.values().map(|timer| timer.due).min()
    }

    pub(super) fn state(&self, thread: ThreadId) -> Option<Sealed> {
        self.threads.get(&thread)?.state.clone()
    }

    pub(super) fn transcript(
        &self,
        thread: ThreadId,
        range: TranscriptRange,
        limit: usize,
    ) -> Vec<TranscriptRecord> {
        let Some(thread) = self.threads.get(&thread) else {
            return Vec::new();
        };
        let record = |entry: &Entry| entry.record.clone();
        match range {
            TranscriptRange::After(sequence) => behind(&thread.transcript, sequence)
                .take(limit)
                .map(record)
                .collect(),
            TranscriptRange::Before(sequence) => {
                let before = thread.transcript.range(..sequence).rev();
                let mut last: Vec<_> = before.take(limit).map(|(_, entry)| record(entry)).collect();
                last.reverse();
                last
            }
        }
    }

    pub(super) fn last_sequence(&self, thread: ThreadId) -> Option<Sequence> {
        let last = self.threads.get(&thread)?.last;
        (last > Sequence(0)).then_some(last)
    }

    pub(super) fn journal(&self, after: Offset, limit: usize) -> Vec<JournalEntry> {
        behind(&self.journal, after).take(limit).cloned().collect()
    }

    pub(super) fn data_key(&mut self, thread: ThreadId, candidate: WrappedKey) -> WrappedKey {
        let thread = self.threads.entry(thread).or_default();
        thread.key.get_or_insert(candidate).clone()
    }

    pub(super) fn existing_data_key(&self, thread: ThreadId) -> Option<WrappedKey> {
        self.threads.get(&thread)?.key.clone()
    }

    pub(super) fn home(&mut self, thread: ThreadId, candidate: ThreadId) -> ThreadId {
        let thread = self.threads.entry(thread).or_default();
        *thread.home.get_or_insert(candidate)
    }

    pub(super) fn existing_home(&self, thread: ThreadId) -> Option<ThreadId> {
        self.threads.get(&thread)?.home
    }

    pub(super) fn trim(&mut self, trim: Trim) {
        let archived = trim.archived.min(self.position).max(self.trimmed);
        self.trimmed = archived;
        let kept = self.inbox.split_off(&archived.next());
        let gone = std::mem::replace(&mut self.inbox, kept);
        self.journal = self.journal.split_off(&archived.next());
        // The archive has read the threads that its part of the inbox names, and only those.
        let named: BTreeSet<_> = gone.values().map(|record| record.thread).collect();
        for thread in named {
            let Some(thread) = self.threads.get_mut(&thread) else {
                continue;
            };
            let last_to_go = thread.last.0.saturating_sub(trim.keep_per_thread);
            // Only the front goes: readers take what stays for the thread's end without gaps, and the archive for the rest.
            let first_to_stay = thread
                .transcript
                .iter()
                .find(|(sequence, entry)| sequence.0 > last_to_go || entry.archived_with > archived)
                .map(|(sequence, _)| *sequence);
            thread.transcript = first_to_stay
                .map(|first| thread.transcript.split_off(&first))
                .unwrap_or_default();
        }
        self.dedupe
            .retain(|_, (_, receipt)| receipt.accepted_at >= trim.dedupe_before);
    }

    pub(super) fn trimmed(&self) -> Offset {
        self.trimmed
    }

    /// Adds an entry to a thread's transcript and answers its place.
    fn say(
        &mut self,
        thread: ThreadId,
        message_id: MessageId,
        at: Timestamp,
        event: Sealed,
        archived_with: Offset,
    ) -> Sequence {
        let thread = self.threads.entry(thread).or_default();
        let sequence = thread.last.next();
        thread.last = sequence;
        let record = TranscriptRecord {
            sequence,
            message_id,
            at,
            event,
        };
        thread.transcript.insert(
            sequence,
            Entry {
                archived_with,
                record,
            },
        );
        sequence
    }

    fn receive(&mut self, record: InboxRecord) {
        self.tail = record.offset;
        self.inbox.insert(record.offset, record);
    }

    fn set_timer(&mut self, write: TimerWrite) {
        match write {
            TimerWrite::Set {
                id,
                thread,
                due,
                event,
            } => {
                self.timers.insert(id, Timer { thread, due, event });
            }
            TimerWrite::Cancel { id } => {
                self.timers.remove(&id);
            }
        }
    }
}

/// What a map holds behind a key.
fn behind<K: Ord + Copy, V>(map: &BTreeMap<K, V>, after: K) -> impl Iterator<Item = &V> {
    map.range((Bound::Excluded(after), Bound::Unbounded))
        .map(|(_, value)| value)
}
