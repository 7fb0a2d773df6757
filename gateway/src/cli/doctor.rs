//! `doctor [--data DIR] [--config FILE]`

use serde_json::json;
use signalbox_dsl::Locale;

use super::answer::{Answer, Outcome};
use super::arguments::DoctorOptions;
use crate::doctor::{State, examine, text};
use crate::words::Failure;

pub(super) fn run(options: &DoctorOptions, locale: Locale) -> Result<Answer, Failure> {
    let config = options.installation.load()?;
    let findings = examine(&config);
    let is_wrong = findings.iter().any(|finding| finding.state == State::Wrong);
    Ok(Answer {
        text: text(&findings, locale),
        json: json!({"findings": findings.iter().map(|one| one.json(locale)).collect::<Vec<_>>()}),
        outcome: Outcome::of_findings(is_wrong),
    })
}
