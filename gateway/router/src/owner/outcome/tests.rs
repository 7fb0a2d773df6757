//! What becomes of an entry.

use std::time::Duration;

use jiff::Timestamp;
use signalbox_adapters::{SendError, WhenUnanswered};
use signalbox_sealed::Sealed;
use signalbox_store::{
    Destination, EntryId, OutboxEntry, PartitionId, SettlementOutcome, ThreadId,
};

use super::{FORWARD_ATTEMPTS, Outcome, judge};
use crate::ingest::AcceptError;
use crate::owner::deliveries::{Flight, Lane, Sent};

fn forwarded(attempts: u32, error: AcceptError) -> SettlementOutcome {
    let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    let entry = OutboxEntry {
        id: EntryId([1; 16]),
        thread: ThreadId([2; 16]),
        destination: Destination::Partition(PartitionId::customer(1)),
        due: now,
        not_after: None,
        attempts,
        speaker: 0,
        payload: Sealed::from_stored(Vec::new()),
    };
    let sent = Sent {
        flight: Flight {
            entry,
            lane: Lane::Partitions,
            message: None,
        },
        outcome: Outcome::of_forward(Err(error), true),
        took: Duration::ZERO,
    };
    judge(&sent, 1, now, now).outcome
}

#[test]
fn a_forward_that_can_never_arrive_is_given_up() {
    let unavailable = || AcceptError::Unavailable {
        reason: "stored data is damaged".to_owned(),
    };
    let first = forwarded(0, unavailable());
    assert!(
        matches!(first, SettlementOutcome::Retry { counts: true, .. }),
        "{first:?}"
    );
    let last = forwarded(FORWARD_ATTEMPTS - 1, unavailable());
    assert!(
        matches!(&last, SettlementOutcome::DeadLetter { reason } if reason.starts_with("given up after 12 attempts")),
        "{last:?}"
    );
    let conflicting = forwarded(0, AcceptError::Conflict);
    assert!(
        matches!(conflicting, SettlementOutcome::DeadLetter { .. }),
        "{conflicting:?}"
    );
}

#[test]
fn what_we_hold_back_ourselves_is_no_attempt() {
    let held = SendError::HeldBack {
        reason: "the account's rate is used up",
        wait: Duration::from_secs(7),
    };
    let outcome = Outcome::of_send(Err(held), WhenUnanswered::Hold);
    assert!(
        matches!(
            outcome,
            Outcome::Again {
                wait: Some(wait),
                counts: false,
                ..
            } if wait == Duration::from_secs(7)
        ),
        "{outcome:?}"
    );
}

#[test]
fn a_refusal_says_why_in_plain_words_with_the_platforms_code() {
    let refused = |code| SendError::Refused {
        code,
        reason: "there is no such mailbox",
    };
    for (code, told) in [
        (
            Some(550),
            "the platform refused the message: there is no such mailbox (code 550)",
        ),
        (
            None,
            "the platform refused the message: there is no such mailbox",
        ),
    ] {
        let outcome = Outcome::of_send(Err(refused(code)), WhenUnanswered::Hold);
        assert!(
            matches!(&outcome, Outcome::Refused { reason } if reason == told),
            "{outcome:?}"
        );
    }
}
