//! `docs/errors.md` and `docs/errors.zh.md` name every code, and every example there does what it is said to do.

use std::collections::BTreeSet;

use signalbox_dsl::problem::MeaningProblem;
use signalbox_dsl::render::render;
use signalbox_dsl::{Checked, Locale, Severity, SourceFile, SourceSet, check_on};

const PAGES: [(&str, &str); 2] = [
    ("errors.md", include_str!("../../../docs/errors.md")),
    ("errors.zh.md", include_str!("../../../docs/errors.zh.md")),
];

/// Bounds so high that an example would fill the page, and bytes that cannot stand on it; they have tests of their own.
/// And what only the sandbox finds in scripts.
const WITHOUT_EXAMPLE: [&str; 9] = [
    "E0106", "E0107", "E0110", "E0114", "E0604", "E0605", "E0805", "E0806", "W0802",
];

/// What stands in front of an example that does not begin with `language`, as the pages say.
const FRAME: &str =
    "language 1\nmodule shop\nranks urgent > usual\nqueue people \"People\" default\n";

/// The day on which the examples are checked, as W0504 says.
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 21);

struct Entry<'p> {
    code: &'p str,
    bad: Vec<String>,
    good: Vec<String>,
}

#[test]
fn every_code_has_its_entry() {
    let syntax = include_str!("../../src/problem/syntax.rs");
    let known: BTreeSet<&str> = syntax
        .split('"')
        .filter(|word| word.len() == 5 && word.starts_with("E0"))
        .chain(MeaningProblem::CODES.iter().copied())
        .collect();
    assert!(known.len() > 70, "{known:?}");
    for (name, page) in PAGES {
        let described: Vec<&str> = entries(page).iter().map(|entry| entry.code).collect();
        let distinct: BTreeSet<&str> = described.iter().copied().collect();
        assert_eq!(distinct.len(), described.len(), "{name} has an entry twice");
        assert_eq!(distinct, known, "{name}");
    }
}

#[test]
fn every_example_does_what_it_is_said_to_do() {
    let mut wrong = Vec::new();
    for (name, page) in PAGES {
        for entry in entries(page) {
            let code = entry.code;
            let wanted = usize::from(!WITHOUT_EXAMPLE.contains(&code));
            assert_eq!(
                (entry.bad.len(), entry.good.len()),
                (wanted, wanted),
                "{name}: {code}"
            );
            for bad in &entry.bad {
                let (told, checked) = checked(bad);
                if codes(&checked) != BTreeSet::from([code]) {
                    wrong.push(format!("{name}: bad example of {code}\n{bad}\n{told}"));
                }
            }
            for good in &entry.good {
                let (told, checked) = checked(good);
                if !checked.diagnostics.is_empty() {
                    wrong.push(format!("{name}: good example of {code}\n{good}\n{told}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn codes(checked: &Checked) -> BTreeSet<&'static str> {
    let found = checked.diagnostics.iter();
    found.map(|found| found.problem.code()).collect()
}

/// Every text of a finding, in both languages, is one line without a full stop, and its help is there for errors that have one.
#[test]
fn every_text_keeps_the_house_style() {
    for (_, page) in PAGES {
        for example in entries(page).iter().flat_map(|entry| &entry.bad) {
            for found in checked(example).1.diagnostics {
                for locale in [Locale::English, Locale::Chinese] {
                    let texts = [
                        Some(found.problem.message(locale)),
                        found.problem.help(locale),
                    ];
                    for text in texts.into_iter().flatten() {
                        let code = found.problem.code();
                        assert!(!text.is_empty() && !text.contains('\n'), "{code}: {text}");
                        assert!(!text.ends_with(['.', '。']), "{code}: {text}");
                        assert!(
                            !text.starts_with(|first: char| first.is_uppercase()),
                            "{code}: {text}"
                        );
                    }
                }
            }
        }
    }
}

fn entries(page: &str) -> Vec<Entry<'_>> {
    let sections = page.split("\n## ").skip(1);
    sections
        .map(|section| Entry {
            code: section.split_whitespace().next().unwrap_or_default(),
            bad: blocks(section, "```rules bad\n"),
            good: blocks(section, "```rules good\n"),
        })
        .collect()
}

fn blocks(section: &str, fence: &str) -> Vec<String> {
    let openings = section.split(fence).skip(1);
    openings
        .filter_map(|rest| Some(rest.split_once("```")?.0.to_owned()))
        .collect()
}

fn checked(example: &str) -> (String, Checked) {
    let files = match example.strip_prefix("# file: ") {
        Some(files) => files
            .split("\n# file: ")
            .filter_map(|file| file.split_once('\n'))
            .map(|(path, text)| source(path, text))
            .collect(),
        None if example.starts_with("language") => vec![source("shop.rules", example)],
        None => vec![source("shop.rules", &format!("{FRAME}{example}"))],
    };
    let sources = SourceSet::new(files);
    let checked = check_on(&sources, TODAY);
    let has_errors = checked
        .diagnostics
        .iter()
        .any(|found| found.problem.severity() == Severity::Error);
    assert_eq!(checked.bundle.is_none(), has_errors, "{example}");
    (
        render(&sources, &checked.diagnostics, Locale::English),
        checked,
    )
}

fn source(path: &str, text: &str) -> SourceFile {
    SourceFile {
        path: path.into(),
        text: text.into(),
    }
}
