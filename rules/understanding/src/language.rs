//! The language of a message, by its script, then by its characters and words.
//!
//! What is said alike in every language (“ok”, numbers, order codes, links, emoji) has no language, and neither has what cannot be
//! told. Confidence grows with the length of the text and falls with what is mixed in: a conversation changes its language at
//! 90 %, and one word is never that sure.
//!
//! Not here: languages written in other scripts, and other languages in Latin letters. They have no answer instead of a wrong one.

mod count;
mod latin;
mod tables;

use serde::Serialize;

use crate::score::Score;

/// A language that can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Chinese.
    Chinese(Script),
    /// English.
    English,
    /// Japanese.
    Japanese,
    /// Korean.
    Korean,
}

/// How Chinese is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Script {
    /// In simplified characters.
    Simplified,
    /// In traditional characters.
    Traditional,
    /// The text is the same in both.
    Either,
}

/// A guess at the language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Detected {
    /// Which one.
    pub language: Language,
    /// How sure.
    pub confidence: Score,
}

impl Language {
    /// The language tag, given the one that the conversation has: a text that is the same in both Chinese scripts is in the
    /// conversation's, and a conversation in `en-GB` stays there.
    pub fn tag(self, current: &str) -> &str {
        let own = match self {
            Self::Chinese(Script::Traditional) => "zh-Hant",
            Self::Chinese(_) => "zh",
            Self::English => "en",
            Self::Japanese => "ja",
            Self::Korean => "ko",
        };
        let primary = |tag: &str| tag.split('-').next().map(str::to_ascii_lowercase);
        if primary(own) != primary(current) {
            return own;
        }
        let stays = match self {
            Self::Chinese(Script::Either) => true,
            Self::Chinese(script) => (script == Script::Traditional) == is_traditional(current),
            Self::English | Self::Japanese | Self::Korean => true,
        };
        if stays { current } else { own }
    }
}

fn is_traditional(tag: &str) -> bool {
    let script_or_region = |wanted: &[&str]| {
        let mut parts = tag.split('-').skip(1);
        parts.any(|part| wanted.iter().any(|word| part.eq_ignore_ascii_case(word)))
    };
    script_or_region(&["hant"])
        || script_or_region(&["tw", "hk", "mo"]) && !script_or_region(&["hans"])
}

/// The language of `text`, if it has one that can be told.
pub fn detect(text: &str) -> Option<Detected> {
    let count = count::count(text);
    let in_han = han(&count);
    let in_latin = latin::english(&count.words);
    // A Latin word says about as much as two Chinese characters. Unknown ones are names as a rule, and count for nothing.
    let latin = in_latin.map_or(0, |_| 2 * count.words.known);
    let script = count.han + count.kana + count.hangul;
    let whole = script + latin + count.other;
    let (language, confidence, part) = match (in_han, in_latin) {
        (Some((language, confidence)), _) if script >= latin => (language, confidence, script),
        (_, Some(confidence)) => (Language::English, confidence, latin),
        (Some((language, confidence)), None) => (language, confidence, script),
        (None, None) => return None,
    };
    // What is half one and half another language is in none.
    let share = Score::share(part, whole);
    (share >= Score::from_percent(55)).then(|| Detected {
        language,
        confidence: confidence.of(share),
    })
}

/// Chinese, Japanese or Korean, how sure, going by their characters alone.
fn han(count: &count::Count) -> Option<(Language, Score)> {
    let all = count.han + count.kana + count.hangul;
    // Laughter (哈哈哈) and one sound drawn out are no language.
    if all == 0 || count.is_one_sound {
        return None;
    }
    let sure = certainty(all);
    if count.hangul > 0 && count.hangul >= count.kana {
        return Some((
            Language::Korean,
            sure.of(Score::share(2 * count.hangul, all)),
        ));
    }
    // Chinese shops decorate with の; a syllable more makes it Japanese.
    if count.kana > count.decorating_kana || count.kana > 0 && count.kana * 3 >= all {
        return Some((
            Language::Japanese,
            sure.of(Score::share(4 * count.kana, all)),
        ));
    }
    let (simplified, traditional) = (count.simplified, count.traditional);
    if count.japanese > 0 && simplified == 0 {
        return Some((Language::Japanese, sure.of(Score::from_percent(80))));
    }
    let script = match (simplified, traditional) {
        (0, 0) => Script::Either,
        _ if simplified >= traditional => Script::Simplified,
        _ => Script::Traditional,
    };
    Some((Language::Chinese(script), sure))
}

/// One character is a hint, a few make a sentence.
fn certainty(characters: u32) -> Score {
    Score::from_percent(match characters {
        0 => 0,
        1 => 60,
        2 => 80,
        3 => 92,
        4 => 95,
        _ => 99,
    })
}

#[cfg(test)]
mod tests;
