//! What `doctor` says about a data directory: structure, every row's checksum, counters against rows, sizes.
//!
//! Reads only. It may run beside a gateway; its figures are then of one moment for each table, and the log, in which is just
//! being written, is left out.

mod rows;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use signalbox_store::Durability;

use crate::archive::ARCHIVE_DURABILITY;
use crate::condition::Condition;
use crate::directory::{OpenError, Still, archive, database, free_bytes, log_of};
use crate::fault::Fault;
use crate::log::{self, Log};
use crate::reads;
use crate::schema::{open_error, open_reader};

/// At start a store is checked as `doctor` does if its file is not larger than this: about a second.
const CHECKED_AT_OPEN_BYTES: u64 = 256 << 20;
/// So many problems are told of; more of them say nothing new.
const TOLD_PROBLEMS: usize = 20;
const CURSORS: &str = "cursors";

/// Why nothing can be said about a directory.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// There is no store in it.
    #[error("there is no store in {directory}; name the gateway's data directory")]
    Missing {
        /// Which.
        directory: String,
    },
    /// Its file cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Tables of the store, then of the archive. Those of a file whose log is damaged are left out: it is not served.
    pub tables: Vec<TableReport>,
    /// What is wrong, in plain words and without advice; at most 20.
    pub problems: Vec<String>,
    /// Whether a power failure cut the store's log, and the durability allows for it: the next start goes on without what
    /// was acknowledged in the last moments before.
    pub log_is_cut: bool,
    /// Size of store, archive and their logs, in bytes.
    pub bytes: u64,
    /// Free space where the directory lies, in bytes, if the system tells.
    pub free_bytes: Option<u64>,
}

/// What was found in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableReport {
    /// Its name, `archive.` in front of the archive's.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them do not match their checksum.
    pub damaged_rows: u64,
}

impl Report {
    /// Whether everything is as it was written.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Looks at every row of a data directory whose store is opened with this durability.
///
/// # Errors
/// See [`CheckError`]. Damage is not an error but in the report, as far as the file can be opened at all.
pub fn check(directory: &Path, durability: Durability) -> Result<Report, CheckError> {
    let store = existing_store(directory)?;
    let mut report = Report {
        tables: Vec::new(),
        problems: Vec::new(),
        log_is_cut: false,
        bytes: size(&store) + size(&log_of(&store)),
        free_bytes: free_bytes(directory),
    };
    let archive = archive(directory);
    let still = Still::hold(directory)?;
    let serves_store = report.add_log(&store, durability, still.as_ref())?;
    let serves_archive = report.add_log(&archive, ARCHIVE_DURABILITY, still.as_ref())?;
    // The rest may take long, and a gateway may start meanwhile.
    drop(still);
    if serves_store {
        let connection = open_reader(&store)?;
        look(&connection, &store, "", rows::STORE, &mut report);
        report.add(&store, contradictions(&connection));
    }
    if archive.exists() {
        report.bytes += size(&archive) + size(&log_of(&archive));
        if serves_archive {
            let connection = open_reader(&archive)?;
            look(
                &connection,
                &archive,
                "archive.",
                rows::ARCHIVE,
                &mut report,
            );
        }
    }
    report.problems.truncate(TOLD_PROBLEMS);
    Ok(report)
}

/// Reads a record of the deployment as it stands in a directory's store; a gateway may be running on it.
///
/// # Errors
/// See [`CheckError`].
pub fn deployment_record(directory: &Path, name: &str) -> Result<Option<Vec<u8>>, CheckError> {
    let store = existing_store(directory)?;
    let record = reads::deployment::record(&open_reader(&store)?, name);
    let record = record.map_err(|fault| match fault {
        Fault::Sqlite(error) => open_error(&store, &error),
        Fault::Damaged { what, .. } => OpenError::Damaged {
            file: store.display().to_string(),
            what,
        },
    })?;
    Ok(record.map(|(_, bytes)| bytes))
}

fn existing_store(directory: &Path) -> Result<PathBuf, CheckError> {
    let store = database(directory);
    if store.exists() {
        return Ok(store);
    }
    Err(CheckError::Missing {
        directory: directory.display().to_string(),
    })
}

impl Report {
    /// Looks at a file's log as a start does, unless somebody writes it. Answers whether the file would be served.
    fn add_log(
        &mut self,
        file: &Path,
        durability: Durability,
        still: Option<&Still>,
    ) -> Result<bool, OpenError> {
        if still.is_none() {
            // A gateway runs: it has looked at its start.
            return Ok(true);
        }
        match log::check(file, durability) {
            Ok(Log::Whole) => Ok(true),
            Ok(Log::Cut { .. }) => {
                self.log_is_cut = true;
                Ok(true)
            }
            Err(OpenError::Damaged { what, .. }) => {
                self.add(&log_of(file), vec![what]);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    fn add(&mut self, file: &Path, problems: Vec<String>) {
        let name = file.file_name().unwrap_or(file.as_os_str()).display();
        self.problems
            .extend(problems.iter().map(|problem| format!("{name}: {problem}")));
    }
}

/// A store whose trees or counters contradict each other is not served; a single damaged row stops only its partition. In
/// a larger store damage is found when it is read.
pub(crate) fn store_at_open(
    connection: &Connection,
    file: &Path,
    condition: &Condition,
) -> Result<(), OpenError> {
    if is_large(file) {
        return Ok(());
    }
    let mut problems = structure(connection);
    problems.extend(contradictions(connection));
    for table in rows::STORE {
        problems.extend(rows::stop_damaged(connection, table, condition).err());
    }
    refuse(file, problems)
}

/// An archive whose trees contradict each other is not served. A damaged row is told of, and not served when it is read;
/// all others are. A damaged cursor would stop the archiving of its partition for good.
pub(crate) fn archive_at_open(connection: &Connection, file: &Path) -> Result<(), OpenError> {
    if is_large(file) {
        return Ok(());
    }
    let mut problems = structure(connection);
    for table in rows::ARCHIVE {
        match rows::count(connection, table) {
            Ok((_, 0)) => {}
            Ok((rows, damaged)) => {
                let what = damaged_rows(table.name, rows, damaged);
                if table.name == CURSORS {
                    problems.push(what);
                } else {
                    tracing::error!(%what, "the archive is damaged; run `signalbox doctor`");
                }
            }
            Err(error) => problems.push(unreadable(table.name, &error)),
        }
    }
    refuse(file, problems)
}

fn is_large(file: &Path) -> bool {
    size(file) + size(&log_of(file)) > CHECKED_AT_OPEN_BYTES
}

fn refuse(file: &Path, problems: Vec<String>) -> Result<(), OpenError> {
    match problems.into_iter().next() {
        None => Ok(()),
        Some(what) => Err(OpenError::Damaged {
            file: file.display().to_string(),
            what,
        }),
    }
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |figures| figures.len())
}

fn look(
    connection: &Connection,
    file: &Path,
    prefix: &str,
    tables: &[rows::Table],
    report: &mut Report,
) {
    report.add(file, structure(connection));
    for table in tables {
        if !rows::is_there(connection, table) {
            continue;
        }
        let name = format!("{prefix}{}", table.name);
        match rows::count(connection, table) {
            Ok((rows, damaged)) => {
                if damaged > 0 {
                    report.problems.push(damaged_rows(&name, rows, damaged));
                }
                report.tables.push(TableReport {
                    name,
                    rows,
                    damaged_rows: damaged,
                });
            }
            Err(error) => report.problems.push(unreadable(&name, &error)),
        }
    }
}

fn damaged_rows(table: &str, rows: u64, damaged: u64) -> String {
    format!(
        "table {table}: {damaged} of {rows} rows do not match their checksum and are not served"
    )
}

fn unreadable(table: &str, error: &rusqlite::Error) -> String {
    format!("table {table} cannot be read: {error}")
}

/// SQLite's own check of its trees, and of indexes against tables.
fn structure(connection: &Connection) -> Vec<String> {
    let found = connection
        .prepare(&format!("PRAGMA integrity_check({TOLD_PROBLEMS})"))
        .and_then(|mut statement| {
            statement
                .query_map([], |row| row.get::<_, String>(0))?
                .collect::<Result<Vec<_>, _>>()
        });
    match found {
        Ok(lines) => lines.into_iter().filter(|line| line != "ok").collect(),
        Err(error) => vec![error.to_string()],
    }
}

/// What the checksums of single rows cannot tell: a query for each, that finds nothing in a sound store.
const CONTRADICTIONS: &[(&str, &str)] = &[
    (
        "inboxes are not as long as their partitions say",
        "SELECT count(*) FROM partitions AS p WHERE tail - trimmed <>
         (SELECT count(*) FROM inbox WHERE place > (p.partition << 44) + p.trimmed AND place <= (p.partition << 44) + p.tail)",
    ),
    (
        "inbox records belong to no partition, or lie behind its end",
        "SELECT count(*) FROM inbox LEFT JOIN partitions AS p ON p.partition = inbox.place >> 44
         WHERE p.partition IS NULL OR (inbox.place & ((1 << 44) - 1)) NOT BETWEEN p.trimmed + 1 AND p.tail",
    ),
    (
        "inbox records point to events of others",
        "SELECT count(*) FROM inbox LEFT JOIN events AS e ON e.id = inbox.event
         WHERE e.id IS NULL OR e.received <> 1 OR (e.partition << 44) + e.archived_with <> inbox.place",
    ),
    (
        "transcript entries point to events of others",
        "SELECT count(*) FROM transcript AS t LEFT JOIN events AS e ON e.id = t.event
         WHERE e.id IS NULL OR e.partition <> t.partition OR e.thread <> t.thread OR e.sequence IS NOT t.sequence",
    ),
    (
        "events with a sequence are in no transcript",
        "SELECT count(*) FROM events AS e LEFT JOIN transcript AS t
         ON t.partition = e.partition AND t.thread = e.thread AND t.sequence = e.sequence
         WHERE e.sequence IS NOT NULL AND t.event IS NULL",
    ),
    (
        "transcripts have gaps, or end before what was trimmed of them",
        "SELECT count(*) FROM (SELECT t.partition, t.thread, max(t.sequence) AS last, min(t.sequence) AS first,
         count(*) AS entries FROM transcript AS t GROUP BY t.partition, t.thread) AS t
         LEFT JOIN threads ON threads.partition = t.partition AND threads.thread = t.thread
         WHERE threads.last > t.last OR t.last - t.first + 1 <> t.entries",
    ),
    (
        "lines of the outbox have no head, or more than one",
        "SELECT count(*) FROM (SELECT min(place) AS first, sum(head) AS heads, min(CASE head WHEN 1 THEN place END) AS head
         FROM outbox GROUP BY partition, thread) WHERE heads <> 1 OR head <> first",
    ),
];

fn contradictions(connection: &Connection) -> Vec<String> {
    let mut problems = Vec::new();
    for (problem, query) in CONTRADICTIONS {
        let found: rusqlite::Result<i64> = connection.query_row(query, [], |row| row.get(0));
        match found {
            Ok(0) => {}
            Ok(found) => problems.push(format!("{found} {problem}")),
            Err(error) => problems.push(format!("it cannot be read: {error}")),
        }
    }
    problems
}
