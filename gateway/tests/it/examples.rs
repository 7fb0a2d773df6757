//! The rules of every example, as a user who copies one would try them.

use std::fs;

use serde_json::Value;

use crate::binary::{repository, run};

/// `examples/NAME/rules`, from the root of the repository.
fn examples() -> Vec<String> {
    let directories = fs::read_dir(repository().join("examples")).unwrap();
    let mut examples: Vec<String> = directories
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| format!("examples/{name}/rules"))
        .filter(|rules| repository().join(rules).is_dir())
        .collect();
    examples.sort();
    assert!(examples.len() >= 2, "{examples:?}");
    examples
}

/// What a command prints with `--format json`, where it ends well.
fn answer(arguments: &[&str]) -> Value {
    let output = run(&[arguments, &["--format", "json"]].concat());
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{arguments:?}: {printed}");
    serde_json::from_str(&printed).unwrap()
}

#[test]
fn are_without_errors_and_laid_out() {
    for rules in examples() {
        answer(&["check", &rules]);
        let output = run(&["fmt", "--check", &rules]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

#[test]
fn pass_their_tests_and_every_rule_fires_in_one() {
    for rules in examples() {
        let report = answer(&["test", &rules]);
        assert_eq!(report["failed"], 0, "{rules}");
        let coverage = report["coverage"].as_array().unwrap();
        let fired = |rule: &&Value| rule["fired"].as_u64() > Some(0);
        let unseen: Vec<&Value> = coverage.iter().filter(|rule| !fired(rule)).collect();
        assert!(
            !coverage.is_empty() && unseen.is_empty(),
            "{rules}: {unseen:?}"
        );
    }
}
