//! The directory: one process at a time, and some space kept back for the day when there is none.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The file of the hot store.
pub const DATABASE: &str = "store.db";
/// The file of the archive.
pub const ARCHIVE: &str = "archive.db";
const LOCK: &str = "store.lock";
const BALLAST: &str = "ballast";

/// Kept back, and given up when the disk is full, so that what was accepted can still be decided, sent and trimmed.
pub(crate) const BALLAST_BYTES: u64 = 8 << 20;
/// Messages are taken again once so much is free.
const ENOUGH_BYTES: u64 = BALLAST_BYTES + (4 << 20);
static BALLAST_CHUNK: [u8; 1 << 16] = [0; 1 << 16];

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process works on it.
    #[error(
        "{directory} is in use by another signalbox process; stop it, or give this one another data directory"
    )]
    InUse {
        /// Which.
        directory: String,
    },
    /// The directory cannot be made, read or written.
    #[error(
        "cannot use {directory}: {reason}; check that it exists and that this user may write there"
    )]
    Directory {
        /// Which.
        directory: String,
        /// The system's words.
        reason: String,
    },
    /// Written by a later version.
    #[error(
        "{file} has format {found}, this version knows up to {known}; start the version that wrote it, or a newer one"
    )]
    TooNew {
        /// Which file.
        file: String,
        /// Its format.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Not ours, or not what was written.
    #[error(
        "{file} is damaged or not a signalbox store: {what}; run `signalbox doctor`, or restore a backup"
    )]
    Damaged {
        /// Which file.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// The configured durability is another store's.
    #[error(
        "one directory on one machine cannot promise `replicated`; choose `fsync`, or the Redis store"
    )]
    NotReplicated,
}

/// A locked directory. The lock goes with the process, however it ends.
pub(crate) struct Directory {
    path: PathBuf,
    _lock: File,
}

impl Directory {
    /// Makes the directory if need be, and locks it.
    pub(crate) fn lock(path: &Path) -> Result<Self, OpenError> {
        let unusable = |error: io::Error| unusable(path, &error);
        std::fs::create_dir_all(path).map_err(unusable)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join(LOCK))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
                directory: path.display().to_string(),
            }),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        database(&self.path)
    }

    /// Writes the ballast if there is space for it and more.
    ///
    /// Answers whether it lies there.
    pub(crate) fn take_ballast(&self) -> bool {
        let file = self.path.join(BALLAST);
        if std::fs::metadata(&file).is_ok_and(|ballast| ballast.len() == BALLAST_BYTES) {
            return true;
        }
        if !self.has_space() {
            return false;
        }
        let written = write_ballast(&file);
        if written.is_err() {
            self.drop_ballast();
        }
        written.is_ok()
    }

    /// Gives the ballast's space to the database.
    pub(crate) fn drop_ballast(&self) {
        // Gone already, or not to be removed: either way there is nothing else to give up.
        let _ = std::fs::remove_file(self.path.join(BALLAST));
    }

    /// Whether messages can be taken. If the system does not tell, trying will.
    pub(crate) fn has_space(&self) -> bool {
        free_bytes(&self.path).is_none_or(|free| free >= ENOUGH_BYTES)
    }

    /// In words, what a full disk means here.
    pub(crate) fn full(&self) -> String {
        format!(
            "no space left in {}; free some space, acknowledged messages are safe",
            self.path.display()
        )
    }
}

/// A directory that nobody works on, and nobody begins to while this lives. Makes nothing.
pub(crate) struct Still {
    /// `None` where nobody ever worked.
    _lock: Option<File>,
}

impl Still {
    /// `None` if somebody works on the directory.
    pub(crate) fn hold(path: &Path) -> Result<Option<Self>, OpenError> {
        let path = path.join(LOCK);
        let lock = match File::open(&path) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Some(Self { _lock: None }));
            }
            Err(error) => return Err(unusable(&path, &error)),
        };
        match lock.try_lock_shared() {
            Ok(()) => Ok(Some(Self { _lock: Some(lock) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(unusable(&path, &error)),
        }
    }
}

pub(crate) fn unusable(path: &Path, error: &dyn std::fmt::Display) -> OpenError {
    OpenError::Directory {
        directory: path.display().to_string(),
        reason: error.to_string(),
    }
}

pub(crate) fn database(directory: &Path) -> PathBuf {
    directory.join(DATABASE)
}

pub(crate) fn archive(directory: &Path) -> PathBuf {
    directory.join(ARCHIVE)
}

/// SQLite's write-ahead log of a database file.
pub(crate) fn log_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// What is free where the directory lies; `None` if the system does not tell.
pub(crate) fn free_bytes(directory: &Path) -> Option<u64> {
    let figures = rustix::fs::statvfs(directory).ok()?;
    Some(figures.f_bavail.saturating_mul(figures.f_frsize))
}

fn write_ballast(path: &Path) -> io::Result<()> {
    let mut file = File::create(path)?;
    // Really written: a hole would keep nothing back. Not synced: the space is taken when it is written.
    for _ in 0..BALLAST_BYTES / BALLAST_CHUNK.len() as u64 {
        file.write_all(&BALLAST_CHUNK)?;
    }
    Ok(())
}
