//! The checksum of every row of every table.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::archive;
use crate::columns::RowSum;
use crate::steps::append::dedupe_sum;
use crate::steps::commit::{journal_sum, state_sum};
use crate::steps::timers::timer_sum;
use crate::tables::event_sum;

/// How the rows of a table are checked.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The checksum of a row's columns; `None` if a column has another type than it was given.
    sum: fn(&Row<'_>) -> Option<RowSum>,
    /// Where the row keeps it.
    crc: usize,
}

/// Answers how many rows a table has, and how many do not match their checksum.
pub(super) fn count(connection: &Connection, table: &Table) -> rusqlite::Result<(u64, u64)> {
    let mut statement = connection.prepare(&format!("SELECT * FROM {}", table.name))?;
    let mut rows = statement.query([])?;
    let (mut all, mut damaged) = (0, 0);
    while let Some(row) = rows.next()? {
        all += 1;
        let stored: Option<i64> = int(row, table.crc);
        if (table.sum)(row).map(RowSum::sum) != stored || stored.is_none() {
            damaged += 1;
        }
    }
    Ok((all, damaged))
}

pub(super) const STORE: &[Table] = &[
    Table {
        name: "partitions",
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
        sum: |row| {
            let sum = RowSum::of("threads").int(int(row, 0)?);
            Some(sum.bytes(blob(row, 1)?).int(int(row, 2)?))
        },
        crc: 3,
    },
    Table {
        name: "events",
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
        sum: |row| Some(state_sum(int(row, 1)?, blob(row, 2)?, blob(row, 3)?)),
        crc: 4,
    },
    Table {
        name: "journal",
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
        name: "timers",
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
        name: "data_keys",
        sum: |row| {
            let sum = RowSum::of("data_keys").int(int(row, 0)?);
            Some(sum.bytes(blob(row, 1)?).bytes(blob(row, 2)?))
        },
        crc: 3,
    },
    Table {
        name: "deployment",
        sum: |row| {
            let sum = RowSum::of("deployment").bytes(text(row, 0)?);
            Some(sum.int(int(row, 1)?).bytes(blob(row, 2)?))
        },
        crc: 3,
    },
];

pub(super) const ARCHIVE: &[Table] = &[
    Table {
        name: "cursors",
        sum: |row| {
            let sum = RowSum::of("archive cursors");
            Some(sum.int(int(row, 0)?).int(int(row, 1)?))
        },
        crc: 2,
    },
    Table {
        name: "events",
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
