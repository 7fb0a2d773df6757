//! Full-width characters and the ASCII ones that were meant.

/// Distance between a full-width form and its ASCII twin.
const FULL_WIDTH_OFFSET: u32 = 0xFEE0;

/// The ASCII twin of a character from a Chinese input method; any other character unchanged.
///
/// `≥`, `≤` and `≠` have no single twin and are read as signs; `「` and `『` stay, since they close differently.
pub(super) fn fold(character: char) -> char {
    match character {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(character) - FULL_WIDTH_OFFSET).unwrap_or(character)
        }
        // Spaces that look like one: ideographic, no-break, typographic.
        '\u{3000}' | '\u{00A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' => ' ',
        '、' => ',',
        '。' => '.',
        '“' | '”' | '„' | '‟' => '"',
        other => other,
    }
}

/// What a Chinese sentence ends with. A line of rules ends with nothing.
pub(super) const FULL_STOP: char = '。';

/// What to write instead of a full-width character; `None` if it is fine as it is.
pub(super) fn repair(character: char) -> Option<String> {
    match character {
        '≥' => Some(">=".to_owned()),
        '≤' => Some("<=".to_owned()),
        '≠' => Some("!=".to_owned()),
        '「' | '」' | '『' | '』' => Some("\"".to_owned()),
        _ => {
            let folded = fold(character);
            (folded != character).then(|| folded.to_string())
        }
    }
}
