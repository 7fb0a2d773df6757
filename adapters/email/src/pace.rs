//! The account's own rate: what the mail provider allows, kept before it has to refuse.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// A send waits for its turn up to so long; what would wait longer goes back to the outbox.
const LONGEST_TURN: Duration = Duration::from_secs(5);

/// Hands out turns: so many at once, then one after each interval.
#[derive(Debug)]
pub(crate) struct Pace {
    interval: Duration,
    burst: u32,
    /// When the next turn would be if none had been saved up.
    next: Mutex<Instant>,
}

impl Pace {
    /// * `per_minute`: above zero.
    pub(crate) fn new(per_minute: f64, burst: u32, now: Instant) -> Self {
        let interval = Duration::try_from_secs_f64(60.0 / per_minute).unwrap_or(Duration::MAX);
        Self {
            interval,
            burst: burst.max(1),
            next: Mutex::new(now),
        }
    }

    /// Takes a turn: when it is.
    ///
    /// # Errors
    /// How long the turn would have to be waited for; it is not taken.
    pub(crate) fn take(&self, now: Instant) -> Result<Instant, Duration> {
        let saved_up = self.interval.saturating_mul(self.burst - 1);
        let mut next = self.next.lock();
        let from = (*next).max(now);
        let turn = from.checked_sub(saved_up).unwrap_or(now).max(now);
        let wait = turn - now;
        if wait > LONGEST_TURN {
            return Err(wait);
        }
        *next = from.checked_add(self.interval).unwrap_or(from);
        Ok(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_then_one_after_each_interval_then_no_more_for_now() {
        let start = Instant::now();
        let pace = Pace::new(30.0, 3, start);
        let seconds = |turn: Result<Instant, Duration>| {
            turn.map(|at| (at - start).as_secs())
                .map_err(|wait| wait.as_secs())
        };
        let turns: Vec<_> = (0..6).map(|_| seconds(pace.take(start))).collect();
        assert_eq!(turns, [Ok(0), Ok(0), Ok(0), Ok(2), Ok(4), Err(6)]);
        assert_eq!(
            seconds(pace.take(start + Duration::from_secs(4))),
            Ok(6),
            "a turn that was not taken is still there"
        );
        let later = start + Duration::from_secs(600);
        let turns: Vec<_> = (0..4).map(|_| seconds(pace.take(later))).collect();
        assert_eq!(
            turns,
            [Ok(600), Ok(600), Ok(600), Ok(602)],
            "no more is saved up than that"
        );
    }
}
