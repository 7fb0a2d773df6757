//! What an event leads to that nobody could handle: no rule sees it, a person does.

use jiff::Timestamp;
use signalbox_adapters::Address;
use signalbox_dsl::bundle::Trigger;
use signalbox_rules::{Facts, Ledger};
use signalbox_store::MessageId;

use super::answer::{self, Asked};
use super::decide::{page_event, to_default_queue};
use super::{Step, StepContext, TimerChange, desk, outreach, turn_timer};
use crate::customer::{Customer, OpenTurn};
use crate::decision_record::{DecisionOutcome, DecisionRecord};
use crate::desk::{Decided, Reason};
use crate::event::{Event, Said, Shown, Speaker};
use crate::mailbox::Arrived;
use crate::observer::Handling;

/// Hands the conversation over to people without looking at what was said. An open turn goes along: it may be what ended
/// the process, and nobody else would answer it. It is answered beside the step, so that it can be kept with the event.
pub(crate) fn set_aside(
    customer: &mut Customer,
    arrived: &Arrived,
    reason: &str,
    now: Timestamp,
    context: &StepContext<'_>,
) -> (Step, Option<OpenTurn>) {
    context.observer.handled(Handling::Quarantined);
    if let Event::OutreachDue = arrived.event {
        return (outreach::set_aside(customer, arrived, now, context), None);
    }
    if let Event::Again {
        turn: Some(turn), ..
    } = &arrived.event
    {
        customer.reopen(turn.clone(), arrived.accepted_at);
    }
    let turn = customer.turn.take();
    let mut messages: Vec<MessageId> = turn
        .iter()
        .flat_map(|turn| &turn.messages)
        .map(|message| message.message_id)
        .collect();
    let of_turn = turn.as_ref().map(|turn| &turn.address);
    let Some((trigger, address, cid)) = what_happened(&arrived.event, of_turn) else {
        // A link, a receipt, a page that is hidden: nobody waits for an answer to it.
        customer.turn = turn;
        return (Step::default(), None);
    };
    if !is_turn_due(&arrived.event) {
        messages.push(first_name(arrived));
    }
    let before = desk::begin(customer, &trigger, now);
    let decision = to_default_queue(&customer.conversation, context);
    customer.conversation.apply(&decision, now);
    let asked = Asked {
        address: &address,
        cid: cid.as_deref(),
        traceparent: None,
        not_after: None,
    };
    let mut step = answer::carry_out(customer, arrived, &decision, &asked, context);
    desk::remember(
        customer,
        &trigger,
        &Facts::default(),
        &decision,
        &address,
        now,
    );
    let decided = Decided {
        offset: arrived.offset,
        message_id: messages.last().copied().unwrap_or(arrived.message_id),
        thread: None,
    };
    let why = Reason::of(&decision, true);
    step.forwards = desk::tell(customer, before, why, decided, now, arrived, context);
    if turn.is_some() {
        customer.turns += 1;
        step.timers.push(TimerChange::Cancel {
            id: turn_timer(arrived.thread, context.directory),
        });
    }
    step.record = Some(DecisionRecord {
        bundle: context.rules.bundle().to_owned(),
        disabled: context.rules.disabled().to_vec(),
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        now,
        trigger,
        facts: Facts::default(),
        ledger: Ledger::default(),
        messages,
        replies: step.said.iter().map(|saying| saying.message_id).collect(),
        outcome: DecisionOutcome::Quarantined {
            reason: reason.to_owned(),
        },
    });
    (step, turn)
}

/// A turn's timer is no message.
fn is_turn_due(event: &Event) -> bool {
    match event {
        Event::Again { what, .. } => is_turn_due(what),
        event => matches!(event, Event::TurnDue { .. }),
    }
}

/// What rules would have been asked about, where it happened, and the client's id of it.
fn what_happened(
    event: &Event,
    of_turn: Option<&Address>,
) -> Option<(Trigger, Address, Option<String>)> {
    let happened =
        |name: &str, address: &Address| Some((Trigger::Event(name.into()), address.clone(), None));
    match event {
        Event::Said(Said {
            shown:
                Shown::Message {
                    from: Speaker::Customer,
                    cid,
                    ..
                },
            address,
            ..
        }) => Some((Trigger::Message, address.clone(), cid.clone())),
        Event::TurnDue { .. } => Some((Trigger::Message, of_turn?.clone(), None)),
        Event::Page(seen) => happened(page_event(seen.page.kind)?, &seen.address),
        Event::Happened(it) => happened(&it.name, &it.address),
        Event::Again { what, .. } => what_happened(what, of_turn),
        Event::Said(_)
        | Event::OutreachDue
        | Event::Carried(_)
        | Event::GoesOn { .. }
        | Event::Linked { .. }
        | Event::Receipt { .. }
        | Event::FromDesk { .. }
        | Event::AgentSaid { .. }
        | Event::AtDesk(_) => None,
    }
}

/// What the event was called when it came first.
fn first_name(arrived: &Arrived) -> MessageId {
    match &arrived.event {
        Event::Again { message_id, .. } => *message_id,
        _ => arrived.message_id,
    }
}
