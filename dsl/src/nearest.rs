//! "Did you mean": the keyword or name that resembles what was written.

/// The candidate with the fewest edits, if they are few for its length; of several, the first in alphabetical order.
///
/// One character in three may differ; in a word of two characters, none (`退款` is not a slip for `退货`). Capitals do not
/// count, and neither do words in front that both share: in `customer.age` only `age` can be a slip.
pub fn nearest<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let best = candidates
        .into_iter()
        .filter_map(|candidate| {
            let (written, other) = differing(written, candidate);
            // Lengths alone rule most out, without the table.
            let (length, other_length) = (counted(written)?, counted(other)?);
            let allowed = length.max(other_length) / CHARACTERS_FOR_AN_EDIT;
            if length.abs_diff(other_length) > allowed {
                return None;
            }
            let edits = edits(&small(written), &small(other));
            (edits <= allowed).then_some((edits, candidate))
        })
        .min();
    best.map(|(_, candidate)| candidate)
}

/// So many characters of a word excuse one edit.
const CHARACTERS_FOR_AN_EDIT: usize = 3;

/// Nobody mistypes a longer word, and the table of two grows with the product of their lengths.
const MAX_COMPARED_CHARACTERS: usize = 160;

/// How many characters there are; `None` if too many are.
fn counted(word: &str) -> Option<usize> {
    let length = word.chars().take(MAX_COMPARED_CHARACTERS + 1).count();
    (length <= MAX_COMPARED_CHARACTERS).then_some(length)
}

/// Both without the words in front that they share.
fn differing<'w, 'c>(written: &'w str, candidate: &'c str) -> (&'w str, &'c str) {
    let (mut left, mut right) = (written, candidate);
    while let (Some((one, left_rest)), Some((other, right_rest))) =
        (left.split_once('.'), right.split_once('.'))
    {
        if one != other {
            break;
        }
        (left, right) = (left_rest, right_rest);
    }
    (left, right)
}

fn small(word: &str) -> Vec<char> {
    word.to_lowercase().chars().collect()
}

/// How many insertions, deletions, replacements and swaps of neighbours lie between two words.
fn edits(from: &[char], to: &[char]) -> usize {
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
        let words = [
            "rule",
            "rank",
            "template",
            "投诉专席",
            "售后组",
            "customer.tier",
            "customer.anger",
            "refund",
        ];
        for (written, expected) in [
            ("rul", Some("rule")),
            ("rnak", Some("rank")),
            ("tempalte", Some("template")),
            ("投诉专座", Some("投诉专席")),
            ("customer.teir", Some("customer.tier")),
            ("costumer.tier", Some("customer.tier")),
            ("Refund", Some("refund")),
            ("规则", None),
            ("greeting", None),
            ("售前部", None),
            ("customer.age", None),
            ("xyz", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, words), expected, "{written}");
        }
    }

    #[test]
    fn words_longer_than_any_name_are_not_compared() {
        let long = "a".repeat(1_000_000);
        assert_eq!(nearest(&long, [&*format!("{long}b")]), None);
    }
}
