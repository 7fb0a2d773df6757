//! What a hand-over comes to while nobody is there to take it: another queue takes it, or the customer hears when people are
//! back and waits. Both evaluators share it.
//!
//! What a closed queue says is the turn's one answer. It stands in the place of the rule's own reply, which was written for when
//! people are there.

use signalbox_dsl::bundle::{Bundle, Effect, Queue};

use crate::decision::{Action, ClosedQueue, DecidedEffect, Decision, Withheld, WithheldReason};
use crate::render;
use crate::snapshot::Snapshot;

/// Changes a decision that hands over to a queue that is closed now.
pub(crate) fn look_at_hours(snapshot: &Snapshot<'_>, decision: &mut Decision) {
    let bundle = &snapshot.prepared.bundle;
    let hands_over = |effect: &DecidedEffect| matches!(effect.action, Action::HandOver { .. });
    let Some(place) = decision.effects.iter().position(hands_over) else {
        return;
    };
    let Some(queue) = queue_of(decision, place, bundle) else {
        return;
    };
    if is_open(queue, snapshot) {
        return;
    }
    let instead = open_instead(queue, snapshot);
    decision.trace.closed = Some(ClosedQueue {
        queue: queue.name.clone(),
        instead: instead.map(|other| other.name.clone()),
    });
    match (instead, decision.effects.get_mut(place)) {
        (Some(other), Some(effect)) => {
            if let Action::HandOver { queue, .. } = &mut effect.action {
                queue.clone_from(&other.name);
            }
        }
        _ => say_when_back(queue, place, snapshot, decision),
    }
}

fn queue_of<'a>(decision: &Decision, place: usize, bundle: &'a Bundle) -> Option<&'a Queue> {
    match &decision.effects.get(place)?.action {
        Action::HandOver { queue, .. } => bundle.queues.iter().find(|it| it.name == *queue),
        _ => None,
    }
}

fn is_open(queue: &Queue, snapshot: &Snapshot<'_>) -> bool {
    let hours = queue.hours.and_then(|it| snapshot.prepared.calendar(it));
    hours.is_none_or(|hours| hours.is_open(snapshot.now))
}

/// The first queue on the way of its overflow that is open.
fn open_instead<'a>(queue: &Queue, snapshot: &Snapshot<'a>) -> Option<&'a Queue> {
    let queues = &snapshot.prepared.bundle.queues;
    let overflow = |queue: &Queue| queues.get(queue.overflow?.index());
    let way = std::iter::successors(overflow(queue), |queue| overflow(queue));
    // The way does not lead back; the bound is for bundles made by hand.
    let mut way = way.take(queues.len());
    way.find(|queue| is_open(queue, snapshot))
}

/// A reply that lacks a value is not said: then the rule's own stands.
fn say_when_back(
    queue: &Queue,
    hand_over: usize,
    snapshot: &Snapshot<'_>,
    decision: &mut Decision,
) {
    let bundle = &snapshot.prepared.bundle;
    let Some(reply) = &queue.closed_reply else {
        return;
    };
    let Some(template) = bundle.templates.get(reply.template.index()) else {
        return;
    };
    let Ok(action) = render::reply(template, &reply.arguments, snapshot) else {
        return;
    };
    let effects = &mut decision.effects;
    let Some(rule) = effects.get(hand_over).map(|effect| effect.rule.clone()) else {
        return;
    };
    let said = DecidedEffect {
        rule: rule.clone(),
        action,
        ledger_use: None,
    };
    let is_reply = |effect: &DecidedEffect| matches!(effect.action, Action::Reply { .. });
    let Some(own) = effects.iter_mut().find(|effect| is_reply(effect)) else {
        effects.insert(hand_over + 1, said);
        return;
    };
    *own = said;
    let written = bundle.rules.iter().find(|it| it.name == rule);
    let place = written.and_then(|rule| {
        let mut effects = rule.effects.iter();
        effects.position(|limited| matches!(limited.effect, Effect::Reply { .. }))
    });
    let mut fired = decision.trace.fired.iter_mut();
    if let (Some(effect), Some(fired)) = (place, fired.find(|fired| fired.rule == rule)) {
        let reason = WithheldReason::QueueClosed {
            queue: queue.name.clone(),
        };
        fired.withheld.push(Withheld { effect, reason });
        fired.withheld.sort_by_key(|withheld| withheld.effect);
    }
}
