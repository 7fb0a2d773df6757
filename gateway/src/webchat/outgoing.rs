//! What still has to go to one client: bounded, so that one who does not read costs no more than this.

use std::collections::VecDeque;

use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Frames that wait for one client …
pub(super) const MAX_FRAMES: usize = 256;
/// … and their bytes.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

#[derive(Default)]
pub(super) struct Outgoing {
    queue: VecDeque<Waiting>,
    bytes: usize,
}

struct Waiting {
    text: Utf8Bytes,
    /// Worth nothing a moment later: the first to go when room is needed.
    is_passing: bool,
}

/// There is no room, even without what is passing. The client must come back and resume.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overflow;

impl Outgoing {
    /// Whether a frame may be put without pressing. Whoever can wait, waits for this.
    pub(super) fn has_room(&self) -> bool {
        self.queue.len() < MAX_FRAMES && self.bytes < MAX_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Puts what must arrive. Says how many passing frames went to make room.
    pub(super) fn put(&mut self, text: Utf8Bytes) -> Result<usize, Overflow> {
        let mut dropped = 0;
        if !self.has_room() {
            dropped = self.drop_passing();
            if !self.has_room() {
                return Err(Overflow);
            }
        }
        self.push(text, false);
        Ok(dropped)
    }

    /// Puts what may be lost. Says how many frames were: none or this one.
    pub(super) fn put_passing(&mut self, text: Utf8Bytes) -> usize {
        if !self.has_room() {
            return 1;
        }
        self.push(text, true);
        0
    }

    pub(super) fn take(&mut self) -> Option<Utf8Bytes> {
        let Waiting { text, .. } = self.queue.pop_front()?;
        self.bytes -= text.len();
        Some(text)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn push(&mut self, text: Utf8Bytes, is_passing: bool) {
        self.bytes += text.len();
        self.queue.push_back(Waiting { text, is_passing });
    }

    fn drop_passing(&mut self) -> usize {
        let before = self.queue.len();
        self.queue.retain(|waiting| !waiting.is_passing);
        self.bytes = self.queue.iter().map(|waiting| waiting.text.len()).sum();
        before - self.queue.len()
    }
}

#[cfg(test)]
mod tests;
