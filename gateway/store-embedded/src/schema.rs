//! The tables, and how a connection to them is opened.
//!
//! Sealed values lie in `events`, `states`, `journal` and `outbox`, tables in the order of writing: big rows in a tree
//! ordered by hashes would dirty a page each. `inbox` and `transcript` only point into `events`.
//! `place` is partition and ordinal in one integer (`columns.rs`). `crc` covers all other columns of its row.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use signalbox_store::Durability;

use crate::directory::{OpenError, unusable};
use crate::fault::Consequence;
use crate::log::Log;
use crate::writer::checkpoint_whole;

const FORMAT: i64 = 1;
/// "sgbx": tells our files from other SQLite databases.
const APPLICATION: i64 = 0x7367_6278;
const PAGE_CACHE_KIB: i64 = 64 << 10;
const READER_CACHE_KIB: i64 = 8 << 10;
const STATEMENTS: usize = 96;
/// Only `doctor` and backup tools can be in the way, for a moment.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// The tables of one file.
#[derive(Clone, Copy)]
pub(crate) struct Schema {
    /// Those that a format always had.
    pub(crate) tables: &'static str,
    /// Those that came later, made in older files when they are opened; an older signalbox does not look at them.
    pub(crate) added: &'static str,
}

pub(crate) const STORE: Schema = Schema {
    tables: STORE_TABLES,
    added: "CREATE TABLE IF NOT EXISTS takeovers (partition INTEGER PRIMARY KEY, position INTEGER NOT NULL,
        ended_here INTEGER NOT NULL, tried INTEGER NOT NULL, tries INTEGER NOT NULL,
        tried_in INTEGER NOT NULL, crc INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS homes (partition INTEGER NOT NULL, thread BLOB NOT NULL, home BLOB NOT NULL,
        crc INTEGER NOT NULL, PRIMARY KEY (partition, thread)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS turns (place INTEGER PRIMARY KEY, earlier BLOB NOT NULL, crc INTEGER NOT NULL);",
};

pub(crate) const ARCHIVE: Schema = Schema {
    tables: ARCHIVE_TABLES,
    added:
        "CREATE TABLE IF NOT EXISTS decided_with (message BLOB PRIMARY KEY, decision BLOB NOT NULL,
        crc INTEGER NOT NULL) WITHOUT ROWID;",
};

const STORE_TABLES: &str = "
    CREATE TABLE partitions (partition INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, nonce BLOB, node BLOB,
        lease_until INTEGER NOT NULL, position INTEGER NOT NULL, tail INTEGER NOT NULL, trimmed INTEGER NOT NULL,
        outbox_tail INTEGER NOT NULL, last_batch BLOB, crc INTEGER NOT NULL);
    CREATE TABLE dedupe (partition INTEGER NOT NULL, key BLOB NOT NULL, fingerprint BLOB NOT NULL,
        message BLOB NOT NULL, sequence INTEGER, accepted_at INTEGER NOT NULL, crc INTEGER NOT NULL,
        PRIMARY KEY (partition, key)) WITHOUT ROWID;
    CREATE TABLE threads (partition INTEGER NOT NULL, thread BLOB NOT NULL, last INTEGER NOT NULL, crc INTEGER NOT NULL,
        PRIMARY KEY (partition, thread)) WITHOUT ROWID;
    CREATE TABLE events (id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, archived_with INTEGER NOT NULL,
        received INTEGER NOT NULL, thread BLOB NOT NULL, sequence INTEGER, message BLOB NOT NULL, at INTEGER NOT NULL,
        event BLOB NOT NULL, crc INTEGER NOT NULL);
    CREATE TABLE inbox (place INTEGER PRIMARY KEY, event INTEGER NOT NULL);
    CREATE TABLE transcript (partition INTEGER NOT NULL, thread BLOB NOT NULL, sequence INTEGER NOT NULL,
        event INTEGER NOT NULL, PRIMARY KEY (partition, thread, sequence)) WITHOUT ROWID;
    CREATE TABLE states (id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, thread BLOB NOT NULL, state BLOB NOT NULL,
        crc INTEGER NOT NULL, UNIQUE (partition, thread));
    CREATE TABLE journal (place INTEGER PRIMARY KEY, thread BLOB NOT NULL, message BLOB NOT NULL, record BLOB NOT NULL,
        crc INTEGER NOT NULL);
    CREATE TABLE timers (id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, timer BLOB NOT NULL, thread BLOB NOT NULL,
        due INTEGER NOT NULL, event BLOB NOT NULL, crc INTEGER NOT NULL, UNIQUE (partition, timer));
    CREATE INDEX timers_due ON timers (partition, due, timer);
    CREATE TABLE outbox (place INTEGER PRIMARY KEY, partition INTEGER NOT NULL, entry BLOB NOT NULL,
        thread BLOB NOT NULL, destination INTEGER NOT NULL, due INTEGER NOT NULL, not_after INTEGER,
        attempts INTEGER NOT NULL, speaker INTEGER NOT NULL, head INTEGER NOT NULL, payload BLOB NOT NULL,
        crc INTEGER NOT NULL, UNIQUE (partition, entry));
    CREATE INDEX outbox_line ON outbox (partition, thread, place);
    CREATE INDEX outbox_due ON outbox (partition, due, place) WHERE head = 1;
    CREATE TABLE dead_letters (id INTEGER PRIMARY KEY AUTOINCREMENT, place INTEGER NOT NULL, partition INTEGER NOT NULL,
        entry BLOB NOT NULL, thread BLOB NOT NULL, destination INTEGER NOT NULL, due INTEGER NOT NULL,
        not_after INTEGER, attempts INTEGER NOT NULL, speaker INTEGER NOT NULL, payload BLOB NOT NULL,
        reason TEXT NOT NULL, at INTEGER NOT NULL, crc INTEGER NOT NULL);
    CREATE INDEX dead_letters_of ON dead_letters (partition, id);
    CREATE TABLE data_keys (partition INTEGER NOT NULL, thread BLOB NOT NULL, wrapped BLOB NOT NULL,
        crc INTEGER NOT NULL, PRIMARY KEY (partition, thread)) WITHOUT ROWID;
    CREATE TABLE deployment (name TEXT PRIMARY KEY, version INTEGER NOT NULL, bytes BLOB NOT NULL, crc INTEGER NOT NULL)
        WITHOUT ROWID;
";

const ARCHIVE_TABLES: &str = "
    CREATE TABLE cursors (partition INTEGER PRIMARY KEY, cursor INTEGER NOT NULL, crc INTEGER NOT NULL);
    CREATE TABLE events (id INTEGER PRIMARY KEY, thread BLOB NOT NULL, sequence INTEGER NOT NULL, message BLOB NOT NULL,
        at INTEGER NOT NULL, event BLOB NOT NULL, crc INTEGER NOT NULL, UNIQUE (thread, sequence));
    CREATE TABLE decisions (id INTEGER PRIMARY KEY, message BLOB NOT NULL, thread BLOB NOT NULL,
        position INTEGER NOT NULL, record BLOB NOT NULL, crc INTEGER NOT NULL, UNIQUE (message, position));
";

/// Opens the one connection that writes; makes the tables if the file is new. `log` is what [`crate::log::check`] said.
pub(crate) fn open_writer(
    file: &Path,
    schema: Schema,
    durability: Durability,
    log: Log,
) -> Result<Connection, OpenError> {
    let failed = |error| open_error(file, &error);
    let connection = Connection::open(file).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let synchronous = match durability {
        Durability::Memory => "OFF",
        // The log is synced once a second by the writer.
        Durability::EverySecond => "NORMAL",
        Durability::Fsync | Durability::Replicated => "FULL",
    };
    // Checkpoints are run by the writer, after it has answered, and their errors are looked at.
    let tuning = format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 0;
         PRAGMA cache_size = -{PAGE_CACHE_KIB}; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;"
    );
    connection.execute_batch(&tuning).map_err(failed)?;
    match format(&connection).map_err(failed)? {
        // They were on the disk before anything else was written: a store that had them is not a new one.
        None if log != Log::Whole => return Err(without_tables(file)),
        None => create(&connection, schema).map_err(failed)?,
        Some(found) => {
            known(file, found)?;
            connection.execute_batch(schema.added).map_err(failed)?;
        }
    }
    Ok(connection)
}

/// Opens a connection that only reads.
pub(crate) fn open_reader(file: &Path) -> Result<Connection, OpenError> {
    let failed = |error| open_error(file, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let tuning = format!("PRAGMA cache_size = -{READER_CACHE_KIB}; PRAGMA cell_size_check = ON;");
    connection.execute_batch(&tuning).map_err(failed)?;
    match format(&connection).map_err(failed)? {
        None => return Err(without_tables(file)),
        Some(found) => known(file, found)?,
    }
    Ok(connection)
}

/// The file's format; `None` if it is empty.
fn format(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok(None);
    }
    if pragma("application_id")? != APPLICATION {
        return Ok(Some(0));
    }
    pragma("user_version").map(Some)
}

fn known(file: &Path, found: i64) -> Result<(), OpenError> {
    if found > FORMAT {
        return Err(OpenError::TooNew {
            file: file.display().to_string(),
            found,
            known: FORMAT,
        });
    }
    if found < FORMAT {
        return Err(OpenError::Damaged {
            file: file.display().to_string(),
            what: "it holds other tables".to_owned(),
        });
    }
    Ok(())
}

fn without_tables(file: &Path) -> OpenError {
    OpenError::Damaged {
        file: file.display().to_string(),
        what: "it holds no tables".to_owned(),
    }
}

/// Makes the tables, and leaves them in the file and not only in its log: whatever a power failure leaves of the log, a
/// store is not taken for a new one.
fn create(connection: &Connection, Schema { tables, added }: Schema) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; {tables} {added} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}; COMMIT;"
    ))?;
    checkpoint_whole(connection)
}

/// What an error says about a file that is being opened.
pub(crate) fn open_error(file: &Path, error: &rusqlite::Error) -> OpenError {
    match Consequence::of(error) {
        Consequence::Damaged => OpenError::Damaged {
            file: file.display().to_string(),
            what: error.to_string(),
        },
        _ => unusable(file, error),
    }
}
