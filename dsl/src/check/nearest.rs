//! "Did you mean": the visible name that resembles what was written.

/// The candidate with the fewest edits, if they are few for its length; of several, the first in alphabetical order.
pub(super) fn nearest<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<String> {
    let best = candidates
        .into_iter()
        .filter_map(|candidate| {
            let (written, chars) = differing(written, candidate);
            let allowed = allowed_edits(written.len().max(chars.len()));
            // Lengths alone rule most names out, without the table.
            if written.len().abs_diff(chars.len()) > allowed {
                return None;
            }
            let edits = edits(&written, &chars);
            (edits <= allowed).then_some((edits, candidate))
        })
        .min();
    best.map(|(_, candidate)| candidate.to_owned())
}

/// Small letters of both, without the words in front that they share: in `customer.age` only `age` can be a slip.
fn differing(written: &str, candidate: &str) -> (Vec<char>, Vec<char>) {
    let mut left = written;
    let mut right = candidate;
    while let (Some((one, left_rest)), Some((other, right_rest))) =
        (left.split_once('.'), right.split_once('.'))
    {
        if one != other {
            break;
        }
        (left, right) = (left_rest, right_rest);
    }
    let chars = |text: &str| text.to_lowercase().chars().collect();
    (chars(left), chars(right))
}

/// One character in three may differ; in a name of two characters, none (`退款` is not a slip for `退货`).
fn allowed_edits(length: usize) -> usize {
    length / 3
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `from` into `to`.
fn edits(from: &[char], to: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, &left) in from.iter().enumerate() {
        let mut current = Vec::with_capacity(to.len() + 1);
        current.push(row + 1);
        for (column, &right) in to.iter().enumerate() {
            let replaced = at(&last, column) + usize::from(left != right);
            let inserted = at(&current, column) + 1;
            let deleted = at(&last, column + 1) + 1;
            let mut least = replaced.min(inserted).min(deleted);
            let swapped = row > 0
                && column > 0
                && from.get(row - 1) == Some(&right)
                && to.get(column - 1) == Some(&left);
            if swapped {
                least = least.min(at(&before_last, column - 1) + 1);
            }
            current.push(least);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    at(&last, to.len())
}

fn at(row: &[usize], column: usize) -> usize {
    row.get(column).copied().unwrap_or(usize::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_nothing_else() {
        let names = [
            "投诉专席",
            "售后组",
            "customer.tier",
            "customer.anger",
            "refund",
        ];
        for (written, expected) in [
            ("投诉专座", Some("投诉专席")),
            ("customer.teir", Some("customer.tier")),
            ("costumer.tier", Some("customer.tier")),
            ("Refund", Some("refund")),
            ("售前部", None),
            ("customer.age", None),
            ("xyz", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, names).as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn counts_a_swap_once() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(edits(&chars("abcd"), &chars("abdc")), 1);
        assert_eq!(edits(&chars(""), &chars("abc")), 3);
        assert_eq!(edits(&chars("kitten"), &chars("sitting")), 3);
    }
}
