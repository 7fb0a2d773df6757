//! The checksum of every row of every table.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::archive;
use crate::columns::{ORDINAL_BITS, RowSum, unpacked};
use crate::condition::Condition;
use crate::steps::append::dedupe_sum;
use crate::steps::commit::{journal_sum, state_sum, turn_sum};
use crate::steps::takeovers::takeovers_sum;
use crate::steps::timers::timer_sum;
use crate::tables::event_sum;

/// How the rows of a table are checked.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The checksum of a row's columns; `None` if a column has another type than it was given.
    sum: fn(&Row<'_>) -> Option<RowSum>,
    /// Where the row keeps it.
    crc: usize,
    /// Where the row says whose it is.
    partition: Owner,
}

/// How a row says which partition it belongs to.
enum Owner {
    Packed(usize),
    Place(usize),
    Nobody,
}

/// Tables that a file lacks until a signalbox that knows them has opened it.
const ADDED: &[&str] = &["takeovers", "homes", "turns", "decided_with"];

/// Whether a table can be looked at: all can, but those that came later and that nobody has made yet.
pub(super) fn is_there(connection: &Connection, table: &Table) -> bool {
    let found = || {
        let query = "SELECT 1 FROM sqlite_schema WHERE name = ?1";
        connection.prepare(query)?.exists([table.name])
    };
    // One that cannot be asked for is told of when it is read.
    !ADDED.contains(&table.name) || found().unwrap_or(true)
}

/// Answers how many rows a table has, and how many do not match their checksum.
pub(super) fn count(connection: &Connection, table: &Table) -> rusqlite::Result<(u64, u64)> {
    let (mut all, mut damaged) = (0, 0);
    visit(connection, table, |_, is_sound| {
        all += 1;
        damaged += u64::from(!is_sound);
    })?;
    Ok((all, damaged))
}

/// Stops the partitions of damaged rows. Fails with the problem if a damaged row is nobody's, or the table cannot be read.
pub(super) fn stop_damaged(
    connection: &Connection,
    table: &Table,
    condition: &Condition,
) -> Result<(), String> {
    let mut of_nobody = 0;
    let visited = visit(connection, table, |row, is_sound| {
        if is_sound {
            return;
        }
        let partition = match table.partition {
            Owner::Packed(column) => int(row, column),
            Owner::Place(column) => int(row, column).map(|place| place >> ORDINAL_BITS),
            Owner::Nobody => None,
        };
        match partition.filter(|partition| unpacked(*partition).is_some()) {
            Some(partition) => {
                let problem = "a row does not match its checksum";
                let what = format!("table {}, {}: {problem}", table.name, named(partition));
                condition.stop(partition, what);
            }
            None => of_nobody += 1,
        }
    });
    match visited {
        Ok(()) if of_nobody == 0 => Ok(()),
        Ok(()) => Err(format!(
            "table {}: {of_nobody} damaged rows, nobody knows whose",
            table.name
        )),
        Err(error) => Err(super::unreadable(table.name, &error)),
    }
}

fn named(partition: i64) -> String {
    unpacked(partition).map_or_else(|| partition.to_string(), |known| known.to_string())
}

/// Shows every row, and whether it matches its checksum.
fn visit(
    connection: &Connection,
    table: &Table,
    mut show: impl FnMut(&Row<'_>, bool),
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(&format!("SELECT * FROM {}", table.name))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let stored = int(row, table.crc);
        let is_sound = stored.is_some() && (table.sum)(row).map(RowSum::sum) == stored;
        show(row, is_sound);
    }
    Ok(())
}

pub(super) const STORE: &[Table] = &[
    Table {
        name: "partitions",
        partition: Owner::Packed(0),
        sum: |row| {
            let sum = RowSum::of("partitions").int(int(row, 0)?).int(int(row, 1)?);
            let sum = sum.bytes(nullable(row, 2)?).bytes(nullable(row, 3)?);
            let sum = sum.int(int(row, 4)?).int(int(row, 5)?).int(int(row, 6)?);
            let sum = sum.int(int(row, 7)?).int(int(row, 8)?);
            Some(sum.bytes(nullable(row, 9)?))
        },
        crc: 10,
    },
    Table {
        name: "dedupe",
        partition: Owner::Packed(0),
        sum: |row| {
            let (key, fingerprint, message) = (blob(row, 1)?, blob(row, 2)?, blob(row, 3)?);
            Some(dedupe_sum(
                int(row, 0)?,
                key,
                fingerprint,
                message,
                maybe(row, 4)?,
                int(row, 5)?,
            ))
        },
        crc: 6,
    },
    Table {
        name: "threads",
        partition: Owner::Packed(0),
        sum: |row| {
            let sum = RowSum::of("threads").int(int(row, 0)?);
            Some(sum.bytes(blob(row, 1)?).int(int(row, 2)?))
        },
        crc: 3,
    },
    Table {
        name: "events",
        partition: Owner::Packed(1),
        sum: |row| {
            Some(event_sum(
                int(row, 1)?,
                int(row, 2)?,
                int(row, 3)? != 0,
                blob(row, 4)?,
                maybe(row, 5)?,
                blob(row, 6)?,
                int(row, 7)?,
                blob(row, 8)?,
            ))
        },
        crc: 9,
    },
    Table {
        name: "states",
        partition: Owner::Packed(1),
        sum: |row| Some(state_sum(int(row, 1)?, blob(row, 2)?, blob(row, 3)?)),
        crc: 4,
    },
    Table {
        name: "journal",
        partition: Owner::Place(0),
        sum: |row| {
            Some(journal_sum(
                int(row, 0)?,
                blob(row, 1)?,
                blob(row, 2)?,
                blob(row, 3)?,
            ))
        },
        crc: 4,
    },
    Table {
        name: "turns",
        partition: Owner::Place(0),
        sum: |row| Some(turn_sum(int(row, 0)?, blob(row, 1)?)),
        crc: 2,
    },
    Table {
        name: "timers",
        partition: Owner::Packed(1),
        sum: |row| {
            Some(timer_sum(
                int(row, 1)?,
                blob(row, 2)?,
                blob(row, 3)?,
                int(row, 4)?,
                blob(row, 5)?,
            ))
        },
        crc: 6,
    },
    Table {
        name: "outbox",
        partition: Owner::Packed(1),
        sum: |row| {
            let sum = RowSum::of("outbox").int(int(row, 0)?).int(int(row, 1)?);
            let sum = sum.bytes(blob(row, 2)?).bytes(blob(row, 3)?);
            let sum = sum.int(int(row, 4)?).int(int(row, 5)?);
            let sum = sum.maybe(maybe(row, 6)?).int(int(row, 7)?);
            let sum = sum.int(int(row, 8)?).bytes(blob(row, 10)?);
            Some(sum.int(int(row, 9)?))
        },
        crc: 11,
    },
    Table {
        name: "dead_letters",
        partition: Owner::Packed(2),
        sum: |row| {
            let sum = RowSum::of("dead_letters").int(int(row, 1)?);
            let sum = sum.int(int(row, 2)?).bytes(blob(row, 3)?);
            let sum = sum.bytes(blob(row, 4)?).int(int(row, 5)?).int(int(row, 6)?);
            let sum = sum.maybe(maybe(row, 7)?).int(int(row, 8)?);
            let sum = sum.int(int(row, 9)?).bytes(blob(row, 10)?);
            Some(sum.bytes(text(row, 11)?).int(int(row, 12)?))
        },
        crc: 13,
    },
    Table {
        name: "takeovers",
        partition: Owner::Packed(0),
        sum: |row| {
            let counters = [
                int(row, 1)?,
                int(row, 2)?,
                int(row, 3)?,
                int(row, 4)?,
                int(row, 5)?,
            ];
            Some(takeovers_sum(int(row, 0)?, counters))
        },
        crc: 6,
    },
    Table {
        name: "data_keys",
        partition: Owner::Packed(0),
        sum: |row| {
            let sum = RowSum::of("data_keys").int(int(row, 0)?);
            Some(sum.bytes(blob(row, 1)?).bytes(blob(row, 2)?))
        },
        crc: 3,
    },
    Table {
        name: "homes",
        partition: Owner::Packed(0),
        sum: |row| {
            let sum = RowSum::of("homes").int(int(row, 0)?);
            Some(sum.bytes(blob(row, 1)?).bytes(blob(row, 2)?))
        },
        crc: 3,
    },
    Table {
        name: "deployment",
        partition: Owner::Nobody,
        sum: |row| {
            let sum = RowSum::of("deployment").bytes(text(row, 0)?);
            Some(sum.int(int(row, 1)?).bytes(blob(row, 2)?))
        },
        crc: 3,
    },
];

pub(super) const ARCHIVE: &[Table] = &[
    Table {
        name: super::CURSORS,
        partition: Owner::Nobody,
        sum: |row| {
            let sum = RowSum::of("archive cursors");
            Some(sum.int(int(row, 0)?).int(int(row, 1)?))
        },
        crc: 2,
    },
    Table {
        name: "events",
        partition: Owner::Nobody,
        sum: |row| {
            Some(archive::event_sum(
                blob(row, 1)?,
                int(row, 2)?,
                blob(row, 3)?,
                int(row, 4)?,
                blob(row, 5)?,
            ))
        },
        crc: 6,
    },
    Table {
        name: "decisions",
        partition: Owner::Nobody,
        sum: |row| {
            Some(archive::decision_sum(
                blob(row, 1)?,
                blob(row, 2)?,
                int(row, 3)?,
                blob(row, 4)?,
            ))
        },
        crc: 5,
    },
    Table {
        name: "decided_with",
        partition: Owner::Nobody,
        sum: |row| Some(archive::decided_with_sum(blob(row, 0)?, blob(row, 1)?)),
        crc: 2,
    },
];

fn int(row: &Row<'_>, column: usize) -> Option<i64> {
    row.get_ref(column).ok()?.as_i64().ok()
}

fn maybe(row: &Row<'_>, column: usize) -> Option<Option<i64>> {
    row.get_ref(column).ok()?.as_i64_or_null().ok()
}

fn blob<'r>(row: &'r Row<'_>, column: usize) -> Option<&'r [u8]> {
    row.get_ref(column).ok()?.as_blob().ok()
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> Option<&'r [u8]> {
    match row.get_ref(column).ok()? {
        ValueRef::Text(text) => Some(text),
        _ => None,
    }
}

/// Empty for NULL: so the sum has it.
fn nullable<'r>(row: &'r Row<'_>, column: usize) -> Option<&'r [u8]> {
    match row.get_ref(column).ok()? {
        ValueRef::Null => Some(&[]),
        ValueRef::Blob(bytes) => Some(bytes),
        _ => None,
    }
}
