//! Checks, tests and compiles rule files. Takes a while: not for a thread that serves.

use std::sync::Arc;

use signalbox_dsl::bundle::Bundle;
use signalbox_dsl::place::LineIndex;
use signalbox_dsl::{Diagnostic, FileId, Locale, Severity, SourceSet, render};
use signalbox_rules::explain::Place;
use signalbox_rules::standard::with_standard;
use signalbox_rules::testing::run_tests;
use signalbox_rules::{CompileError, Engine, Reference, check};

use crate::live_bundle::LiveBundle;
use crate::words::{Told, Words, words};

/// More findings than this are not written into a log.
const MAX_SHOWN_FINDINGS: usize = 20;

/// Why rule files are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{summary}\n{details}")]
pub struct Refusal {
    /// One line.
    pub summary: Words,
    /// All findings or failed tests, as text with the author's lines.
    pub details: Words,
}

impl Refusal {
    /// One without more than its line.
    pub fn plain(summary: Words) -> Self {
        Self {
            summary,
            details: Words::plain(""),
        }
    }
}

impl Told for Refusal {
    fn chinese(&self) -> String {
        format!("{}\n{}", self.summary.zh, self.details.zh)
    }
}

/// Makes a live bundle of rule files; in what is told of them, `prefix` stands in front of their paths.
///
/// # Errors
/// [`Refusal`]
pub fn prepare(sources: SourceSet, prefix: &str) -> Result<LiveBundle, Refusal> {
    let sources = with_standard(sources);
    let checked = check(&sources);
    let Some(bundle) = checked.bundle else {
        return Err(refused_by_check(
            &sources.shown_below(prefix),
            &checked.diagnostics,
        ));
    };
    let bundle = Arc::new(bundle);
    let engine = Engine::compile(bundle.clone()).map_err(|error| not_compiled(&error))?;
    refuse_failed_tests(bundle, &sources.shown_below(prefix))?;
    Ok(LiveBundle::new(engine, sources))
}

fn refused_by_check(sources: &SourceSet, findings: &[Diagnostic]) -> Refusal {
    let errors: Vec<_> = findings
        .iter()
        .filter(|finding| finding.problem.severity() == Severity::Error)
        .cloned()
        .collect();
    let shown = errors.get(..MAX_SHOWN_FINDINGS).unwrap_or(&errors);
    Refusal {
        summary: match errors.len() {
            1 => words!("the rules have 1 error", "规则有 1 个错误"),
            count => words!("the rules have {count} errors", "规则有 {count} 个错误"),
        },
        details: Words {
            en: render::render(sources, shown, Locale::English),
            zh: render::render(sources, shown, Locale::Chinese),
        },
    }
}

/// The tests run on the reference evaluator, which is what the language means.
fn refuse_failed_tests(bundle: Arc<Bundle>, sources: &SourceSet) -> Result<(), Refusal> {
    let reference = Reference::new(bundle).map_err(|error| not_compiled(&error))?;
    let report = run_tests(&reference);
    let failed: Vec<_> = report.cases.iter().filter(|case| !case.passed()).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let details = |locale| {
        let shown_cases = failed.iter().take(MAX_SHOWN_FINDINGS);
        let failures = shown_cases.flat_map(|case| {
            case.failures.iter().map(move |failure| {
                let place = shown(sources, failure.place);
                format!("{place}: {}: {}\n", case.name, failure.text(locale))
            })
        });
        failures.collect()
    };
    Err(Refusal {
        summary: match failed.len() {
            1 => words!("1 test of the rules fails", "规则有 1 个测试没有通过"),
            count => words!(
                "{count} tests of the rules fail",
                "规则有 {count} 个测试没有通过"
            ),
        },
        details: Words {
            en: details(Locale::English),
            zh: details(Locale::Chinese),
        },
    })
}

/// `rules/hello.rules:12:3`
fn shown(sources: &SourceSet, place: Place) -> String {
    let Some(file) = sources.file(FileId(place.file)) else {
        return String::new();
    };
    let start = LineIndex::new(&file.text).place(place.start as usize);
    format!("{}:{}:{}", file.path, start.line, start.column)
}

fn not_compiled(error: &CompileError) -> Refusal {
    Refusal {
        summary: words!("the rules cannot be compiled", "规则无法编译"),
        details: error.words(),
    }
}

#[cfg(test)]
mod tests {
    use signalbox_dsl::SourceFile;

    use super::*;

    const HELLO: &str = include_str!("../../../examples/hello/rules/hello.rules");

    fn prepare_text(text: &str) -> Result<LiveBundle, Refusal> {
        prepare(
            SourceSet::new(vec![SourceFile {
                path: "hello.rules".into(),
                text: text.into(),
            }]),
            "rules/",
        )
    }

    #[test]
    fn good_rules_become_a_bundle() {
        let bundle = prepare_text(HELLO).unwrap();
        assert_eq!(bundle.hash().len(), 64);
        assert_eq!(bundle.rule_names().len(), 1);
    }

    #[test]
    fn standard_modules_come_with_the_program() {
        let uses = HELLO.replacen(
            "module hello\n",
            "module hello\nuse std.human (wants_person)\n",
            1,
        );
        let bundle = prepare_text(&uses).unwrap();
        assert_eq!(bundle.rule_names().len(), 2);
    }

    #[test]
    fn errors_are_refused_with_their_place() {
        let refusal = prepare_text(&HELLO.replace("rank answers", "rank anwsers"))
            .err()
            .unwrap();
        assert!(
            refusal.summary.en.starts_with("the rules have "),
            "{refusal}"
        );
        assert!(refusal.details.en.contains("anwsers"), "{refusal}");
        assert!(
            refusal.details.en.contains("--> rules/hello.rules:"),
            "{refusal}"
        );
    }

    #[test]
    fn a_failing_test_is_refused() {
        let refusal = prepare_text(&HELLO.replace("You said: Is", "You said: is"))
            .err()
            .unwrap();
        assert_eq!(refusal.summary.en, "1 test of the rules fails");
        assert!(
            refusal.details.en.starts_with("rules/hello.rules:"),
            "{refusal}"
        );
        assert!(
            refusal.details.en.contains("a message is quoted"),
            "{refusal}"
        );
    }
}
