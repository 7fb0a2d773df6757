//! Why a conversation was handed over, in short, without the customer's words: what the waiting list shows.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use signalbox_rules::{Action, DecidedEffect, Decision};

/// Which rule, and what it went by. The whole of it is in the decision record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reason {
    /// Full name of the rule that handed over; `signalbox` for what the language itself prescribes.
    pub rule: Arc<str>,
    /// Keywords that were heard, as the rule files' lists spell them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<Arc<str>>,
    /// Signals that were reached, as `NAME reaching N within D`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<Arc<str>>,
    /// The rules engine failed on the message, so nobody decided.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub quarantined: bool,
}

impl Reason {
    /// Keywords and signals that are named, at most, of each.
    const MOST_NAMED: usize = 8;

    /// Of a decision that hands over; `None` of any other.
    pub(crate) fn of(decision: &Decision, quarantined: bool) -> Option<Self> {
        let effect = handing_over(decision)?;
        let keywords = decision
            .trace
            .fired
            .iter()
            .filter(|fired| fired.rule == effect.rule)
            .flat_map(|fired| fired.keywords.iter().cloned())
            .take(Self::MOST_NAMED)
            .collect();
        let reached = decision
            .trace
            .reached
            .iter()
            .map(|it| format!("{} reaching {} {}", it.signal, it.times, it.window).into())
            .take(Self::MOST_NAMED)
            .collect();
        Some(Self {
            rule: effect.rule.clone(),
            keywords,
            reached,
            quarantined,
        })
    }
}

fn handing_over(decision: &Decision) -> Option<&DecidedEffect> {
    decision
        .effects
        .iter()
        .find(|effect| matches!(effect.action, Action::HandOver { .. }))
}
