//! When an endpoint is asked at all: within its rate, not while it wants to be left alone, and while it fails one after another
//! only to see whether it still does.

use std::time::Duration;

use parking_lot::Mutex;
use signalbox_adapters::SendError;
use tokio::time::Instant;

/// So many failures one after another, and an endpoint is taken to be down.
const FAILURES_TO_REST: u32 = 10;
/// Then it is asked once after each such time.
const PROBE_EVERY: Duration = Duration::from_secs(60);
/// An endpoint that says it is gone for good is asked so seldom: somebody may open it again.
const GONE_PROBE_EVERY: Duration = Duration::from_secs(3_600);
/// The longest that one answer keeps other messages from being tried: its own waits as long as the answer says.
const LONGEST_REST: Duration = Duration::from_secs(300);
/// HTTP's word for gone.
const GONE: i64 = 410;

/// See the module.
#[derive(Debug)]
pub(crate) struct Pace {
    interval: Duration,
    burst: u32,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the next turn would be if none had been saved up.
    next: Instant,
    /// One after another, without a success between.
    failures: u32,
    /// Nothing is asked before.
    rest_until: Option<Instant>,
    /// Its last word was that it is gone.
    is_gone: bool,
}

impl Pace {
    /// * `per_second`: above zero.
    pub(crate) fn new(per_second: f64, burst: u32, now: Instant) -> Self {
        Self {
            interval: Duration::try_from_secs_f64(1.0 / per_second).unwrap_or(Duration::MAX),
            burst: burst.max(1),
            state: Mutex::new(State {
                next: now,
                failures: 0,
                rest_until: None,
                is_gone: false,
            }),
        }
    }

    /// Takes a turn.
    ///
    /// # Errors
    /// Why there is none now.
    pub(crate) fn take(&self, now: Instant) -> Result<(), SendError> {
        let mut state = self.state.lock();
        if let Some(until) = state.rest_until.filter(|until| *until > now) {
            return Err(state.resting(until - now));
        }
        let saved_up = self.interval.saturating_mul(self.burst - 1);
        let from = state.next.max(now);
        let turn = from.checked_sub(saved_up).unwrap_or(now);
        if turn > now {
            return Err(SendError::HeldBack {
                reason: "the endpoint's rate is used up",
                wait: turn - now,
            });
        }
        state.next = from.checked_add(self.interval).unwrap_or(from);
        if state.failures >= FAILURES_TO_REST || state.is_gone {
            // This one sees whether it still fails; the others wait for what it finds.
            state.rest_until_the_next_probe(now);
        }
        Ok(())
    }

    /// Learns how a send ended.
    pub(crate) fn note(&self, end: &Result<(), SendError>, now: Instant) {
        let mut state = self.state.lock();
        let Err(error) = end else {
            (state.failures, state.rest_until, state.is_gone) = (0, None, false);
            return;
        };
        state.failures = state.failures.saturating_add(1);
        state.is_gone = matches!(
            error,
            SendError::Unauthorized {
                code: Some(GONE),
                ..
            }
        );
        if state.is_gone || state.failures >= FAILURES_TO_REST {
            state.rest_until_the_next_probe(now);
        }
        if let SendError::Busy {
            wait: Some(wait), ..
        } = error
        {
            state.rest(now, (*wait).min(LONGEST_REST));
        }
    }
}

impl State {
    fn rest_until_the_next_probe(&mut self, now: Instant) {
        let every = if self.is_gone {
            GONE_PROBE_EVERY
        } else {
            PROBE_EVERY
        };
        self.rest(now, every);
    }

    /// Never shorter than it has to rest already.
    fn rest(&mut self, now: Instant, wait: Duration) {
        let until = now.checked_add(wait);
        self.rest_until = self.rest_until.max(until);
    }

    fn resting(&self, wait: Duration) -> SendError {
        if self.is_gone {
            return SendError::Unauthorized {
                code: Some(GONE),
                reason: "the receiver said that its address is closed for good",
            };
        }
        let reason = if self.failures >= FAILURES_TO_REST {
            "the endpoint failed many times one after another"
        } else {
            "the endpoint asked to be left alone"
        };
        SendError::HeldBack { reason, wait }
    }
}

#[cfg(test)]
mod tests;
