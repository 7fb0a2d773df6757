//! From a decision to what is said, and to what has to leave.

use std::time::Duration;

use jiff::Timestamp;
use signalbox_adapters::{Address, Author, Content, Origin};
use signalbox_rules::{Action, Decision};
use signalbox_store::{EntryId, MessageId};
use uuid::Builder;

use super::{Leaving, Saying, Step, StepContext, after, derived};
use crate::customer::Customer;
use crate::event::{Said, Shown, Speaker};
use crate::mailbox::Arrived;
use crate::pushed::Pushed;

/// Who asked, and how an answer is tied to it.
pub(super) struct Asked<'a> {
    pub(super) address: &'a Address,
    /// The client's id of the message that is answered.
    pub(super) cid: Option<&'a str>,
    pub(super) traceparent: Option<&'a str>,
    /// When the answer is worth nothing any more; `None`: so long after the message as the settings say.
    pub(super) not_after: Option<Timestamp>,
}

/// Says what the decision says. The rest of the decision is in the conversation already.
pub(super) fn carry_out(
    customer: &mut Customer,
    arrived: &Arrived,
    decision: &Decision,
    asked: &Asked<'_>,
    context: &StepContext<'_>,
) -> Step {
    // First the token: a reply that comes with a hand-over is the bot's last word and has to pass.
    if decision
        .effects
        .iter()
        .any(|effect| matches!(effect.action, Action::HandOver { .. }))
    {
        customer.speaker += 1;
    }
    let mut step = Step::default();
    for effect in &decision.effects {
        let shown = match &effect.action {
            Action::Reply { text, .. } => Shown::Message {
                from: Speaker::Bot,
                name: None,
                cid: None,
                in_reply_to: asked.cid.map(str::to_owned),
                content: Content::Text { text: text.clone() },
            },
            Action::HandOver { queue, .. } => Shown::Status {
                status: customer.conversation.state.name().to_owned(),
                queue: Some(queue.to_string()),
                agent: None,
            },
            Action::SetPriority { .. }
            | Action::SetScore { .. }
            | Action::Tag { .. }
            | Action::Untag { .. }
            | Action::Note { .. }
            | Action::SetLanguage { .. }
            | Action::CancelOutreach { .. } => continue,
        };
        let place = step.said.len();
        let message_id = MessageId(
            Builder::from_custom_bytes(derived(context, "reply", arrived.offset, place))
                .into_uuid(),
        );
        if let (Some((content, mut origin)), true) = (
            leaving(&shown, message_id, arrived),
            (context.is_pushed)(asked.address),
        ) {
            let id = EntryId(derived(context, "outbox", arrived.offset, place));
            let at = arrived.accepted_at;
            origin.follows = Pushed::note(&mut customer.pushed, id, asked.address, at);
            step.leaving.push(Leaving {
                id,
                message_id,
                to: asked.address.clone(),
                content,
                origin,
                speaker: customer.speaker,
                not_after: asked
                    .not_after
                    .unwrap_or_else(|| after(at, reply_worth(context))),
            });
        }
        let said = Said {
            shown,
            address: asked.address.clone(),
            profile: signalbox_adapters::Profile::default(),
            traceparent: asked.traceparent.map(str::to_owned),
        };
        step.said.push(Saying { message_id, said });
    }
    step
}

/// What of an entry has to leave where it is pushed, and where it comes from.
pub(super) fn leaving(
    shown: &Shown,
    message_id: MessageId,
    arrived: &Arrived,
) -> Option<(Content, Origin)> {
    let Shown::Message {
        from,
        name,
        in_reply_to,
        content,
        ..
    } = shown
    else {
        return None;
    };
    let origin = Origin {
        message: format!("m_{}", message_id.0.simple()),
        at: arrived.accepted_at,
        by: match from {
            Speaker::Agent => Author::Agent,
            Speaker::Bot | Speaker::Customer => Author::Bot,
        },
        name: name.clone(),
        in_reply_to: in_reply_to.clone(),
        follows: Vec::new(),
    };
    Some((content.clone(), origin))
}

fn reply_worth(context: &StepContext<'_>) -> Duration {
    context.settings.reply_not_after
}
