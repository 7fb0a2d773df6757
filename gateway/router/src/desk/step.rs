//! What one event of the desk's partition leads to. Pure, like the step of a customer.

use jiff::{SignedDuration, Timestamp};
use signalbox_store::{EntryId, ThreadId, TimerId};

use super::case::{Case, Held};
use super::event::{Agent, DeskEvent, FromDesk, Wish};
use super::{AGENT_GONE_AFTER, Answer, AnswerResult, Desk, Ended};
use crate::directory::Directory;
use crate::event::Event;
use crate::mailbox::Arrived;
use crate::step::{Forward, Step, StepContext, TimerChange, derived};

/// Handles one event of the desk. Its moments are those at which events were accepted: by the wall clock, as timers are.
pub(crate) fn step(desk: &mut Desk, arrived: &Arrived, context: &StepContext<'_>) -> Step {
    let mut told = Told {
        arrived,
        context,
        step: Step::default(),
    };
    let at = arrived.accepted_at;
    // Nothing else is sent here; what an older version or an error of ours has left behind does not stop the desk.
    let event = match &arrived.event {
        Event::Again { what, .. } => what,
        event => event,
    };
    if let Event::AtDesk(event) = event {
        match event {
            DeskEvent::Queued { case } => queued(desk, case, &mut told),
            DeskEvent::Left { thread, handoff } => left(desk, *thread, *handoff),
            DeskEvent::Wished {
                agent,
                thread,
                wish,
                request,
            } => {
                desk.saw(&agent.id, at);
                let result = wished(desk, agent, *thread, wish, at, &mut told);
                desk.remember_answer(Answer {
                    request: *request,
                    result,
                });
            }
            DeskEvent::Seen { agent } => desk.saw(agent, at),
            DeskEvent::Opened => desk.agents.values_mut().for_each(|seen| *seen = at),
            DeskEvent::LookForAgents => look_for_agents(desk, at, &mut told),
        }
    }
    watch_agents(desk, &mut told);
    told.step
}

/// What the desk tells customers' partitions.
struct Told<'a> {
    arrived: &'a Arrived,
    context: &'a StepContext<'a>,
    step: Step,
}

impl Told<'_> {
    fn tell(&mut self, thread: ThreadId, handoff: u64, news: FromDesk) {
        let place = self.step.forwards.len();
        self.step.forwards.push(Forward {
            id: EntryId(derived(self.context, "forward", self.arrived.offset, place)),
            to: thread,
            event: Event::FromDesk { handoff, news },
        });
    }
}

/// A hand-over, or news of one: the same again changes what may change and leaves who has it.
fn queued(desk: &mut Desk, case: &Case, told: &mut Told<'_>) {
    if let Some(known) = desk.case_mut(case.thread) {
        if known.handoff < case.handoff {
            known.clone_from(case);
        } else if known.handoff == case.handoff {
            known.queue.clone_from(&case.queue);
            known.priority = case.priority;
            known.score = case.score;
        }
        return;
    }
    if desk.cases.len() >= Desk::MOST_CASES {
        told.tell(case.thread, case.handoff, FromDesk::TurnedAway);
        return;
    }
    desk.cases.push(case.clone());
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
    let news = if closed {
        FromDesk::Closed
    } else {
        FromDesk::GivenBack
    };
    told.tell(thread, handoff, news);
    AnswerResult::Done
}

/// Takes conversations back from agents who are gone.
fn look_for_agents(desk: &mut Desk, at: Timestamp, told: &mut Told<'_>) {
    desk.look_at = None;
    let Desk { cases, agents, .. } = desk;
    for case in cases.iter_mut() {
        let Some(held) = &case.held else {
            continue;
        };
        let seen = agents.get(&held.agent.id).copied();
        if seen.is_none_or(|seen| gone_at(seen) <= at) {
            case.held = None;
            let queue = case.queue.clone();
            told.tell(case.thread, case.handoff, FromDesk::Requeued { queue });
        }
    }
    agents.retain(|_, seen| gone_at(*seen) > at);
}

/// Sets the timer that looks for agents, if somebody has a conversation and it is not set.
fn watch_agents(desk: &mut Desk, told: &mut Told<'_>) {
    if desk.look_at.is_some() {
        return;
    }
    let holders = desk.cases.iter().filter_map(|case| case.held.as_ref());
    let Some(due) = holders
        .map(|held| {
            let seen = desk.agents.get(&held.agent.id).copied();
            gone_at(seen.unwrap_or(held.since))
        })
        .min()
    else {
        return;
    };
    desk.look_at = Some(due);
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

fn gone_at(seen: Timestamp) -> Timestamp {
    SignedDuration::try_from(AGENT_GONE_AFTER)
        .ok()
        .and_then(|wait| seen.checked_add(wait).ok())
        .unwrap_or(Timestamp::MAX)
}
