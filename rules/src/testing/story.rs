//! One test under way: its clock, its conversation, its last turn.

use std::sync::Arc;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span as Days, Timestamp};
use signalbox_dsl::bundle::{Bundle, FieldId, TestAction, TestCase, TestDay, Trigger};
use signalbox_dsl::value::Value;

use super::coverage::Coverage;
use crate::conversation::hearing::{Heard, hear, reads_emotion};
use crate::conversation::{Conversation, ConversationState, Planned, Tags, path};
use crate::decision::{DecidedEffect, Decision, Inputs};
use crate::explain::{Explanation, Verdict, explain};
use crate::facts::Facts;
use crate::ledger::Ledger;
use crate::reference::Reference;
use crate::signals::before;

/// Day 1 of a test that names no date: a Monday.
const FIRST_DAY: Date = jiff::civil::date(2026, 1, 5);

/// Where a test's customer writes unless the test says otherwise.
const CHANNEL: &str = "webchat";
const ACCOUNT: &str = "test";

pub(super) struct Story<'a> {
    reference: &'a Reference,
    /// What holds in every turn, besides what the conversation knows.
    given: Facts,
    /// Of what the test gave, that which holds whatever the conversation says.
    held: Vec<(Arc<str>, Value)>,
    conversation: Conversation,
    reads_emotion: bool,
    first_day: Date,
    now: Timestamp,
    last: Option<Turn>,
    /// The last outreach that was due.
    last_due: Option<Turn>,
    /// Outreach that left since the last step that happened.
    sent: Vec<DecidedEffect>,
}

/// A turn or event with all that its decision depended on.
pub(super) struct Turn {
    trigger: Trigger,
    facts: Facts,
    ledger: Ledger,
    now: Timestamp,
    heard: Heard,
    pub(super) decision: Decision,
}

impl<'a> Story<'a> {
    pub(super) fn new(reference: &'a Reference, case: &TestCase) -> Self {
        let zone = &reference.prepared().zone;
        let first_day = first_day(case);
        let mut story = Self {
            reference,
            given: Facts::default(),
            held: Vec::new(),
            conversation: Conversation::default(),
            reads_emotion: reads_emotion(reference.bundle()),
            first_day,
            now: moment(first_day, Time::MIN, zone),
            last: None,
            last_due: None,
            sent: Vec::new(),
        };
        let bundle = reference.bundle();
        let language = Value::Language(bundle.default_language.clone());
        story.given.set(path::LANGUAGE, language);
        story.given.set("channel", Value::Member(CHANNEL.into()));
        story.given.set("account", Value::Text(ACCOUNT.into()));
        for (field, value) in &case.given {
            if let Some(path) = path_of(*field, bundle) {
                story.give(path, value);
            }
        }
        story
    }

    /// What the conversation keeps goes into it and can change; the rest holds for the whole test.
    fn give(&mut self, path: &Arc<str>, value: &Value) {
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
                self.held.push((path.clone(), value.clone()));
            }
        }
    }

    /// Handles outreach that is due on the way. False, and nothing done, if the clock would go back.
    pub(super) fn move_clock(&mut self, day: TestDay, time: Time) -> bool {
        let date = match day {
            TestDay::Date(date) => date,
            TestDay::Number(number) => {
                let days = Days::new().try_days(i64::from(number.saturating_sub(1)));
                let date = days.and_then(|days| self.first_day.checked_add(days));
                date.unwrap_or(Date::MAX)
            }
        };
        let to = moment(date, time, &self.reference.prepared().zone);
        if to < self.now {
            return false;
        }
        self.handle_due(to);
        self.now = to;
        true
    }

    pub(super) fn says(
        &mut self,
        text: &Arc<str>,
        with: &[(FieldId, Value)],
        coverage: &mut Coverage,
    ) {
        let text = Value::Text(text.clone());
        self.turn(Trigger::Message, Some(text), with, coverage);
    }

    pub(super) fn event(
        &mut self,
        event: &Arc<str>,
        with: &[(FieldId, Value)],
        coverage: &mut Coverage,
    ) {
        self.turn(Trigger::Event(event.clone()), None, with, coverage);
    }

    /// The way that the router goes as well: begin, facts, decide, apply.
    fn turn(
        &mut self,
        trigger: Trigger,
        text: Option<Value>,
        with: &[(FieldId, Value)],
        coverage: &mut Coverage,
    ) {
        let now = self.now;
        self.conversation.begin(&trigger, now);
        let mut facts = self.given.clone();
        if let Some(text) = text {
            facts.set("text", text);
        }
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
        let mut turn = Turn {
            trigger,
            facts,
            ledger,
            now,
            heard,
            decision: Decision::default(),
        };
        turn.decision = self.reference.decide(turn.inputs());
        coverage.note(self.reference, turn.inputs(), &turn.decision);
        self.conversation.apply(&turn.decision, now);
        self.last = Some(turn);
        self.sent.clear();
        self.handle_due(now);
    }

    /// Handles all outreach that is due until then, each at its moment.
    fn handle_due(&mut self, until: Timestamp) {
        while let Some((name, planned)) = self.conversation.outreach.next()
            && planned.due <= until
        {
            let (name, planned) = (name.clone(), planned.clone());
            self.now = self.now.max(planned.due);
            self.due(name, &planned);
        }
    }

    /// The way that the router goes as well.
    fn due(&mut self, name: Arc<str>, planned: &Planned) {
        let now = self.now;
        let trigger = Trigger::Outreach(name);
        self.conversation.begin(&trigger, now);
        let mut facts = self.given.clone();
        self.conversation.facts(now, &mut facts);
        self.hold_given(&mut facts);
        planned.facts(&mut facts);
        let mut turn = Turn {
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
        self.last_due = Some(turn);
    }

    /// Outreach that left since the last step that happened.
    pub(super) fn sent(&self) -> &[DecidedEffect] {
        &self.sent
    }

    pub(super) fn last_due(&self) -> Option<&Turn> {
        self.last_due.as_ref()
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

    pub(super) fn last_turn(&self) -> Option<&Turn> {
        self.last.as_ref()
    }
}

impl Turn {
    fn inputs(&self) -> Inputs<'_> {
        Inputs {
            trigger: &self.trigger,
            facts: &self.facts,
            ledger: &self.ledger,
            now: self.now,
        }
    }

    /// The decision with the rules that fired, and those named.
    pub(super) fn explain(&self, reference: &Reference, rules: &[Arc<str>]) -> Explanation {
        let mut explanation =
            explain(reference, self.inputs()).with_heard(&self.heard, &self.facts);
        explanation.rules.retain(|rule| {
            matches!(rule.verdict, Verdict::Fired { .. }) || rules.contains(&rule.rule)
        });
        explanation
    }
}

fn first_day(case: &TestCase) -> Date {
    case.steps
        .iter()
        .find_map(|step| match step.action {
            TestAction::At {
                day: TestDay::Date(date),
                ..
            } => Some(date),
            _ => None,
        })
        .unwrap_or(FIRST_DAY)
}

fn moment(date: Date, time: Time, zone: &TimeZone) -> Timestamp {
    date.to_datetime(time)
        .to_zoned(zone.clone())
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
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
