//! What stands beside the words: exclamation marks, capitals, drawn-out letters.
//!
//! None of them is an emotion by itself: “到了！！！” may be joy. They add to what the words said.

use std::ops::Range;

/// Emphasis of a message: how much, and where.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Emphasis {
    /// 0 to [`MOST`].
    pub(super) level: u32,
    /// Bytes of the original: each mark that was counted.
    pub(super) spans: Vec<Range<usize>>,
    /// Several question marks in a row: impatience, also without a word.
    pub(super) impatience: Option<Range<usize>>,
}

/// More than this is not more.
pub(super) const MOST: u32 = 3;

/// Words of two letters or more in capitals, from which on somebody shouts.
const SHOUTED_WORDS: u32 = 3;

pub(super) fn of(text: &str, has_drawn_out_letters: bool) -> Emphasis {
    let mut emphasis = Emphasis::default();
    let mut marks = 0..0;
    let mut counted = Marks::default();
    for (place, character) in text.char_indices() {
        if matches!(character, '!' | '！' | '?' | '？' | '‼' | '⁉') {
            if marks.end != place {
                marks.start = place;
                counted = Marks::default();
            }
            marks.end = place + character.len_utf8();
            counted.add(character);
            note(&mut emphasis, &counted, marks.clone());
        }
    }
    if has_drawn_out_letters {
        emphasis.level += 1;
    }
    if let Some(shouted) = shouted(text) {
        emphasis.level += 1;
        emphasis.spans.push(shouted);
    }
    emphasis.level = emphasis.level.min(MOST);
    emphasis
}

/// The marks of one run.
#[derive(Default)]
struct Marks {
    exclamations: u32,
    questions: u32,
}

impl Marks {
    fn add(&mut self, character: char) {
        match character {
            '?' | '？' => self.questions += 1,
            '‼' => self.exclamations += 2,
            '⁉' => {
                self.exclamations += 1;
                self.questions += 1;
            }
            _ => self.exclamations += 1,
        }
    }
}

fn note(emphasis: &mut Emphasis, marks: &Marks, span: Range<usize>) {
    if marks.questions >= 3 {
        emphasis.impatience = Some(span.clone());
    }
    if marks.exclamations == 0 || emphasis.level >= MOST {
        return;
    }
    emphasis.level += 1;
    match emphasis.spans.last_mut() {
        Some(last) if last.start == span.start => last.end = span.end,
        _ => emphasis.spans.push(span),
    }
}

/// Where several words in capitals stand, if most of the words do.
fn shouted(text: &str) -> Option<Range<usize>> {
    let mut span: Option<Range<usize>> = None;
    let (mut capitals, mut small) = (0, 0);
    let is_letter = |character: char| character.is_ascii_alphabetic();
    for word in text.split(|character| !is_letter(character)) {
        if word.len() < 2 {
            continue;
        }
        if !word.bytes().all(|letter| letter.is_ascii_uppercase()) {
            small += 1;
            continue;
        }
        capitals += 1;
        // INVARIANT: `word` is a part of `text`, so the difference is its place.
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let end = start + word.len();
        span = Some(span.map_or(start..end, |before| before.start..end));
    }
    span.filter(|_| capitals >= SHOUTED_WORDS && capitals > 2 * small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_capitals_and_questions_are_seen() {
        let of = |text| of(text, false);
        assert_eq!(of("退款"), Emphasis::default());
        assert_eq!(of("退款！").level, 1);
        assert_eq!(of("退款！！！！！！").level, MOST);
        assert_eq!(of("退款！！").spans.first(), Some(&(6..12)));
        assert_eq!(of("人呢？？？").impatience, Some(6..15));
        assert_eq!(of("in stock?").impatience, None);
        assert_eq!(of("GIVE ME MY MONEY BACK").spans.first(), Some(&(0..21)));
        assert_eq!(of("my order ABC DEF GHI").level, 0);
        assert_eq!(of("A VIP").level, 0);
    }
}
