//! A conversation on a movable clock, run as the router would run it: inline tests and `signalbox chat` tell the same story.
//!
//! Each story has one customer, who keeps language, tags, state, episode and limits from turn to turn. It runs on the reference
//! evaluator; outreach that is due leaves as the clock passes it. Not here: who waits in the queue, and anything that is sent.

use std::mem;
use std::sync::Arc;

use jiff::Timestamp;
use signalbox_dsl::bundle::{AttachmentKind, Bundle, FieldId, Trigger};
use signalbox_dsl::value::Value;

use crate::attachments;
use crate::conversation::hearing::{Heard, hear, reads_emotion};
use crate::conversation::{Conversation, ConversationState, Planned, Tags, path};
use crate::decision::{DecidedEffect, Decision, Inputs};
use crate::explain::{Explanation, explain};
use crate::facts::Facts;
use crate::ledger::Ledger;
use crate::queue_facts::nobody_waits;
use crate::reference::Reference;
use crate::signals::before;

/// Where the customer of a story writes unless it is said otherwise.
const CHANNEL: &str = "webchat";
const ACCOUNT: &str = "test";

/// See the module.
pub struct Story<'a> {
    reference: &'a Reference,
    /// What holds in every turn, besides what the conversation knows.
    given: Facts,
    /// Of what was given, that which holds whatever the conversation says.
    held: Vec<(Arc<str>, Value)>,
    conversation: Conversation,
    reads_emotion: bool,
    now: Timestamp,
    last: Option<StoryTurn>,
    /// The last outreach that was due before the last turn or event.
    due_before: Option<StoryTurn>,
    /// Outreach that was due since, in order.
    due: Vec<StoryTurn>,
    /// What of it left.
    sent: Vec<DecidedEffect>,
}

/// A turn, an event or a due outreach, with all that its decision depended on.
pub struct StoryTurn {
    trigger: Trigger,
    facts: Facts,
    ledger: Ledger,
    now: Timestamp,
    heard: Heard,
    decision: Decision,
}

impl<'a> Story<'a> {
    /// A customer who was not heard yet, at `now`.
    pub fn new(reference: &'a Reference, now: Timestamp) -> Self {
        let bundle = reference.bundle();
        let mut given = Facts::default();
        let language = Value::Language(bundle.default_language.clone());
        given.set(path::LANGUAGE, language);
        given.set("channel", Value::Member(CHANNEL.into()));
        given.set("account", Value::Text(ACCOUNT.into()));
        nobody_waits(&bundle.fields, &mut given);
        Self {
            reference,
            given,
            held: Vec::new(),
            conversation: Conversation::default(),
            reads_emotion: reads_emotion(bundle),
            now,
            last: None,
            due_before: None,
            due: Vec::new(),
            sent: Vec::new(),
        }
    }

    /// Says a fact. What the conversation keeps goes into it and can change; the rest holds until it is said otherwise.
    pub fn give(&mut self, path: &Arc<str>, value: &Value) {
        let now = self.now;
        match (&**path, value) {
            (path::LANGUAGE, Value::Language(language)) => {
                self.conversation.language = Some(language.clone());
            }
            (path::STATE, Value::Member(state)) => {
                let state = ConversationState::from_name(state);
                self.conversation.state = state.unwrap_or_default();
            }
            (path::CUSTOMER_TAGS, tags) => put(&mut self.conversation.customer_tags, tags, now),
            (path::EPISODE_TAGS, tags) => put(&mut self.conversation.episode_tags, tags, now),
            _ => {
                self.given.set(path.clone(), value.clone());
                self.held.retain(|(held, _)| held != path);
                self.held.push((path.clone(), value.clone()));
            }
        }
    }

    /// Lets time pass, and handles outreach that is due on the way. False, and nothing done, if the clock would go back.
    pub fn move_to(&mut self, to: Timestamp) -> bool {
        if to < self.now {
            return false;
        }
        self.handle_due(to);
        self.now = to;
        true
    }

    /// The customer writes something: one turn. `with` holds in this turn only.
    pub fn says(&mut self, text: &Arc<str>, with: &[(FieldId, Value)]) {
        let text = Value::Text(text.clone());
        self.turn(Trigger::Message, Some(text), &[], with);
    }

    /// The customer sends an attachment, with words or without: one turn. `with` holds in this turn only.
    pub fn sends(
        &mut self,
        kind: AttachmentKind,
        text: Option<&Arc<str>>,
        with: &[(FieldId, Value)],
    ) {
        let trigger = match text {
            Some(_) => Trigger::Message,
            None => Trigger::Attachment,
        };
        let text = text.map(|text| Value::Text(text.clone()));
        self.turn(trigger, text, &[kind.name()], with);
    }

    /// Something happens; `with` are its fields.
    pub fn event(&mut self, event: &Arc<str>, with: &[(FieldId, Value)]) {
        self.turn(Trigger::Event(event.clone()), None, &[], with);
    }

    /// A person takes the conversation.
    pub fn person_takes_over(&mut self) {
        self.conversation.advance(self.now);
        self.conversation.assign();
    }

    /// The person gives it back to the bot.
    pub fn person_gives_back(&mut self) {
        self.conversation.advance(self.now);
        self.conversation.give_back();
    }

    /// The consultation ends.
    pub fn close(&mut self) {
        self.conversation.advance(self.now);
        self.conversation.close();
    }

    /// The way that the router goes as well: begin, facts, decide, apply.
    fn turn(
        &mut self,
        trigger: Trigger,
        text: Option<Value>,
        attached: &[&str],
        with: &[(FieldId, Value)],
    ) {
        let now = self.now;
        self.conversation.begin(&trigger, now);
        let mut facts = self.given.clone();
        if let Some(text) = text {
            facts.set("text", text);
        }
        attachments::set(&mut facts, attached);
        let bundle = self.reference.bundle();
        let set_given = |facts: &mut Facts| {
            for (field, value) in with {
                if let Some(path) = path_of(*field, bundle) {
                    facts.set(path.clone(), value.clone());
                }
            }
        };
        // Before, so that given scores are heard; and behind, so that they hold whatever was heard.
        set_given(&mut facts);
        let heard = hear(&mut self.conversation, &mut facts, self.reads_emotion, now);
        self.conversation.facts(now, &mut facts);
        self.hold_given(&mut facts);
        self.set_before(with, &mut facts);
        set_given(&mut facts);
        let ledger = self.conversation.ledger.clone();
        let mut turn = StoryTurn {
            trigger,
            facts,
            ledger,
            now,
            heard,
            decision: Decision::default(),
        };
        turn.decision = self.reference.decide(turn.inputs());
        self.conversation.apply(&turn.decision, now);
        self.last = Some(turn);
        self.sent.clear();
        if let Some(due) = mem::take(&mut self.due).pop() {
            self.due_before = Some(due);
        }
        self.handle_due(now);
    }

    /// Handles all outreach that is due until then, each at its moment.
    fn handle_due(&mut self, until: Timestamp) {
        while let Some((name, planned)) = self.conversation.outreach.next()
            && planned.due <= until
        {
            let (name, planned) = (name.clone(), planned.clone());
            self.now = self.now.max(planned.due);
            self.handle_one(name, &planned);
        }
    }

    /// The way that the router goes as well.
    fn handle_one(&mut self, name: Arc<str>, planned: &Planned) {
        let now = self.now;
        let trigger = Trigger::Outreach(name);
        self.conversation.begin(&trigger, now);
        let mut facts = self.given.clone();
        self.conversation.facts(now, &mut facts);
        self.hold_given(&mut facts);
        planned.facts(&mut facts);
        let mut turn = StoryTurn {
            trigger,
            facts,
            ledger: self.conversation.ledger.clone(),
            now,
            heard: Heard::default(),
            decision: Decision::default(),
        };
        turn.decision = self.reference.decide(turn.inputs());
        self.conversation.apply(&turn.decision, now);
        self.sent.extend(turn.decision.effects.iter().cloned());
        self.due.push(turn);
    }

    /// The moment of the clock.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What the customer's conversation remembers.
    pub fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// The last turn or event.
    pub fn last_turn(&self) -> Option<&StoryTurn> {
        self.last.as_ref()
    }

    /// Outreach that was due since the last turn or event, in order.
    pub fn due(&self) -> &[StoryTurn] {
        &self.due
    }

    /// The outreach that was due last, before the last turn or event too.
    pub fn last_due(&self) -> Option<&StoryTurn> {
        self.due.last().or(self.due_before.as_ref())
    }

    /// What of the outreach left since the last turn or event.
    pub fn sent(&self) -> &[DecidedEffect] {
        &self.sent
    }

    /// What was given holds against the conversation's own numbers, which so do not rise by themselves.
    fn hold_given(&self, facts: &mut Facts) {
        for (path, value) in &self.held {
            let before = before(path);
            if facts.get(&before).is_some() {
                let last = self.last.as_ref().and_then(|last| last.facts.get(path));
                facts.set(before, last.unwrap_or(value).clone());
            }
            facts.set(path.clone(), value.clone());
        }
    }

    /// A number that the test gives instead of the conversation rises from what the test gave before.
    fn set_before(&self, with: &[(FieldId, Value)], facts: &mut Facts) {
        let Some(last) = &self.last else {
            return;
        };
        for (field, _) in with {
            if let Some(path) = path_of(*field, self.reference.bundle())
                && let Some(value) = last.facts.get(path)
            {
                facts.set(before(path), value.clone());
            }
        }
    }
}

impl StoryTurn {
    /// What the decision depended on.
    pub fn inputs(&self) -> Inputs<'_> {
        Inputs {
            trigger: &self.trigger,
            facts: &self.facts,
            ledger: &self.ledger,
            now: self.now,
        }
    }

    /// What was decided.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// What was heard in the customer's words.
    pub fn heard(&self) -> &Heard {
        &self.heard
    }

    /// The decision, with a verdict on every rule.
    pub fn explain(&self, reference: &Reference) -> Explanation {
        explain(reference, self.inputs()).with_heard(&self.heard, &self.facts)
    }
}

fn path_of(field: FieldId, bundle: &Bundle) -> Option<&Arc<str>> {
    bundle.fields.get(field.index()).map(|field| &field.path)
}

fn put(tags: &mut Tags, given: &Value, now: Timestamp) {
    let Value::List(given) = given else {
        return;
    };
    for tag in given {
        if let Value::Text(tag) = tag {
            tags.put(tag.clone(), now, None);
        }
    }
}
