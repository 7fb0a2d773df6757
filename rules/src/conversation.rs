//! What one customer's conversation remembers between turns, as far as rules can read or change it.
//!
//! Pure, like all of this crate: whoever owns the conversation (the router; the runner of inline tests) calls
//! [`Conversation::begin`], [`Conversation::facts`], decides, then [`Conversation::apply`], and stores the value
//! in the same commit. Every field has a default, so a stored conversation outlives new fields.
//!
//! Not here: who the agents are, which queue entry stands where, what was said.

mod emotion_index;
pub mod hearing;
mod planned;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use signalbox_dsl::bundle::{Priority, Scope, Trigger};
use signalbox_dsl::value::Value;
use signalbox_understanding::Head;

use crate::decision::{Action, Decision};
use crate::facts::Facts;
use crate::ledger::Ledger;
use crate::signals::before;

pub use emotion_index::{EmotionIndex, Trend};
use hearing::percent;
pub use planned::{Planned, PlannedOutreach};

/// Paths of the facts that [`Conversation::facts`] sets.
pub mod path {
    /// Language tag of the conversation. Until it is known, what the caller set before stays.
    pub const LANGUAGE: &str = "language";
    /// Language tag of this turn's words, if they have one; [`super::hearing::hear`] sets it.
    pub const MESSAGE_LANGUAGE: &str = "message.language";
    /// `bot`, `queued` or `assigned`.
    pub const STATE: &str = "conversation.state";
    /// Kinds of the turn's attachments, a list of texts in the order sent; absent where it has none.
    pub const ATTACHMENT_KINDS: &str = "attachment.kinds";
    /// `low`, `normal`, `high` or `urgent`; absent until a rule or a person sets it.
    pub const PRIORITY: &str = "conversation.priority";
    /// Tags of the person, a list of texts.
    pub const CUSTOMER_TAGS: &str = "customer.tags";
    /// Tags of the open episode, a list of texts.
    pub const EPISODE_TAGS: &str = "episode.tags";
    /// Turns of the customer in the open episode, this one included; a whole number, 0 where none is open.
    pub const EPISODE_TURNS: &str = "episode.turns";
    /// Names of planned outreach, a list of texts. No field of an author has a space.
    pub const OUTREACH_PLANNED: &str = "outreach planned";
    /// Until when a due outreach may be sent, a timestamp; [`super::Planned::facts`] sets it.
    pub const OUTREACH_LATEST: &str = "outreach latest";
}

/// The state of one customer's conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conversation {
    /// Language tag, once known. It outlives episodes.
    pub language: Option<Arc<str>>,
    /// A rule or a person chose the language: what the customer writes does not change it any more.
    pub language_pinned: bool,
    /// Emotions over all messages; `None` as long as no rule reads a score.
    pub emotion: Option<EmotionIndex>,
    /// Who answers.
    pub state: ConversationState,
    /// Where it waits or was taken from, while not with the bot.
    pub queue: Option<Arc<str>>,
    /// Urgency for people; ends with the episode.
    pub priority: Option<Priority>,
    /// Where it stands among those of its priority, 0 to 100, the higher the sooner; ends with the episode.
    pub score: Option<Decimal>,
    /// Tags of the person.
    pub customer_tags: Tags,
    /// Tags of the open episode.
    pub episode_tags: Tags,
    /// The open episode.
    pub episode: Option<Episode>,
    /// Uses of limited effects.
    pub ledger: Ledger,
    /// Outreach that waits. It outlives episodes.
    pub outreach: PlannedOutreach,
}

/// Who answers the customer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConversationState {
    /// The rules.
    #[default]
    Bot,
    /// Nobody yet: it waits for a person, and the bot is silent.
    Queued,
    /// A person, and the bot is silent.
    Assigned,
}

impl ConversationState {
    /// As rules and facts spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Queued => "queued",
            Self::Assigned => "assigned",
        }
    }

    /// Reads what [`Self::name`] writes.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Bot, Self::Queued, Self::Assigned]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// One consultation: first message to close, or [`Conversation::SILENCE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// Its first message.
    pub started: Timestamp,
    /// The last word of anybody in it.
    pub last_activity: Timestamp,
    /// Turns of the customer in it.
    #[serde(default)]
    pub turns: u32,
}

impl Conversation {
    /// An episode ends after this much silence.
    pub const SILENCE: Duration = Duration::from_secs(24 * 60 * 60);

    /// Brings the state to `now`, before its facts are read for a turn or event: an episode that fell silent ends,
    /// tags that ran out go, and a message opens an episode or goes on with the open one. An event does neither.
    pub fn begin(&mut self, trigger: &Trigger, now: Timestamp) {
        self.advance(now);
        if !matches!(trigger, Trigger::Message | Trigger::Attachment) {
            return;
        }
        let episode = self.episode.get_or_insert(Episode {
            started: now,
            last_activity: now,
            turns: 0,
        });
        episode.last_activity = episode.last_activity.max(now);
        episode.turns = episode.turns.saturating_add(1);
    }

    /// Lets time pass: ends an episode that fell silent and drops tags that ran out.
    pub fn advance(&mut self, now: Timestamp) {
        let silent = self.silent_from().is_some_and(|end| end <= now);
        if silent {
            self.close();
        }
        self.customer_tags.expire(now);
        self.episode_tags.expire(now);
    }

    /// When the open episode ends if nobody says anything more: the moment for the router's timer.
    pub fn silent_from(&self) -> Option<Timestamp> {
        let episode = self.episode.as_ref()?;
        Some(after(episode.last_activity, Self::SILENCE))
    }

    /// A person (or the system on somebody's behalf) said something: the episode stays open.
    pub fn heard(&mut self, now: Timestamp) {
        if let Some(episode) = &mut self.episode {
            episode.last_activity = episode.last_activity.max(now);
        }
    }

    /// A rule or a person chooses the language; it stays until one of them chooses again.
    pub fn pin_language(&mut self, language: Arc<str>) {
        self.language = Some(language);
        self.language_pinned = true;
    }

    /// A person took the conversation.
    pub fn assign(&mut self) {
        self.state = ConversationState::Assigned;
    }

    /// The person gave it back to the bot.
    pub fn give_back(&mut self) {
        self.state = ConversationState::Bot;
        self.queue = None;
    }

    /// Ends the episode and all that lasts as long as an episode. The bot answers again.
    pub fn close(&mut self) {
        self.give_back();
        self.episode = None;
        self.priority = None;
        self.score = None;
        self.episode_tags = Tags::default();
        self.ledger.end_episode();
        if let Some(emotion) = &mut self.emotion {
            emotion.end_episode();
        }
    }

    /// Enters what a decision changes. Replies and notes change nothing here but the ledger.
    pub fn apply(&mut self, decision: &Decision, now: Timestamp) {
        let of_effects = decision
            .effects
            .iter()
            .filter_map(|it| it.ledger_use.as_ref());
        for used in of_effects.chain(&decision.uses) {
            self.ledger.enter(used, now);
        }
        self.outreach.apply(decision);
        for effect in &decision.effects {
            match &effect.action {
                Action::Reply { .. } => self.heard(now),
                Action::HandOver { queue, .. } => {
                    self.state = ConversationState::Queued;
                    self.queue = Some(queue.clone());
                }
                Action::SetPriority { priority } => {
                    // The highest wins within an episode too: a later, calmer message does not take urgency away.
                    self.priority = self.priority.max(Some(*priority));
                }
                // The last turn's word counts: a score is worked out anew each time, and may fall.
                Action::SetScore { score } => self.score = Some(*score),
                Action::Tag { scope, tag, until } => {
                    self.tags_mut(*scope).put(tag.clone(), now, *until);
                }
                Action::Untag { scope, tag } => self.tags_mut(*scope).take_off(tag),
                Action::Note { .. } | Action::CancelOutreach { .. } => {}
                Action::SetLanguage { language } => self.pin_language(language.clone()),
            }
        }
    }

    /// Sets the facts that this state holds; see [`path`]. Call [`Self::begin`] first, and set the bundle's default language
    /// under [`path::LANGUAGE`] before: rules count on a language, and a customer who was not yet heard has none.
    pub fn facts(&self, now: Timestamp, facts: &mut Facts) {
        if let Some(language) = &self.language {
            facts.set(path::LANGUAGE, Value::Language(language.clone()));
        }
        if let Some(emotion) = &self.emotion {
            for head in Head::ALL {
                let path = format!("customer.{}", head.name());
                facts.set(before(&path), percent(emotion.last_move(head).0));
                facts.set(path, percent(emotion.value(head, now)));
            }
        }
        facts.set(path::STATE, Value::Member(self.state.name().into()));
        if let Some(priority) = self.priority {
            facts.set(
                path::PRIORITY,
                Value::Member(priority_name(priority).into()),
            );
        }
        self.outreach.facts(facts);
        facts.set(path::CUSTOMER_TAGS, self.customer_tags.as_value(now));
        facts.set(path::EPISODE_TAGS, self.episode_tags.as_value(now));
        let turns = self.episode.as_ref().map_or(0, |episode| episode.turns);
        // Read under a message only, which is one of them.
        let turns_before = Value::Number(turns.saturating_sub(1).into());
        facts.set(before(path::EPISODE_TURNS), turns_before);
        facts.set(path::EPISODE_TURNS, Value::Number(turns.into()));
    }

    fn tags_mut(&mut self, scope: Scope) -> &mut Tags {
        match scope {
            Scope::Episode => &mut self.episode_tags,
            Scope::Customer => &mut self.customer_tags,
        }
    }
}

/// Tags with their time, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<Arc<str>, TagLife>);

/// Since when a tag is on, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagLife {
    /// When it was last put on.
    pub since: Timestamp,
    /// When it comes off by itself; `None`: it stays.
    pub until: Option<Timestamp>,
}

impl Tags {
    /// Tags are words of the rule files, so few; past this the one that was put on longest ago goes.
    pub const MOST: usize = 512;

    /// Puts a tag on, or on again: the later end of the two holds.
    pub fn put(&mut self, tag: Arc<str>, now: Timestamp, until: Option<Timestamp>) {
        let until = match self.0.get(&tag) {
            Some(before) => before.until.zip(until).map(|(a, b)| a.max(b)),
            None => until,
        };
        self.0.insert(tag, TagLife { since: now, until });
        if self.0.len() > Self::MOST {
            let oldest = self.0.iter().min_by_key(|(_, life)| life.since);
            if let Some(tag) = oldest.map(|(tag, _)| tag.clone()) {
                self.0.remove(&tag);
            }
        }
    }

    /// Takes a tag off, if it is on.
    pub fn take_off(&mut self, tag: &str) {
        self.0.remove(tag);
    }

    /// The tags that are on at `now`, by name.
    pub fn iter(&self, now: Timestamp) -> impl Iterator<Item = (&Arc<str>, &TagLife)> {
        self.0.iter().filter(move |(_, life)| life.is_on(now))
    }

    fn expire(&mut self, now: Timestamp) {
        self.0.retain(|_, life| life.is_on(now));
    }

    fn as_value(&self, now: Timestamp) -> Value {
        Value::List(
            self.iter(now)
                .map(|(tag, _)| Value::Text(tag.clone()))
                .collect(),
        )
    }
}

impl TagLife {
    fn is_on(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// A priority as rules and facts spell it.
pub fn priority_name(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
        Priority::Urgent => "urgent",
    }
}

/// `moment + duration`, or the end of time where that cannot be told.
pub(crate) fn after(moment: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| moment.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
