//! `test RULES`

use std::fmt::Write as _;

use serde_json::json;
use signalbox_dsl::place::LineIndex;
use signalbox_dsl::{FileId, Locale, SourceSet};
use signalbox_rules::Reference;
use signalbox_rules::explain::Place;
use signalbox_rules::testing::{CaseReport, run_tests};

use super::answer::{Answer, Outcome};
use super::arguments::RulesOptions;
use super::places;
use super::rules::checked;
use crate::words::Failure;

pub(super) fn run(options: &RulesOptions, locale: Locale) -> Result<Answer, Failure> {
    let rules = match checked(options, locale)? {
        Ok(rules) => rules,
        Err(findings) => return Ok(findings),
    };
    let reference = Reference::new(rules.bundle)?;
    let report = run_tests(&reference);
    let mut text = String::new();
    for case in &report.cases {
        write_case(&mut text, case, &rules.sources, locale);
    }
    let failed = report.cases.iter().filter(|case| !case.passed()).count();
    let passed = report.cases.len() - failed;
    let unseen: Vec<_> = report
        .coverage
        .iter()
        .filter(|rule| rule.fired == 0)
        .collect();
    let _ = match locale {
        Locale::English => writeln!(text, "{passed} passed, {failed} failed"),
        Locale::Chinese => writeln!(text, "{passed} 个通过，{failed} 个失败"),
    };
    for rule in unseen {
        let _ = match locale {
            Locale::English => writeln!(text, "no test makes this rule fire: {}", rule.rule),
            Locale::Chinese => writeln!(text, "没有测试让这条规则触发：{}", rule.rule),
        };
    }
    let mut json = json!({
        "passed": passed,
        "failed": failed,
        "cases": report.cases,
        "coverage": report.coverage,
    });
    places::resolve(&mut json, &rules.sources);
    Ok(Answer {
        text,
        json,
        outcome: Outcome::of_findings(failed > 0),
    })
}

fn write_case(text: &mut String, case: &CaseReport, sources: &SourceSet, locale: Locale) {
    let word = match (case.passed(), locale) {
        (true, Locale::English) => "ok    ",
        (false, Locale::English) => "FAILED",
        (true, Locale::Chinese) => "通过",
        (false, Locale::Chinese) => "失败",
    };
    let _ = writeln!(text, "{word} {}", case.name);
    for failure in &case.failures {
        let _ = writeln!(text, "  {}", place(sources, failure.place));
        for line in failure.text(locale).lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
}

/// `hello.rules:12:3`
fn place(sources: &SourceSet, place: Place) -> String {
    let Some(file) = sources.file(FileId(place.file)) else {
        return String::new();
    };
    let start = LineIndex::new(&file.text).place(place.start as usize);
    format!("{}:{}:{}", file.path, start.line, start.column)
}
