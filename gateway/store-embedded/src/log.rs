//! Is what follows a damaged place in the write-ahead log only an unfinished write, or was it kept before?
//!
//! SQLite takes a log up to its first frame that does not match its checksum, and forgets the rest. That is right for a
//! write that a power failure cut off, and wrong for a bit that flipped in the middle: what follows was acknowledged. Since
//! every commit is synced before the next begins, only the last transaction can be cut off. So whole transactions behind
//! the damaged place mean damage. What flips in the last transaction itself cannot be told from a cut.
//!
//! Format: <https://www.sqlite.org/fileformat2.html#walformat>

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::directory::{OpenError, log_of, unusable};

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// The lowest bit tells the byte order of the checksums.
const MAGIC: u32 = 0x377f_0682;
const PAGE_BYTES: std::ops::RangeInclusive<usize> = 512..=65_536;

/// Looks at the log of a database before SQLite does.
///
/// # Errors
/// [`OpenError::Damaged`] if transactions that were kept follow a damaged place.
pub(crate) fn check(database: &Path) -> Result<(), OpenError> {
    let path = log_of(database);
    let damaged = |what: &str| OpenError::Damaged {
        file: path.display().to_string(),
        what: what.to_owned(),
    };
    let failed = |error: io::Error| unusable(&path, &error);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let mut log = BufReader::new(file);
    let mut header = [0; HEADER_BYTES];
    if !fill(&mut log, &mut header).map_err(failed)? {
        return Ok(());
    }
    let Some(mut chain) = Chain::begin(&header) else {
        // Written at once and synced before its first frame: it is never half there.
        return Err(damaged("the head of the log does not match its checksum"));
    };
    let mut frame = vec![0; FRAME_HEADER_BYTES + chain.page_bytes];
    let mut is_broken = false;
    let mut committed_behind = false;
    while fill(&mut log, &mut frame).map_err(failed)? {
        if !chain.is_of_this_log(&frame) {
            // Left over from before the log began anew; or damaged itself.
            is_broken = true;
            continue;
        }
        if committed_behind {
            return Err(damaged(
                "transactions that were kept follow a damaged place in the log",
            ));
        }
        is_broken = is_broken || !chain.follows(&frame);
        committed_behind = is_broken && is_commit(&frame);
    }
    Ok(())
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
