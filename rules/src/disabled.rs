//! Rules that people have switched off while their bundle stays live.
//!
//! To a decision such a rule is not there: it does nothing, wants no floor, silences nobody, and a rule that says `otherwise` does not
//! take it for an answer. Signals are counted and facts worked out as before. Like the facts, the names belong to what a decision
//! depends on; the trace names those that would have fired.

use signalbox_dsl::bundle::{Bundle, RuleId};

use crate::prepared::rules;

/// The switched off rules of one bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DisabledRules(Vec<RuleId>);

impl DisabledRules {
    /// Those of the named rules that the bundle has.
    pub fn named(bundle: &Bundle, names: &[impl AsRef<str>]) -> Self {
        let is_named = |rule: &str| names.iter().any(|name| name.as_ref() == rule);
        let disabled = rules(bundle).filter(|(_, rule)| is_named(&rule.name));
        Self(disabled.map(|(id, _)| id).collect())
    }

    /// INVARIANT: the ids are in their order, as [`rules`] gives them.
    pub(crate) fn has(&self, rule: RuleId) -> bool {
        self.0.binary_search(&rule).is_ok()
    }
}

#[cfg(test)]
mod tests;
