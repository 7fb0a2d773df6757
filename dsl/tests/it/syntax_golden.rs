//! `golden/syntax/ok/*.rules` must be clean, and `golden/syntax/err/*.rules` must not. The expected output lies beside each
//! file as `.out`: the tree, or the findings in English and Chinese. `UPDATE_GOLDEN=1` rewrites it.

use std::fs;
use std::path::{Path, PathBuf};

use signalbox_dsl::render::render;
use signalbox_dsl::{Diagnostic, FileId, Locale, SourceFile, SourceSet, format, parse};

#[test]
fn files_without_problems_give_their_tree() {
    for path in cases("tests/golden/syntax/ok") {
        let text = fs::read_to_string(&path).unwrap();
        let (tree, found) = parse(FileId(0), &text);
        assert!(
            found.is_empty(),
            "{}:\n{}",
            path.display(),
            shown(&text, &found)
        );
        expect(&path.with_extension("out"), &tree.dump());
    }
}

#[test]
fn files_with_problems_name_them_all() {
    for path in cases("tests/golden/syntax/err") {
        let text = fs::read_to_string(&path).unwrap();
        let (_, found) = parse(FileId(0), &text);
        assert!(
            !found.is_empty(),
            "{} is in the wrong folder",
            path.display()
        );
        expect(&path.with_extension("out"), &shown(&text, &found));
    }
}

#[test]
fn files_without_problems_are_laid_out_as_they_are_written() {
    for path in cases("tests/golden/syntax/ok") {
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(format(&text).unwrap(), text, "{}", path.display());
    }
}

fn shown(text: &str, found: &[Diagnostic]) -> String {
    let sources = SourceSet::new(vec![SourceFile {
        path: "shop.rules".into(),
        text: text.into(),
    }]);
    let [english, chinese] =
        [Locale::English, Locale::Chinese].map(|locale| render(&sources, found, locale));
    format!("{english}\n\n{chinese}\n")
}

/// The rule files of a folder, sorted.
pub(crate) fn cases(folder: &str) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rules")
        })
        .collect();
    assert!(!cases.is_empty(), "{folder} is empty");
    cases.sort();
    cases
}

pub(crate) fn expect(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return fs::write(path, actual).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert!(
        actual == expected,
        "{} differs; UPDATE_GOLDEN=1 rewrites it. Now:\n{actual}",
        path.display()
    );
}
