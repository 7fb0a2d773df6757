//! Which bundle is live, and what stands against newer rule files; for `/readyz` and the admin socket.

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::Serialize;

use super::prepare::Refusal;

/// Where the live bundle came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BundleOrigin {
    /// From the rule files.
    Files,
    /// From the store, since the rule files were refused at the start.
    LastGood,
    /// Part of the program.
    BuiltIn,
}

/// Rule files that are not live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedFiles {
    /// When they were refused.
    pub at: Timestamp,
    /// One line.
    pub summary: String,
    /// All of it.
    pub details: String,
}

/// What the live bundle is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

    /// Notes that rule files are live.
    pub fn adopted(&self, bundle: &str, rules: usize, at: Timestamp) {
        *self.0.lock() = StatusReport {
            bundle: bundle.to_owned(),
            rules,
            since: at,
            origin: BundleOrigin::Files,
            refused: None,
        };
    }

    /// Notes that the files on disk are again those that are live.
    pub fn unchanged(&self) {
        let mut report = self.0.lock();
        report.refused = None;
        report.origin = BundleOrigin::Files;
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
