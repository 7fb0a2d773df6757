//! The checker as its callers see it, one file a topic.

use super::*;
use crate::problem::{Locale, Severity};
use crate::render::render;
use crate::source::SourceFile;

/// A bundle of one file, `module t`, with a rank and a default queue in front of `items`.
fn checked(items: &str) -> (SourceSet, Checked) {
    let text =
        format!("language 1\nmodule t\nranks high > low\nqueue people \"People\" default\n{items}");
    checked_files(&[("t.rules", &text)])
}

fn checked_files(files: &[(&str, &str)]) -> (SourceSet, Checked) {
    let files = files.iter().map(|(path, text)| SourceFile {
        path: (*path).into(),
        text: (*text).into(),
    });
    let sources = SourceSet::new(files.collect());
    let checked = check(&sources);
    let has_error = checked
        .diagnostics
        .iter()
        .any(|found| found.problem.severity() == Severity::Error);
    assert_eq!(
        checked.bundle.is_none(),
        has_error,
        "there is a bundle exactly if there is no error"
    );
    (sources, checked)
}

/// The bundle that `items` make, which must be without findings.
#[track_caller]
fn bundle(items: &str) -> Bundle {
    let (sources, checked) = checked(items);
    let told = render(&sources, &checked.diagnostics, Locale::English);
    assert!(checked.diagnostics.is_empty(), "{told}");
    checked.bundle.unwrap()
}

#[test]
fn hello() {
    let text = include_str!("../../../examples/hello/rules/hello.rules");
    let (sources, checked) = checked_files(&[("hello.rules", text)]);
    let told = render(&sources, &checked.diagnostics, Locale::English);
    assert!(checked.diagnostics.is_empty(), "{told}");
}
