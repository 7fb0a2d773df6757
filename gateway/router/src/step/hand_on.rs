//! What a visitor who has become a user cannot keep: the place in the queue or the person who has the conversation, and
//! outreach that waits. Nobody is at the visitor's thread any more, so the user's thread gets both.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_adapters::Address;
use signalbox_dsl::bundle::Priority;
use signalbox_rules::ConversationState;
use signalbox_rules::conversation::PlannedOutreach;
use signalbox_store::{EntryId, ThreadId};

use super::{Forward, Step, StepContext, derived, desk};
use crate::customer::Customer;
use crate::desk::{Case, Decided, DeskEvent, Held};
use crate::event::{Event, Shown};
use crate::mailbox::Arrived;

/// What goes over to the user's thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandedOn {
    /// The hand-over, as the visitor's thread had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Case>,
    /// What waits to be sent.
    #[serde(default)]
    pub outreach: PlannedOutreach,
    /// Where the visitor was heard last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// Gives what came up in the thread of a visitor who has logged in to the user's thread `to`: at the login, and with what is
/// still decided here after it.
pub(super) fn hand_on(
    customer: &mut Customer,
    to: ThreadId,
    arrived: &Arrived,
    now: Timestamp,
    context: &StepContext<'_>,
    step: &mut Step,
) {
    let case = leave_the_desk(customer, arrived, now, context, step);
    let outreach = std::mem::take(&mut customer.conversation.outreach);
    if case.is_none() && outreach.is_empty() {
        return;
    }
    let handed_on = HandedOn {
        case,
        outreach,
        address: customer
            .desk
            .address
            .clone()
            .or_else(|| customer.outreach_to.clone()),
    };
    step.forwards.push(Forward {
        id: EntryId(derived(context, "handed on", arrived.offset, 0)),
        to,
        event: Event::Linked {
            thread: arrived.thread,
            handed_on: Some(Box::new(handed_on)),
        },
    });
}

/// Ends the open hand-over at the desk. The state stays as it is, so that the bot is silent here; without a queue there is
/// nothing that the desk would be told of.
fn leave_the_desk(
    customer: &mut Customer,
    arrived: &Arrived,
    now: Timestamp,
    context: &StepContext<'_>,
    step: &mut Step,
) -> Option<Case> {
    if customer.conversation.state == ConversationState::Bot {
        return None;
    }
    let queue = customer.conversation.queue.take()?;
    let file = &mut customer.desk;
    let handoff = file.handoff;
    // News of the desk about the old one come too late.
    file.handoff += 1;
    customer.speaker += 1;
    let agent = file.agent.take();
    let left = DeskEvent::Left {
        thread: arrived.thread,
        handoff,
    };
    step.forwards.push(Forward {
        id: EntryId(derived(context, "left", arrived.offset, 0)),
        to: context.directory.desk(),
        event: Event::AtDesk(left),
    });
    Some(Case {
        thread: arrived.thread,
        handoff,
        queue,
        priority: customer.conversation.priority.unwrap_or(Priority::Normal),
        score: customer.conversation.score,
        since: file.since.unwrap_or(now),
        reason: file.reason.clone().unwrap_or_default(),
        decided: file.decided.unwrap_or(of_this(arrived)),
        held: agent.map(|agent| Held { agent, since: now }),
    })
}

/// The user's thread takes over what their visitor's had.
pub(super) fn take_over(
    customer: &mut Customer,
    handed_on: &HandedOn,
    arrived: &Arrived,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let file = &mut customer.desk;
    if file.address.is_none() {
        file.address.clone_from(&handed_on.address);
    }
    if !handed_on.outreach.is_empty() {
        customer
            .conversation
            .outreach
            .take_over(handed_on.outreach.clone());
        if customer.outreach_to.is_none() {
            customer.outreach_to.clone_from(&file.address);
        }
    }
    match &handed_on.case {
        Some(case) => wait_on(customer, case, arrived, now, context),
        None => Step::default(),
    }
}

/// Waits at the desk in the place that the visitor had, or is with the person who had the visitor. Who is with people
/// already, stays there.
fn wait_on(
    customer: &mut Customer,
    case: &Case,
    arrived: &Arrived,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let conversation = &mut customer.conversation;
    conversation.advance(now);
    if conversation.state != ConversationState::Bot {
        return Step::default();
    }
    conversation.state = match case.held {
        Some(_) => ConversationState::Assigned,
        None => ConversationState::Queued,
    };
    conversation.queue = Some(case.queue.clone());
    conversation.priority = conversation.priority.max(Some(case.priority));
    conversation.score = case.score.or(conversation.score);
    conversation.heard(now);
    // Whatever the bot still has in the outbox does not leave any more.
    customer.speaker += 1;
    let file = &mut customer.desk;
    file.handoff += 1;
    // Nothing is decided anew: the record stays where it was made.
    let decided = Decided {
        thread: case.decided.thread.or(Some(case.thread)),
        ..case.decided
    };
    let priority = conversation.priority.unwrap_or(case.priority);
    file.since = Some(case.since);
    file.reason = Some(case.reason.clone());
    file.decided = Some(decided);
    file.told = Some((case.queue.clone(), priority, conversation.score));
    file.agent = case.held.as_ref().map(|held| held.agent.clone());
    let case = Case {
        thread: arrived.thread,
        handoff: file.handoff,
        priority,
        score: conversation.score,
        decided,
        ..case.clone()
    };
    let status = conversation.state.name().to_owned();
    let shown = Shown::Status {
        status,
        queue: Some(case.queue.to_string()),
        agent: file.agent.as_ref().map(|agent| agent.name.clone()),
    };
    let mut step = desk::say(customer, arrived, shown, context);
    step.forwards.push(Forward {
        id: EntryId(derived(context, "desk", arrived.offset, 0)),
        to: context.directory.desk(),
        event: Event::AtDesk(DeskEvent::Queued {
            case,
            waited_in: None,
        }),
    });
    step
}

fn of_this(arrived: &Arrived) -> Decided {
    Decided {
        offset: arrived.offset,
        message_id: arrived.message_id,
        thread: None,
    }
}
