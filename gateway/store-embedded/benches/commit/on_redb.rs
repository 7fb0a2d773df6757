//! redb: one-phase commits with checksums, durability immediate, the same rows as key and value bytes.

use std::path::Path;

use redb::{Database, ReadableTable, Table, TableDefinition, WriteTransaction};

use crate::candidate::{Candidate, Message};

pub(crate) struct Redb {
    database: Database,
}

type Keyed<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;
type Numbered<'a> = TableDefinition<'a, u64, &'static [u8]>;

const POSITIONS: TableDefinition<u64, (u64, u64)> = TableDefinition::new("positions");
const DEDUPE: Keyed = TableDefinition::new("dedupe");
const THREADS: TableDefinition<&[u8], u64> = TableDefinition::new("threads");
const EVENTS: Numbered = TableDefinition::new("events");
const INBOX: TableDefinition<u64, u64> = TableDefinition::new("inbox");
const TRANSCRIPT: TableDefinition<&[u8], u64> = TableDefinition::new("transcript");
const STATES: Keyed = TableDefinition::new("states");
const JOURNAL: Numbered = TableDefinition::new("journal");

impl Redb {
    pub(crate) fn create(directory: &Path) -> Self {
        let mut builder = Database::builder();
        builder.set_cache_size(64 << 20);
        let database = builder.create(directory.join("redb.redb")).expect("create");
        Self { database }
    }

    fn transaction(&self, step: impl FnOnce(&WriteTransaction)) {
        let transaction = self.database.begin_write().expect("begin");
        step(&transaction);
        transaction.commit().expect("commit");
    }
}

/// The tables that a transcript entry touches.
struct Said<'t> {
    threads: Table<'t, &'static [u8], u64>,
    events: Table<'t, u64, &'static [u8]>,
    transcript: Table<'t, &'static [u8], u64>,
}

impl<'t> Said<'t> {
    fn open(transaction: &'t WriteTransaction) -> Self {
        Self {
            threads: transaction.open_table(THREADS).expect("table"),
            events: transaction.open_table(EVENTS).expect("table"),
            transcript: transaction.open_table(TRANSCRIPT).expect("table"),
        }
    }

    fn say(&mut self, message: &Message, id: &[u8], event: &[u8]) -> (u64, u64) {
        let thread = key(message.partition, &message.thread, &[]);
        let last = self.threads.get(thread.as_slice()).expect("counter");
        let sequence = last.map_or(0, |last| last.value()) + 1;
        self.threads
            .insert(thread.as_slice(), sequence)
            .expect("row");
        let last = self.events.last().expect("last event");
        let place = last.map_or(0, |(place, _)| place.value()) + 1;
        let checksum = crc32fast::hash(event).to_le_bytes();
        let row = [
            thread.as_slice(),
            id,
            &sequence.to_le_bytes(),
            &checksum,
            event,
        ]
        .concat();
        self.events.insert(place, row.as_slice()).expect("row");
        let entry = key(message.partition, &message.thread, &sequence.to_be_bytes());
        self.transcript
            .insert(entry.as_slice(), place)
            .expect("row");
        (place, sequence)
    }
}

impl Candidate for Redb {
    fn name(&self) -> &'static str {
        "redb"
    }

    fn append(&mut self, group: &[Message]) {
        self.transaction(|transaction| {
            let mut said = Said::open(transaction);
            let mut positions = transaction.open_table(POSITIONS).expect("table");
            let mut dedupe = transaction.open_table(DEDUPE).expect("table");
            let mut inbox = transaction.open_table(INBOX).expect("table");
            for message in group {
                let (event, sequence) = said.say(message, &message.id, &message.event);
                let seen = key(message.partition, &message.dedupe, &[]);
                assert!(dedupe.get(seen.as_slice()).expect("dedupe").is_none());
                let row = [
                    &message.fingerprint[..],
                    &message.id,
                    &sequence.to_le_bytes(),
                    &[1; 4],
                ]
                .concat();
                dedupe.insert(seen.as_slice(), row.as_slice()).expect("row");
                let head = positions.get(message.partition).expect("position");
                let (position, tail) = head.map_or((0, 0), |head| head.value());
                positions
                    .insert(message.partition, (position, tail + 1))
                    .expect("row");
                inbox
                    .insert(message.partition << 44 | (tail + 1), event)
                    .expect("row");
            }
        });
    }

    fn commit(&mut self, group: &[Message]) {
        self.transaction(|transaction| {
            let mut said = Said::open(transaction);
            let mut positions = transaction.open_table(POSITIONS).expect("table");
            let mut states = transaction.open_table(STATES).expect("table");
            let mut journal = transaction.open_table(JOURNAL).expect("table");
            for batch in group.chunk_by(|one, other| one.partition == other.partition) {
                let partition = batch[0].partition;
                let head = positions.get(partition).expect("position");
                let (from, tail) = head.map_or((0, 0), |head| head.value());
                for (offset, message) in (from + 1..).zip(batch) {
                    let thread = key(partition, &message.thread, &[]);
                    let checksum = crc32fast::hash(&message.state).to_le_bytes();
                    let row = [&checksum[..], &message.state].concat();
                    states
                        .insert(thread.as_slice(), row.as_slice())
                        .expect("row");
                    said.say(message, &message.reply_id, &message.event);
                    let checksum = crc32fast::hash(&message.event).to_le_bytes();
                    let row =
                        [&message.thread[..], &message.id, &checksum, &message.event].concat();
                    journal
                        .insert(partition << 44 | offset, row.as_slice())
                        .expect("row");
                }
                positions
                    .insert(partition, (from + batch.len() as u64, tail))
                    .expect("row");
            }
        });
    }
}

fn key(partition: u64, hash: &[u8; 16], rest: &[u8]) -> Vec<u8> {
    [&partition.to_be_bytes()[6..], hash, rest].concat()
}
