//! Connections to one server: so many at once at most, and a few kept open between messages.

use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

/// Servers close what lies idle for some minutes; we let go before.
const IDLE_FOR: Duration = Duration::from_secs(30);
/// A place is waited for so long; then the message goes back to the outbox, and others of its partition have their turn.
const PLACE_WITHIN: Duration = Duration::from_secs(5);

pub(crate) struct Pool {
    places: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Pool {
    pub(crate) fn new(connections: usize) -> Self {
        Self {
            places: Semaphore::new(connections.clamp(1, Semaphore::MAX_PERMITS)),
            idle: Mutex::default(),
        }
    }

    /// The right to one connection until it is dropped; `None` while all are in use.
    pub(crate) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        timeout(PLACE_WITHIN, self.places.acquire())
            .await
            .ok()?
            .ok()
    }

    /// The connection that was used last, if one is open.
    pub(crate) fn take(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock();
        idle.retain(|idle| idle.since.elapsed() < IDLE_FOR);
        idle.pop().map(|idle| idle.connection)
    }

    /// Keeps a connection on which nothing is under way. INVARIANT: its place is still held, so there are never more than places.
    pub(crate) fn give_back(&self, connection: AsyncSmtpConnection) {
        let since = Instant::now();
        self.idle.lock().push(Idle { connection, since });
    }
}
