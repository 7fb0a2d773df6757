//! What it means that a text has a keyword.
//!
//! Text and keyword are folded alike. A keyword then counts wherever it stands, also overlapping itself or
//! another, unless
//!
//! * its list wants whole words and [`stands`] says that it is part of a longer one, or
//! * it lies inside one of the list's `except` phrases. These follow the list's boundary rule as well: the phrase
//!   `AI art` is no excuse in `ai artist`; or
//! * its list says `except when negated` and [`is_negated`] says that it is.
//!
//! [`MatchedList::first_hits`] is the straight search of the reference evaluator; the indexed one finds the same hits with
//! [`scanner`].

pub(crate) mod scanner;

use signalbox_dsl::boundary::stands;
use signalbox_dsl::bundle::{Boundary, KeywordList};
use signalbox_dsl::folding::fold;
use signalbox_dsl::negation::is_negated;

/// A keyword list as it is matched.
#[derive(Debug)]
pub(crate) struct MatchedList {
    /// Folded, in the list's order.
    pub(crate) keywords: Vec<Phrase>,
    /// Folded, in the list's order.
    pub(crate) except: Vec<Phrase>,
    pub(crate) boundary: Boundary,
    pub(crate) except_when_negated: bool,
}

/// A folded keyword or `except` phrase.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Phrase {
    pub(crate) text: Box<str>,
}

/// The first place of a keyword in a folded text that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Place in [`KeywordList::keywords`].
    pub(crate) keyword: u32,
    /// First byte in the folded text.
    pub(crate) start: usize,
}

/// What a customer wrote that made a rule fire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    /// As the list spells it.
    pub(crate) keyword: std::sync::Arc<str>,
    /// Its length after folding.
    pub(crate) characters: usize,
    /// Where in the customer's own text, in bytes.
    pub(crate) place: usize,
}

impl MatchedList {
    pub(crate) fn new(list: &KeywordList) -> Self {
        let phrases = |texts: &[std::sync::Arc<str>]| {
            texts
                .iter()
                .map(|text| Phrase::new(fold(text, list.folding).text()))
                .collect()
        };
        Self {
            keywords: phrases(&list.keywords),
            except: phrases(&list.except),
            boundary: list.boundary,
            except_when_negated: list.except_when_negated,
        }
    }

    /// Whether a keyword counts somewhere in `text`.
    pub(crate) fn has_any(&self, text: &str) -> bool {
        let masks = self.masks(text);
        self.keywords
            .iter()
            .any(|keyword| self.first_place(keyword, text, &masks).is_some())
    }

    /// Whether every keyword counts somewhere in `text`.
    pub(crate) fn has_all(&self, text: &str) -> bool {
        let masks = self.masks(text);
        self.keywords
            .iter()
            .all(|keyword| self.first_place(keyword, text, &masks).is_some())
    }

    /// The first place of every keyword that counts in `text`, in the list's order.
    pub(crate) fn first_hits(&self, text: &str) -> Vec<Hit> {
        let masks = self.masks(text);
        (0..)
            .zip(&self.keywords)
            .filter_map(|(keyword, phrase)| {
                let start = self.first_place(phrase, text, &masks)?;
                Some(Hit { keyword, start })
            })
            .collect()
    }

    fn masks(&self, text: &str) -> Masks {
        let mut masks = Masks::default();
        for phrase in &self.except {
            for start in self.places(phrase, text) {
                masks.add(start, start + phrase.text.len(), text.len());
            }
        }
        masks.spread();
        masks
    }

    fn first_place(&self, phrase: &Phrase, text: &str, masks: &Masks) -> Option<usize> {
        self.places(phrase, text).find(|&start| {
            let is_negated = self.except_when_negated && is_negated(text, start);
            !is_negated && !masks.cover(start, start + phrase.text.len())
        })
    }

    fn places<'a>(&'a self, phrase: &'a Phrase, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        let step = phrase.text.chars().next().map_or(1, char::len_utf8);
        let mut from = 0;
        std::iter::from_fn(move || {
            if phrase.text.is_empty() {
                return None;
            }
            let start = from + text.get(from..)?.find(&*phrase.text)?;
            from = start + step;
            Some(start)
        })
        .filter(move |&start| stands(text, start..start + phrase.text.len(), self.boundary))
    }
}

/// Where `except` phrases stand in a text, so that one look tells whether a hit lies inside one: a long text may have as
/// many phrases as hits, and comparing each with each would take minutes.
#[derive(Debug, Default)]
struct Masks {
    /// By byte of the text: the furthest end of all phrases that start there or, once spread, before. Empty if there are none.
    furthest_end: Vec<usize>,
}

impl Masks {
    fn add(&mut self, start: usize, end: usize, text_bytes: usize) {
        if self.furthest_end.is_empty() {
            self.furthest_end.resize(text_bytes, 0);
        }
        if let Some(furthest) = self.furthest_end.get_mut(start) {
            *furthest = end.max(*furthest);
        }
    }

    /// A phrase that starts further in front masks as well, as far as it reaches.
    fn spread(&mut self) {
        let mut furthest = 0;
        for end in &mut self.furthest_end {
            furthest = furthest.max(*end);
            *end = furthest;
        }
    }

    /// Whether one single phrase holds all of it.
    fn cover(&self, start: usize, end: usize) -> bool {
        self.furthest_end
            .get(start)
            .is_some_and(|furthest| end <= *furthest)
    }
}

impl Phrase {
    fn new(folded: &str) -> Self {
        Self {
            text: folded.into(),
        }
    }

    /// Its length in characters.
    pub(crate) fn characters(&self) -> usize {
        self.text.chars().count()
    }
}

#[cfg(test)]
mod tests;
