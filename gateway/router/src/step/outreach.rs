//! Outreach in the customer's partition: one timer a thread, which is always set to what is due first.
//!
//! The timer becomes an event once, and what it led to is committed with the next timer, so each outreach leaves once, whatever is
//! killed in between. What is planned lies in the conversation; the event only says that it is time to look.

use jiff::Timestamp;
use signalbox_dsl::bundle::Trigger;
use signalbox_rules::conversation::Planned;
use signalbox_rules::{Facts, OutreachStep};
use signalbox_store::{ThreadId, TimerId};

use super::answer::Asked;
use super::{Step, StepContext, TimerChange, decide};
use crate::customer::Customer;
use crate::directory::Directory;
use crate::event::Event;
use crate::mailbox::Arrived;

/// Decides the outreach that is due first. Another than the one that the timer was set for may be: what is due is all that counts.
pub(super) fn due(
    customer: &mut Customer,
    arrived: &Arrived,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let Some(address) = customer.outreach_to.clone() else {
        return Step::default();
    };
    let next = customer.conversation.outreach.next();
    let Some((name, planned)) = next.filter(|(_, planned)| planned.due <= now) else {
        return Step::default();
    };
    let (trigger, latest) = (Trigger::Outreach(name.clone()), planned.latest);
    let asked = Asked {
        address: &address,
        cid: None,
        traceparent: None,
        not_after: Some(latest),
    };
    let facts = Facts::default();
    decide::decide(
        customer,
        arrived,
        &trigger,
        facts,
        &asked,
        Vec::new(),
        now,
        context,
    )
}

/// Drops the outreach that is due first and that nobody could decide: it would be due again and again.
pub(super) fn set_aside(
    customer: &mut Customer,
    arrived: &Arrived,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let next = customer.conversation.outreach.next();
    if let Some((name, _)) = next.filter(|(_, planned)| planned.due <= now) {
        let trigger = Trigger::Outreach(name.clone());
        let decision = decide::undecided(&trigger, &customer.conversation, context);
        customer.conversation.apply(&decision, now);
    }
    Step {
        timers: timer(customer, arrived, None, context)
            .into_iter()
            .collect(),
        ..Step::default()
    }
}

/// What a due outreach kept of its trigger.
pub(super) fn planned(customer: &Customer, trigger: &Trigger) -> Option<Planned> {
    match trigger {
        Trigger::Outreach(name) => customer.conversation.outreach.get(name).cloned(),
        Trigger::Message | Trigger::Attachment | Trigger::Event(_) => None,
    }
}

/// Remembers to whom planned outreach goes.
pub(super) fn note_address(customer: &mut Customer, steps: &[OutreachStep], asked: &Asked<'_>) {
    let is_plan = |step: &OutreachStep| matches!(step, OutreachStep::Planned { .. });
    if steps.iter().any(is_plan) {
        customer.outreach_to = Some(asked.address.clone());
    }
}

/// When the next outreach is due.
pub(super) fn next_due(customer: &Customer) -> Option<Timestamp> {
    let next = customer.conversation.outreach.next();
    next.map(|(_, planned)| planned.due)
}

/// The timer for what is due first now, if it is not set so already.
pub(super) fn timer(
    customer: &Customer,
    arrived: &Arrived,
    before: Option<Timestamp>,
    context: &StepContext<'_>,
) -> Option<TimerChange> {
    // A timer that fired is no more.
    let set_to = match arrived.event {
        Event::OutreachDue => None,
        _ => before,
    };
    let id = outreach_timer(arrived.thread, context.directory);
    match next_due(customer) {
        due if due == set_to => None,
        None => Some(TimerChange::Cancel { id }),
        Some(due) => Some(TimerChange::Set {
            id,
            due,
            event: Box::new(Event::OutreachDue),
        }),
    }
}

/// The timer of a thread's outreach; the only one that a thread has for it.
pub(crate) fn outreach_timer(thread: ThreadId, directory: &Directory) -> TimerId {
    TimerId(directory.derive("outreach timer", &[&thread.0]))
}
