//! `golden/check/ok/*.rules` make a bundle without any finding, and `golden/check/err/*.rules` do not. What is told of the
//! latter lies beside each file as `.out`, in English and Chinese. `UPDATE_GOLDEN=1` rewrites it.

use std::fs;

use signalbox_dsl::render::render;
use signalbox_dsl::{Checked, Locale, SourceFile, SourceSet, check};

use crate::syntax_golden::{cases, expect};

#[test]
fn sound_bundles_are_made_without_a_word() {
    for path in cases("tests/golden/check/ok") {
        let (sources, checked) = checked(&fs::read_to_string(&path).unwrap());
        let told = render(&sources, &checked.diagnostics, Locale::English);
        assert!(
            checked.diagnostics.is_empty(),
            "{}:\n{told}",
            path.display()
        );
        assert!(checked.bundle.is_some());
    }
}

#[test]
fn unsound_bundles_are_told_all_that_is_wrong() {
    for path in cases("tests/golden/check/err") {
        let (sources, checked) = checked(&fs::read_to_string(&path).unwrap());
        assert!(
            checked.bundle.is_none(),
            "{} is in the wrong folder",
            path.display()
        );
        let [english, chinese] = [Locale::English, Locale::Chinese]
            .map(|locale| render(&sources, &checked.diagnostics, locale));
        expect(
            &path.with_extension("out"),
            &format!("{english}\n\n{chinese}\n"),
        );
    }
}

fn checked(text: &str) -> (SourceSet, Checked) {
    let sources = SourceSet::new(vec![SourceFile {
        path: "shop.rules".into(),
        text: text.into(),
    }]);
    let checked = check(&sources);
    (sources, checked)
}
