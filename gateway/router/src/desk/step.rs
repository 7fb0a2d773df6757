//! What one event of the desk's partition leads to. Pure, like the step of a customer.

use std::sync::Arc;

use jiff::Timestamp;
use signalbox_store::{EntryId, ThreadId, TimerId};

use super::case::{Case, Held};
use super::event::{Agent, DeskEvent, FromDesk, Wish};
use super::figures::DeskAct;
use super::presence::{Presence, gone_after};
use super::{Answer, AnswerResult, Desk, Ended};
use crate::directory::Directory;
use crate::event::Event;
use crate::mailbox::Arrived;
use crate::step::{Forward, Step, StepContext, TimerChange, derived};

/// Handles one event of the desk. Its moments are those at which events were accepted: by the wall clock, as timers are.
pub(crate) fn step(
    desk: &mut Desk,
    presence: &mut Presence,
    arrived: &Arrived,
    context: &StepContext<'_>,
) -> Step {
    let mut told = Told {
        arrived,
        context,
        step: Step::default(),
    };
    let at = arrived.accepted_at;
    // Nothing else is sent here; what an older version or an error of ours has left behind does not stop the desk.
    if let Event::AtDesk(event) = first(&arrived.event) {
        match event {
            DeskEvent::Queued { case, waited_in } => {
                queued(desk, case, waited_in.as_ref(), &mut told);
            }
            DeskEvent::Changed {
                thread,
                handoff,
                priority,
                score,
            } => {
                let case = desk.case_mut(*thread);
                if let Some(case) = case.filter(|case| case.handoff == *handoff) {
                    (case.priority, case.score) = (*priority, *score);
                }
            }
            DeskEvent::Left { thread, handoff } => left(desk, *thread, *handoff),
            DeskEvent::Wished {
                agent,
                thread,
                wish,
                request,
            } => {
                presence.saw(&agent.id, at);
                let result = wished(desk, agent, *thread, wish, at, &mut told);
                desk.remember_answer(Answer {
                    request: *request,
                    result,
                    at,
                });
            }
            DeskEvent::Seen { agent } => presence.saw(agent, at),
            DeskEvent::LookForAgents => look_for_agents(desk, presence, at, &mut told),
        }
    }
    watch_agents(desk, presence, at, &mut told);
    told.step
}

/// An event of the desk was set aside. If it was the look at the agents, the next one is planned all the same.
pub(crate) fn set_aside(
    desk: &Desk,
    presence: &mut Presence,
    arrived: &Arrived,
    context: &StepContext<'_>,
) -> Step {
    let mut told = Told {
        arrived,
        context,
        step: Step::default(),
    };
    if let Event::AtDesk(DeskEvent::LookForAgents) = first(&arrived.event) {
        presence.look_at = None;
        // Not at once: it has just ended the process.
        let at = gone_after(arrived.accepted_at);
        watch_agents(desk, presence, at, &mut told);
    }
    told.step
}

fn first(event: &Event) -> &Event {
    match event {
        Event::Again { what, .. } => what,
        event => event,
    }
}

/// What the desk tells customers' partitions.
struct Told<'a> {
    arrived: &'a Arrived,
    context: &'a StepContext<'a>,
    step: Step,
}

impl Told<'_> {
    fn acted(&self, act: DeskAct) {
        self.context.observer.desk_acted(act);
    }

    fn tell(&mut self, thread: ThreadId, handoff: u64, news: FromDesk) {
        let place = self.step.forwards.len();
        self.step.forwards.push(Forward {
            id: EntryId(derived(self.context, "forward", self.arrived.offset, place)),
            to: thread,
            event: Event::FromDesk { handoff, news },
        });
    }
}

/// A hand-over begins. If the customer waited already, it is the same wait for another reason: who has taken them meanwhile
/// keeps them, and where an agent has moved them they stay, unless the rules want them in another queue than before.
fn queued(desk: &mut Desk, case: &Case, waited_in: Option<&Arc<str>>, told: &mut Told<'_>) {
    let Some(known) = desk.case_mut(case.thread) else {
        if desk.cases.len() >= Desk::MOST_CASES {
            told.tell(case.thread, case.handoff, FromDesk::TurnedAway);
            return;
        }
        desk.cases.push(case.clone());
        return;
    };
    if known.handoff >= case.handoff {
        return;
    }
    let before = std::mem::replace(known, case.clone());
    let Some(waited_in) = waited_in else {
        return;
    };
    if *waited_in == case.queue && before.queue != case.queue {
        known.queue.clone_from(&before.queue);
        let queue = before.queue;
        told.tell(case.thread, case.handoff, FromDesk::Requeued { queue });
    }
    if let Some(held) = before.held {
        known.held = Some(held.clone());
        let agent = held.agent;
        told.tell(case.thread, case.handoff, FromDesk::Assigned { agent });
    }
}

fn left(desk: &mut Desk, thread: ThreadId, handoff: u64) {
    if desk
        .case(thread)
        .is_some_and(|case| case.handoff <= handoff)
    {
        desk.remove(thread);
    }
}

fn wished(
    desk: &mut Desk,
    agent: &Agent,
    thread: ThreadId,
    wish: &Wish,
    at: Timestamp,
    told: &mut Told<'_>,
) -> AnswerResult {
    let held = desk.held_by(&agent.id).len();
    let Some(case) = desk.case_mut(thread) else {
        return AnswerResult::Gone;
    };
    match (&case.held, wish) {
        (Some(held), _) if held.agent.id != agent.id => {
            return AnswerResult::HeldBy {
                agent: held.agent.clone(),
            };
        }
        (Some(_), Wish::Take) => return AnswerResult::Done,
        (None, Wish::Take) if held >= Desk::MOST_HELD => return AnswerResult::HandsFull,
        (None, Wish::Take) => {
            case.held = Some(Held {
                agent: agent.clone(),
                since: at,
            });
            told.acted(DeskAct::Taken {
                since: case.since,
                at,
            });
            let news = FromDesk::Assigned {
                agent: agent.clone(),
            };
            told.tell(thread, case.handoff, news);
            return AnswerResult::Done;
        }
        (None, Wish::GiveBack | Wish::Close | Wish::Transfer { .. }) => {
            return AnswerResult::NotTaken;
        }
        (Some(_), Wish::GiveBack | Wish::Close | Wish::Transfer { .. }) => {}
    }
    let handoff = case.handoff;
    let closed = match wish {
        Wish::Transfer { queue } => {
            case.queue.clone_from(queue);
            case.held = None;
            let news = FromDesk::Requeued {
                queue: queue.clone(),
            };
            told.acted(DeskAct::Transferred);
            told.tell(thread, handoff, news);
            return AnswerResult::Done;
        }
        Wish::Close => true,
        Wish::GiveBack | Wish::Take => false,
    };
    let ended = Ended {
        thread,
        agent: agent.clone(),
        queue: case.queue.clone(),
        since: case.since,
        at,
        closed,
    };
    desk.remember_ended(ended);
    desk.remove(thread);
    let (act, news) = if closed {
        (DeskAct::Closed, FromDesk::Closed)
    } else {
        (DeskAct::GivenBack, FromDesk::GivenBack)
    };
    told.acted(act);
    told.tell(thread, handoff, news);
    AnswerResult::Done
}

/// Takes conversations back from agents who are gone.
fn look_for_agents(desk: &mut Desk, presence: &mut Presence, at: Timestamp, told: &mut Told<'_>) {
    presence.look_at = None;
    for case in &mut desk.cases {
        let Some(held) = &case.held else {
            continue;
        };
        if presence.gone_at(&held.agent.id, held.since) <= at {
            case.held = None;
            told.acted(DeskAct::Lost);
            let queue = case.queue.clone();
            told.tell(case.thread, case.handoff, FromDesk::Requeued { queue });
        }
    }
    presence.forget_gone(at);
}

/// Sets the timer that looks for agents, if somebody has a conversation and it is not set; not before `at`.
fn watch_agents(desk: &Desk, presence: &mut Presence, at: Timestamp, told: &mut Told<'_>) {
    if presence.look_at.is_some() {
        return;
    }
    let holders = desk.cases.iter().filter_map(|case| case.held.as_ref());
    let gone_at = holders.map(|held| presence.gone_at(&held.agent.id, held.since));
    let Some(due) = gone_at.min().map(|due| due.max(at)) else {
        return;
    };
    presence.look_at = Some(due);
    told.step.timers.push(TimerChange::Set {
        id: desk_timer(told.context.directory),
        due,
        event: Box::new(Event::AtDesk(DeskEvent::LookForAgents)),
    });
}

/// The only timer of the desk.
pub(crate) fn desk_timer(directory: &Directory) -> TimerId {
    TimerId(directory.derive("desk timer", &[]))
}
