//! Which bundle is live, and what stands against newer rule files; for `/readyz` and the admin socket.

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::disabled::DisabledRule;
use super::prepare::Refusal;
use crate::words::Words;

/// Where the live bundle came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BundleOrigin {
    /// From the rule files.
    Files,
    /// From the store, since the rule files were refused at the start.
    LastGood,
    /// From the store, since people went back to it; the rule files are taken again when they change.
    Rollback,
    /// Part of the program.
    BuiltIn,
}

/// Rule files that are not live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedFiles {
    /// When they were refused.
    pub at: Timestamp,
    /// One line.
    pub summary: Words,
    /// All of it.
    pub details: Words,
}

/// What the live bundle is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Its hash.
    pub bundle: String,
    /// How many rules it has.
    pub rules: usize,
    /// Since when it is live.
    pub since: Timestamp,
    /// Where it came from.
    pub origin: BundleOrigin,
    /// Newer rule files that were refused; `None` if what is on disk is live.
    pub refused: Option<RefusedFiles>,
    /// Rules that people have switched off, by name.
    #[serde(default)]
    pub disabled: Vec<LiveDisabled>,
}

/// A rule that people have switched off, beside the live bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveDisabled {
    /// Which, since when, by whom.
    #[serde(flatten)]
    pub disabled: DisabledRule,
    /// Whether the live bundle has it at all.
    pub is_live: bool,
}

/// The one place where it is kept.
#[derive(Debug)]
pub struct RulesStatus(Mutex<StatusReport>);

impl RulesStatus {
    /// A status that begins so.
    pub fn new(report: StatusReport) -> Self {
        Self(Mutex::new(report))
    }

    /// The status now.
    pub fn report(&self) -> StatusReport {
        self.0.lock().clone()
    }

    /// Notes which bundle is live now.
    pub fn adopted(&self, bundle: &str, rules: usize, origin: BundleOrigin, at: Timestamp) {
        let mut report = self.0.lock();
        let disabled = std::mem::take(&mut report.disabled);
        *report = StatusReport {
            bundle: bundle.to_owned(),
            rules,
            since: at,
            origin,
            refused: None,
            disabled,
        };
    }

    /// Notes which rules people have switched off.
    pub fn disabled(&self, disabled: Vec<LiveDisabled>) {
        self.0.lock().disabled = disabled;
    }

    /// Notes that nothing stands against the files on disk, and where the live bundle comes from. Answers whether something stood
    /// against them before.
    pub fn unchanged(&self, origin: BundleOrigin) -> bool {
        let mut report = self.0.lock();
        report.origin = origin;
        report.refused.take().is_some()
    }

    /// Notes that newer rule files were refused.
    pub fn refused(&self, refusal: &Refusal, at: Timestamp) {
        self.0.lock().refused = Some(RefusedFiles {
            at,
            summary: refusal.summary.clone(),
            details: refusal.details.clone(),
        });
    }
}
