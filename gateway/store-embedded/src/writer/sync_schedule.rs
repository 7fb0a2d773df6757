//! When the log is brought to the disk in [`Durability::EverySecond`]. Pure: the time is handed in.

use std::time::{Duration, Instant};

use signalbox_store::Durability;

/// What was answered is on the disk so long after its commit, and the sync's own time.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// When the log has to be brought to the disk by hand; never in the other modes.
pub(super) struct SyncSchedule {
    by_hand: bool,
    synced_at: Instant,
    unsynced: bool,
}

impl SyncSchedule {
    pub(super) fn new(durability: Durability, now: Instant) -> Self {
        Self {
            by_hand: durability == Durability::EverySecond,
            synced_at: now,
            unsynced: false,
        }
    }

    /// Something may have been written since the last sync.
    pub(super) fn written(&mut self) {
        self.unsynced = self.by_hand;
    }

    /// Whether anything waits for a sync.
    pub(super) fn is_unsynced(&self) -> bool {
        self.unsynced
    }

    /// How long a sync can wait: from the last sync on, not from the last step on, so that steady writing does not put it
    /// off. `None` if there is nothing to sync.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        let since = now.saturating_duration_since(self.synced_at);
        self.unsynced.then(|| SYNC_EVERY.saturating_sub(since))
    }

    /// Whether the log has to be synced now.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.wait(now) == Some(Duration::ZERO)
    }

    /// The log is on the disk as it was at `now`.
    pub(super) fn synced(&mut self, now: Instant) {
        self.synced_at = now;
        self.unsynced = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn what_was_written_is_synced_within_a_second() {
        let start = Instant::now();
        let mut schedule = SyncSchedule::new(Durability::EverySecond, start);
        let mut waited = Duration::ZERO;
        // Without an end to the writing: a step every 90 ms, and each commit a moment longer than the last.
        for step in 1..=100_u64 {
            let now = start + after(90 * step + step);
            if !schedule.is_unsynced() {
                waited = Duration::ZERO;
            }
            schedule.written();
            if schedule.is_due(now) {
                schedule.synced(now);
            } else {
                waited += after(91);
            }
            assert!(waited <= SYNC_EVERY, "step {step}: unsynced for {waited:?}");
        }
    }

    #[test]
    fn a_sync_comes_when_nothing_else_does() {
        let start = Instant::now();
        let mut schedule = SyncSchedule::new(Durability::EverySecond, start);
        schedule.written();
        assert_eq!(schedule.wait(start + after(300)), Some(after(700)));
        assert!(!schedule.is_due(start + after(999)));
        assert!(schedule.is_due(start + after(1_000)));
        assert!(schedule.is_due(start + after(5_000)));
        schedule.synced(start + after(5_000));
        assert_eq!(schedule.wait(start + after(9_000)), None);
        assert!(!schedule.is_due(start + after(9_000)));
    }

    #[test]
    fn the_first_step_after_a_pause_is_synced_at_once() {
        let start = Instant::now();
        let mut schedule = SyncSchedule::new(Durability::EverySecond, start);
        let later = start + after(60_000);
        schedule.written();
        assert!(schedule.is_due(later));
        schedule.synced(later);
        schedule.written();
        assert_eq!(schedule.wait(later), Some(SYNC_EVERY));
    }

    #[test]
    fn other_modes_are_never_synced_by_hand() {
        let start = Instant::now();
        for durability in [Durability::Memory, Durability::Fsync] {
            let mut schedule = SyncSchedule::new(durability, start);
            schedule.written();
            assert!(!schedule.is_unsynced(), "{durability:?}");
            assert!(!schedule.is_due(start + after(60_000)), "{durability:?}");
            assert_eq!(schedule.wait(start + after(60_000)), None);
        }
    }
}
