//! It decays, it stays in bounds, and it keeps the order of what was said.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

fn minutes(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn angry(percent: u32) -> Scores {
    let mut scores = Scores::default();
    scores[Head::Anger] = Score::from_percent(percent);
    scores
}

fn percent(index: &EmotionIndex, now: Timestamp) -> u32 {
    index.value(Head::Anger, now).basis_points() / 100
}

#[test]
fn a_message_raises_it_a_second_one_more_and_time_halves_it() {
    let mut index = EmotionIndex::default();
    assert_eq!(percent(&index, minutes(0)), 0);
    index.add(&angry(90), minutes(0));
    assert_eq!(percent(&index, minutes(0)), 63);
    assert_eq!(index.trend(Head::Anger, minutes(0)), Trend::Rising);
    let mut twice = index.clone();
    twice.add(&angry(90), minutes(0));
    assert_eq!(
        percent(&twice, minutes(0)),
        85,
        "86 %, rounded down, less what calm there was in it"
    );
    assert_eq!(percent(&index, minutes(30)), 31);
    assert_eq!(percent(&index, minutes(60)), 15);
    assert_eq!(
        index.trend(Head::Anger, minutes(60)),
        Trend::Rising,
        "still above where it came from"
    );
    assert_eq!(percent(&index, minutes(60 * 24 * 365)), 0);
}

#[test]
fn a_calm_message_lowers_it_and_the_peak_stays_until_the_episode_ends() {
    let mut index = EmotionIndex::default();
    index.add(&angry(90), minutes(0));
    index.add(&angry(0), minutes(1));
    let (before, behind) = index.last_move(Head::Anger);
    assert!(behind < before);
    assert_eq!(index.trend(Head::Anger, minutes(1)), Trend::Falling);
    let peak = index.peak(Head::Anger);
    assert_eq!(peak, Some((Score::from_percent(63), minutes(0))));
    index.end_episode();
    index.add(&angry(10), minutes(2));
    assert_eq!(index.peak(Head::Anger).map(|(_, at)| at), Some(minutes(2)));
}

#[test]
fn it_outlives_being_stored() {
    let mut index = EmotionIndex::default();
    index.add(&angry(70), minutes(3));
    let stored = serde_json::to_string(&index).unwrap();
    assert_eq!(
        serde_json::from_str::<EmotionIndex>(&stored).unwrap(),
        index
    );
}

fn messages() -> impl Strategy<Value = Vec<(u32, i64)>> {
    proptest::collection::vec((0..=100_u32, 0..90_i64), 0..20)
}

fn index_of(messages: &[(u32, i64)]) -> (EmotionIndex, i64) {
    let (mut index, mut now) = (EmotionIndex::default(), 0);
    for (percent, later) in messages {
        now += later;
        index.add(&angry(*percent), minutes(now));
    }
    (index, now)
}

proptest! {
    #[test]
    fn it_only_falls_with_time(messages in messages(), first in 0..20_000_000_i64, more in 0..20_000_000_i64) {
        let (index, end) = index_of(&messages);
        let at = |millis| index.value(Head::Anger, minutes(end) + SignedDuration::from_millis(millis));
        prop_assert!(at(0) >= at(first));
        prop_assert!(at(first) >= at(first + more));
    }

    #[test]
    fn a_stronger_message_never_ends_lower(messages in messages(), less in 0..=100_u32, more in 0..=100_u32) {
        let (weaker, end) = index_of(&messages);
        let mut stronger = weaker.clone();
        let mut weaker = weaker;
        weaker.add(&angry(less.min(more)), minutes(end));
        stronger.add(&angry(less.max(more)), minutes(end));
        prop_assert!(stronger.value(Head::Anger, minutes(end)) >= weaker.value(Head::Anger, minutes(end)));
    }

    #[test]
    fn a_later_history_of_the_same_words_is_never_lower(messages in messages(), pause in 0..10_000_i64) {
        let (index, end) = index_of(&messages);
        prop_assert!(index.value(Head::Anger, minutes(end)) >= index.value(Head::Anger, minutes(end + pause)));
        if let Some((peak, _)) = index.peak(Head::Anger) {
            prop_assert!(peak >= index.value(Head::Anger, minutes(end + pause)));
        }
    }

    #[test]
    fn a_message_moves_it_towards_itself(before in 0..=WHOLE, said in 0..=100_u32) {
        let after = moved(before, Score::from_percent(said));
        prop_assert!(after <= WHOLE);
        if said == 100 { prop_assert!(after >= before); }
        if said == 0 { prop_assert!(after <= before); }
    }
}
