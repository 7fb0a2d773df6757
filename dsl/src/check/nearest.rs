//! "Did you mean": the visible name that resembles what was written.

use crate::nearest::edits;

/// The candidate with the fewest edits, if they are few for its length; of several, the first in alphabetical order.
pub(super) fn nearest<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<String> {
    let best = candidates
        .into_iter()
        .filter_map(|candidate| {
            let (written, other) = differing(written, candidate);
            let length = other.chars().count();
            let allowed = allowed_edits(written.len().max(length));
            // Lengths alone rule most names out, without the table.
            if written.len().abs_diff(length) > allowed {
                return None;
            }
            let edits = edits(&written, &other);
            (edits <= allowed).then_some((edits, candidate))
        })
        .min();
    best.map(|(_, candidate)| candidate.to_owned())
}

/// Small letters of both, without the words in front that they share: in `customer.age` only `age` can be a slip.
fn differing(written: &str, candidate: &str) -> (Vec<char>, String) {
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
    (left.to_lowercase().chars().collect(), right.to_lowercase())
}

/// One character in three may differ; in a name of two characters, none (`退款` is not a slip for `退货`).
fn allowed_edits(length: usize) -> usize {
    length / 3
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
}
