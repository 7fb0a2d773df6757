//! The words and characters that tell languages apart, read once out of `data/`.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Which scripts use a Han character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HanUse {
    /// Several.
    Common,
    Simplified,
    Traditional,
    Japanese,
}

/// The unified characters of the Basic Multilingual Plane.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9FFF;

static SCRIPTS: LazyLock<Box<[HanUse]>> = LazyLock::new(|| {
    let mut table = vec![HanUse::Common; (LAST - FIRST + 1) as usize];
    let mut section = HanUse::Common;
    for line in lines(include_str!("../../data/scripts.txt")) {
        match line {
            "[simplified]" => section = HanUse::Simplified,
            "[traditional]" => section = HanUse::Traditional,
            "[japanese]" => section = HanUse::Japanese,
            characters => {
                for character in characters.chars() {
                    let place = u32::from(character).checked_sub(FIRST);
                    if let Some(entry) = place.and_then(|place| table.get_mut(place as usize)) {
                        *entry = section;
                    }
                }
            }
        }
    }
    table.into_boxed_slice()
});

/// `None` if `character` is no Han character.
pub(super) fn han_use(character: char) -> Option<HanUse> {
    match u32::from(character) {
        code @ FIRST..=LAST => SCRIPTS.get((code - FIRST) as usize).copied(),
        // Compatibility forms and the rare ones of the further planes.
        0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF => Some(HanUse::Common),
        _ => None,
    }
}

static ENGLISH: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words(include_str!("../../data/english.txt")));
static INTERNATIONAL: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words(include_str!("../../data/international.txt")));
static OTHER: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words(include_str!("../../data/other-latin.txt")));

/// What a word in small Latin letters says about the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordUse {
    English,
    /// Said in every language.
    International,
    /// Of another language in Latin letters.
    Other,
    Unknown,
}

pub(super) fn word_use(word: &str) -> WordUse {
    if INTERNATIONAL.contains(word) {
        WordUse::International
    } else if ENGLISH.contains(word) {
        WordUse::English
    } else if OTHER.contains(word) || !word.is_ascii() {
        WordUse::Other
    } else {
        WordUse::Unknown
    }
}

fn words(table: &'static str) -> HashSet<&'static str> {
    lines(table).flat_map(str::split_ascii_whitespace).collect()
}

fn lines(table: &str) -> impl Iterator<Item = &str> {
    let lines = table.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read() {
        assert_eq!(han_use('个'), Some(HanUse::Simplified));
        assert_eq!(han_use('個'), Some(HanUse::Traditional));
        assert_eq!(han_use('円'), Some(HanUse::Japanese));
        assert_eq!(han_use('好'), Some(HanUse::Common));
        assert_eq!(han_use('a'), None);
        assert!(ENGLISH.len() > 300 && INTERNATIONAL.len() > 50 && OTHER.len() > 100);
        assert_eq!(word_use("ok"), WordUse::International);
        assert_eq!(word_use("where"), WordUse::English);
        assert_eq!(word_use("donde"), WordUse::Other);
    }
}
