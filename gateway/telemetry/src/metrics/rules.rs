//! Bundles and rules: what is active, what was refused, what fires.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus::{Gauge, GaugeVec, IntCounter, IntCounterVec, IntGauge};

use super::catalogue::Area;
use super::label::{CounterBy, label};

/// Rules beyond so many share the series `other`.
pub const MAX_RULE_SERIES: usize = 2_000;
const OTHER_RULES: &str = "other";

label! {
    /// What became of changed rule files.
    ReloadResult = "result" {
        /// They are live.
        Adopted = "adopted",
        /// They do not check, or a test fails; the old ones stay.
        Refused = "refused",
        /// They could not be read, or not be kept in the store.
        Failed = "failed",
    }
}

/// See the module.
#[derive(Debug)]
pub struct RuleMetrics {
    /// Reloads by outcome.
    pub reloads: CounterBy<ReloadResult>,
    /// 1 while the rule files are refused and an older bundle is live.
    pub refused: IntGauge,
    last_adopted: Gauge,
    active: GaugeVec,
    fired: IntCounterVec,
}

/// The counters of one bundle's rules, by full name.
#[derive(Debug)]
pub struct FiredRules {
    by_name: HashMap<Arc<str>, IntCounter>,
    others: Option<IntCounter>,
}

impl RuleMetrics {
    pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            reloads: area.counter_by(
                "rule_reloads_total",
                "Changed rule files, by what became of them.",
            )?,
            refused: area.gauge(
                "rules_refused",
                "1 while the rule files on disk are refused and the last good bundle stays live, otherwise 0.",
            )?,
            last_adopted: area.decimal_gauge(
                "rules_last_adopted_timestamp_seconds",
                "When the active bundle was adopted, in Unix time.",
            )?,
            active: area.information(
                "active_bundle_info",
                &["hash"],
                "1 for the bundle that decides; nodes that differ for long have a problem.",
            )?,
            fired: area.counter_by_open_label(
                "rule_fired_total",
                "rule",
                "full names of the active bundle's rules, 2,000 at most; the rest is `other`",
                "How often a rule fired, so that one that stopped after a change is seen.",
            )?,
        })
    }

    /// Notes that a bundle is live now, and gives out the counters of its rules. Series of rules that are gone end.
    pub fn adopt<'a>(&self, hash: &str, rules: impl Iterator<Item = &'a Arc<str>>) -> FiredRules {
        self.active.reset();
        self.active.with_label_values(&[hash]).set(1.0);
        self.last_adopted.set(unix_seconds());
        let mut by_name = HashMap::new();
        let mut others = None;
        for rule in rules {
            if by_name.len() < MAX_RULE_SERIES {
                by_name.insert(rule.clone(), self.fired.with_label_values(&[rule]));
            } else if others.is_none() {
                others = Some(self.fired.with_label_values(&[OTHER_RULES]));
            }
        }
        self.end_series_of_others(&by_name, others.is_some());
        FiredRules { by_name, others }
    }

    fn end_series_of_others(&self, kept: &HashMap<Arc<str>, IntCounter>, has_others: bool) {
        use prometheus::core::Collector;
        for family in self.fired.collect() {
            for series in family.get_metric() {
                let Some(rule) = series.get_label().first() else {
                    continue;
                };
                let rule = rule.value();
                if !(kept.contains_key(rule) || has_others && rule == OTHER_RULES) {
                    // Fails only if the series is gone already.
                    let _ = self.fired.remove_label_values(&[rule]);
                }
            }
        }
    }
}

impl FiredRules {
    /// Counts that a rule fired, by its full name.
    pub fn count(&self, rule: &str) {
        if let Some(counter) = self.by_name.get(rule).or(self.others.as_ref()) {
            counter.inc();
        }
    }
}

fn unix_seconds() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64())
}
