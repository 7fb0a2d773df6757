//! From a turn or an event to a decision, and to the record of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use signalbox_adapters::{Address, PageEventKind, Profile};
use signalbox_dsl::bundle::Trigger;
use signalbox_dsl::value::Value;
use signalbox_rules::conversation::hearing::hear;
use signalbox_rules::{
    Action, Conversation, ConversationState, DecidedEffect, Decision, DropReason, Facts, Inputs,
    MARKETING, OutreachStep, attachments,
};
use signalbox_store::MessageId;

use super::answer::{self, Asked};
use super::{Step, StepContext, desk, outreach};
use crate::customer::{Customer, OpenTurn};
use crate::decision_record::{DecisionOutcome, DecisionRecord};
use crate::desk::{Decided, Reason};
use crate::event::PageSeen;
use crate::language;
use crate::mailbox::Arrived;
use crate::observer::{DecisionPlace, Handling};
use crate::report::Happened;

/// The rule name of what signalbox does by itself.
const BY_ITSELF: &str = "signalbox";

/// Decides a turn.
pub(super) fn turn(
    customer: &mut Customer,
    arrived: &Arrived,
    turn: &OpenTurn,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let mut facts = Facts::default();
    let trigger = match turn.text() {
        Some(text) => {
            facts.set("text", Value::Text(text.into()));
            Trigger::Message
        }
        None => Trigger::Attachment,
    };
    set_attachments(&mut facts, turn);
    let asked = Asked {
        address: &turn.address,
        cid: turn
            .messages
            .last()
            .and_then(|message| message.cid.as_deref()),
        traceparent: turn.traceparent.as_deref(),
        not_after: None,
    };
    let messages = turn
        .messages
        .iter()
        .map(|message| message.message_id)
        .collect();
    decide(
        customer, arrived, &trigger, facts, &asked, messages, now, context,
    )
}

/// What rules read of the turn's attachments; what is in them, nobody looks at.
fn set_attachments(facts: &mut Facts, turn: &OpenTurn) {
    let kinds: Vec<&str> = turn.attachments().map(|it| it.kind.name()).collect();
    attachments::set(facts, &kinds);
    let Some(first) = turn.attachments().next() else {
        return;
    };
    let texts = [
        ("attachment.file_name", &first.name),
        ("attachment.type", &first.mime),
        ("attachment.url", &first.url),
    ];
    for (path, text) in texts {
        if let Some(text) = text {
            facts.set(path, Value::Text(text.as_str().into()));
        }
    }
    if let Some(size) = first.size {
        facts.set("attachment.size", Value::Number(size.into()));
    }
}

/// Decides a page event. Showing and hiding a page is no event for rules.
pub(super) fn page(
    customer: &mut Customer,
    arrived: &Arrived,
    seen: &PageSeen,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let Some(name) = page_event(seen.page.kind) else {
        return Step::default();
    };
    if seen.profile != Profile::default() {
        customer.profile.clone_from(&seen.profile);
    }
    let mut facts = Facts::default();
    facts.set("page.url", Value::Text(seen.page.url.as_str().into()));
    // A page without a title has an empty one: rules may read it under every page event.
    let title = seen.page.title.as_deref().unwrap_or_default();
    facts.set("page.title", Value::Text(title.into()));
    let dwell = Duration::from_millis(seen.page.dwell_ms.unwrap_or(0));
    facts.set("page.dwell", Value::Duration(dwell));
    let asked = Asked {
        address: &seen.address,
        cid: None,
        traceparent: None,
        not_after: None,
    };
    decide(
        customer,
        arrived,
        &Trigger::Event(name.into()),
        facts,
        &asked,
        vec![arrived.message_id],
        now,
        context,
    )
}

/// What rules call it; nothing for what they do not see.
pub(super) fn page_event(kind: PageEventKind) -> Option<&'static str> {
    match kind {
        PageEventKind::View => Some("page.viewed"),
        PageEventKind::Leave => Some("page.left"),
        PageEventKind::Dwell => Some("page.dwelled"),
        PageEventKind::Visibility => None,
    }
}

/// Decides what another system reported.
pub(super) fn happened(
    customer: &mut Customer,
    arrived: &Arrived,
    happened: &Happened,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let asked = Asked {
        address: &happened.address,
        cid: None,
        traceparent: happened.traceparent.as_deref(),
        not_after: None,
    };
    decide(
        customer,
        arrived,
        &Trigger::Event(happened.name.as_str().into()),
        happened.facts.clone(),
        &asked,
        vec![arrived.message_id],
        now,
        context,
    )
}

#[expect(
    clippy::too_many_arguments,
    reason = "one call for both kinds; a struct for it would be named once and read once"
)]
pub(super) fn decide(
    customer: &mut Customer,
    arrived: &Arrived,
    trigger: &Trigger,
    mut facts: Facts,
    asked: &Asked<'_>,
    messages: Vec<MessageId>,
    now: Timestamp,
    context: &StepContext<'_>,
) -> Step {
    let handed_over = desk::begin(customer, trigger, now);
    let span = context.observer.decision_span(asked.traceparent);
    let _entered = span.enter();
    // A panic is the engine's error, not the customer's: the event is set aside and the partition goes on.
    let decided = catch_unwind(AssertUnwindSafe(|| {
        set_common_facts(&mut facts, customer, asked.address, now, context);
        set_queue_facts(&mut facts, &customer.conversation, now, context);
        if let Some(planned) = outreach::planned(customer, trigger) {
            planned.facts(&mut facts);
        }
        context.rules.decide(Inputs {
            trigger,
            facts: &facts,
            ledger: &customer.conversation.ledger,
            now,
        })
    }));
    let (decision, outcome, handling) = match decided {
        Ok(decision) => (
            decision.clone(),
            DecisionOutcome::Decided(Box::new(decision)),
            Handling::Done,
        ),
        Err(_) => {
            let reason = "the rules engine stopped with an error on this event".to_owned();
            (
                undecided(trigger, &customer.conversation, context),
                DecisionOutcome::Quarantined { reason },
                Handling::Quarantined,
            )
        }
    };
    context.observer.handled(handling);
    let place = DecisionPlace {
        partition: context.partition,
        offset: arrived.offset,
        thread: arrived.thread,
    };
    context.observer.decided(&decision, place);
    let fired = decision.trace.fired.iter().map(|fired| &*fired.rule);
    let due = match trigger {
        Trigger::Outreach(name) => vec![&**name, MARKETING],
        Trigger::Message | Trigger::Attachment | Trigger::Event(_) => Vec::new(),
    };
    let ledger = customer.conversation.ledger.of_rules(fired.chain(due));
    customer.conversation.apply(&decision, now);
    outreach::note_address(customer, &decision.outreach, asked);
    let mut step = answer::carry_out(customer, arrived, &decision, asked, context);
    let quarantined = handling == Handling::Quarantined;
    desk::remember(customer, trigger, &facts, &decision, asked.address, now);
    let decided = Decided {
        offset: arrived.offset,
        message_id: messages.last().copied().unwrap_or(arrived.message_id),
        thread: None,
    };
    let reason = Reason::of(&decision, quarantined);
    step.forwards = desk::tell(
        customer,
        handed_over,
        reason,
        decided,
        now,
        arrived,
        context,
    );
    step.record = Some(DecisionRecord {
        bundle: context.rules.bundle().to_owned(),
        disabled: context.rules.disabled().to_vec(),
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        now,
        trigger: trigger.clone(),
        facts: context.rules.read_facts(&facts),
        ledger,
        messages,
        replies: step.said.iter().map(|saying| saying.message_id).collect(),
        outcome,
    });
    step
}

fn set_common_facts(
    facts: &mut Facts,
    customer: &mut Customer,
    address: &Address,
    now: Timestamp,
    context: &StepContext<'_>,
) {
    facts.set("channel", Value::Member(address.channel.name().into()));
    facts.set("account", Value::Text(address.account.as_str().into()));
    facts.set("now", Value::Timestamp(now));
    let (attributes, misfits) = context.rules.customer_facts(&customer.profile.attributes);
    for misfit in &misfits {
        context
            .observer
            .attribute_misfit(address.account.as_str(), misfit);
    }
    for (path, value) in attributes.iter() {
        facts.set(path, value.clone());
    }
    if let Some(name) = &customer.profile.name {
        facts.set("customer.name", Value::Text(name.as_str().into()));
    }
    let zone = customer.profile.timezone.as_deref();
    if let Some(zone) = zone.and_then(|zone| TimeZone::get(zone).ok()?.iana_name().map(Arc::from)) {
        facts.set("customer.timezone", Value::Timezone(zone));
    }
    // What the browser says, until the conversation itself has a language.
    let heard = customer
        .profile
        .locale
        .as_deref()
        .and_then(language::of_locale);
    if let Some(language) = &heard {
        facts.set("customer.language", Value::Language(language.clone()));
    }
    facts.set(
        "language",
        Value::Language(heard.unwrap_or_else(|| context.rules.default_language())),
    );
    hear(
        &mut customer.conversation,
        facts,
        context.rules.reads_emotion(),
        now,
    );
    customer.conversation.facts(now, facts);
}

/// What rules read of queues: a customer who waits is none of the others who do.
fn set_queue_facts(
    facts: &mut Facts,
    conversation: &Conversation,
    now: Timestamp,
    context: &StepContext<'_>,
) {
    for fact in context.rules.queue_facts() {
        let queue = context.desk.queues.get(&fact.queue).copied();
        let queue = queue.unwrap_or_default();
        let waits_there = conversation.state == ConversationState::Queued
            && conversation.queue.as_ref() == Some(&fact.queue);
        let others = queue.waiting().saturating_sub(usize::from(waits_there));
        let longest = queue.oldest.map(|oldest| now.duration_since(oldest));
        // Log time may be behind the desk's.
        let longest = longest.and_then(|longest| Duration::try_from(longest).ok());
        fact.set(facts, others as u64, longest.unwrap_or_default());
    }
}

/// Nobody is left without an answer because of an error of ours: a person sees to it. Nobody asked for an outreach, so it is left out.
pub(super) fn undecided(
    trigger: &Trigger,
    conversation: &Conversation,
    context: &StepContext<'_>,
) -> Decision {
    let Trigger::Outreach(name) = trigger else {
        return to_default_queue(conversation, context);
    };
    Decision {
        outreach: vec![OutreachStep::Dropped {
            outreach: name.clone(),
            because: DropReason::Failed,
        }],
        ..Decision::default()
    }
}

/// To the default queue; who has the conversation already keeps it.
pub(super) fn to_default_queue(conversation: &Conversation, context: &StepContext<'_>) -> Decision {
    let note: Arc<str> =
        "signalbox could not decide this message; see the log and the decision record".into();
    let action = match conversation.state {
        ConversationState::Bot => Action::HandOver {
            queue: context.rules.default_queue(),
            note: Some(note),
        },
        ConversationState::Queued | ConversationState::Assigned => Action::Note { text: note },
    };
    Decision {
        effects: vec![DecidedEffect {
            rule: BY_ITSELF.into(),
            action,
            ledger_use: None,
        }],
        ..Decision::default()
    }
}
