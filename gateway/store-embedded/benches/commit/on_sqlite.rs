//! SQLite: write-ahead log, synchronous=FULL, prepared statements, the tables of the store.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use crate::candidate::{Candidate, Message, PARTITIONS};

pub(crate) struct Sqlite {
    connection: Connection,
}

const TABLES: &str = "
    CREATE TABLE positions (partition INTEGER PRIMARY KEY, position INTEGER NOT NULL, tail INTEGER NOT NULL);
    CREATE TABLE dedupe (partition INTEGER, key BLOB, fingerprint BLOB, message BLOB, sequence INTEGER, crc INTEGER,
        PRIMARY KEY (partition, key)) WITHOUT ROWID;
    CREATE TABLE threads (partition INTEGER, thread BLOB, last INTEGER, crc INTEGER,
        PRIMARY KEY (partition, thread)) WITHOUT ROWID;
    CREATE TABLE events (id INTEGER PRIMARY KEY, partition INTEGER, thread BLOB, sequence INTEGER, message BLOB,
        event BLOB, crc INTEGER);
    CREATE TABLE inbox (place INTEGER PRIMARY KEY, event INTEGER);
    CREATE TABLE transcript (partition INTEGER, thread BLOB, sequence INTEGER, event INTEGER,
        PRIMARY KEY (partition, thread, sequence)) WITHOUT ROWID;
    CREATE TABLE states (id INTEGER PRIMARY KEY, partition INTEGER, thread BLOB, state BLOB, crc INTEGER,
        UNIQUE (partition, thread));
    CREATE TABLE journal (place INTEGER PRIMARY KEY, thread BLOB, message BLOB, record BLOB, crc INTEGER);
";
const TUNING: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA cache_size = -65536;
    PRAGMA temp_store = MEMORY;
";

impl Sqlite {
    pub(crate) fn create(directory: &Path) -> Self {
        let connection = Connection::open(directory.join("sqlite.db")).expect("open");
        connection.set_prepared_statement_cache_capacity(64);
        connection.execute_batch(TUNING).expect("tuning");
        connection.execute_batch(TABLES).expect("tables");
        for partition in 0..PARTITIONS {
            let row = "INSERT INTO positions VALUES (?1, 0, 0)";
            connection
                .execute(row, [partition as i64])
                .expect("partition");
        }
        Self { connection }
    }

    fn run(&self, sql: &str, values: impl rusqlite::Params) {
        let mut statement = self.connection.prepare_cached(sql).expect("statement");
        statement.execute(values).expect("row");
    }

    fn transaction(&self, step: impl FnOnce()) {
        self.run("BEGIN IMMEDIATE", []);
        step();
        self.run("COMMIT", []);
    }

    fn say(&self, message: &Message, id: &[u8], event: &[u8]) -> (i64, i64) {
        let partition = message.partition as i64;
        let mut counter = self
            .connection
            .prepare_cached("SELECT last FROM threads WHERE partition = ?1 AND thread = ?2")
            .expect("statement");
        let last: Option<i64> = counter
            .query_row(params![partition, &message.thread], |row| row.get(0))
            .optional()
            .expect("counter");
        let sequence = last.unwrap_or(0) + 1;
        self.run(
            "INSERT OR REPLACE INTO threads VALUES (?1, ?2, ?3, 1)",
            params![partition, &message.thread, sequence],
        );
        self.run(
            "INSERT INTO events VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                partition,
                &message.thread,
                sequence,
                id,
                event,
                crc32fast::hash(event)
            ],
        );
        let place = self.connection.last_insert_rowid();
        self.run(
            "INSERT INTO transcript VALUES (?1, ?2, ?3, ?4)",
            params![partition, &message.thread, sequence, place],
        );
        (place, sequence)
    }
}

impl Candidate for Sqlite {
    fn name(&self) -> &'static str {
        "SQLite"
    }

    fn append(&mut self, group: &[Message]) {
        self.transaction(|| {
            for message in group {
                let partition = message.partition as i64;
                let (event, sequence) = self.say(message, &message.id, &message.event);
                self.run(
                    "INSERT INTO dedupe VALUES (?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT DO NOTHING",
                    params![
                        partition,
                        &message.dedupe,
                        &message.fingerprint,
                        &message.id,
                        sequence
                    ],
                );
                let mut tail = self
                    .connection
                    .prepare_cached(
                        "UPDATE positions SET tail = tail + 1 WHERE partition = ?1 RETURNING tail",
                    )
                    .expect("statement");
                let offset: i64 = tail.query_row([partition], |row| row.get(0)).expect("tail");
                self.run(
                    "INSERT INTO inbox VALUES (?1, ?2)",
                    [partition << 44 | offset, event],
                );
            }
        });
    }

    fn commit(&mut self, group: &[Message]) {
        self.transaction(|| {
            for batch in group.chunk_by(|one, other| one.partition == other.partition) {
                let partition = batch[0].partition as i64;
                let mut position = self
                    .connection
                    .prepare_cached("SELECT position FROM positions WHERE partition = ?1")
                    .expect("statement");
                let from: i64 = position
                    .query_row([partition], |row| row.get(0))
                    .expect("position");
                for (offset, message) in (from + 1..).zip(batch) {
                    self.run(
                        "INSERT INTO states VALUES (NULL, ?1, ?2, ?3, ?4) ON CONFLICT (partition, thread)
                         DO UPDATE SET state = excluded.state, crc = excluded.crc",
                        params![
                            partition,
                            &message.thread,
                            &message.state,
                            crc32fast::hash(&message.state)
                        ],
                    );
                    self.say(message, &message.reply_id, &message.event);
                    self.run(
                        "INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5)",
                        params![
                            partition << 44 | offset,
                            &message.thread,
                            &message.id,
                            &message.event,
                            crc32fast::hash(&message.event)
                        ],
                    );
                }
                self.run(
                    "UPDATE positions SET position = ?2 WHERE partition = ?1",
                    [partition, from + batch.len() as i64],
                );
            }
        });
    }
}
