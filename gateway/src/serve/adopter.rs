//! Takes changed rules over, or keeps the old ones and says why.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use signalbox_router::Router;
use signalbox_telemetry::Metrics;
use signalbox_telemetry::metrics::rules::ReloadResult;

use crate::bundles::{Adopter, BundleRecords, Refusal, RulesStatus};
use crate::live_bundle::LiveBundle;
use crate::observer::MetricsObserver;

pub(super) struct LiveRules {
    pub(super) router: Router,
    pub(super) observer: Arc<MetricsObserver>,
    pub(super) records: BundleRecords,
    pub(super) status: Arc<RulesStatus>,
    pub(super) metrics: Arc<Metrics>,
}

#[async_trait]
impl Adopter for LiveRules {
    async fn adopt(&self, bundle: LiveBundle) -> bool {
        if bundle.hash() == self.status.report().bundle {
            self.unchanged(); // back to what is live
            return true;
        }
        // Kept first: a decision must never name a bundle that nobody can look up.
        if let Err(error) = self.records.keep_as_active(&bundle).await {
            self.metrics.rules.reloads.count(ReloadResult::Failed);
            self.hold(&Refusal {
                summary: format!(
                    "the changed rules cannot be kept in the store yet, this is tried again: {error}"
                ),
                details: String::new(),
            });
            return false;
        }
        self.observer.adopt(bundle.hash(), bundle.rule_names());
        self.router.adopt(bundle.rules());
        let rules = bundle.rule_names().len();
        self.status.adopted(bundle.hash(), rules, Timestamp::now());
        self.metrics.rules.reloads.count(ReloadResult::Adopted);
        self.metrics.rules.refused.set(0);
        tracing::info!(bundle = bundle.hash(), rules, "changed rules are live");
        true
    }

    fn refuse(&self, refusal: Refusal) {
        self.metrics.rules.reloads.count(ReloadResult::Refused);
        self.hold(&refusal);
    }

    fn unreadable(&self, reason: String) {
        self.metrics.rules.reloads.count(ReloadResult::Failed);
        self.hold(&Refusal {
            summary: reason,
            details: String::new(),
        });
    }
}

impl LiveRules {
    /// The files are again what is live.
    fn unchanged(&self) {
        self.status.unchanged();
        self.metrics.rules.refused.set(0);
    }

    /// The live rules stay. ERROR, since somebody must repair the files.
    fn hold(&self, refusal: &Refusal) {
        self.status.refused(refusal, Timestamp::now());
        self.metrics.rules.refused.set(1);
        tracing::error!(
            summary = refusal.summary,
            "changed rules are refused, the live ones stay. {}",
            refusal.details
        );
    }
}
