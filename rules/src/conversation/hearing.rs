//! What a message's own words say, as facts: its language, its emotions, and what they do to the conversation.
//!
//! The one place for it: the router, inline tests and `explain` all call [`hear`] between [`Conversation::begin`] and
//! [`Conversation::facts`]. A value that the facts hold already (a test's, or one from the command line) wins over the scorer's.

use jiff::Timestamp;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use signalbox_dsl::bundle::Bundle;
use signalbox_dsl::value::Value;
use signalbox_understanding::{Detected, Emotion, Head, Score, detect, shipped};

use super::{Conversation, path};
use crate::engine::needs;
use crate::facts::Facts;

/// The words of the turn.
const TEXT: &str = "text";

/// A conversation that has a language changes it from here on; one that has none takes what is likely.
const SURE: Score = Score::from_percent(90);
const LIKELY: Score = Score::from_percent(60);

/// What was heard in a turn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// The language of the words, if they have one.
    pub language: Option<Detected>,
    /// The emotions, if rules read them.
    pub emotion: Option<Emotion>,
}

/// Whether any rule reads a score. Without one, nobody needs to pay for scoring.
pub fn reads_emotion(bundle: &Bundle) -> bool {
    needs::of(bundle)
        .iter()
        .filter_map(|field| bundle.fields.get(field.index()))
        .any(|field| is_score(&field.path))
}

fn is_score(path: &str) -> bool {
    let head = path
        .strip_prefix("message.")
        .or_else(|| path.strip_prefix("customer."));
    head.is_some_and(|head| Head::from_name(head).is_some())
}

/// Takes in the words of a turn (the fact `text`), or nothing if it is an event: sets `message.*`, and brings the conversation's
/// language and, with `reads_emotion`, its emotion index up to date. `facts` must hold a language to fall back on.
pub fn hear(
    conversation: &mut Conversation,
    facts: &mut Facts,
    reads_emotion: bool,
    now: Timestamp,
) -> Heard {
    let mut heard = Heard::default();
    if reads_emotion {
        // From here on there is an index, and it may be 0 %.
        conversation.emotion.get_or_insert_default();
    }
    let Some(Value::Text(text)) = facts.get(TEXT).cloned() else {
        return heard;
    };
    heard.language = detect(&text);
    if let Some(detected) = heard.language {
        hear_language(conversation, facts, detected);
    }
    if reads_emotion {
        let emotion = with_given(shipped().score(&text), facts);
        for head in Head::ALL {
            facts.set(message_path(head), percent(emotion.scores[head]));
        }
        conversation
            .emotion
            .get_or_insert_default()
            .add(&emotion.scores, now);
        heard.emotion = Some(emotion);
    }
    heard
}

fn hear_language(conversation: &mut Conversation, facts: &mut Facts, detected: Detected) {
    let fallback = match facts.get(path::LANGUAGE) {
        Some(Value::Language(language)) => language.clone(),
        _ => "".into(),
    };
    let current = conversation.language.clone().unwrap_or(fallback);
    let tag = detected.language.tag(&current);
    let needed = match conversation.language {
        Some(_) => SURE,
        None => LIKELY,
    };
    if facts.get(path::MESSAGE_LANGUAGE).is_none() && detected.confidence >= LIKELY {
        facts.set(path::MESSAGE_LANGUAGE, Value::Language(tag.into()));
    }
    if !conversation.language_pinned && detected.confidence >= needed {
        conversation.language = Some(tag.into());
    }
}

/// The emotion with what the facts say instead; words are no evidence for a given value.
fn with_given(mut emotion: Emotion, facts: &Facts) -> Emotion {
    for head in Head::ALL {
        if let Some(Value::Percent(given)) = facts.get(&message_path(head)) {
            let points = (given * Decimal::ONE_HUNDRED).to_u32();
            emotion.scores[head] = Score::from_basis_points(points.unwrap_or(0));
            emotion.evidence.retain(|evidence| evidence.head != head);
        }
    }
    emotion
}

fn message_path(head: Head) -> String {
    format!("message.{}", head.name())
}

/// A score as rules read it.
pub(crate) fn percent(score: Score) -> Value {
    Value::Percent(Decimal::new(i64::from(score.basis_points()), 2).normalize())
}

/// What was heard, for people: see [`Heard::explained`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedMessage {
    /// Who scored it.
    pub model: String,
    /// Tag and confidence in basis points, if it has a language.
    pub language: Option<ExplainedLanguage>,
    /// The heads that are not 0 %.
    pub emotions: Vec<ExplainedEmotion>,
}

/// The language of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedLanguage {
    /// As rules read it.
    pub tag: String,
    /// How sure, in percent.
    pub confidence: Decimal,
}

/// One head and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedEmotion {
    /// Which.
    pub head: Head,
    /// How much, in percent.
    pub score: Decimal,
    /// What the customer wrote that gave it; empty for a value that was given.
    pub words: Vec<String>,
}

impl Heard {
    /// With the words of `text`, the one that was heard. `language` is the conversation's.
    pub fn explained(&self, text: &str, language: &str) -> ExplainedMessage {
        let decimal = |score: Score| Decimal::new(i64::from(score.basis_points()), 2).normalize();
        let emotion = |emotion: &Emotion| {
            let spoken = Head::ALL
                .into_iter()
                .filter(|head| emotion.scores[*head] > Score::NONE);
            let explained = spoken.map(|head| ExplainedEmotion {
                head,
                score: decimal(emotion.scores[head]),
                words: emotion
                    .words(head, text)
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
            });
            explained.collect()
        };
        ExplainedMessage {
            model: shipped().model().to_owned(),
            language: self.language.map(|detected| ExplainedLanguage {
                tag: detected.language.tag(language).to_owned(),
                confidence: decimal(detected.confidence),
            }),
            emotions: self.emotion.as_ref().map(emotion).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests;
