use std::sync::Arc;

use jiff::civil::{Weekday, date};
use signalbox_dsl::{Locale, check, check_on, format, render};

use super::*;
use crate::Reference;
use crate::testing::run_tests;

fn sources(files: &[(&str, &str)]) -> SourceSet {
    let files = files.iter().map(|(path, text)| SourceFile {
        path: (*path).into(),
        text: (*text).into(),
    });
    SourceSet::new(files.collect())
}

/// The test files beside the modules: what each module hears and what it leaves alone.
const TESTS: [(&str, &str); 6] = [
    ("abuse", include_str!("../../std/tests/abuse.rules")),
    ("complaint", include_str!("../../std/tests/complaint.rules")),
    ("human", include_str!("../../std/tests/human.rules")),
    ("legal", include_str!("../../std/tests/legal.rules")),
    ("opt_out", include_str!("../../std/tests/opt_out.rules")),
    ("thanks", include_str!("../../std/tests/thanks.rules")),
];

#[test]
fn every_standard_module_is_sound_and_keeps_its_tests() {
    for (name, text) in TESTS {
        assert_eq!(format(text).unwrap(), text, "{name}");
        let sources = with_standard(sources(&[("shop.rules", text)]));
        assert_eq!(sources.files().len(), 2, "{name}");
        let checked = check(&sources);
        let told = render::render(&sources, &checked.diagnostics, Locale::English);
        assert!(checked.diagnostics.is_empty(), "{told}");
        let report = run_tests(&Reference::new(Arc::new(checked.bundle.unwrap())).unwrap());
        let failures = report.cases.iter().flat_map(|case| &case.failures);
        let told: Vec<_> = failures.map(|it| it.text(Locale::English)).collect();
        assert!(report.passed(), "{name}: {}", told.join("\n"));
        let uncovered = report.coverage.iter().find(|rule| rule.fired == 0);
        assert_eq!(uncovered, None, "{name}");
    }
    for (path, text) in FILES {
        assert_eq!(format(text).unwrap(), text, "{path}");
    }
}

const SHOP: &str = "language 1\nmodule shop\nuse std.human (wants_person)\nuse std.holidays.china (china)\n\
    ranks usual\nqueue people \"People\" default\n\
    calendar c\n  mon to fri from 09:00 to 18:00\n  closed on holidays of china\n  make-up days as mon\n\
    template t\n  en \"open again {c.opens_next}\"\n\
    rule r\n  rank usual\n  on message\n  when c is closed\n  then reply t\n";

#[test]
fn only_what_is_used_is_added_and_only_once() {
    let none = with_standard(sources(&[(
        "a.rules",
        "language 1\nmodule a\n# use std.human\n",
    )]));
    assert_eq!(none.files().len(), 1);
    let once = with_standard(sources(&[("shop.rules", SHOP)]));
    let paths: Vec<&str> = once.files().iter().map(|file| &*file.path).collect();
    assert_eq!(
        paths,
        ["shop.rules", "std:holidays/china.rules", "std:human.rules"]
    );
    assert_eq!(with_standard(once.clone()).files(), once.files());
    let stored = sources(&[("shop.rules", SHOP), ("std:human.rules", "older")]);
    let kept = with_standard(stored);
    assert!(kept.files().iter().any(|file| &*file.text == "older"));
}

#[test]
fn a_person_can_always_be_had() {
    let codes = |shop: &str| {
        let checked = check(&with_standard(sources(&[("shop.rules", shop)])));
        let codes: Vec<_> = checked
            .diagnostics
            .iter()
            .map(|found| found.problem.code())
            .collect();
        (checked.bundle, codes)
    };
    let (bundle, found) = codes(SHOP);
    assert_eq!(found, [""; 0]);
    let bundle = bundle.unwrap();
    assert_eq!(&*bundle.ranks[0].name, "safety", "it comes with the rule");
    let first = SHOP.replace("ranks usual", "ranks safety > usual");
    assert_eq!(codes(&first).1, [""; 0]);
    let above = SHOP.replace("ranks usual", "ranks loud > safety > usual");
    assert_eq!(codes(&above).1, ["A21"]);
    let within = first.replace("rank usual\n  on", "rank safety\n  on");
    assert_eq!(codes(&within).1, ["A21"]);
    // However a rule below silences and answers, who asks for a person gets one.
    let silent = SHOP.replace(
        "when c is closed\n  then reply t",
        "then reply t\n       no other replies",
    );
    let bundle = codes(&silent).0;
    let report = run_tests(&Reference::new(Arc::new(bundle.unwrap())).unwrap());
    assert!(report.passed() && report.cases.len() >= 2);
}

#[test]
fn the_holidays_of_china_are_whole_years() {
    let sources = with_standard(sources(&[("shop.rules", SHOP)]));
    let bundle = check(&sources).bundle.unwrap();
    let china = &bundle.calendars[0];
    for day in &china.make_up_days {
        assert!(
            matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
            "{day}"
        );
    }
    // Days off as published: 28 in 2025, 33 in 2026; five and six working days make up for them.
    for (year, off, work) in [(2025, 28, 5), (2026, 33, 6)] {
        let of = |days: &std::collections::BTreeSet<jiff::civil::Date>| {
            days.iter().filter(|day| day.year() == year).count()
        };
        assert_eq!((of(&china.holidays), of(&china.make_up_days)), (off, work));
    }
    let told = |day| {
        let found = check_on(&sources, day).diagnostics;
        found.len()
    };
    assert_eq!(told(date(2026, 11, 15)), 0);
    assert_eq!(told(date(2026, 11, 16)), 1, "45 days before the end");
}
