//! What a hand-over's decision says about itself, as data that the page puts into plain words in the reader's language.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use signalbox_router::{DecisionOutcome, DecisionRecord};
use signalbox_rules::{Action, Decision};

/// Which rules did what, and what they waited for: reached counts, numbers that rose.
pub(super) fn why(record: &DecisionRecord) -> Value {
    let DecisionOutcome::Decided(decision) = &record.outcome else {
        return json!({"quarantined": true});
    };
    let trace = &decision.trace;
    let reached = trace
        .reached
        .iter()
        .map(|it| json!({"signal": it.signal, "times": it.times, "window": it.window}));
    let risen = trace
        .risen
        .iter()
        .map(|it| json!({"field": it.field, "from": it.from, "to": it.to, "above": it.above}));
    json!({
        "rules": rules(decision),
        "reached": reached.collect::<Vec<_>>(),
        "risen": risen.collect::<Vec<_>>(),
    })
}

/// The rules that did something, in the order of what they did.
fn rules(decision: &Decision) -> Vec<Value> {
    let mut order = Vec::new();
    let mut did: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for effect in &decision.effects {
        let its = did.entry(&effect.rule).or_insert_with(|| {
            order.push(&*effect.rule);
            Vec::new()
        });
        its.push(told(&effect.action));
    }
    order
        .into_iter()
        .map(|rule| json!({"rule": rule, "did": did.remove(rule)}))
        .collect()
}

/// Without texts: what was said and noted is read where it stands.
fn told(action: &Action) -> Value {
    match action {
        Action::Reply { .. } => json!({"do": "reply"}),
        Action::HandOver { queue, .. } => json!({"do": "hand_over", "queue": queue}),
        Action::SetPriority { priority } => json!({"do": "priority", "priority": priority}),
        Action::SetScore { score } => json!({"do": "score", "score": score.normalize()}),
        Action::Tag { tag, .. } => json!({"do": "tag", "tag": tag}),
        Action::Untag { tag, .. } => json!({"do": "untag", "tag": tag}),
        Action::Note { .. } => json!({"do": "note"}),
        Action::SetLanguage { language } => json!({"do": "language", "language": language}),
        Action::CancelOutreach { .. } => json!({"do": "cancel_outreach"}),
    }
}
