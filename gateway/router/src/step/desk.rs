//! The customer's side of the desk: tells it of hand-overs, hears what it did, and lets an agent speak who has the conversation.
//!
//! *Invariant:* who has the word is decided here and in order with all else that happens to the customer. The bot speaks only
//! while the state is `bot` (the rules' floor sees to it), an agent only while the desk's news say that it is theirs.

use std::time::Duration;

use jiff::Timestamp;
use signalbox_adapters::{Address, Content, Profile};
use signalbox_dsl::bundle::{Priority, Trigger};
use signalbox_rules::{Conversation, ConversationState, Decision, Facts};
use signalbox_store::{EntryId, MessageId};
use uuid::Builder;

use super::answer::leaving;
use super::{Forward, Leaving, Saying, Step, StepContext, after, derived};
use crate::customer::Customer;
use crate::desk::{
    Agent, Case, Decided, DeskAct, DeskEvent, DeskFile, FromDesk, Note, NoteAuthor, Reason,
    RequestId, Saying as Words, SayingOutcome,
};
use crate::event::{Event, Said, Shown, Speaker};
use crate::mailbox::Arrived;
use crate::pushed::Pushed;

/// A person's words are worth more than a bot's, and may wait for a platform longer.
pub(crate) const PERSONS_WORD_WORTH: Duration = Duration::from_secs(24 * 3_600);

/// Who had the conversation when an event came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    state: ConversationState,
    /// People had it, and nobody said anything for so long that the episode ended.
    fell_silent: bool,
}

/// Brings the conversation to `now`.
pub(super) fn begin(customer: &mut Customer, trigger: &Trigger, now: Timestamp) -> Before {
    let before = customer.conversation.state;
    customer.conversation.begin(trigger, now);
    let state = customer.conversation.state;
    let fell_silent = before != ConversationState::Bot && state == ConversationState::Bot;
    if fell_silent {
        customer.speaker += 1;
        customer.desk.agent = None;
    }
    Before { state, fell_silent }
}

/// Remembers for the desk what a turn or event has brought.
pub(super) fn remember(
    customer: &mut Customer,
    trigger: &Trigger,
    facts: &Facts,
    decision: &Decision,
    address: &Address,
    now: Timestamp,
) {
    customer.desk.address = Some(address.clone());
    customer.desk.note_decision(decision, now);
    if *trigger == Trigger::Message {
        customer.desk.note_emotion(facts, now);
    }
}

/// What the desk has to be told after a decision. `reason` is there if it handed over.
pub(super) fn tell(
    customer: &mut Customer,
    before: Before,
    reason: Option<Reason>,
    decided: Decided,
    now: Timestamp,
    arrived: &Arrived,
    context: &StepContext<'_>,
) -> Vec<Forward> {
    let mut told = Vec::new();
    if before.fell_silent {
        told.push(left(customer.desk.handoff, arrived));
    }
    let conversation = &customer.conversation;
    let file = &mut customer.desk;
    let waited_in = file.told.as_ref().map(|(queue, _, _)| queue.clone());
    let Some(queue) = conversation.queue.clone() else {
        return forwards(told, arrived, context);
    };
    let priority = conversation.priority.unwrap_or(Priority::Normal);
    let score = conversation.score;
    let told_now = (queue.clone(), priority, score);
    if let Some(reason) = reason {
        let waited_in = waited_in.filter(|_| before.state == ConversationState::Queued);
        if waited_in.is_none() {
            file.since = Some(now);
        }
        // Each hand-over is one of its own, so that what an agent does with the one before cannot end it. What is with people
        // already is taken from them; what waits goes on waiting in its place.
        file.handoff += 1;
        file.agent = None;
        (file.reason, file.decided) = (Some(reason.clone()), Some(decided));
        told.push(DeskEvent::Queued {
            case: Case {
                thread: arrived.thread,
                handoff: file.handoff,
                queue,
                priority,
                score,
                since: file.since.unwrap_or(now),
                reason,
                decided,
                held: None,
            },
            waited_in,
        });
        file.told = Some(told_now);
    } else if conversation.state != ConversationState::Bot && file.told.as_ref() != Some(&told_now)
    {
        told.push(DeskEvent::Changed {
            thread: arrived.thread,
            handoff: file.handoff,
            priority,
            score,
        });
        file.told = Some(told_now);
    }
    forwards(told, arrived, context)
}

fn left(handoff: u64, arrived: &Arrived) -> DeskEvent {
    DeskEvent::Left {
        thread: arrived.thread,
        handoff,
    }
}

fn forwards(told: Vec<DeskEvent>, arrived: &Arrived, context: &StepContext<'_>) -> Vec<Forward> {
    told.into_iter()
        .enumerate()
        .map(|(place, event)| Forward {
            id: EntryId(derived(context, "desk", arrived.offset, place)),
            to: context.directory.desk(),
            event: Event::AtDesk(event),
        })
        .collect()
}

/// The desk did something with the conversation.
pub(super) fn from_desk(
    customer: &mut Customer,
    arrived: &Arrived,
    handoff: u64,
    news: &FromDesk,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let conversation = &mut customer.conversation;
    let file = &mut customer.desk;
    let is_open = handoff == file.handoff && conversation.state != ConversationState::Bot;
    if !is_open {
        // Somebody took what has ended meanwhile: the desk is told, again if need be.
        let told = match news {
            FromDesk::Assigned { .. } => vec![left(handoff, arrived)],
            _ => Vec::new(),
        };
        return Step {
            forwards: forwards(told, arrived, context),
            ..Step::default()
        };
    }
    if is_so_already(conversation, file, news) {
        // Told twice, under two names.
        return Step::default();
    }
    file.agent = None;
    let (status, queue, agent) = match news {
        FromDesk::Assigned { agent } => {
            // Whatever the bot still has in the outbox does not leave any more.
            customer.speaker += 1;
            conversation.assign();
            file.agent = Some(agent.clone());
            ("assigned", conversation.queue.clone(), Some(&agent.name))
        }
        FromDesk::Requeued { queue } => {
            conversation.state = ConversationState::Queued;
            conversation.queue = Some(queue.clone());
            if let Some((told, _, _)) = &mut file.told {
                told.clone_from(queue);
            }
            ("queued", Some(queue.clone()), None)
        }
        FromDesk::GivenBack | FromDesk::TurnedAway => {
            conversation.give_back();
            ("bot", None, None)
        }
        FromDesk::Closed => {
            conversation.close();
            ("closed", None, None)
        }
    };
    conversation.heard(now);
    let shown = Shown::Status {
        status: status.to_owned(),
        queue: queue.map(|queue| queue.to_string()),
        agent: agent.cloned(),
    };
    say(customer, arrived, shown, context)
}

fn is_so_already(conversation: &Conversation, file: &DeskFile, news: &FromDesk) -> bool {
    match news {
        FromDesk::Assigned { agent } => {
            conversation.state == ConversationState::Assigned && file.agent.as_ref() == Some(agent)
        }
        FromDesk::Requeued { queue } => {
            conversation.state == ConversationState::Queued
                && conversation.queue.as_ref() == Some(queue)
        }
        FromDesk::GivenBack | FromDesk::Closed | FromDesk::TurnedAway => false,
    }
}

/// An agent says something.
pub(super) fn agent_said(
    customer: &mut Customer,
    arrived: &Arrived,
    agent: &Agent,
    request: RequestId,
    words: &Words,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let text = match words {
        Words::Colleagues { text } => {
            customer.desk.note(Note {
                at: now,
                by: NoteAuthor::Agent(agent.clone()),
                text: text.clone(),
            });
            return Step::default();
        }
        Words::Customer { text } => text,
    };
    let holder = customer.desk.agent.as_ref();
    let has_it = holder.is_some_and(|holder| holder.id == agent.id);
    if !has_it || customer.conversation.state != ConversationState::Assigned {
        let held_by = holder.filter(|_| !has_it).cloned();
        customer.desk.note_outcome(SayingOutcome {
            request,
            said: None,
            held_by,
        });
        return Step::default();
    }
    context.observer.desk_acted(DeskAct::Answered);
    customer.conversation.heard(now);
    let shown = Shown::Message {
        from: Speaker::Agent,
        name: Some(agent.name.clone()),
        cid: None,
        in_reply_to: None,
        content: Content::Text { text: text.clone() },
    };
    let step = say(customer, arrived, shown, context);
    customer.desk.note_outcome(SayingOutcome {
        request,
        said: step.said.first().map(|saying| saying.message_id),
        held_by: None,
    });
    step
}

/// One entry for the transcript, and what of it has to leave.
pub(super) fn say(
    customer: &mut Customer,
    arrived: &Arrived,
    shown: Shown,
    context: &StepContext<'_>,
) -> Step {
    let Some(address) = customer.desk.address.clone() else {
        // INVARIANT: whoever was handed over was heard before.
        return Step::default();
    };
    let name = derived(context, "reply", arrived.offset, 0);
    let message_id = MessageId(Builder::from_custom_bytes(name).into_uuid());
    let mut step = Step::default();
    if let (Some((content, mut origin)), true) = (
        leaving(&shown, message_id, arrived),
        (context.is_pushed)(&address),
    ) {
        let id = EntryId(derived(context, "outbox", arrived.offset, 0));
        let at = arrived.accepted_at;
        origin.follows = Pushed::note(&mut customer.pushed, id, &address, at);
        step.leaving.push(Leaving {
            id,
            message_id,
            to: address.clone(),
            content,
            origin,
            speaker: Customer::PERSONS_WORD,
            not_after: after(at, PERSONS_WORD_WORTH),
        });
    }
    let said = Said {
        shown,
        address,
        profile: Profile::default(),
        traceparent: None,
    };
    step.said.push(Saying { message_id, said });
    step
}
