//! The shipped scorer: a lexicon of weighted phrases with negation, strength and emphasis.
//!
//! One reading finds every phrase; overlaps are settled (first, then longest), negators and strengtheners reach a little way inside
//! their clause, and what is left adds up head by head as independent hints do ([`Score::or`]). Words of the business
//! (退货, 退款, 怎么, charged twice) say nothing at all, so a calm request is calm.
//!
//! Not here: learning, irony without a word that shows it, feelings that only the situation shows.

mod emphasis;
mod readable;

use std::ops::Range;
use std::sync::LazyLock;

use daachorse::CharwiseDoubleArrayAhoCorasick;

use crate::emotion::{Emotion, EmotionScorer, Evidence, Head, Scores};
use crate::lexicon::{Lexicon, LexiconError, Meaning, Phrase};
use crate::score::Score;
use readable::Readable;

/// The scorer that comes with signalbox.
pub fn shipped() -> &'static dyn EmotionScorer {
    &*SHIPPED
}

#[expect(
    clippy::expect_used,
    reason = "the lexicon is part of the binary, and the tests of this crate read it"
)]
static SHIPPED: LazyLock<Lexical> = LazyLock::new(|| {
    let lexicon = Lexicon::read(&[
        include_str!("../lexicon/particles.txt"),
        include_str!("../lexicon/zh.txt"),
        include_str!("../lexicon/en.txt"),
        include_str!("../lexicon/signs.txt"),
    ]);
    lexicon
        .and_then(Lexical::new)
        .expect("the shipped lexicon can be used")
});

/// A scorer made of a [`Lexicon`].
pub struct Lexical {
    automaton: CharwiseDoubleArrayAhoCorasick<u32>,
    phrases: Vec<Phrase>,
    model: String,
}

/// Hints of one head in one message; further ones would not move it any more.
const MOST_EVIDENCE: usize = 16;

/// A negator reaches over so much: 不[是很]满意.
const NEGATOR_REACH: Reach = Reach {
    characters: 3,
    words: 3,
};

/// A strengthener stands close: 非常[的]生气.
const STRENGTH_REACH: Reach = Reach {
    characters: 2,
    words: 1,
};

/// What may stand between two phrases that have to do with each other.
#[derive(Clone, Copy)]
struct Reach {
    /// Beyond ASCII.
    characters: usize,
    /// In ASCII.
    words: usize,
}

/// A phrase in the text.
struct Found {
    range: Range<usize>,
    phrase: usize,
}

impl Lexical {
    /// Makes a lexicon searchable.
    ///
    /// # Errors
    /// [`LexiconError::NotSearchable`] if it is empty, or larger than an automaton can be.
    pub fn new(lexicon: Lexicon) -> Result<Self, LexiconError> {
        let numbered = lexicon
            .phrases
            .iter()
            .map(|phrase| &*phrase.text)
            .zip(0_u32..);
        let automaton = CharwiseDoubleArrayAhoCorasick::with_values(numbered);
        Ok(Self {
            automaton: automaton.map_err(|error| LexiconError::NotSearchable {
                reason: error.to_string(),
            })?,
            phrases: lexicon.phrases,
            model: lexicon.model,
        })
    }

    /// The phrases of a text that count, in its order, none over another.
    fn find(&self, text: &str) -> Vec<Found> {
        let mut all: Vec<Found> = self
            .automaton
            .find_overlapping_iter(text)
            .filter_map(|hit| {
                let phrase = hit.value() as usize;
                let is_open = self.phrases.get(phrase)?.is_open;
                let range = whole_words(text, hit.start()..hit.end(), is_open)?;
                Some(Found { range, phrase })
            })
            .collect();
        all.sort_by_key(|found| (found.range.start, std::cmp::Reverse(found.range.end)));
        let mut end = 0;
        all.retain(|found| {
            let is_free = found.range.start >= end;
            if is_free {
                end = found.range.end;
            }
            is_free
        });
        all
    }
}

impl EmotionScorer for Lexical {
    fn model(&self) -> &str {
        &self.model
    }

    fn score(&self, text: &str) -> Emotion {
        let readable = Readable::new(text);
        let mut sum = Sum::default();
        let mut context = Context::default();
        for found in self.find(readable.text()) {
            let Some(phrase) = self.phrases.get(found.phrase) else {
                continue;
            };
            match &phrase.meaning {
                Meaning::Plain => {}
                Meaning::Negator => context.negator = Some(found.range.end),
                Meaning::Strength(percent) => context.strength = Some((found.range.end, *percent)),
                Meaning::Break => context = Context::default(),
                Meaning::Says { plainly, negated } => {
                    let gap = |end: usize| readable.text().get(end..found.range.start);
                    let is_negated = context
                        .negator
                        .and_then(gap)
                        .is_some_and(|gap| NEGATOR_REACH.spans(gap));
                    let strength = context
                        .strength
                        .filter(|(end, _)| gap(*end).is_some_and(|gap| STRENGTH_REACH.spans(gap)))
                        .map_or(100, |(_, percent)| percent);
                    let says = if is_negated { negated } else { plainly };
                    let span = readable.original(found.range.clone());
                    sum.add(found.phrase, says, strength, &span);
                }
            }
        }
        let emphasis = emphasis::of(text, readable.has_drawn_out_letters());
        sum.emphasise(&emphasis);
        sum.into_emotion()
    }
}

/// What the words before do to the next one.
#[derive(Default)]
struct Context {
    /// Where a negator ended.
    negator: Option<usize>,
    /// Where a strengthener ended, and its percent.
    strength: Option<(usize, u32)>,
}

impl Reach {
    /// Whether `gap` is short enough, and in one clause.
    fn spans(self, gap: &str) -> bool {
        // Bounded before it is read: a negator may be a whole message behind.
        if gap.len() > 64 || gap.contains(is_end_of_clause) {
            return false;
        }
        let characters = gap.chars().filter(|character| !character.is_ascii());
        let words = gap.split(|character: char| !character.is_ascii_alphanumeric());
        characters.count() <= self.characters
            && words.filter(|word| !word.is_empty()).count() <= self.words
    }
}

fn is_end_of_clause(character: char) -> bool {
    matches!(
        character,
        ',' | '.' | '!' | '?' | ';' | ':' | '\n' | '。' | '、' | '…' | '~'
    )
}

/// The range, if it begins and ends with whole words; an open phrase takes the rest of its word along.
fn whole_words(text: &str, range: Range<usize>, is_open: bool) -> Option<Range<usize>> {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    let first = bytes.get(range.start);
    let before = range
        .start
        .checked_sub(1)
        .and_then(|place| bytes.get(place));
    if is_letter(first) && is_letter(before) {
        return None;
    }
    let last = range.end.checked_sub(1).and_then(|place| bytes.get(place));
    let behind = bytes.get(range.end..).unwrap_or_default();
    if !is_letter(last) || !is_letter(behind.first()) {
        return Some(range);
    }
    /// Longer than this is no word, and would make many open phrases in one run slow.
    const LONGEST_ENDING: usize = 8;
    let ending = behind
        .iter()
        .take(LONGEST_ENDING)
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let end = range.end + ending;
    (is_open && !is_letter(bytes.get(end))).then_some(range.start..end)
}

/// Scores in the making.
#[derive(Default)]
struct Sum {
    scores: Scores,
    evidence: Vec<Evidence>,
    /// By place in `evidence`: which phrase it was, for those that are phrases.
    phrases: Vec<usize>,
}

impl Sum {
    fn add(&mut self, phrase: usize, says: &Scores, strength: u32, span: &Range<usize>) {
        for head in Head::ALL {
            if says[head] == Score::NONE {
                continue;
            }
            let (mut count, mut said_before) = (0, 0_u32);
            for (evidence, before) in self.evidence.iter().zip(&self.phrases) {
                if evidence.head == head {
                    count += 1;
                    said_before += u32::from(*before == phrase);
                }
            }
            if count >= MOST_EVIDENCE {
                continue;
            }
            // Said again, it says less each time.
            let points = says[head].basis_points() * strength / 100 / (1 + said_before);
            // No word alone is beyond doubt.
            let weight = Score::from_basis_points(points).min(Score::from_percent(95));
            self.move_by(head, weight, span.clone());
            self.phrases.push(phrase);
        }
    }

    fn move_by(&mut self, head: Head, weight: Score, span: Range<usize>) {
        self.scores[head] = self.scores[head].or(weight);
        self.evidence.push(Evidence { head, span, weight });
    }

    /// Emphasis adds to what there is; on displeasure it also sounds angry.
    fn emphasise(&mut self, emphasis: &emphasis::Emphasis) {
        if let Some(marks) = &emphasis.impatience {
            self.move_by(Head::Anger, Score::from_percent(20), marks.clone());
            self.move_by(Head::Negative, Score::from_percent(20), marks.clone());
            self.move_by(Head::Urgency, Score::from_percent(20), marks.clone());
        }
        let Some(first) = emphasis.spans.first() else {
            return;
        };
        let spoken = self.scores;
        for head in Head::ALL {
            let said = spoken[head];
            let percent = match head {
                Head::Anger if spoken[Head::Negative] >= SPOKEN => 12,
                Head::Anger | Head::Negative | Head::Threat => 8,
                Head::Urgency | Head::Gratitude => 10,
            };
            let is_sounding =
                said >= SPOKEN || head == Head::Anger && spoken[Head::Negative] >= SPOKEN;
            if is_sounding {
                self.move_by(
                    head,
                    Score::from_percent(percent * emphasis.level),
                    first.clone(),
                );
            }
        }
    }

    fn into_emotion(mut self) -> Emotion {
        // Anger and threats are displeasure, whatever else was said.
        let scores = &mut self.scores;
        let angry = scores[Head::Anger].of(Score::from_percent(90));
        let threatening = scores[Head::Threat].of(Score::from_percent(60));
        scores[Head::Negative] = scores[Head::Negative].max(angry).max(threatening);
        self.evidence
            .sort_by_key(|evidence| (evidence.span.start, evidence.head));
        Emotion {
            scores: self.scores,
            evidence: self.evidence,
        }
    }
}

/// From here on a head was said, and not only hinted at.
const SPOKEN: Score = Score::from_percent(20);

#[cfg(test)]
mod tests;
