use jiff::Timestamp;
use proptest::prelude::*;
use signalbox_adapters::Content;
use signalbox_router::{Shown, Speaker, ThreadEvent};
use signalbox_store::{MessageId, Sequence};
use uuid::Uuid;

use super::*;

fn entry(sequence: u64) -> Arc<Entry> {
    own(sequence, "somebody else's")
}

fn own(sequence: u64, cid: &str) -> Arc<Entry> {
    Entry::new(Arc::new(ThreadEvent {
        sequence: Sequence(sequence),
        message_id: MessageId(Uuid::nil()),
        at: Timestamp::UNIX_EPOCH,
        shown: Shown::Message {
            from: Speaker::Customer,
            name: None,
            cid: Some(cid.to_owned()),
            in_reply_to: None,
            content: Content::Text {
                text: "x".to_owned(),
            },
        },
    }))
}

/// What comes out: sequences of events, acks by their text.
fn out(feed: &mut Feed) -> Vec<String> {
    std::iter::from_fn(|| feed.next())
        .flat_map(|next| match next {
            Next::Frames(frames) => frames
                .iter()
                .map(
                    |frame| match serde_json::from_str::<serde_json::Value>(frame) {
                        Ok(event) => event["seq"].to_string(),
                        Err(_) => frame.to_string(),
                    },
                )
                .collect(),
            Next::Synced(seq) => vec![format!("synced {seq}")],
        })
        .collect()
}

#[test]
fn hints_out_of_order_come_out_in_order_and_once() {
    let now = Instant::now();
    let mut feed = Feed::new(0, 0, now);
    feed.offer(entry(2), now);
    assert!(out(&mut feed).is_empty());
    assert_eq!(
        feed.wants(),
        Some(now + HINT_GRACE),
        "the missing one may be on its way"
    );
    feed.offer(entry(1), now);
    feed.offer(entry(1), now);
    assert_eq!(out(&mut feed), ["1", "2"]);
    assert_eq!(feed.wants(), None);
    feed.offer(entry(2), now);
    assert!(out(&mut feed).is_empty());
}

#[test]
fn an_own_message_is_an_ack_and_never_an_event() {
    let now = Instant::now();
    let mut feed = Feed::new(0, 0, now);
    feed.departs("mine");
    feed.offer(own(1, "mine"), now);
    feed.offer(entry(2), now);
    assert!(
        out(&mut feed).is_empty(),
        "nobody knows yet whether it is an ack"
    );
    assert_eq!(feed.acknowledge(1, "ack".into(), now), None);
    feed.landed(now);
    assert_eq!(out(&mut feed), ["ack", "2"]);
    assert_eq!(
        feed.acknowledge(1, "again".into(), now).as_deref(),
        Some("again"),
        "its turn has passed"
    );
}

#[test]
fn another_ones_message_with_a_conflicting_cid_is_an_event_after_all() {
    let now = Instant::now();
    let mut feed = Feed::new(0, 0, now);
    feed.departs("mine");
    feed.offer(own(1, "mine"), now);
    feed.landed(now);
    assert_eq!(out(&mut feed), ["1"]);
}

#[test]
fn a_replay_ends_with_synced_and_goes_on_live() {
    let now = Instant::now();
    let mut feed = Feed::new(3, 3, now);
    feed.replay(1, now);
    assert_eq!(feed.wants(), Some(now));
    feed.offer(entry(4), now);
    assert!(out(&mut feed).is_empty());
    assert_eq!(
        feed.fill(1, vec![entry(2), entry(3)], now),
        Filled::Continues
    );
    assert_eq!(out(&mut feed), ["2", "3", "synced 3", "4"]);
    feed.replay(9, now);
    assert_eq!(
        out(&mut feed),
        ["synced 4"],
        "a client that is ahead has nothing to get"
    );
}

#[test]
fn what_the_store_leaves_out_is_a_hole() {
    let now = Instant::now();
    let mut feed = Feed::new(0, 9, now);
    assert_eq!(
        feed.fill(0, vec![entry(8), entry(9)], now),
        Filled::Hole { from: 1, to: 7 }
    );
    assert_eq!(out(&mut feed), ["8", "9"]);
}

#[test]
fn a_store_that_never_has_what_is_there_is_given_up() {
    let now = Instant::now();
    let mut feed = Feed::new(0, 1, now);
    let reads = std::iter::repeat_with(|| feed.fill_failed(now))
        .take_while(|filled| *filled == Filled::Continues);
    assert_eq!(reads.count(), MAX_EMPTY_READS as usize - 1);
}

proptest! {
    /// Whatever comes in whatever order, each entry goes out once and in order, and what is missing is asked for.
    #[test]
    fn order_holds(hints in prop::collection::vec(1_u64..40, 0..200), acked in prop::collection::btree_set(1_u64..40, 0..10)) {
        let now = Instant::now();
        let mut feed = Feed::new(0, 0, now);
        let mut sent = Vec::new();
        let mut hints = hints.into_iter();
        for seq in acked {
            for hint in hints.by_ref().take(5) {
                feed.offer(entry(hint), now);
                sent.extend(out(&mut feed));
            }
            // Whatever went out already is acknowledged at once, without a place in the order.
            feed.acknowledge(seq, format!(r#"{{"seq":{seq}}}"#).into(), now);
            sent.extend(out(&mut feed));
        }
        for hint in hints {
            feed.offer(entry(hint), now);
        }
        sent.extend(out(&mut feed));
        feed.rest(now);
        while feed.wants().is_some() {
            let after = feed.cursor();
            let page = (after + 1..=feed.last()).take(7).map(entry).collect();
            prop_assert_eq!(feed.fill(after, page, now), Filled::Continues);
            sent.extend(out(&mut feed));
            feed.rest(now);
        }
        let expected: Vec<String> = (1..=feed.last()).map(|seq| seq.to_string()).collect();
        prop_assert_eq!(sent, expected);
    }
}

#[test]
fn a_cursor_that_jumps_ahead_leaves_no_entry_in_the_way_and_no_ack_behind() {
    let now = Instant::now();
    let mut feed = Feed::new(0, 0, now);
    feed.offer(entry(3), now);
    assert_eq!(feed.acknowledge(4, "ack".into(), now), None);
    assert!(out(&mut feed).is_empty(), "1 and 2 are missing");
    feed.replay(4, now);
    feed.offer(entry(5), now);
    assert_eq!(out(&mut feed), ["synced 4", "ack", "5"]);
}
