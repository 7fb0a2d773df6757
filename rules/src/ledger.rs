//! Which limited effects were carried out when: the only memory that decisions have of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_dsl::bundle::Scope;

/// Past uses of limited effects, for one customer and the episode that is open. Kept in the customer's state by the
/// router, which enters [`DecidedEffect::ledger_key`](crate::DecidedEffect::ledger_key) in the same commit as the effect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    customer: BTreeMap<Arc<str>, Vec<Timestamp>>,
    episode: BTreeMap<Arc<str>, Vec<Timestamp>>,
}

impl Ledger {
    /// A limit counts to 1,000 at most, so older uses than that are never asked for.
    pub const MOST_USES_KEPT: usize = 1_000;

    /// Enters a use.
    pub fn enter(&mut self, key: Arc<str>, scope: Scope, at: Timestamp) {
        let uses = match scope {
            Scope::Customer => &mut self.customer,
            Scope::Episode => &mut self.episode,
        }
        .entry(key)
        .or_default();
        uses.push(at);
        if uses.len() > Self::MOST_USES_KEPT {
            uses.remove(0);
        }
    }

    /// Uses so far, oldest first.
    pub fn uses(&self, key: &str, scope: Scope) -> &[Timestamp] {
        match scope {
            Scope::Customer => self.customer.get(key),
            Scope::Episode => self.episode.get(key),
        }
        .map_or(&[], Vec::as_slice)
    }

    /// The uses of these rules' effects alone: what a decision record has to keep.
    pub fn of_rules<'a>(&self, rules: impl Iterator<Item = &'a str> + Clone) -> Self {
        let of = |uses: &BTreeMap<Arc<str>, Vec<Timestamp>>| {
            let belongs = |key: &str| {
                let rule = key.rsplit_once('#').map_or(key, |(rule, _)| rule);
                rules.clone().any(|name| name == rule)
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
