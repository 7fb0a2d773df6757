//! `doctor`: looks at an installation, changes nothing, and says of each thing whether it is well, and what to do if not.

mod redis;
mod storage;
mod surroundings;

use std::fmt::Write as _;

use serde::Serialize;

use crate::config::Config;
use crate::config::values::StoreKind;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub subject: &'static str,
    /// How it is.
    pub state: State,
    /// In words.
    pub found: String,
    /// What to do, where there is something to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Well,
    /// It works, and should be looked at.
    Look,
    /// It keeps the gateway from working, or its promises from holding.
    Wrong,
}

impl Finding {
    fn well(subject: &'static str, found: impl Into<String>) -> Self {
        Self::new(subject, State::Well, found, None)
    }

    fn look(subject: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(subject, State::Look, found, Some(advice.into()))
    }

    fn wrong(subject: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(subject, State::Wrong, found, Some(advice.into()))
    }

    fn new(
        subject: &'static str,
        state: State,
        found: impl Into<String>,
        advice: Option<String>,
    ) -> Self {
        Self {
            subject,
            state,
            found: found.into(),
            advice,
        }
    }
}

/// Looks at everything that a configuration names.
pub fn examine(config: &Config) -> Vec<Finding> {
    let origin = config.origin.as_ref();
    let mut findings = vec![Finding::well(
        "configuration",
        origin.map_or("built-in defaults".to_owned(), |path| {
            format!("`{}` is valid", path.display())
        }),
    )];
    findings.extend(storage::data_directory(&config.data));
    findings.push(storage::key(config));
    findings.push(match config.file.store.kind {
        StoreKind::Embedded => storage::store(config),
        StoreKind::Redis => redis::store(&config.file.store),
    });
    findings.push(storage::durability(config));
    findings.push(surroundings::rules(config));
    findings.push(surroundings::clock(&config.data));
    findings.push(surroundings::limits(config));
    findings.push(surroundings::port(config));
    findings
}

/// The findings for people.
pub fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let word = match finding.state {
            State::Well => "ok   ",
            State::Look => "look ",
            State::Wrong => "WRONG",
        };
        let _ = writeln!(text, "{word} {}: {}", finding.subject, finding.found);
        if let Some(advice) = &finding.advice {
            let _ = writeln!(text, "      -> {advice}");
        }
    }
    text
}

#[cfg(test)]
mod tests;
