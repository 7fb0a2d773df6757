//! One reading of a text: how much of which script is in it, and which words.

use super::latin::Words;
use super::tables::{HanUse, WordUse, han_use, word_use};

/// What is in a text. Digits, codes, links, emoji and punctuation are counted nowhere.
#[derive(Debug, Default)]
pub(super) struct Count {
    /// Han characters.
    pub(super) han: u32,
    /// Of them, those that only one script uses.
    pub(super) simplified: u32,
    pub(super) traditional: u32,
    pub(super) japanese: u32,
    /// Syllables of Japanese.
    pub(super) kana: u32,
    /// Of them, those that decorate Chinese.
    pub(super) decorating_kana: u32,
    /// Syllables of Korean.
    pub(super) hangul: u32,
    /// Letters of further scripts.
    pub(super) other: u32,
    /// Words in Latin letters.
    pub(super) words: Words,
    /// One character again and again, twice at least.
    pub(super) is_one_sound: bool,
}

/// Longer words are no words.
const LONGEST_WORD: usize = 32;

pub(super) fn count(text: &str) -> Count {
    let mut count = Count::default();
    let mut sounds = Sounds::default();
    // A run of what is neither space nor of another script than Latin: a word, a code, a link.
    let mut run = 0..0;
    for (place, character) in text.char_indices() {
        let is_in_run = is_latin(character) || is_of_codes(character);
        if is_in_run {
            if run.is_empty() {
                run.start = place;
            }
            run.end = place + character.len_utf8();
            continue;
        }
        count_run(text.get(run.clone()).unwrap_or_default(), &mut count.words);
        run = 0..0;
        count_character(character, &mut count, &mut sounds);
    }
    count_run(text.get(run).unwrap_or_default(), &mut count.words);
    count.is_one_sound = sounds.is_one();
    count
}

/// Whether all characters are the same.
#[derive(Default)]
struct Sounds {
    first: Option<char>,
    count: u32,
    has_others: bool,
}

impl Sounds {
    fn add(&mut self, character: char) {
        self.count += 1;
        let first = *self.first.get_or_insert(character);
        self.has_others |= first != character;
    }

    fn is_one(&self) -> bool {
        self.count >= 2 && !self.has_others
    }
}

fn count_character(character: char, count: &mut Count, sounds: &mut Sounds) {
    if let Some(used) = han_use(character) {
        count.han += 1;
        match used {
            HanUse::Common => {}
            HanUse::Simplified => count.simplified += 1,
            HanUse::Traditional => count.traditional += 1,
            HanUse::Japanese => count.japanese += 1,
        }
        sounds.add(character);
        return;
    }
    match character {
        '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{FF66}'..='\u{FF9D}' => {
            count.kana += 1;
            count.decorating_kana += u32::from(character == 'の');
            sounds.add(character);
        }
        '\u{AC00}'..='\u{D7A3}' | '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}' => {
            count.hangul += 1;
            sounds.add(character);
        }
        _ => count.other += u32::from(character.is_alphabetic()),
    }
}

fn is_latin(character: char) -> bool {
    character.is_ascii_alphabetic()
        || matches!(character, '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}')
            && character.is_alphabetic()
}

/// What makes a run of letters something else than words: digits, and the signs inside links, addresses and codes.
fn is_of_codes(character: char) -> bool {
    character.is_ascii_digit() || "'’-_/@.:?=&#%+~".contains(character)
}

fn count_run(run: &str, words: &mut Words) {
    if run.is_empty() || is_link(run) {
        return;
    }
    for piece in run.split(|character: char| "-/.:?=&~".contains(character)) {
        let has_code = |character: char| character.is_ascii_digit() || "_@#%+".contains(character);
        let piece = piece.trim_matches(['\'', '’']);
        if !piece.is_empty() && piece.len() <= LONGEST_WORD && !piece.contains(has_code) {
            count_word(piece, words);
        }
    }
}

fn is_link(run: &str) -> bool {
    run.contains("://") || run.contains('@') || run.starts_with("www.") || {
        // `shop.example/item` and the like; a full stop without a space behind it has no slash.
        run.contains('/') && run.contains('.')
    }
}

fn count_word(word: &str, words: &mut Words) {
    let word = word.to_lowercase().replace('’', "'");
    match word_use(&word) {
        WordUse::English => words.known += 1,
        WordUse::International => {}
        WordUse::Other => words.foreign += 1,
        // A letter or two are an abbreviation or a slip.
        WordUse::Unknown if word.len() <= 2 => {}
        WordUse::Unknown => words.unknown += 1,
    }
}
