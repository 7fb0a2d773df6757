//! Whether words in Latin letters are English.

use crate::score::Score;

/// The words of a text in Latin letters, without names in codes and links.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// English ones.
    pub(super) known: u32,
    /// Of other languages in Latin letters.
    pub(super) foreign: u32,
    /// Neither.
    pub(super) unknown: u32,
}

/// How sure it is that these are English; `None` if nothing speaks for it.
pub(super) fn english(words: &Words) -> Option<Score> {
    let Words {
        known,
        foreign,
        unknown,
    } = *words;
    if known == 0 || foreign >= known {
        return None;
    }
    let all = known + foreign + unknown;
    let share = Score::share(known, all);
    let sure = match (known, all) {
        (1, 1) => 60,
        (1, 2) => 70,
        (2, 2) => 92,
        _ if share >= Score::from_percent(60) => 99,
        _ if share >= Score::from_percent(40) => 96,
        _ if share >= Score::from_percent(25) => 92,
        _ if share >= Score::from_percent(12) => 70,
        _ => return None,
    };
    // What speaks for another language speaks twice: the lists of other languages are short.
    Some(Score::from_percent(sure).of(Score::share(all.saturating_sub(2 * foreign), all)))
}
