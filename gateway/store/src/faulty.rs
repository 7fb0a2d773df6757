//! A store that fails as disks and networks do, on a schedule that a seed repeats.
//!
//! Wraps any store. What it answers is always what the trait allows: `Unknown` after having applied a step or without,
//! `Unavailable` without, late answers, a lease that somebody else took. So whoever loses or doubles something behind it
//! has a bug of his own.

mod chance;
mod wrapped;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use self::chance::Chance;
use crate::error::StoreError;
use crate::ids::PartitionId;
use crate::records::Fence;
use crate::store::Store;

/// How often each fault happens, in so many of a thousand calls, and with which seed.
#[derive(Debug, Clone, Copy, Default)]
pub struct FaultSchedule {
    /// The same seed and the same order of calls give the same faults.
    pub seed: u64,
    /// A write is applied, and the answer is `Unknown`.
    pub unknown_applied: u16,
    /// A write is not applied, and the answer is `Unknown`.
    pub unknown_dropped: u16,
    /// A call is not applied, and the answer is `Unavailable`.
    pub unavailable: u16,
    /// A call is answered late.
    pub delayed: u16,
    /// The longest delay; what is drawn lies between zero and this.
    pub longest_delay: Duration,
    /// The lease is gone when the owner's write comes: the write answers `Fenced`.
    pub lease_dropped: u16,
}

/// How often each fault has happened: a test that saw none has tested nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FaultCounts {
    /// See [`FaultSchedule::unknown_applied`].
    pub unknown_applied: u64,
    /// See [`FaultSchedule::unknown_dropped`].
    pub unknown_dropped: u64,
    /// See [`FaultSchedule::unavailable`].
    pub unavailable: u64,
    /// See [`FaultSchedule::delayed`].
    pub delayed: u64,
    /// See [`FaultSchedule::lease_dropped`].
    pub lease_dropped: u64,
}

/// A store with faults. Clones share store, schedule and counts.
pub struct FaultyStore<S> {
    inner: Arc<S>,
    faults: Arc<Mutex<Faults>>,
}

struct Faults {
    schedule: FaultSchedule,
    chance: Chance,
    counts: FaultCounts,
}

/// What happens to one call.
#[derive(Debug, Clone, Copy)]
struct Fate {
    delay: Option<Duration>,
    lease_dropped: bool,
    outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    TheTruth,
    UnknownApplied,
    UnknownDropped,
    Unavailable,
}

impl<S> Clone for FaultyStore<S> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            faults: Arc::clone(&self.faults),
        }
    }
}

impl<S: Store> FaultyStore<S> {
    /// Wraps a store.
    pub fn new(inner: S, schedule: FaultSchedule) -> Self {
        Self {
            inner: Arc::new(inner),
            faults: Arc::new(Mutex::new(Faults {
                schedule,
                chance: Chance::new(schedule.seed),
                counts: FaultCounts::default(),
            })),
        }
    }

    /// The store itself, for looking at what is really there.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Goes on with other rates; the seed counts only at the start. `FaultSchedule::default()` heals it.
    pub fn reschedule(&self, schedule: FaultSchedule) {
        self.faults.lock().schedule = schedule;
    }

    /// What has happened so far.
    pub fn counts(&self) -> FaultCounts {
        self.faults.lock().counts
    }

    /// A read: late or not at all.
    async fn read<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let fate = self.faults.lock().of_read();
        wait(fate.delay).await;
        match fate.outcome {
            Outcome::Unavailable => Err(unavailable()),
            _ => call.await,
        }
    }

    /// A write: also with an unknown outcome.
    async fn write<T: Send>(
        &self,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let fate = self.faults.lock().of_write();
        self.carry_out(fate, call).await
    }

    /// An owner's write: also from an owner who does not know that it is none any more.
    async fn own<T: Send>(
        &self,
        partition: PartitionId,
        fence: Fence,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let fate = self.faults.lock().of_owner();
        if fate.lease_dropped {
            // Whether there was a lease to drop does not matter.
            let _ = self.inner.release(partition, fence).await;
        }
        self.carry_out(fate, call).await
    }

    async fn carry_out<T: Send>(
        &self,
        fate: Fate,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        wait(fate.delay).await;
        match fate.outcome {
            Outcome::TheTruth => call.await,
            Outcome::UnknownApplied => {
                call.await?;
                Err(unknown())
            }
            Outcome::UnknownDropped => Err(unknown()),
            Outcome::Unavailable => Err(unavailable()),
        }
    }
}

async fn wait(delay: Option<Duration>) {
    if let Some(delay) = delay {
        tokio::time::sleep(delay).await;
    }
}

fn unknown() -> StoreError {
    StoreError::Unknown {
        reason: "a planned fault: the answer was lost".to_owned(),
    }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable {
        reason: "a planned fault: try again".to_owned(),
    }
}

impl Faults {
    fn of_read(&mut self) -> Fate {
        let delay = self.delay();
        let outcome = if self.chance.happens(self.schedule.unavailable) {
            self.counts.unavailable += 1;
            Outcome::Unavailable
        } else {
            Outcome::TheTruth
        };
        Fate {
            delay,
            lease_dropped: false,
            outcome,
        }
    }

    fn of_write(&mut self) -> Fate {
        let fate = self.of_read();
        if fate.outcome != Outcome::TheTruth {
            return fate;
        }
        let outcome = if self.chance.happens(self.schedule.unknown_applied) {
            self.counts.unknown_applied += 1;
            Outcome::UnknownApplied
        } else if self.chance.happens(self.schedule.unknown_dropped) {
            self.counts.unknown_dropped += 1;
            Outcome::UnknownDropped
        } else {
            Outcome::TheTruth
        };
        Fate { outcome, ..fate }
    }

    fn of_owner(&mut self) -> Fate {
        let lease_dropped = self.chance.happens(self.schedule.lease_dropped);
        self.counts.lease_dropped += u64::from(lease_dropped);
        Fate {
            lease_dropped,
            ..self.of_write()
        }
    }

    fn delay(&mut self) -> Option<Duration> {
        if !self.chance.happens(self.schedule.delayed) {
            return None;
        }
        self.counts.delayed += 1;
        Some(self.schedule.longest_delay.mul_f64(self.chance.part()))
    }
}

#[cfg(test)]
mod tests;
