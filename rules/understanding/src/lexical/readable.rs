//! A text as the lexicon sees it, with the way back to what was written.

use std::ops::Range;

use signalbox_dsl::folding::{Folded, fold};

use crate::lexicon::FOLDING;

/// Folded, and letters that were drawn out (soooo, baaad) are said once.
pub(super) struct Readable {
    folded: Folded,
    /// `None` where nothing was drawn out.
    shortened: Option<Shortened>,
}

struct Shortened {
    text: String,
    /// By place: where in the short text letters are missing, and how many are missing up to there.
    missing: Vec<(usize, usize)>,
}

/// A letter so often in a row is drawn out.
const DRAWN_OUT: usize = 3;

impl Readable {
    pub(super) fn new(text: &str) -> Self {
        let folded = fold(text, FOLDING);
        let shortened = shorten(folded.text());
        Self { folded, shortened }
    }

    pub(super) fn text(&self) -> &str {
        match &self.shortened {
            Some(shortened) => &shortened.text,
            None => self.folded.text(),
        }
    }

    pub(super) fn has_drawn_out_letters(&self) -> bool {
        self.shortened.is_some()
    }

    /// Where a part of [`Self::text`] stands in the original.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        let missing_before = |place: usize| {
            let Some(shortened) = &self.shortened else {
                return 0;
            };
            let behind = shortened.missing.partition_point(|(at, _)| *at < place);
            let last = behind
                .checked_sub(1)
                .and_then(|last| shortened.missing.get(last));
            last.map_or(0, |(_, missing)| *missing)
        };
        let start = range.start + missing_before(range.start);
        let end = range.end + missing_before(range.end);
        self.folded.original_range(start..end.max(start))
    }
}

fn shorten(text: &str) -> Option<Shortened> {
    let bytes = text.as_bytes();
    let is_drawn_out = bytes.windows(DRAWN_OUT).any(|run| {
        run.iter()
            .all(|byte| Some(byte) == run.first() && byte.is_ascii_lowercase())
    });
    if !is_drawn_out {
        return None;
    }
    let mut shortened = Shortened {
        text: String::with_capacity(text.len()),
        missing: Vec::new(),
    };
    let mut rest = text;
    let mut missing = 0;
    while let Some(first) = rest.chars().next() {
        let run = rest
            .bytes()
            .take_while(|byte| u32::from(*byte) == u32::from(first))
            .count();
        let taken = if first.is_ascii_lowercase() && run >= DRAWN_OUT {
            missing += run - 1;
            shortened.text.push(first);
            shortened.missing.push((shortened.text.len() - 1, missing));
            run
        } else {
            shortened.text.push(first);
            first.len_utf8()
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    Some(shortened)
}

#[cfg(test)]
mod tests {
    use super::Readable;

    #[test]
    fn what_was_drawn_out_is_found_again_in_the_original() {
        let text = "ＳOOOO baaaad，氣死";
        let readable = Readable::new(text);
        assert_eq!(readable.text(), "so bad,气死");
        let original = |part: &str| {
            let start = readable.text().find(part).unwrap();
            &text[readable.original(start..start + part.len())]
        };
        assert_eq!(original("so"), "ＳOOOO");
        assert_eq!(original("bad"), "baaaad");
        assert_eq!(original("气死"), "氣死");
        assert_eq!(Readable::new("10000 too").text(), "10000 too");
    }
}
