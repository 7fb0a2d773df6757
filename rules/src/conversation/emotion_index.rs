//! The emotions of a customer over all their messages: each message moves the index, and time takes it back.
//!
//! In whole millionths, so that it is the same on every machine. It is kept as it stood at the last message and decays when it is read, so
//! reading never changes it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_understanding::{Head, Score, Scores};
use std::collections::BTreeMap;
use std::time::Duration;

/// All heads of one customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmotionIndex(BTreeMap<Head, Level>);

/// One head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Level {
    /// When a message last moved it.
    at: Timestamp,
    /// Just behind that message, in millionths.
    value: u32,
    /// Just before that message.
    before: u32,
    /// The highest it was in this episode, and when.
    peak: u32,
    peak_at: Timestamp,
}

/// Where an index is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trend {
    /// The last message raised it by [`EmotionIndex::STEP`] or more.
    Rising,
    /// In between.
    Steady,
    /// The last message lowered it, or time did, by as much.
    Falling,
}

/// 100 %.
const WHOLE: u32 = 1_000_000;

impl EmotionIndex {
    /// So long without a message halves an index.
    pub const HALF_LIFE: Duration = Duration::from_secs(30 * 60);
    /// A message takes this part of what is missing to 100 %, times its score.
    pub const GAIN: Score = Score::from_percent(70);
    /// A message without the emotion takes this part away; one with a little of it, less.
    pub const CALM: Score = Score::from_percent(15);
    /// Smaller moves are no trend.
    pub const STEP: Score = Score::from_percent(5);

    /// Takes in the scores of a message.
    pub fn add(&mut self, scores: &Scores, now: Timestamp) {
        for head in Head::ALL {
            let level = self.0.entry(head).or_insert(Level {
                at: now,
                value: 0,
                before: 0,
                peak: 0,
                peak_at: now,
            });
            let before = level.at_time(now);
            level.before = before;
            level.value = moved(before, scores[head]);
            // Log time only grows; were it not so, nothing would be counted twice.
            level.at = level.at.max(now);
            if level.value >= level.peak {
                level.peak = level.value;
                level.peak_at = now;
            }
        }
    }

    /// The index at `now`; 0 % before the first message.
    pub fn value(&self, head: Head, now: Timestamp) -> Score {
        let level = self.0.get(&head);
        score(level.map_or(0, |level| level.at_time(now)))
    }

    /// What the last message did: the index just before it and just behind it.
    pub fn last_move(&self, head: Head) -> (Score, Score) {
        let level = self.0.get(&head);
        level.map_or((Score::NONE, Score::NONE), |level| {
            (score(level.before), score(level.value))
        })
    }

    /// The highest of this episode, and when; `None` before the first message.
    pub fn peak(&self, head: Head) -> Option<(Score, Timestamp)> {
        let level = self.0.get(&head)?;
        Some((score(level.peak), level.peak_at))
    }

    /// Where it is going, seen from before the last message.
    pub fn trend(&self, head: Head, now: Timestamp) -> Trend {
        let Some(level) = self.0.get(&head) else {
            return Trend::Steady;
        };
        let (then, value) = (
            score(level.before).basis_points(),
            self.value(head, now).basis_points(),
        );
        let step = Self::STEP.basis_points();
        if value >= then + step {
            Trend::Rising
        } else if value + step <= then.max(score(level.value).basis_points()) {
            Trend::Falling
        } else {
            Trend::Steady
        }
    }

    /// An episode ends: peaks begin again where the indexes are.
    pub(crate) fn end_episode(&mut self) {
        for level in self.0.values_mut() {
            level.peak = 0;
            level.peak_at = level.at;
        }
    }
}

impl Level {
    fn at_time(&self, now: Timestamp) -> u32 {
        let elapsed = now.duration_since(self.at).as_millis().max(0);
        decayed(self.value, u128::try_from(elapsed).unwrap_or(0))
    }
}

fn score(millionths: u32) -> Score {
    Score::from_basis_points(millionths / 100)
}

/// A message's part. Linear in the score, so a stronger message never ends lower.
fn moved(before: u32, said: Score) -> u32 {
    let part = |whole: u32, of: Score| u64::from(whole) * u64::from(of.basis_points()) / 10_000;
    let up = part(WHOLE - before.min(WHOLE), EmotionIndex::GAIN.of(said));
    let calm = Score::from_basis_points(10_000 - said.basis_points());
    let down = part(before, EmotionIndex::CALM.of(calm));
    let moved = u64::from(before) + up - down.min(u64::from(before));
    u32::try_from(moved).unwrap_or(WHOLE).min(WHOLE)
}

/// `2^(-1/2^k)` for k from 1 on, in units of 2^-32: the decay of half a half-life, a quarter …
const ROOTS: [u64; 10] = [
    3_037_000_500,
    3_611_622_603,
    3_938_502_376,
    4_112_874_773,
    4_202_935_003,
    4_248_701_965,
    4_271_771_996,
    4_283_353_945,
    4_289_156_690,
    4_292_061_010,
];

/// `value` after so many milliseconds.
fn decayed(value: u32, milliseconds: u128) -> u32 {
    let half_life = EmotionIndex::HALF_LIFE.as_millis();
    let halvings = u32::try_from(milliseconds / half_life).unwrap_or(u32::MAX);
    // The rest of a half-life in 1024ths: finer than anybody could see.
    let fraction = (milliseconds % half_life) * 1024 / half_life;
    let mut factor = 1_u64 << 32;
    for (root, bit) in ROOTS.iter().zip((0..10).rev()) {
        if (fraction >> bit) & 1 == 1 {
            factor = (factor * root) >> 32;
        }
    }
    let left = (u64::from(value) * factor) >> 32;
    u32::try_from(left.checked_shr(halvings).unwrap_or(0)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
