//! Is what follows a damaged place in the write-ahead log only an unfinished write, or was it kept before?
//!
//! SQLite takes a log up to its first frame that does not match its checksum, and forgets the rest. That is right for a
//! write that a power failure cut off, and wrong for a bit that flipped in the middle: what follows was acknowledged. With
//! `fsync` every commit is synced before the next begins, so only the last transaction can be cut off, and whole
//! transactions behind the damaged place mean damage. What flips in the last transaction itself cannot be told from a cut.
//!
//! Below `fsync` the pages of the last moments reach the disk in any order. There whole transactions behind a damaged place
//! are what a power failure leaves, and the store goes on without them: that is the loss which the setting names.
//!
//! Format: <https://www.sqlite.org/fileformat2.html#walformat>

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use rusqlite::Connection;
use signalbox_store::Durability;

use crate::directory::{OpenError, log_of, unusable};
use crate::fault::Consequence;
use crate::writer::checkpoint_whole;

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// The lowest bit tells the byte order of the checksums.
const MAGIC: u32 = 0x377f_0682;
const PAGE_BYTES: std::ops::RangeInclusive<usize> = 512..=65_536;

/// What there is behind the first damaged place of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Log {
    /// Nothing that was kept.
    Whole,
    /// Transactions that were answered and not synced yet. SQLite goes on without them.
    Cut {
        /// How many; 0 where the head of the log is gone too, so that nothing can be told.
        transactions: u64,
    },
}

/// Looks at the log of a database before SQLite does.
///
/// # Errors
/// [`OpenError::Damaged`] if transactions that were kept follow a damaged place, which this durability rules out.
pub(crate) fn check(database: &Path, durability: Durability) -> Result<Log, OpenError> {
    let path = log_of(database);
    let failed = |error: io::Error| unusable(&path, &error);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Log::Whole),
        Err(error) => return Err(failed(error)),
    };
    let what = match look(file).map_err(failed)? {
        Found::Whole => return Ok(Log::Whole),
        // Written at once and synced before its first frame: it is never half there.
        Found::Headless if durability != Durability::Memory => {
            "the head of the log does not match its checksum"
        }
        Found::CommittedBehind { .. } if synced_in_order(durability) => {
            "transactions that were kept follow a damaged place in the log; if store.durability was below `fsync` when it \
             was written, this is what a power failure leaves, and the gateway starts with that setting"
        }
        Found::Headless => return Ok(Log::Cut { transactions: 0 }),
        Found::CommittedBehind { transactions } => return Ok(Log::Cut { transactions }),
    };
    Err(OpenError::Damaged {
        file: path.display().to_string(),
        what: what.to_owned(),
    })
}

/// Says what a power failure took, and begins the log anew: else what lies behind the cut would be found there again, behind
/// transactions that were written since.
pub(crate) fn begin_anew(
    connection: &Connection,
    database: &Path,
    transactions: u64,
) -> Result<(), OpenError> {
    tracing::warn!(
        file = %database.display(),
        transactions,
        "the machine stopped before all of the log was on the disk: what was acknowledged in the last moments before may be \
         lost, as store.durability says"
    );
    match checkpoint_whole(connection) {
        // Once there is space it is begun anew, as every log is.
        Err(error) if Consequence::of(&error) != Consequence::Full => {
            Err(unusable(database, &error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Whether every commit is on the disk before the next begins.
fn synced_in_order(durability: Durability) -> bool {
    match durability {
        Durability::Memory | Durability::EverySecond => false,
        Durability::Fsync | Durability::Replicated => true,
    }
}

enum Found {
    Whole,
    Headless,
    CommittedBehind { transactions: u64 },
}

fn look(file: File) -> io::Result<Found> {
    let mut log = BufReader::new(file);
    let mut header = [0; HEADER_BYTES];
    if !fill(&mut log, &mut header)? {
        return Ok(Found::Whole);
    }
    let Some(mut chain) = Chain::begin(&header) else {
        return Ok(Found::Headless);
    };
    let mut frame = vec![0; FRAME_HEADER_BYTES + chain.page_bytes];
    let mut is_broken = false;
    let mut transactions = 0;
    let mut more_follows = false;
    while fill(&mut log, &mut frame)? {
        if !chain.is_of_this_log(&frame) {
            // Left over from before the log began anew; or damaged itself.
            is_broken = true;
            continue;
        }
        // One transaction behind the damaged place may be the rest of the one that was cut off; what follows it is not.
        more_follows = more_follows || transactions > 0;
        is_broken = is_broken || !chain.follows(&frame);
        transactions += u64::from(is_broken && is_commit(&frame));
    }
    Ok(if more_follows {
        Found::CommittedBehind { transactions }
    } else {
        Found::Whole
    })
}

/// Reads a whole buffer; `false` if the file ends before.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_commit(frame: &[u8]) -> bool {
    word(frame, 4) != Some(0)
}

/// The running checksum of a log.
struct Chain {
    big_endian: bool,
    page_bytes: usize,
    salts: Vec<u8>,
    sums: (u32, u32),
}

impl Chain {
    /// `None` if the header is not one.
    fn begin(header: &[u8]) -> Option<Self> {
        let magic = word(header, 0)?;
        if magic & !1 != MAGIC {
            return None;
        }
        let mut chain = Self {
            big_endian: magic & 1 == 1,
            page_bytes: usize::try_from(word(header, 8)?).ok()?,
            salts: header.get(16..24)?.to_vec(),
            sums: (0, 0),
        };
        chain.add(header.get(..24)?);
        let stored = (word(header, 24)?, word(header, 28)?);
        let is_sound = chain.sums == stored && PAGE_BYTES.contains(&chain.page_bytes);
        is_sound.then_some(chain)
    }

    fn is_of_this_log(&self, frame: &[u8]) -> bool {
        frame.get(8..16) == Some(self.salts.as_slice())
    }

    /// Whether the frame is the next of the chain; moves on.
    fn follows(&mut self, frame: &[u8]) -> bool {
        self.add(frame.get(..8).unwrap_or_default());
        self.add(frame.get(FRAME_HEADER_BYTES..).unwrap_or_default());
        word(frame, 16) == Some(self.sums.0) && word(frame, 20) == Some(self.sums.1)
    }

    fn add(&mut self, bytes: &[u8]) {
        let (mut first, mut second) = self.sums;
        for pair in bytes.chunks_exact(8) {
            first = first
                .wrapping_add(self.summed(pair, 0))
                .wrapping_add(second);
            second = second
                .wrapping_add(self.summed(pair, 4))
                .wrapping_add(first);
        }
        self.sums = (first, second);
    }

    fn summed(&self, bytes: &[u8], from: usize) -> u32 {
        let word = word(bytes, from).unwrap_or_default();
        if self.big_endian {
            word
        } else {
            word.swap_bytes()
        }
    }
}

/// A big-endian word, as all numbers of a log are.
fn word(bytes: &[u8], from: usize) -> Option<u32> {
    let word = bytes.get(from..from + 4)?;
    Some(u32::from_be_bytes(word.try_into().ok()?))
}

#[cfg(test)]
mod tests;
