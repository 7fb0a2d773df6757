//! The emotions of a message, and the interface that every scorer of them has.

use std::ops::{Index, IndexMut, Range};

use serde::{Deserialize, Serialize};

use crate::score::Score;

/// One question that a scorer answers about a message, by itself: a message may be angry and grateful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Head {
    /// Displeasure of any kind, sadness and disappointment too.
    Negative,
    /// Anger, annoyance, abuse.
    Anger,
    /// It has to be now.
    Urgency,
    /// Of a complaint to somebody above, the regulator, the law, the press, a chargeback.
    Threat,
    /// Thanks and praise.
    Gratitude,
}

impl Head {
    /// In the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Negative,
        Self::Anger,
        Self::Urgency,
        Self::Threat,
        Self::Gratitude,
    ];

    /// As rules spell it behind `message.` and `customer.`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Anger => "anger",
            Self::Urgency => "urgency",
            Self::Threat => "threat",
            Self::Gratitude => "gratitude",
        }
    }

    /// Reads what [`Self::name`] writes.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|head| head.name() == name)
    }
}

/// A score for every head.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Scores {
    negative: Score,
    anger: Score,
    urgency: Score,
    threat: Score,
    gratitude: Score,
}

impl Index<Head> for Scores {
    type Output = Score;

    fn index(&self, head: Head) -> &Score {
        match head {
            Head::Negative => &self.negative,
            Head::Anger => &self.anger,
            Head::Urgency => &self.urgency,
            Head::Threat => &self.threat,
            Head::Gratitude => &self.gratitude,
        }
    }
}

impl IndexMut<Head> for Scores {
    fn index_mut(&mut self, head: Head) -> &mut Score {
        match head {
            Head::Negative => &mut self.negative,
            Head::Anger => &mut self.anger,
            Head::Urgency => &mut self.urgency,
            Head::Threat => &mut self.threat,
            Head::Gratitude => &mut self.gratitude,
        }
    }
}

/// Words that moved a head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Which head.
    pub head: Head,
    /// Where they stand: bytes of the text that was scored, on whole characters.
    pub span: Range<usize>,
    /// By how much, if nothing else had moved it before.
    pub weight: Score,
}

/// What a scorer says about a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Emotion {
    /// The scores.
    pub scores: Scores,
    /// What gave them, in the order of the text.
    pub evidence: Vec<Evidence>,
}

impl Emotion {
    /// The words of `text` that moved `head`, each once, in order. `text` is the one that was scored.
    pub fn words<'t>(&self, head: Head, text: &'t str) -> Vec<&'t str> {
        let mut words = Vec::new();
        for evidence in self.evidence.iter().filter(|it| it.head == head) {
            if let Some(word) = text.get(evidence.span.clone())
                && !words.contains(&word)
            {
                words.push(word);
            }
        }
        words
    }
}

/// Whatever scores messages. The same text has the same scores, always and everywhere: a decision must be repeatable.
pub trait EmotionScorer: Send + Sync {
    /// Names the model and its version; what two models of one name say about a text is the same.
    fn model(&self) -> &str;

    /// Scores one message. Takes time and room in proportion to its length at most.
    fn score(&self, text: &str) -> Emotion;
}
