//! Which keyword an unknown word resembles.

/// The candidate that is fewest edits away, if it is close enough to be meant: one edit for every three characters.
pub(crate) fn nearest(word: &str, candidates: &[&'static str]) -> Option<&'static str> {
    let word: Vec<char> = word.chars().take(MAX_COMPARED_CHARACTERS).collect();
    candidates
        .iter()
        .map(|candidate| (edits(&word, candidate), *candidate))
        .filter(|(edits, candidate)| *edits <= candidate.len().div_ceil(3))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Longer than every keyword; the rest of a long word only adds edits.
const MAX_COMPARED_CHARACTERS: usize = 24;

/// How many insertions, deletions, replacements and swaps of neighbours lie between two words.
pub(crate) fn edits(from: &[char], to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, from_char) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to_char) in to.iter().enumerate() {
            let replaced = last[j] + usize::from(from_char != to_char);
            let mut best = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && from[i - 1] == *to_char && *from_char == to[j - 1];
            if swapped {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let words = ["rule", "rank", "template"];
        assert_eq!(nearest("rul", &words), Some("rule"));
        assert_eq!(nearest("rnak", &words), Some("rank"));
        assert_eq!(nearest("tempalte", &words), Some("template"));
        assert_eq!(nearest("规则", &words), None);
        assert_eq!(nearest("greeting", &words), None);
    }
}
