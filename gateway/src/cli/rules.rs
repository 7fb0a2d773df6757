//! Rule files for a command: read, and checked.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use signalbox_dsl::bundle::Bundle;
use signalbox_dsl::{Checked, Locale, Severity, SourceSet, render, report};
use signalbox_rules::check;
use signalbox_rules::standard::with_standard;

use super::answer::{Answer, Outcome};
use super::arguments::RulesOptions;
use crate::rule_files::RuleFiles;
use crate::words::Failure;

/// Rules that a command can go on with.
pub(super) struct CheckedRules {
    pub(super) bundle: Arc<Bundle>,
    /// With paths as they are shown.
    pub(super) sources: SourceSet,
}

/// Reads and checks the rule files.
///
/// * `Ok(Err(answer))`: they have errors, and this is what to answer.
///
/// # Errors
/// They cannot be read.
pub(super) fn checked(
    options: &RulesOptions,
    locale: Locale,
) -> Result<Result<CheckedRules, Answer>, Failure> {
    checked_at(&options.rules, locale)
}

/// As [`checked`].
///
/// # Errors
/// They cannot be read.
pub(super) fn checked_at(
    path: &Path,
    locale: Locale,
) -> Result<Result<CheckedRules, Answer>, Failure> {
    let files = RuleFiles::read(path)?;
    let prefix = files.prefix();
    let sources = with_standard(files.sources);
    let checked = check(&sources);
    let sources = sources.shown_below(&prefix);
    Ok(match checked.bundle {
        Some(bundle) => Ok(CheckedRules {
            bundle: Arc::new(bundle),
            sources,
        }),
        None => Err(findings(&sources, &checked, locale)),
    })
}

/// What `check` answers.
pub(super) fn findings(sources: &SourceSet, checked: &Checked, locale: Locale) -> Answer {
    let count = |severity| {
        let findings = checked.diagnostics.iter();
        findings
            .filter(|finding| finding.problem.severity() == severity)
            .count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let rules = checked.bundle.as_ref().map(|bundle| bundle.rules.len());
    let mut text = render::render(sources, &checked.diagnostics, locale);
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&summary(rules, errors, warnings, locale));
    Answer {
        text,
        json: json!({
            "findings": report::report(sources, &checked.diagnostics, locale),
            "errors": errors,
            "warnings": warnings,
            "rules": rules,
            "bundle": checked.bundle.as_ref().map(|bundle| bundle.hash.to_string()),
        }),
        outcome: Outcome::of_findings(checked.bundle.is_none()),
    }
}

fn summary(rules: Option<usize>, errors: usize, warnings: usize, locale: Locale) -> String {
    match (rules, locale) {
        (Some(rules), Locale::English) => {
            format!(
                "{} checked: no errors, {}\n",
                counted(rules, "rule"),
                counted(warnings, "warning")
            )
        }
        (None, Locale::English) => {
            format!(
                "{}, {}\n",
                counted(errors, "error"),
                counted(warnings, "warning")
            )
        }
        (Some(rules), Locale::Chinese) => {
            format!("已检查 {rules} 条规则：没有错误，{warnings} 个警告\n")
        }
        (None, Locale::Chinese) => format!("{errors} 个错误，{warnings} 个警告\n"),
    }
}

/// `1 rule`, `2 rules`
pub(super) fn counted(count: usize, noun: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{end}")
}
