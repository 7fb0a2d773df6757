//! Reads a lexicon: which words say how much, and which turn, strengthen or stop others.
//!
//! ```text
//! # A comment.
//! [anger 80, negative 70]            what the phrases below say, in percent
//! 气死, hold me for a fool
//! [gratitude 40 | negative 45]       behind the bar: what they say when negated (不满意)
//! 满意, happy with*
//! [negator]                          不: what follows in the same clause is negated
//! [stronger 130]  [weaker 60]        非常, a bit: percent of the next phrase's weight
//! [break]                            就, but: nothing reaches over it
//! [plain]                            says nothing, and hides the shorter phrases inside it: 投诉电话
//! ```
//!
//! Phrases are separated by commas; a `*` at the end takes the rest of a word of letters along. Where phrases overlap, the one that
//! begins first counts, of those the longest.

use std::collections::HashMap;

use signalbox_dsl::bundle::Folding;
use signalbox_dsl::folding::fold;

use crate::emotion::{Head, Scores};
use crate::score::Score;

/// What a phrase does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Nothing, but it hides shorter phrases.
    Plain,
    /// Moves heads.
    Says {
        /// As it stands.
        plainly: Scores,
        /// Behind a negator.
        negated: Scores,
    },
    /// Negates what follows.
    Negator,
    /// Multiplies what follows, in percent.
    Strength(u32),
    /// Ends the reach of the two above.
    Break,
}

/// A phrase, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    pub(crate) text: String,
    /// Whether the rest of a word belongs to it.
    pub(crate) is_open: bool,
    pub(crate) meaning: Meaning,
}

/// A lexicon that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexicon {
    pub(crate) phrases: Vec<Phrase>,
    pub(crate) model: String,
}

/// Why a lexicon cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LexiconError {
    /// A line in brackets that means nothing.
    #[error(
        "line {line} of lexicon {file}: `{written}` is no kind of phrase; write such as [anger 80, negative 70]"
    )]
    UnknownKind {
        /// Which file, counted from 1.
        file: usize,
        /// Which line, counted from 1.
        line: usize,
        /// What stands there.
        written: String,
    },
    /// A phrase above the first line in brackets, or an empty one.
    #[error(
        "line {line} of lexicon {file}: `{written}` has no kind, or is empty; put a line such as [plain] above it"
    )]
    Stray {
        /// Which file, counted from 1.
        file: usize,
        /// Which line, counted from 1.
        line: usize,
        /// What stands there.
        written: String,
    },
    /// The same phrase twice, in two places or after folding.
    #[error("line {line} of lexicon {file}: `{written}` stands there already; keep one of them")]
    Twice {
        /// Which file, counted from 1.
        file: usize,
        /// Which line, counted from 1.
        line: usize,
        /// What stands there.
        written: String,
    },
    /// The phrases do not fit into one automaton.
    #[error("the lexicon cannot be searched: {reason}; use fewer phrases")]
    NotSearchable {
        /// What the automaton's builder says.
        reason: String,
    },
}

impl Lexicon {
    /// Reads several files as one.
    ///
    /// # Errors
    /// See [`LexiconError`].
    pub fn read(files: &[&str]) -> Result<Self, LexiconError> {
        let mut phrases = Vec::new();
        let mut seen = HashMap::new();
        let mut sum = Sum::default();
        for (file, text) in (1..).zip(files) {
            sum.add(text);
            let mut meaning = None;
            for (line, written) in (1..).zip(text.lines().map(str::trim)) {
                if written.is_empty() || written.starts_with('#') {
                    continue;
                }
                if let Some(kind) = written
                    .strip_prefix('[')
                    .and_then(|it| it.strip_suffix(']'))
                {
                    let read = read_meaning(kind).ok_or_else(|| LexiconError::UnknownKind {
                        file,
                        line,
                        written: written.to_owned(),
                    })?;
                    meaning = Some(read);
                    continue;
                }
                for written in written.split(',').map(str::trim) {
                    let owned = || written.to_owned();
                    let (text, is_open) = canonical(written);
                    let Some(meaning) = meaning.clone().filter(|_| !text.is_empty()) else {
                        let written = owned();
                        return Err(LexiconError::Stray {
                            file,
                            line,
                            written,
                        });
                    };
                    if seen.insert(text.clone(), ()).is_some() {
                        let written = owned();
                        return Err(LexiconError::Twice {
                            file,
                            line,
                            written,
                        });
                    }
                    phrases.push(Phrase {
                        text,
                        is_open,
                        meaning,
                    });
                }
            }
        }
        let model = format!("lexical-1-{:08x}", sum.0);
        Ok(Self { phrases, model })
    }
}

/// As the scorer sees texts, and whether it ends with a star.
fn canonical(written: &str) -> (String, bool) {
    let (text, is_open) = match written.strip_suffix('*') {
        Some(start) => (start, true),
        None => (written, false),
    };
    (fold(text, FOLDING).text().to_owned(), is_open)
}

/// Width, case and script do not count.
pub(crate) const FOLDING: Folding = Folding {
    width: true,
    case: true,
    variant: true,
};

fn read_meaning(kind: &str) -> Option<Meaning> {
    let percent = |word: &str| word.trim().parse::<u32>().ok();
    Some(match kind.split_once(' ') {
        None if kind == "plain" => Meaning::Plain,
        None if kind == "negator" => Meaning::Negator,
        None if kind == "break" => Meaning::Break,
        Some(("stronger" | "weaker", by)) => Meaning::Strength(percent(by)?),
        _ => {
            let (plainly, negated) = kind.split_once('|').unwrap_or((kind, ""));
            Meaning::Says {
                plainly: read_scores(plainly)?,
                negated: read_scores(negated)?,
            }
        }
    })
}

fn read_scores(written: &str) -> Option<Scores> {
    let mut scores = Scores::default();
    let parts = written.split(',').map(str::trim);
    for part in parts.filter(|part| !part.is_empty()) {
        let (head, percent) = part.split_once(' ')?;
        let percent = percent
            .trim()
            .parse()
            .ok()
            .filter(|percent| *percent <= 100)?;
        scores[Head::from_name(head)?] = Score::from_percent(percent);
    }
    Some(scores)
}

/// FNV-1a, 32 bits: it names a lexicon and secures nothing.
struct Sum(u32);

impl Default for Sum {
    fn default() -> Self {
        Self(0x811c_9dc5)
    }
}

impl Sum {
    fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
}

#[cfg(test)]
mod tests;
