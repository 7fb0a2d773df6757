//! What always holds of `check`, whatever it is given.

use proptest::prelude::*;
use signalbox_dsl::render::render;
use signalbox_dsl::report::report;
use signalbox_dsl::{Locale, Severity, SourceFile, SourceSet, check};

const SHOP: &str = include_str!("../golden/check/ok/shop.rules");
const OVERLAPS: &str = include_str!("../golden/check/err/overlaps.rules");
const TYPES: &str = include_str!("../golden/check/err/types.rules");
const OPTIONAL: &str = include_str!("../golden/check/err/optional.rules");

/// One change of a file: words of it, or strange ones, are put, taken out or exchanged somewhere.
#[derive(Debug, Clone)]
enum Change {
    Remove(usize, usize),
    Copy {
        from: usize,
        words: usize,
        to: usize,
    },
    Insert(usize, &'static str),
}

const STRANGE: [&str; 22] = [
    "not",
    "(",
    ")",
    "and",
    "or",
    "is",
    "known",
    "\"\"",
    "-1",
    "999999999999999999999999999",
    "70%",
    "CNY 0.01",
    "10m",
    "24:00",
    "customer",
    "text",
    "，",
    "\n",
    "\n  ",
    "between",
    "in (",
    "has any of",
];

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0_usize..2_000, 1_usize..12).prop_map(|(at, words)| Change::Remove(at, words)),
        (0_usize..2_000, 1_usize..30, 0_usize..2_000).prop_map(|(from, words, to)| Change::Copy {
            from,
            words,
            to
        }),
        (0_usize..2_000, prop::sample::select(STRANGE.to_vec()))
            .prop_map(|(at, word)| Change::Insert(at, word)),
    ]
}

/// Words with the space behind them, so that lines stay lines.
fn changed(text: &str, changes: &[Change]) -> String {
    let mut words: Vec<&str> = text.split_inclusive([' ', '\n', '.']).collect();
    for change in changes {
        let last = words.len().max(1);
        match *change {
            Change::Remove(at, count) => {
                let at = at % last;
                words.drain(at.min(words.len())..(at + count).min(words.len()));
            }
            Change::Copy {
                from,
                words: count,
                to,
            } => {
                let from = from % last;
                let copied: Vec<&str> = words.iter().skip(from).take(count).copied().collect();
                let to = (to % last).min(words.len());
                words.splice(to..to, copied);
            }
            Change::Insert(at, word) => {
                let at = (at % last).min(words.len());
                words.splice(at..at, [word, " "]);
            }
        }
    }
    words.concat()
}

proptest! {
    #[test]
    fn never_panics_and_makes_a_bundle_exactly_if_there_is_no_error(
        base in prop::sample::select(vec![SHOP, OVERLAPS, TYPES, OPTIONAL]),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let sources = SourceSet::new(vec![SourceFile {
            path: "shop.rules".into(),
            text: changed(base, &changes).into(),
        }]);
        let checked = check(&sources);
        let has_error = checked.diagnostics.iter().any(|found| found.problem.severity() == Severity::Error);
        prop_assert_eq!(checked.bundle.is_none(), has_error);
        for locale in [Locale::English, Locale::Chinese] {
            let _ = render(&sources, &checked.diagnostics, locale);
            for report in report(&sources, &checked.diagnostics, locale) {
                let range = report.range;
                prop_assert!((range.line, range.column) <= (range.end_line, range.end_column));
            }
        }
    }
}
