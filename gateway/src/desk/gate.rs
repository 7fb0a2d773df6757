//! Work that is heavy on purpose, a few at once: the checking of passwords.
//!
//! Who waits is bounded, and whoever hangs up waits no more. What has begun goes on to its end and keeps its place until then, so
//! that hanging up early buys nobody a further one.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// Requests that wait for a place, at most.
const MOST_WAITING: usize = 32;

/// See the module.
pub(super) struct Gate {
    places: Arc<Semaphore>,
    waiting: Semaphore,
}

/// Why work was not done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turned {
    /// Too many wait already.
    Away,
    /// It ended without a result.
    Failed,
}

impl Gate {
    pub(super) fn new(at_once: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(at_once)),
            waiting: Semaphore::new(MOST_WAITING),
        }
    }

    /// Does `work` on a thread where it may take its time, when there is a place.
    ///
    /// # Errors
    /// [`Turned`]
    pub(super) async fn pass<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Turned> {
        let waits = self.waiting.try_acquire().map_err(|_| Turned::Away)?;
        // INVARIANT: nobody closes the semaphore.
        let place = self.places.clone().acquire_owned().await;
        drop(waits);
        let place = place.map_err(|_| Turned::Failed)?;
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop(place);
            result
        })
        .await
        .map_err(|_| Turned::Failed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn whoever_hangs_up_keeps_the_place_until_the_work_is_done() {
        let gate = Arc::new(Gate::new(1));
        let (began, hear_began) = tokio::sync::oneshot::channel();
        let (end, hear_end) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let gate = gate.clone();
            async move {
                gate.pass(move || {
                    began.send(()).unwrap();
                    hear_end.recv().unwrap();
                })
                .await
            }
        });
        hear_began.await.unwrap();
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        assert_eq!(gate.places.available_permits(), 0, "it is still at work");
        end.send(()).unwrap();
        assert_eq!(gate.pass(|| 7).await, Ok(7), "and then it is not");
    }

    #[tokio::test]
    async fn more_than_may_wait_are_turned_away() {
        let gate = Arc::new(Gate::new(0));
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..MOST_WAITING {
            let gate = gate.clone();
            waiting.spawn(async move { gate.pass(|| ()).await });
        }
        while gate.waiting.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(gate.pass(|| ()).await, Err(Turned::Away));
        waiting.abort_all();
        while waiting.join_next().await.is_some() {}
        assert_eq!(gate.waiting.available_permits(), MOST_WAITING);
    }
}
