//! How records are laid out in bytes.
//!
//! Each ends with a checksum over itself and over the names it is kept under, so that a flipped bit and a record in a wrong
//! place are noticed. What the scripts add in front (places, counters) is in the scripts.

use jiff::Timestamp;
use signalbox_sealed::Sealed;
use signalbox_store::{
    Append, DedupeKey, Destination, EntryId, InboxRecord, JournalEntry, MessageId, Offset,
    OutboxEntry, PartitionId, PartitionKind, Sequence, ThreadId, TimerId,
};
use uuid::Uuid;

use crate::moment;

const CHECKSUM_BYTES: usize = size_of::<u32>();

/// What the channel is told of an event, kept with its dedupe row.
pub(crate) fn receipt(append: &Append) -> Vec<u8> {
    Record::default()
        .add(append.message_id.0.as_bytes())
        .add(&moment::exact(append.accepted_at))
        .finish(&[b"receipt", &append.dedupe.0])
}

pub(crate) fn read_receipt(dedupe: DedupeKey, bytes: &[u8]) -> Option<(MessageId, Timestamp)> {
    let mut fields = Fields::checked(bytes, &[b"receipt", &dedupe.0])?;
    Some((fields.message_id()?, fields.moment()?))
}

/// An event of an inbox or a transcript. Begins with the thread, which `trim.lua` reads.
pub(crate) fn event(
    thread: ThreadId,
    message_id: MessageId,
    at: Timestamp,
    event: &Sealed,
) -> Vec<u8> {
    Record::default()
        .add(&thread.0)
        .add(message_id.0.as_bytes())
        .add(&moment::exact(at))
        .add(event.as_bytes())
        .finish(&[b"event"])
}

pub(crate) struct Event {
    pub(crate) thread: ThreadId,
    pub(crate) message_id: MessageId,
    pub(crate) at: Timestamp,
    pub(crate) event: Sealed,
}

pub(crate) fn read_event(bytes: &[u8]) -> Option<Event> {
    let mut fields = Fields::checked(bytes, &[b"event"])?;
    Some(Event {
        thread: ThreadId(fields.hash()?),
        message_id: fields.message_id()?,
        at: fields.moment()?,
        event: fields.rest(),
    })
}

/// A timer, and the event that it becomes. Begins with the thread, which `trim.lua` reads.
pub(crate) fn timer(thread: ThreadId, event: &Sealed) -> Vec<u8> {
    Record::default()
        .add(&thread.0)
        .add(event.as_bytes())
        .finish(&[b"timer"])
}

pub(crate) fn read_timer(bytes: &[u8]) -> Option<(ThreadId, Sealed)> {
    let mut fields = Fields::checked(bytes, &[b"timer"])?;
    Some((ThreadId(fields.hash()?), fields.rest()))
}

/// A record of the inbox as `inbox.lua` answers it.
pub(crate) fn read_inbox(
    offset: Offset,
    kind: &[u8],
    more: &[u8],
    record: &[u8],
) -> Option<InboxRecord> {
    if kind == b"timer" {
        let (thread, event) = read_timer(record)?;
        let (id, fired_at) = more.split_at_checked(size_of::<[u8; 16]>())?;
        return Some(InboxRecord {
            offset,
            thread,
            message_id: TimerId(id.try_into().ok()?).fired_at(offset),
            sequence: None,
            accepted_at: moment::read(fired_at)?,
            event,
        });
    }
    let event = read_event(record)?;
    let sequence = match kind {
        b"said" => Some(Sequence(number(more)?)),
        b"unseen" => None,
        _ => return None,
    };
    Some(InboxRecord {
        offset,
        thread: event.thread,
        message_id: event.message_id,
        sequence,
        accepted_at: event.at,
        event: event.event,
    })
}

/// A decision record.
pub(crate) fn decision(entry: &JournalEntry) -> Vec<u8> {
    Record::default()
        .add(&entry.thread.0)
        .add(entry.message_id.0.as_bytes())
        .add(entry.record.as_bytes())
        .finish(&[b"decision", &entry.offset.0.to_le_bytes()])
}

/// The earlier messages of a decision's turn, kept beside its record; empty if it has none.
pub(crate) fn earlier(entry: &JournalEntry) -> Vec<u8> {
    if entry.earlier.is_empty() {
        return Vec::new();
    }
    let messages = entry.earlier.iter();
    messages
        .fold(Record::default(), |record, message| {
            record.add(message.0.as_bytes())
        })
        .finish(&[b"earlier", &entry.offset.0.to_le_bytes()])
}

pub(crate) fn read_decision(
    offset: Offset,
    bytes: &[u8],
    earlier: Option<&[u8]>,
) -> Option<JournalEntry> {
    let mut fields = Fields::checked(bytes, &[b"decision", &offset.0.to_le_bytes()])?;
    Some(JournalEntry {
        offset,
        thread: ThreadId(fields.hash()?),
        message_id: fields.message_id()?,
        earlier: match earlier {
            Some(bytes) => read_earlier(offset, bytes)?,
            None => Vec::new(),
        },
        record: fields.rest(),
    })
}

fn read_earlier(offset: Offset, bytes: &[u8]) -> Option<Vec<MessageId>> {
    let mut fields = Fields::checked(bytes, &[b"earlier", &offset.0.to_le_bytes()])?;
    let mut messages = Vec::new();
    while !fields.0.is_empty() {
        messages.push(fields.message_id()?);
    }
    Some(messages)
}

/// In which thread is kept what an address says.
pub(crate) fn home(thread: ThreadId, home: ThreadId) -> Vec<u8> {
    Record::default().add(&home.0).finish(&[b"home", &thread.0])
}

pub(crate) fn read_home(thread: ThreadId, bytes: &[u8]) -> Option<ThreadId> {
    Fields::checked(bytes, &[b"home", &thread.0])?
        .hash()
        .map(ThreadId)
}

/// What of an outbox entry never changes. Place, thread, due and attempts stand in front, see `common.lua`.
pub(crate) fn entry(entry: &OutboxEntry) -> Vec<u8> {
    let not_after = entry.not_after.map(moment::exact);
    Record::default()
        .add(&destination(entry.destination))
        .add(&[u8::from(not_after.is_some())])
        .add(&not_after.unwrap_or_default())
        .add(&entry.speaker.to_le_bytes())
        .add(entry.payload.as_bytes())
        .finish(&[b"entry", &entry.id.0, &entry.thread.0])
}

/// Reads an outbox entry as `common.lua` keeps it.
pub(crate) fn read_entry(id: &[u8], bytes: &[u8]) -> Option<OutboxEntry> {
    let id = EntryId(id.try_into().ok()?);
    let mut front = Fields(bytes);
    front.take(PLACE_DIGITS)?;
    let thread = ThreadId(front.hash()?);
    front.take(DUE_DIGITS)?;
    let attempts = number(front.take(ATTEMPTS_DIGITS)?)?;
    let due = front.moment()?;
    let mut fields = Fields::checked(front.0, &[b"entry", &id.0, &thread.0])?;
    let destination = read_destination(fields.take(DESTINATION_BYTES)?)?;
    let has_end = fields.take(1)? == [1];
    let end = fields.take(moment::EXACT_BYTES)?;
    let not_after = has_end.then(|| moment::read(end));
    Some(OutboxEntry {
        id,
        thread,
        destination,
        due,
        not_after: match not_after {
            Some(end) => Some(end?),
            None => None,
        },
        attempts: u32::try_from(attempts).ok()?,
        speaker: u64::from_le_bytes(fields.take(size_of::<u64>())?.try_into().ok()?),
        payload: fields.rest(),
    })
}

const PLACE_DIGITS: usize = 16;
const DUE_DIGITS: usize = 16;
const ATTEMPTS_DIGITS: usize = 10;

/// A number in the decimal digits that scripts answer with.
pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

const DESTINATION_BYTES: usize = 3;
const TO_CHANNEL: u8 = 0;

fn destination(destination: Destination) -> [u8; DESTINATION_BYTES] {
    let Destination::Partition(partition) = destination else {
        return [TO_CHANNEL, 0, 0];
    };
    let kind = match partition.kind {
        PartitionKind::Customer => 1,
        PartitionKind::Desk => 2,
        PartitionKind::Account => 3,
        PartitionKind::Campaign => 4,
    };
    let [low, high] = partition.number.to_le_bytes();
    [kind, low, high]
}

fn read_destination(bytes: &[u8]) -> Option<Destination> {
    let [kind, low, high] = bytes.try_into().ok()?;
    let kind = match kind {
        TO_CHANNEL => return Some(Destination::Channel),
        1 => PartitionKind::Customer,
        2 => PartitionKind::Desk,
        3 => PartitionKind::Account,
        4 => PartitionKind::Campaign,
        _ => return None,
    };
    let number = u16::from_le_bytes([low, high]);
    Some(Destination::Partition(PartitionId { kind, number }))
}

/// A record on its way in.
#[derive(Default)]
struct Record(Vec<u8>);

impl Record {
    fn add(mut self, field: &[u8]) -> Self {
        self.0.extend_from_slice(field);
        self
    }

    fn finish(mut self, names: &[&[u8]]) -> Vec<u8> {
        let sum = checksum(names, &self.0);
        self.0.extend_from_slice(&sum.to_le_bytes());
        self.0
    }
}

fn checksum(names: &[&[u8]], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in names.iter().chain(std::iter::once(&body)) {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize()
}

/// A record on its way out: what of it is not read yet.
struct Fields<'record>(&'record [u8]);

impl<'record> Fields<'record> {
    /// The fields of a record whose checksum holds.
    fn checked(bytes: &'record [u8], names: &[&[u8]]) -> Option<Self> {
        let end = bytes.len().checked_sub(CHECKSUM_BYTES)?;
        let (body, sum) = bytes.split_at_checked(end)?;
        (checksum(names, body).to_le_bytes() == sum).then_some(Self(body))
    }

    fn take(&mut self, length: usize) -> Option<&'record [u8]> {
        let (field, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }

    fn hash(&mut self) -> Option<[u8; 16]> {
        self.take(16)?.try_into().ok()
    }

    fn message_id(&mut self) -> Option<MessageId> {
        Some(MessageId(Uuid::from_bytes(self.hash()?)))
    }

    fn moment(&mut self) -> Option<Timestamp> {
        moment::read(self.take(moment::EXACT_BYTES)?)
    }

    fn rest(self) -> Sealed {
        Sealed::from_stored(self.0)
    }
}

#[cfg(test)]
mod tests;
