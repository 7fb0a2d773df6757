//! Folding: which differences between a keyword and a message do not count.
//!
//! The checker and the matcher of the rules engine use this one function, so that what `check` says
//! about two keywords is what happens to a message. Per character, in this order:
//!
//! 1. Zero-width characters and variation selectors are dropped, always: nobody sees them, and they are typed
//!    to get around word lists.
//! 2. `width`: full-width Latin letters, digits and punctuation become their usual forms, half-width Katakana and Hangul
//!    their full ones, U+3000 a space.
//! 3. `case`: small letters.
//! 4. Canonical composition (NFC), always: `é` is one character however it was typed.
//! 5. `variant`: traditional characters become simplified ones, one for one.
//!
//! *Invariant:* folding is idempotent, and every place in the folded text leads back to a place in the original.
//! *Not here:* stemming, pinyin, phrases (`乾坤` folds to `干坤` on both sides, which is all that matching needs).

mod variants;

#[cfg(test)]
mod tests;

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use crate::bundle::Folding;

/// A folded text with the way back to the original. Reusable: see [`fold_into`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    text: String,
    original_length: usize,
    /// Stretches that do not lie character under character; between them both texts advance alike.
    changes: Vec<Change>,
}

/// A stretch of the original that became a stretch of other character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change {
    folded_start: usize,
    folded_end: usize,
    original_start: usize,
    original_end: usize,
}

/// Folds `text` as `folding` says.
pub fn fold(text: &str, folding: Folding) -> Folded {
    let mut folded = Folded::default();
    fold_into(text, folding, &mut folded);
    folded
}

/// As [`fold`], into a buffer that is kept from message to message, so that nothing is allocated once it has grown.
pub fn fold_into(text: &str, folding: Folding, folded: &mut Folded) {
    folded.clear();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = cluster_length(rest, first);
        let (cluster, behind) = rest.split_at(length);
        let start = folded.text.len();
        fold_cluster(cluster, first, folding, &mut folded.text);
        folded.advance(start, cluster);
        rest = behind;
    }
}

impl Folded {
    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where in the original the bytes `range` of the folded text come from: whole characters, so possibly a little more than
    /// was asked for, never less. Ranges past the end give the end.
    pub fn original_range(&self, range: Range<usize>) -> Range<usize> {
        let start = self.original_start(range.start);
        start..self.original_end(range.end).max(start)
    }

    fn original_start(&self, place: usize) -> usize {
        let behind = self
            .changes
            .partition_point(|change| change.folded_start <= place);
        match behind
            .checked_sub(1)
            .and_then(|last| self.changes.get(last))
        {
            None => place.min(self.original_length),
            Some(change) if place < change.folded_end => change.original_start,
            Some(change) => self.linear(change, place),
        }
    }

    fn original_end(&self, place: usize) -> usize {
        let behind = self
            .changes
            .partition_point(|change| change.folded_start < place);
        match behind
            .checked_sub(1)
            .and_then(|last| self.changes.get(last))
        {
            None => place.min(self.original_length),
            Some(change) if place <= change.folded_end => change.original_end,
            Some(change) => self.linear(change, place),
        }
    }

    fn linear(&self, change: &Change, place: usize) -> usize {
        let past = place.saturating_sub(change.folded_end);
        (change.original_end + past).min(self.original_length)
    }

    fn clear(&mut self) {
        self.text.clear();
        self.changes.clear();
        self.original_length = 0;
    }

    /// Notes that `cluster`, the next part of the original, became what was written from `folded_start` on.
    fn advance(&mut self, folded_start: usize, cluster: &str) {
        let folded_end = self.text.len();
        let original_start = self.original_length;
        self.original_length += cluster.len();
        let written = self.text.get(folded_start..).unwrap_or_default();
        if !is_aligned(cluster, written) {
            self.changes.push(Change {
                folded_start,
                folded_end,
                original_start,
                original_end: self.original_length,
            });
        }
    }
}

/// Whether each character of `written` lies where the character it comes from lies.
fn is_aligned(cluster: &str, written: &str) -> bool {
    let is_single = |text: &str| text.chars().nth(1).is_none();
    cluster == written
        || (cluster.len() == written.len() && is_single(cluster) && is_single(written))
}

/// Bytes of the first character with everything that may compose with it.
fn cluster_length(rest: &str, first: char) -> usize {
    let mut length = first.len_utf8();
    for next in rest.get(length..).unwrap_or_default().chars() {
        if !joins_the_character_before(next) {
            break;
        }
        length += next.len_utf8();
    }
    length
}

fn joins_the_character_before(next: char) -> bool {
    // Below the combining diacritical marks only the soft hyphen does; this keeps Latin text fast.
    next == SOFT_HYPHEN
        || next >= '\u{300}'
            && (canonical_combining_class(next) != 0
            || is_dropped(next)
            // Half-width Katakana voice marks, which width folding makes combining.
            || matches!(next, '\u{FF9E}' | '\u{FF9F}'))
}

fn fold_cluster(cluster: &str, first: char, folding: Folding, out: &mut String) {
    if cluster.len() == first.len_utf8() && is_plain(first) {
        let small = if folding.case {
            first.to_ascii_lowercase()
        } else {
            first
        };
        out.push(if folding.variant {
            variants::simplified(small)
        } else {
            small
        });
        return;
    }
    let folded = cluster
        .chars()
        .filter(|&char| !is_dropped(char))
        .flat_map(|char| usual_width(char, folding.width))
        .flat_map(|char| small_letters(char, folding.case))
        .nfc()
        .map(|char| {
            if folding.variant {
                variants::simplified(char)
            } else {
                char
            }
        });
    out.extend(folded);
}

/// ASCII and unified Han: neither width, composition nor Unicode's case rules touch them.
fn is_plain(char: char) -> bool {
    char.is_ascii() || matches!(char, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}')
}

/// Shown only where a line is broken.
const SOFT_HYPHEN: char = '\u{AD}';

fn is_dropped(char: char) -> bool {
    matches!(
        char,
        SOFT_HYPHEN
            | '\u{200B}'..='\u{200F}'
            | '\u{2060}'..='\u{2064}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}

fn usual_width(char: char, width: bool) -> impl Iterator<Item = char> {
    let is_wide_or_narrow = matches!(char, '\u{3000}' | '\u{FF01}'..='\u{FFEE}');
    let (kept, changed) = if width && is_wide_or_narrow {
        (None, Some(std::iter::once(char).nfkd()))
    } else {
        (Some(char), None)
    };
    kept.into_iter().chain(changed.into_iter().flatten())
}

fn small_letters(char: char, case: bool) -> impl Iterator<Item = char> {
    let (kept, changed) = match char {
        _ if !case => (Some(char), None),
        // The final form of sigma is a matter of spelling.
        'ς' => (Some('σ'), None),
        _ => (None, Some(char.to_lowercase())),
    };
    kept.into_iter().chain(changed.into_iter().flatten())
}
