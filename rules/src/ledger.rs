//! Which limited effects were carried out when: the only memory that decisions have of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_dsl::bundle::Scope;

use crate::signals::KEY;

/// One use of a limited effect, or one occurrence of a signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerUse {
    /// The effect, as [`ledger_key`](crate::ledger_key) names it, or the signal.
    pub key: Arc<str>,
    /// Counted for what.
    pub scope: Scope,
    /// To how many its limit counts.
    pub times: u32,
}

/// Past uses of limited effects and occurrences of signals, for one customer and the episode that is open. Kept in the customer's state by the
/// router, which enters [`DecidedEffect::ledger_use`](crate::DecidedEffect::ledger_use) in the same commit as the effect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    customer: BTreeMap<Arc<str>, Vec<Timestamp>>,
    episode: BTreeMap<Arc<str>, Vec<Timestamp>>,
}

impl Ledger {
    /// How many effects of one scope are remembered; past it the one that was not used for the longest time is forgotten. Bundles
    /// come and go while a customer stays: the limits of rules that are no more would pile up without end.
    pub const MOST_KEYS: usize = 1_000;

    /// Enters a use. Only as many are kept as its limit counts: older ones are never asked for.
    pub fn enter(&mut self, used: &LedgerUse, at: Timestamp) {
        let scope = match used.scope {
            Scope::Customer => &mut self.customer,
            Scope::Episode => &mut self.episode,
        };
        if scope.len() >= Self::MOST_KEYS && !scope.contains_key(&used.key) {
            forget_the_longest_unused(scope);
        }
        let uses = scope.entry(used.key.clone()).or_default();
        // Mostly the last place: only signals come in late.
        let place = uses.partition_point(|it| *it <= at);
        uses.insert(place, at);
        let surplus = uses.len().saturating_sub(used.times as usize);
        uses.drain(..surplus);
    }

    /// Uses so far, oldest first.
    pub fn uses(&self, key: &str, scope: Scope) -> &[Timestamp] {
        match scope {
            Scope::Customer => self.customer.get(key),
            Scope::Episode => self.episode.get(key),
        }
        .map_or(&[], Vec::as_slice)
    }

    /// The uses of these rules' effects, and the signals: what a decision record has to keep.
    pub fn of_rules<'a>(&self, rules: impl Iterator<Item = &'a str> + Clone) -> Self {
        let of = |uses: &BTreeMap<Arc<str>, Vec<Timestamp>>| {
            let belongs = |key: &str| {
                let rule = key.rsplit_once('#').map_or(key, |(rule, _)| rule);
                key.starts_with(KEY) || rules.clone().any(|name| name == rule)
            };
            uses.iter()
                .filter(|(key, _)| belongs(key))
                .map(|(key, uses)| (key.clone(), uses.clone()))
                .collect()
        };
        Self {
            customer: of(&self.customer),
            episode: of(&self.episode),
        }
    }

    /// Forgets what counted for the episode that has ended.
    pub fn end_episode(&mut self) {
        self.episode.clear();
    }
}

/// Forgets the effect whose last use lies furthest back.
fn forget_the_longest_unused(uses: &mut BTreeMap<Arc<str>, Vec<Timestamp>>) {
    let oldest = uses
        .iter()
        .min_by_key(|(_, uses)| uses.last().copied())
        .map(|(key, _)| key.clone());
    if let Some(key) = oldest {
        uses.remove(&key);
    }
}

#[cfg(test)]
mod tests;
