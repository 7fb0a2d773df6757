//! The language book keeps its word: every `rules` block in it reads as the book says, and both editions have the same blocks.
//!
//! `rules` alone must be clean, `rules E0203` must give exactly that finding, and `rules file` must be a whole bundle that
//! passes `check` without a warning.

use std::fs;

use signalbox_dsl::{FileId, SourceFile, SourceSet, check, format, parse};

const ENGLISH: &str = "../docs/language.md";
const CHINESE: &str = "../docs/language.zh.md";

#[test]
fn every_example_reads_as_the_book_says() {
    for book in [ENGLISH, CHINESE] {
        for (kind, example) in examples(book) {
            let text = match example.starts_with("language") {
                true => example.clone(),
                false => format!("language 1\nmodule book\n\n{example}"),
            };
            let found: Vec<&str> = parse(FileId(0), &text)
                .1
                .iter()
                .map(|finding| finding.problem.code())
                .collect();
            let expected: Vec<&str> = kind
                .split(' ')
                .filter(|word| word.starts_with('E'))
                .collect();
            assert_eq!(found, expected, "{book}:\n{example}");
            if expected.is_empty() {
                assert_eq!(format(&text).unwrap(), text, "{book}");
            }
        }
    }
}

#[test]
fn whole_bundles_of_the_book_pass_the_check() {
    let bundles = examples(ENGLISH)
        .into_iter()
        .filter(|(kind, _)| kind == "file");
    let mut count = 0;
    for (_, example) in bundles {
        let sources = SourceSet::new(vec![SourceFile {
            path: "book.rules".into(),
            text: example.into(),
        }]);
        let checked = check(&sources);
        assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics);
        assert!(checked.bundle.is_some());
        count += 1;
    }
    assert!(count > 0, "the book has a whole bundle");
}

#[test]
fn both_editions_have_the_same_examples_and_chapters() {
    assert!(examples(ENGLISH).len() > 20, "the book has its examples");
    assert_eq!(examples(ENGLISH), examples(CHINESE));
    let chapters = |book| {
        let text = fs::read_to_string(book).unwrap();
        let levels = text
            .lines()
            .filter_map(|line| line.split_once("# ").map(|(marks, _)| marks.len()));
        levels.collect::<Vec<usize>>()
    };
    assert_eq!(chapters(ENGLISH), chapters(CHINESE));
}

#[test]
fn what_the_book_calls_missing_is_missing() {
    for (book, head) in [
        (ENGLISH, "### Not in this version"),
        (CHINESE, "### 此版本没有的内容"),
    ] {
        let text = fs::read_to_string(book).unwrap();
        let (_, section) = text.split_once(head).unwrap();
        let (told, _) = section.split_once("```").unwrap();
        let words = told.split('`').skip(1).step_by(2);
        let words: Vec<&str> = words.filter(|word| !word.contains(' ')).collect();
        assert!(words.len() > 5, "{book}: {words:?}");
        for word in words {
            let text = format!("language 1\nmodule book\n\n{word} x\n");
            let found = parse(FileId(0), &text).1;
            let codes: Vec<&str> = found.iter().map(|it| it.problem.code()).collect();
            assert_eq!(codes, ["E0207"], "{book}: {word}");
        }
    }
}

#[test]
fn the_first_rule_of_the_readme_fits_the_example_as_it_says() {
    let hello = fs::read_to_string("../examples/hello/rules/hello.rules").unwrap();
    for readme in ["../README.md", "../README.zh.md"] {
        let (before, after) = ("ranks answers", "ranks greetings > answers");
        let told = fs::read_to_string(readme).unwrap();
        assert!(told.contains(&format!("`{before}`")) && told.contains(&format!("`{after}`")));
        let examples = examples(readme);
        let [(_, rule)] = examples.as_slice() else {
            panic!("{readme} has one example");
        };
        let text = format!("{}\n{rule}", hello.replace(before, after));
        let checked = check(&SourceSet::new(vec![SourceFile {
            path: "hello.rules".into(),
            text: text.into(),
        }]));
        assert!(
            checked.diagnostics.is_empty(),
            "{readme}: {:?}",
            checked.diagnostics
        );
    }
}

/// The `rules` blocks of a book: what stands behind `rules`, and the text.
fn examples(book: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(book).unwrap();
    let examples: Vec<(String, String)> = text
        .split("```rules")
        .skip(1)
        .map(|block| {
            let (kind, rest) = block.split_once('\n').unwrap();
            let (example, _) = rest.split_once("```").unwrap();
            (kind.trim().to_owned(), example.to_owned())
        })
        .collect();
    examples
}
