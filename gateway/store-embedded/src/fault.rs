//! What can go wrong in a step or a read, sorted by what has to happen next.

use rusqlite::{ErrorCode, ffi};
use signalbox_store::StoreError;

use crate::columns::unpacked;

/// Why a step or a read did not come to its end.
#[derive(Debug)]
pub(crate) enum Fault {
    /// SQLite's own.
    Sqlite(rusqlite::Error),
    /// What was read is not what was written.
    Damaged {
        /// Packed.
        partition: i64,
        /// Which table, and what about it.
        what: String,
    },
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Fault {
    pub(crate) fn damaged(partition: i64, table: &str, problem: &str) -> Self {
        let name = unpacked(partition).map_or_else(
            || format!("partition {partition}"),
            |known| known.to_string(),
        );
        Self::Damaged {
            partition,
            what: format!("table {table}, {name}: {problem}"),
        }
    }

    /// Whose row is damaged, where the fault itself tells.
    pub(crate) fn partition(&self) -> Option<i64> {
        match self {
            Self::Damaged { partition, .. } => Some(*partition),
            Self::Sqlite(_) => None,
        }
    }

    /// The answer to the caller, for a fault after which nothing was changed.
    pub(crate) fn answer(&self) -> StoreError {
        match self {
            Self::Damaged { what, .. } => StoreError::Damaged { what: what.clone() },
            Self::Sqlite(error) => match Consequence::of(error) {
                Consequence::Damaged => StoreError::Damaged {
                    what: format!("the database file ({error})"),
                },
                _ => StoreError::Unavailable {
                    reason: format!("the database answered: {error}; nothing was changed"),
                },
            },
        }
    }
}

/// What an error of SQLite means for those who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consequence {
    /// No space left. Nothing was changed; space may come back.
    Full,
    /// The disk failed to keep what it was given. What is in memory cannot be trusted any more.
    DiskFailed,
    /// The file is not what was written.
    Damaged,
    /// Nothing was changed; the next try may work.
    Passing,
}

impl Consequence {
    pub(crate) fn of(error: &rusqlite::Error) -> Self {
        // A column of the wrong type or length was not written by us.
        let rusqlite::Error::SqliteFailure(failure, _) = error else {
            return match error {
                rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..) => Self::Damaged,
                _ => Self::Passing,
            };
        };
        match failure.code {
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::SystemIoFailure => match failure.extended_code {
                // Space for the index file beside the log, and memory: both come back.
                ffi::SQLITE_IOERR_SHMSIZE | ffi::SQLITE_IOERR_NOMEM => Self::Full,
                ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ => Self::Passing,
                _ => Self::DiskFailed,
            },
            // A constraint fails only if counters and rows contradict each other.
            ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::ConstraintViolation => Self::Damaged,
            _ => Self::Passing,
        }
    }
}
