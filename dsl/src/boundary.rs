//! Where a keyword may stand in a text.

use std::ops::Range;

use crate::bundle::Boundary;

/// Whether a keyword found at `range` of the folded `text` counts there.
///
/// With [`Boundary::Automatic`], a keyword that begins (ends) with a Latin letter or a digit wants none before (behind) it:
/// `vip` stands in `VIP客户` and in `my vip card`, not in `vips`. Han and all other scripts match anywhere.
/// A range that does not lie on characters of `text` never counts.
pub fn stands(text: &str, range: Range<usize>, boundary: Boundary) -> bool {
    let Some(keyword) = text.get(range.clone()) else {
        return false;
    };
    if boundary == Boundary::Substring {
        return true;
    }
    let before = text
        .get(..range.start)
        .and_then(|text| text.chars().next_back());
    let behind = text.get(range.end..).and_then(|text| text.chars().next());
    !joined(before, keyword.chars().next()) && !joined(keyword.chars().next_back(), behind)
}

fn joined(left: Option<char>, right: Option<char>) -> bool {
    left.is_some_and(is_latin) && right.is_some_and(is_latin)
}

/// Latin letters with or without marks, and digits.
fn is_latin(char: char) -> bool {
    match char {
        '\0'..='\u{7F}' => char.is_ascii_alphanumeric(),
        '\u{80}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => char.is_alphabetic(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_words_stand_alone_and_han_anywhere() {
        for (text, keyword, automatic) in [
            ("vip客户", "vip", true),
            ("my vip card", "vip", true),
            ("vips", "vip", false),
            ("a vip1", "vip", false),
            ("évip", "vip", false),
            ("我要退款吗", "退款", true),
            ("t恤退款x", "退款", true),
            ("12315", "231", false),
            ("拨12315热线", "12315", true),
            ("no.1!", "no.1", true),
            ("no.12", "no.1", false),
        ] {
            let start = text.find(keyword).unwrap();
            let range = start..start + keyword.len();
            assert_eq!(
                stands(text, range.clone(), Boundary::Automatic),
                automatic,
                "{keyword} in {text}"
            );
            assert!(stands(text, range, Boundary::Substring));
        }
        assert!(!stands("退款", 1..4, Boundary::Substring));
        assert!(!stands("退款", 0..9, Boundary::Automatic));
    }
}
