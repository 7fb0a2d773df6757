//! What a command answers, before anybody decides how it is printed.

use std::process::ExitCode;

use serde_json::Value;

/// A command's answer.
pub(super) struct Answer {
    /// For people; ends with a line end unless it is empty.
    pub(super) text: String,
    /// The same for programs.
    pub(super) json: Value,
    /// Decides the exit code.
    pub(super) outcome: Outcome,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// 0.
    Fine,
    /// 1: it worked, and found something.
    Findings,
    /// 2: wrong use, or a broken environment.
    Broken,
}

impl Answer {
    /// It has said all there was while it ran.
    pub(super) fn silent() -> Self {
        Self {
            text: String::new(),
            json: Value::Null,
            outcome: Outcome::Fine,
        }
    }
}

impl Outcome {
    /// [`Outcome::Findings`] if there are any.
    pub(super) fn of_findings(any: bool) -> Self {
        if any { Self::Findings } else { Self::Fine }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Fine => 0,
            Outcome::Findings => 1,
            Outcome::Broken => 2,
        })
    }
}
