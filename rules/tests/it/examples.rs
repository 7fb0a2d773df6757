//! The rule repositories that users copy: laid out, nothing to find, every test passes, every rule and every outreach is seen in one.

#![expect(
    clippy::unwrap_used,
    reason = "files of this repository; a missing one shall be seen"
)]

use std::fs;
use std::sync::Arc;

use signalbox_dsl::bundle::Bundle;
use signalbox_dsl::{Locale, SourceFile, SourceSet, format, render};
use signalbox_rules::testing::run_tests;
use signalbox_rules::{Reference, check, standard};

const EXAMPLES: [&str; 2] = ["hello", "shop"];

fn files(example: &str) -> Vec<SourceFile> {
    let root = env!("CARGO_MANIFEST_DIR");
    let files = fs::read_dir(format!("{root}/../examples/{example}/rules")).unwrap();
    let files = files.map(|entry| {
        let entry = entry.unwrap();
        SourceFile {
            path: entry.file_name().to_str().unwrap().into(),
            text: fs::read_to_string(entry.path()).unwrap().into(),
        }
    });
    files.collect()
}

fn bundle(example: &str) -> Arc<Bundle> {
    let sources = standard::with_standard(SourceSet::new(files(example)));
    let checked = check(&sources);
    let told = render::render(&sources, &checked.diagnostics, Locale::English);
    assert!(checked.diagnostics.is_empty(), "{example}: {told}");
    Arc::new(checked.bundle.unwrap())
}

#[test]
fn every_example_is_laid_out_as_fmt_does() {
    for file in EXAMPLES.into_iter().flat_map(files) {
        if file.path.ends_with(".rules") {
            assert_eq!(format(&file.text).unwrap(), *file.text, "{}", file.path);
        }
    }
}

#[test]
fn the_tests_of_every_example_pass_and_see_each_of_its_rules() {
    for example in EXAMPLES {
        let report = run_tests(&Reference::new(bundle(example)).unwrap());
        let failed = report.cases.iter().filter(|case| !case.passed());
        let failed: Vec<String> = failed
            .map(|case| {
                let failures = case.failures.iter().map(|it| it.text(Locale::English));
                format!("{}\n{}", case.name, failures.collect::<Vec<_>>().join("\n"))
            })
            .collect();
        assert!(failed.is_empty(), "{example}: {}", failed.join("\n"));
        for rule in &report.coverage {
            assert!(rule.fired > 0, "{example}: {rule:?}");
        }
    }
}
