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
use crate::owner::deliveries::{Flight, Sent};

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
fn a_reason_never_holds_a_platforms_words() {
    let reason = || "the user +86 138 0000 0000 wrote something".to_owned();
    let errors = [
        SendError::Busy {
            reason: reason(),
            wait: None,
        },
        SendError::Refused {
            code: 7,
            reason: reason(),
        },
        SendError::Unauthorized {
            code: 7,
            reason: reason(),
        },
    ];
    for error in errors {
        let outcome = Outcome::of_send(Err(error), WhenUnanswered::Hold);
        let told = format!("{outcome:?}");
        assert!(!told.contains("138"), "{told}");
    }
}
