//! What one event of a customer's partition leads to. Pure: the customer and the event go in, the changed customer and
//! what has to be written come out; sealing and committing it is the owner's work.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use signalbox_adapters::{Address, Attachment, Content, Origin};
use signalbox_store::{EntryId, MessageId, Offset, PartitionId, ThreadId, TimerId};

use crate::carried::Carried;
use crate::customer::{Customer, OpenTurn, TurnMessage};
use crate::decision_record::DecisionRecord;
use crate::desk::DeskFigures;
use crate::directory::Directory;
use crate::event::{Event, Said, Shown, Speaker};
use crate::mailbox::Arrived;
use crate::observer::Observer;
use crate::rules::Rules;
use crate::settings::RouterSettings;

mod answer;
mod decide;
mod desk;
mod hand_on;
mod outreach;
mod set_aside;

pub(crate) use desk::PERSONS_WORD_WORTH;
pub use hand_on::HandedOn;
pub(crate) use outreach::outreach_timer;
pub(crate) use set_aside::set_aside;

/// What a step may ask, none of which can fail or wait.
pub(crate) struct StepContext<'a> {
    pub(crate) partition: PartitionId,
    pub(crate) rules: &'a dyn Rules,
    pub(crate) directory: &'a Directory,
    pub(crate) settings: &'a RouterSettings,
    pub(crate) observer: &'a dyn Observer,
    /// How the desk stood a moment ago, as far as rules read it.
    pub(crate) desk: &'a DeskFigures,
    /// Whether messages to this address are pushed by an adapter, and so need the outbox.
    pub(crate) is_pushed: &'a (dyn Fn(&Address) -> bool + Sync),
}

/// What an event led to.
#[derive(Debug, Default)]
pub(crate) struct Step {
    /// For the transcript, in order.
    pub(crate) said: Vec<Saying>,
    /// For the outbox, in order.
    pub(crate) leaving: Vec<Leaving>,
    pub(crate) timers: Vec<TimerChange>,
    /// To be told to other threads' partitions, in order. They leave before what is for the customer.
    pub(crate) forwards: Vec<Forward>,
    pub(crate) record: Option<DecisionRecord>,
    /// When the first message of the turn that was answered had been accepted.
    pub(crate) answered_since: Option<Timestamp>,
}

/// An entry for the transcript.
#[derive(Debug)]
pub(crate) struct Saying {
    pub(crate) message_id: MessageId,
    pub(crate) said: Said,
}

/// A message that has to leave.
#[derive(Debug)]
pub(crate) struct Leaving {
    pub(crate) id: EntryId,
    pub(crate) message_id: MessageId,
    pub(crate) to: Address,
    pub(crate) content: Content,
    pub(crate) origin: Origin,
    pub(crate) speaker: u64,
    pub(crate) not_after: Timestamp,
}

/// A timer to set or to cancel.
#[derive(Debug, PartialEq)]
pub(crate) enum TimerChange {
    Set {
        id: TimerId,
        due: Timestamp,
        event: Box<Event>,
    },
    Cancel {
        id: TimerId,
    },
}

/// An event for another thread.
#[derive(Debug)]
pub(crate) struct Forward {
    pub(crate) id: EntryId,
    pub(crate) to: ThreadId,
    pub(crate) event: Event,
}

/// Handles one event of `customer` at log time `now`.
pub(crate) fn step(
    customer: &mut Customer,
    arrived: &Arrived,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let due_before = outreach::next_due(customer);
    let went_on_in = customer.goes_on_in;
    let mut step = handle(customer, arrived, now, context);
    if let Some(to) = went_on_in {
        tell_late(&mut step, to, arrived, context);
    }
    if let Some(to) = customer.goes_on_in {
        hand_on::hand_on(customer, to, arrived, now, context, &mut step);
        tell_again(&mut step, to, arrived, now, context);
    }
    let timer = outreach::timer(customer, arrived, due_before, context);
    step.timers.extend(timer);
    step
}

fn handle(
    customer: &mut Customer,
    arrived: &Arrived,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    match &arrived.event {
        Event::Said(said) => hear(customer, arrived, said, now, context),
        Event::TurnDue { turn } if *turn == customer.turns => {
            close_turn(customer, arrived, now, context)
        }
        // The turn was answered before its time was up.
        Event::TurnDue { .. } => Step::default(),
        Event::Page(seen) => decide::page(customer, arrived, seen, now, context),
        Event::Happened(happened) => decide::happened(customer, arrived, happened, now, context),
        // What the customer is just writing may take it back: first the turn is answered, then it is due again.
        Event::OutreachDue if customer.turn.is_some() => {
            close_turn(customer, arrived, now, context)
        }
        Event::OutreachDue => outreach::due(customer, arrived, now, context),
        // What was said elsewhere is or was answered there.
        Event::Carried(_) => Step::default(),
        Event::GoesOn { thread } => go_on(customer, arrived, *thread, context),
        Event::Linked { thread, handed_on } => {
            customer.link(*thread);
            match handed_on {
                Some(handed_on) => hand_on::take_over(customer, handed_on, arrived, now, context),
                None => Step::default(),
            }
        }
        Event::Again {
            message_id,
            what,
            turn,
        } => {
            let first = Arrived {
                message_id: *message_id,
                event: (**what).clone(),
                ..arrived.clone()
            };
            let reopens = turn.is_some();
            if let Some(turn) = turn {
                customer.reopen(turn.clone(), arrived.accepted_at);
            }
            let mut step = handle(customer, &first, now, context);
            // Nobody is waiting for more words: whatever the event left open is answered next.
            if reopens && customer.turn.is_some() {
                let due = arrived.accepted_at;
                step.timers.push(due_turn(customer, arrived, due, context));
            }
            step
        }
        // What becomes of an undelivered reply is decided where it is settled; the event is its record.
        Event::Receipt { .. } => Step::default(),
        Event::FromDesk { handoff, news } => {
            desk::from_desk(customer, arrived, *handoff, news, now, context)
        }
        Event::AgentSaid {
            agent,
            request,
            saying,
        } => desk::agent_said(customer, arrived, agent, *request, saying, now, context),
        // The desk's own; nobody sends it here.
        Event::AtDesk(_) => Step::default(),
    }
}

/// A message joins the open turn, and the turn is answered now or when the customer has been quiet for a moment. The moment is
/// measured by the wall clock, as timers are: log time may be ahead of it for as long as the clock was once wrong.
fn hear(
    customer: &mut Customer,
    arrived: &Arrived,
    said: &Said,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let Shown::Message {
        from: Speaker::Customer,
        cid,
        content,
        ..
    } = &said.shown
    else {
        customer.conversation.heard(now);
        return Step::default();
    };
    customer.profile.clone_from(&said.profile);
    let accepted_at = arrived.accepted_at;
    let turn = customer.turn.get_or_insert_with(|| OpenTurn {
        since: accepted_at,
        address: said.address.clone(),
        messages: Vec::new(),
        traceparent: None,
    });
    turn.since = turn.since.min(accepted_at);
    turn.traceparent.clone_from(&said.traceparent);
    turn.messages.push(TurnMessage {
        message_id: arrived.message_id,
        cid: cid.clone(),
        text: content.words().unwrap_or_default().to_owned(),
        attachment: match content {
            Content::Text { .. } => None,
            Content::Attachment(attachment) => Some(Attachment::clone(attachment)),
        },
    });
    let due = turn_due(turn, accepted_at, context.settings);
    if due <= accepted_at || turn.messages.len() >= OpenTurn::MOST_MESSAGES {
        return close_turn(customer, arrived, now, context);
    }
    Step {
        timers: vec![due_turn(customer, arrived, due, context)],
        ..Step::default()
    }
}

/// The timer that closes the open turn.
fn due_turn(
    customer: &Customer,
    arrived: &Arrived,
    due: Timestamp,
    context: &StepContext<'_>,
) -> TimerChange {
    TimerChange::Set {
        id: turn_timer(arrived.thread, context.directory),
        due,
        event: Box::new(Event::TurnDue {
            turn: customer.turns,
        }),
    }
}

/// Answers the open turn.
fn close_turn(
    customer: &mut Customer,
    arrived: &Arrived,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let Some(turn) = customer.turn.take() else {
        return Step::default();
    };
    customer.turns += 1;
    let mut step = decide::turn(customer, arrived, &turn, now, context);
    step.answered_since = Some(turn.since);
    let waited_for_a_timer = match arrived.event {
        Event::Said(_) => turn.messages.len() > 1,
        Event::OutreachDue => true,
        _ => false,
    };
    if waited_for_a_timer {
        step.timers.push(TimerChange::Cancel {
            id: turn_timer(arrived.thread, context.directory),
        });
    }
    step
}

/// Remembers where the customer goes on, and tells that thread's partition.
fn go_on(
    customer: &mut Customer,
    arrived: &Arrived,
    other: ThreadId,
    context: &StepContext<'_>,
) -> Step {
    if customer.goes_on_in.is_some() {
        return Step::default();
    }
    customer.link(other);
    customer.goes_on_in = Some(other);
    let id = EntryId(derived(context, "forward", arrived.offset, 0));
    let event = Event::Linked {
        thread: arrived.thread,
        handed_on: None,
    };
    Step {
        forwards: vec![Forward {
            id,
            to: other,
            event,
        }],
        ..Step::default()
    }
}

/// What a visitor said and what was kept only after they had logged in, as its append was still under way: nobody who told their
/// words again has seen it.
fn tell_late(step: &mut Step, to: ThreadId, arrived: &Arrived, context: &StepContext<'_>) {
    let Event::Said(Said { shown, .. }) = &arrived.event else {
        return;
    };
    if !matches!(shown, Shown::Message { .. }) {
        return;
    }
    step.forwards.push(Forward {
        id: EntryId(derived(context, "told late", arrived.offset, 0)),
        to,
        event: Event::Carried(Carried {
            message_id: arrived.message_id,
            at: arrived.accepted_at,
            shown: shown.clone(),
        }),
    });
}

/// What is said to a visitor who has logged in, as an answer that was on its way, is told in the user's thread too.
fn tell_again(
    step: &mut Step,
    to: ThreadId,
    arrived: &Arrived,
    now: Timestamp,
    context: &StepContext<'_>,
) {
    for (place, saying) in step.said.iter().enumerate() {
        if !matches!(saying.said.shown, Shown::Message { .. }) {
            continue;
        }
        step.forwards.push(Forward {
            id: EntryId(derived(context, "carried", arrived.offset, place)),
            to,
            event: Event::Carried(Carried {
                message_id: saying.message_id,
                at: now,
                shown: saying.said.shown.clone(),
            }),
        });
    }
}

fn turn_due(turn: &OpenTurn, last_heard: Timestamp, settings: &RouterSettings) -> Timestamp {
    after(last_heard, settings.gather).min(after(turn.since, settings.gather_at_most))
}

/// The timer that closes a thread's turn; the only one that a thread has for it.
pub(crate) fn turn_timer(thread: ThreadId, directory: &Directory) -> TimerId {
    TimerId(directory.derive("turn timer", &[&thread.0]))
}

/// A name for the `place`-th thing that the event at `offset` leads to: the same whenever it is handled again.
pub(crate) fn derived(
    context: &StepContext<'_>,
    domain: &str,
    offset: Offset,
    place: usize,
) -> [u8; 16] {
    let partition = context.partition.to_string();
    context.directory.derive(
        domain,
        &[
            partition.as_bytes(),
            &offset.0.to_be_bytes(),
            &(place as u64).to_be_bytes(),
        ],
    )
}

/// `moment + duration`; the end of time where there is none.
fn after(moment: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| moment.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}
