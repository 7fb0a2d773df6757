//! Bundles and rules: what is active, what was refused, what fires.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus::{Gauge, GaugeVec, IntCounter, IntCounterVec, IntGauge};

use super::catalogue::Area;
use super::label::{CounterBy, label};

/// Facts whose scripts failed beyond so many share the series `other`.
pub const MAX_FACT_SERIES: usize = 200;
/// Rules beyond so many share the series `other`.
pub const MAX_RULE_SERIES: usize = 2_000;
const OTHERS: &str = "other";

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

label! {
    /// What became of a fact that a script computes.
    ScriptResult = "result" {
        /// The script gave its value.
        Ok = "ok",
        /// An argument was absent, so the script did not run.
        Absent = "absent",
        /// The script gave no value: the fact has the one behind `otherwise`.
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
    disabled: IntGauge,
    disabled_since: Gauge,
    /// Facts of scripts.
    pub scripts: ScriptMetrics,
    /// Attributes of customers that the rules had to go without.
    pub attribute_misfits: IntCounter,
    last_adopted: Gauge,
    active: GaugeVec,
    fired: IntCounterVec,
}

/// Facts that scripts compute.
#[derive(Debug)]
pub struct ScriptMetrics {
    facts: CounterBy<ScriptResult>,
    failures: IntCounterVec,
    /// Facts that have a series of their own.
    named: Mutex<BTreeSet<Arc<str>>>,
}

impl ScriptMetrics {
    fn register(area: &mut Area<'_>) -> prometheus::Result<Self> {
        let metrics = Self {
            facts: area.counter_by(
                "script_facts_total",
                "Facts of scripts that decisions asked for, by what became of them.",
            )?,
            failures: area.counter_by_open_label(
                "script_failures_total",
                "fact",
                "names of facts, the first 200 that fail; the rest is `other`",
                "How often the script of a fact gave no value, so that the one behind `otherwise` held.",
            )?,
            named: Mutex::default(),
        };
        // There from the start, so that the first failure shows as a rise.
        metrics.failures.with_label_values(&[OTHERS]);
        Ok(metrics)
    }

    /// Counts what became of a fact.
    pub fn count(&self, fact: &Arc<str>, result: ScriptResult) {
        self.facts.count(result);
        if result != ScriptResult::Failed {
            return;
        }
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if named.len() < MAX_FACT_SERIES {
            named.insert(fact.clone());
        }
        let series = if named.contains(fact) { fact } else { OTHERS };
        self.failures.with_label_values(&[series]).inc();
    }
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
            disabled: area.gauge(
                "rules_disabled",
                "Rules of the active bundle that people have switched off with `signalbox rules disable`.",
            )?,
            disabled_since: area.decimal_gauge(
                "rules_disabled_since_timestamp_seconds",
                "When the rule that is disabled for longest was switched off, in Unix time; 0 if none is.",
            )?,
            scripts: ScriptMetrics::register(&mut area)?,
            attribute_misfits: area.counter(
                "attribute_misfits_total",
                "Decisions that had to go without an attribute of a signed token, since it does not fit the rules' `schema customer`; the log names each field once a bundle.",
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
                others = Some(self.fired.with_label_values(&[OTHERS]));
            }
        }
        self.end_series_of_others(&by_name, others.is_some());
        FiredRules { by_name, others }
    }

    /// Notes since when, in Unix seconds, each of the rules is switched off that are.
    pub fn disabled(&self, since: impl Iterator<Item = i64>) {
        let (mut rules, mut oldest) = (0, None);
        for at in since {
            rules += 1;
            oldest = Some(oldest.map_or(at, |oldest: i64| oldest.min(at)));
        }
        self.disabled.set(rules);
        // Exact: Unix seconds are far below 2^53.
        self.disabled_since.set(oldest.unwrap_or(0) as f64);
    }

    fn end_series_of_others(&self, kept: &HashMap<Arc<str>, IntCounter>, has_others: bool) {
        use prometheus::core::Collector;
        for family in self.fired.collect() {
            for series in family.get_metric() {
                let Some(rule) = series.get_label().first() else {
                    continue;
                };
                let rule = rule.value();
                if !(kept.contains_key(rule) || has_others && rule == OTHERS) {
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
