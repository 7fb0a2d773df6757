//! Raw SQLite, as fast as one writer can be: one thread, one prepared statement for each kind of row, one transaction for all that
//! wait. A transaction commits what the one before has appended and appends what came meanwhile, so both share a sync.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, Statement, params};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Answer, Said};

/// Of keys and inbox, as many as the gateway has.
const PARTITIONS: u16 = 256;
const ORDINAL_BITS: u32 = 44;
/// What the gateway stores for a message of the load, sealed (measured in its tables, rounded).
const EVENT: [u8; 480] = [7; 480];
const STATE: [u8; 420] = [7; 420];
const REPLY: [u8; 480] = [7; 480];
const DECISION: [u8; 900] = [7; 900];
/// As many as the gateway's store writes at once, and lets wait.
const GROUP: usize = 1_024;
const WAITING: usize = 8_192;
/// As long as the gateway's log is before it is moved.
const LOG_PAGES: i64 = 16_384;

/// The gateway's tables, less their checksums and what only other messages need.
const TABLES: &str = "
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -65536;
    CREATE TABLE partitions (partition INTEGER PRIMARY KEY, position INTEGER NOT NULL, tail INTEGER NOT NULL);
    CREATE TABLE dedupe (partition INTEGER NOT NULL, key BLOB NOT NULL, fingerprint BLOB NOT NULL, message BLOB NOT NULL,
        sequence INTEGER, accepted_at INTEGER NOT NULL, PRIMARY KEY (partition, key)) WITHOUT ROWID;
    CREATE TABLE events (id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, archived_with INTEGER NOT NULL,
        thread BLOB NOT NULL, sequence INTEGER, message BLOB NOT NULL, at INTEGER NOT NULL, event BLOB NOT NULL);
    CREATE TABLE inbox (place INTEGER PRIMARY KEY, event INTEGER NOT NULL);
    CREATE TABLE transcript (partition INTEGER NOT NULL, thread BLOB NOT NULL, sequence INTEGER NOT NULL,
        event INTEGER NOT NULL, PRIMARY KEY (partition, thread, sequence)) WITHOUT ROWID;
    CREATE TABLE states (id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, thread BLOB NOT NULL, state BLOB NOT NULL,
        UNIQUE (partition, thread));
    CREATE TABLE journal (place INTEGER PRIMARY KEY, thread BLOB NOT NULL, message BLOB NOT NULL, record BLOB NOT NULL);
";

/// Starts the writer; it ends with the process.
pub(super) fn start(directory: &Path) -> mpsc::Sender<Said> {
    let connection = Connection::open(directory.join("ceiling.db")).unwrap();
    connection.execute_batch(TABLES).unwrap();
    let (said, waiting) = mpsc::channel(WAITING);
    std::thread::spawn(move || write(&connection, waiting));
    said
}

/// A message that is kept and waits for its reply.
struct Kept {
    said: Said,
    partition: i64,
    offset: i64,
}

fn write(connection: &Connection, mut waiting: mpsc::Receiver<Said>) {
    let mut tables = Tables::new(connection);
    let mut kept: Vec<Kept> = Vec::new();
    loop {
        let mut came = Vec::new();
        if kept.is_empty() {
            let Some(first) = waiting.blocking_recv() else {
                return;
            };
            came.push(first);
        }
        while came.len() < GROUP
            && let Ok(next) = waiting.try_recv()
        {
            came.push(next);
        }
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut answers = tables.commit(&kept);
        let now: Vec<Kept> = came
            .into_iter()
            .map(|said| tables.append(said, &mut answers))
            .collect();
        tables.write_positions();
        connection.execute_batch("COMMIT").unwrap();
        for (answer, customer) in answers {
            // The customer may be gone.
            let _gone = customer.try_send(answer);
        }
        kept = now;
        move_log(connection);
    }
}

type Answers = Vec<(Answer, mpsc::Sender<Answer>)>;

struct Tables<'c> {
    connection: &'c Connection,
    last: HashMap<Uuid, i64>,
    /// Position and tail of each partition.
    heads: HashMap<i64, (i64, i64)>,
    /// The partitions whose row is to be written.
    changed: BTreeSet<i64>,
    partition: Statement<'c>,
    dedupe: Statement<'c>,
    event: Statement<'c>,
    inbox: Statement<'c>,
    transcript: Statement<'c>,
    state: Statement<'c>,
    journal: Statement<'c>,
}

impl<'c> Tables<'c> {
    fn new(connection: &'c Connection) -> Self {
        let prepare = |sql| connection.prepare(sql).unwrap();
        Self {
            connection,
            last: HashMap::new(),
            heads: HashMap::new(),
            changed: BTreeSet::new(),
            partition: prepare("INSERT OR REPLACE INTO partitions VALUES (?1, ?2, ?3)"),
            dedupe: prepare(
                "INSERT INTO dedupe VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            ),
            event: prepare("INSERT INTO events VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
            inbox: prepare("INSERT INTO inbox VALUES (?1, ?2)"),
            transcript: prepare("INSERT INTO transcript VALUES (?1, ?2, ?3, ?4)"),
            state: prepare(
                "INSERT INTO states VALUES (NULL, ?1, ?2, ?3)
                 ON CONFLICT (partition, thread) DO UPDATE SET state = excluded.state",
            ),
            journal: prepare("INSERT INTO journal VALUES (?1, ?2, ?3, ?4)"),
        }
    }

    fn append(&mut self, said: Said, answers: &mut Answers) -> Kept {
        let bytes = said.thread.as_bytes();
        let partition = i64::from(u16::from_be_bytes([bytes[0], bytes[1]]) % PARTITIONS);
        let head = self.heads.entry(partition).or_default();
        head.1 += 1;
        let offset = head.1;
        self.changed.insert(partition);
        let (cid, id, at) = (said.cid, said.id, said.at);
        let (event, sequence) = self.say(partition, said.thread, id, at, offset, &EVENT);
        let key = (cid.as_bytes(), said.thread.as_bytes(), id.as_bytes());
        self.dedupe
            .execute(params![partition, key.0, key.1, key.2, sequence, nanos(at)])
            .unwrap();
        self.inbox
            .execute([place(partition, offset), event])
            .unwrap();
        let answer = Answer::Kept {
            cid,
            id,
            sequence,
            at,
        };
        answers.push((answer, said.answers.clone()));
        Kept {
            said,
            partition,
            offset,
        }
    }

    fn commit(&mut self, kept: &[Kept]) -> Answers {
        let at = Timestamp::now();
        let mut answers = Vec::with_capacity(2 * kept.len());
        let mut states = BTreeMap::new();
        for Kept {
            said,
            partition,
            offset,
        } in kept
        {
            let (id, cid) = (Uuid::new_v4(), said.cid);
            let (_, sequence) = self.say(*partition, said.thread, id, at, *offset, &REPLY);
            let (thread, message) = (said.thread.as_bytes(), said.id.as_bytes());
            self.journal
                .execute(params![
                    place(*partition, *offset),
                    thread,
                    message,
                    DECISION
                ])
                .unwrap();
            states.insert(said.thread, *partition);
            self.heads.entry(*partition).or_default().0 = *offset;
            self.changed.insert(*partition);
            let answer = Answer::Replied {
                cid,
                id,
                sequence,
                at,
            };
            answers.push((answer, said.answers.clone()));
        }
        for (thread, partition) in states {
            self.state
                .execute(params![partition, thread.as_bytes(), STATE])
                .unwrap();
        }
        answers
    }

    /// Answers the event's row and its sequence.
    fn say(
        &mut self,
        partition: i64,
        thread: Uuid,
        id: Uuid,
        at: Timestamp,
        archived_with: i64,
        event: &[u8],
    ) -> (i64, i64) {
        let last = self.last.entry(thread).or_default();
        *last += 1;
        let sequence = *last;
        let (thread, id) = (thread.as_bytes(), id.as_bytes());
        self.event
            .execute(params![
                partition,
                archived_with,
                thread,
                sequence,
                id,
                nanos(at),
                event
            ])
            .unwrap();
        let row = self.connection.last_insert_rowid();
        self.transcript
            .execute(params![partition, thread, sequence, row])
            .unwrap();
        (row, sequence)
    }

    fn write_positions(&mut self) {
        for partition in std::mem::take(&mut self.changed) {
            let (position, tail) = self.heads[&partition];
            self.partition.execute([partition, position, tail]).unwrap();
        }
    }
}

/// After the answers, as in the gateway.
fn move_log(connection: &Connection) {
    let pages = |row: &rusqlite::Row<'_>| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?);
    let mut noop = connection
        .prepare_cached("PRAGMA wal_checkpoint(NOOP)")
        .unwrap();
    if noop.query_row([], pages).unwrap() >= LOG_PAGES {
        let mut passive = connection
            .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")
            .unwrap();
        passive.query_row([], pages).unwrap();
    }
}

fn place(partition: i64, offset: i64) -> i64 {
    partition << ORDINAL_BITS | offset
}

fn nanos(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap()
}
