//! `doctor [--data DIR] [--config FILE]`

use serde_json::json;

use super::answer::{Answer, Outcome};
use super::arguments::DoctorOptions;
use crate::doctor::{State, examine, text};

pub(super) fn run(options: &DoctorOptions) -> anyhow::Result<Answer> {
    let config = options.installation.load()?;
    let findings = examine(&config);
    let is_wrong = findings.iter().any(|finding| finding.state == State::Wrong);
    Ok(Answer {
        text: text(&findings),
        json: json!({"findings": findings}),
        outcome: Outcome::of_findings(is_wrong),
    })
}
