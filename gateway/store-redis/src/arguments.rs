//! What a script is told: bytes, and numbers in decimal digits.

use jiff::Timestamp;
use signalbox_sealed::Sealed;
use signalbox_store::{
    Append, Commit, Fence, OutboxEntry, Settlement, SettlementOutcome, TimerWrite,
};

use crate::{moment, records};

/// The arguments of one call, in the order in which its script takes them.
#[derive(Default)]
pub(crate) struct Arguments(Vec<Vec<u8>>);

impl Arguments {
    pub(crate) fn bytes(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.0.push(bytes.into());
        self
    }

    pub(crate) fn number(self, number: u64) -> Self {
        self.bytes(number.to_string())
    }

    /// A size; comes back as far as Redis counts.
    pub(crate) fn limit(self, limit: usize) -> Self {
        self.number(u64::try_from(limit).map_or(MOST, |limit| limit.min(MOST)))
    }

    /// The present, for comparing.
    pub(crate) fn now(self, now: Timestamp) -> Self {
        self.bytes(moment::passed(now).to_string())
    }

    /// Something ahead: for comparing, and as it was.
    pub(crate) fn due(self, due: Timestamp) -> Self {
        self.bytes(moment::ahead(due).to_string())
            .bytes(moment::exact(due))
    }

    pub(crate) fn fence(self, fence: Fence) -> Self {
        self.number(fence.epoch.0).bytes(fence.nonce.0)
    }

    /// An event, as `append()` in `common.lua` takes it.
    pub(crate) fn append(self, append: &Append) -> Self {
        self.bytes(append.dedupe.0)
            .bytes(append.fingerprint.0)
            .bytes(records::receipt(append))
            .now(append.accepted_at)
            .bytes(append.thread.0)
            .number(u64::from(append.sequenced))
            .bytes(records::event(
                append.thread,
                append.message_id,
                append.accepted_at,
                &append.event,
            ))
    }

    /// A batch, as `commit.lua` takes it.
    pub(crate) fn commit(self, commit: &Commit) -> Self {
        self.fence(commit.fence)
            .number(commit.from.0)
            .number(commit.to.0)
            .bytes(commit.batch.0)
            .each(&commit.states, |arguments, write| {
                let state = write.state.as_ref().map_or(&[][..], Sealed::as_bytes);
                arguments.bytes(write.thread.0).bytes(state)
            })
            .each(&commit.transcript, |arguments, said| {
                let record = records::event(said.thread, said.message_id, said.at, &said.event);
                arguments.bytes(said.thread.0).bytes(record)
            })
            .each(&commit.outbox, Self::entry)
            .each(&commit.withdrawn, |arguments, id| arguments.bytes(id.0))
            .each(&commit.timers, |arguments, write| match write {
                TimerWrite::Set {
                    id,
                    thread,
                    due,
                    event,
                } => arguments
                    .bytes(id.0)
                    .bytes(moment::ahead(*due).to_string())
                    .bytes(records::timer(*thread, event)),
                TimerWrite::Cancel { id } => arguments.bytes(id.0).number(0).bytes([]),
            })
            .each(&commit.journal, |arguments, entry| {
                arguments
                    .number(entry.offset.0)
                    .bytes(records::decision(entry))
                    .bytes(records::earlier(entry))
            })
            .each(&commit.set_aside, |arguments, letter| {
                arguments
                    .entry(&letter.entry)
                    .bytes(letter.reason.as_str())
                    .bytes(moment::exact(letter.at))
            })
    }

    fn entry(self, entry: &OutboxEntry) -> Self {
        self.bytes(entry.id.0)
            .bytes(entry.thread.0)
            .due(entry.due)
            .number(u64::from(entry.attempts))
            .bytes(records::entry(entry))
    }

    /// A settlement, as `settle.lua` takes it.
    pub(crate) fn settlement(self, settlement: &Settlement, now: Timestamp) -> Self {
        let arguments = self.bytes(settlement.id.0);
        let arguments = match &settlement.outcome {
            SettlementOutcome::Done => arguments.bytes("done"),
            SettlementOutcome::Retry { due, counts } => arguments
                .bytes("retry")
                .due(*due)
                .number(u64::from(*counts)),
            SettlementOutcome::DeadLetter { reason } => arguments
                .bytes("dead")
                .bytes(reason.as_str())
                .bytes(moment::exact(now)),
        };
        match &settlement.receipt {
            Some(receipt) => arguments.bytes("receipt").append(receipt),
            None => arguments.bytes("none"),
        }
    }

    /// How many come next, and each of them.
    fn each<T>(self, items: &[T], add: impl Fn(Self, &T) -> Self) -> Self {
        let counted = self.number(items.len() as u64);
        items.iter().fold(counted, add)
    }

    pub(crate) fn into_vec(self) -> Vec<Vec<u8>> {
        self.0
    }
}

/// The greatest count that the server's commands take.
const MOST: u64 = i32::MAX as u64;
