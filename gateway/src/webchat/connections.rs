//! How many connections there are, of whom, and how many may be.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::peer::counted_as;
use super::settings::{LimitSettings, WebchatSettings};
use super::token_bucket::{KeyedBuckets, Rate};

pub(super) struct Connections {
    limits: LimitSettings,
    counts: Arc<Counts>,
    connects_by_address: KeyedBuckets<IpAddr>,
    connects_by_site: KeyedBuckets<String>,
}

#[derive(Default)]
struct Counts {
    open: Mutex<Open>,
    closed: Notify,
}

/// INVARIANT: no entry of a map is 0, so they are as big as there are connections.
#[derive(Default)]
struct Open {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
    unwelcomed: HashMap<IpAddr, usize>,
    by_site: HashMap<String, usize>,
}

/// Sockets of one process, at most: some 15 KiB of memory each, and a file descriptor.
const MOST_CONNECTIONS: usize = 100_000;

/// One connection. It is counted until this is dropped.
pub(super) struct Connection {
    counts: Arc<Counts>,
    /// As it is counted.
    address: IpAddr,
    site: Option<String>,
    /// Whether limits do not hold for it.
    pub(super) is_exempt: bool,
}

/// Why there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// Too many at once.
    Connections,
    /// Too many in too short a time.
    Rate,
}

impl Connections {
    pub(super) fn new(settings: &WebchatSettings) -> Self {
        let limits = settings.limits.clone();
        Self {
            counts: Arc::default(),
            connects_by_address: KeyedBuckets::new(Rate::per_minute(
                limits.connects_per_minute_per_ip,
            )),
            connects_by_site: KeyedBuckets::new(Rate::per_minute(
                limits.connects_per_minute_per_site,
            )),
            limits,
        }
    }

    /// Counts a new connection of an address, whose site is not known yet.
    pub(super) fn open(&self, address: IpAddr, now: Instant) -> Result<Connection, NoRoom> {
        let is_exempt = self.is_exempt(address);
        let address = counted_as(address);
        if !is_exempt && self.connects_by_address.take(address, now).is_err() {
            return Err(NoRoom::Rate);
        }
        let mut open = self.counts.open.lock();
        let at = |counts: &HashMap<IpAddr, usize>| counts.get(&address).copied().unwrap_or(0);
        let is_full = at(&open.by_address) >= self.limits.connections_per_ip
            || at(&open.unwelcomed) >= self.limits.unwelcomed_per_ip;
        // The last bound holds for everybody: it is what this process can carry.
        if open.total >= MOST_CONNECTIONS || is_full && !is_exempt {
            return Err(NoRoom::Connections);
        }
        open.total += 1;
        *open.by_address.entry(address).or_default() += 1;
        *open.unwelcomed.entry(address).or_default() += 1;
        drop(open);
        Ok(Connection {
            counts: Arc::clone(&self.counts),
            address,
            site: None,
            is_exempt,
        })
    }

    /// Whether there is room at a site, before it is known that a client means it.
    pub(super) fn has_room(&self, site: &str) -> bool {
        self.counts.open.lock().at_site(site) < self.limits.connections_per_site
    }

    /// The client has said which site it means: it now counts there, and as welcomed.
    pub(super) fn welcome(
        &self,
        connection: &mut Connection,
        site: &str,
        now: Instant,
    ) -> Result<(), NoRoom> {
        // INVARIANT: held from the look to the count, so that two do not take the last place.
        let mut open = self.counts.open.lock();
        if !connection.is_exempt {
            if open.at_site(site) >= self.limits.connections_per_site {
                return Err(NoRoom::Connections);
            }
            self.connects_by_site
                .take(site.to_owned(), now)
                .map_err(|_| NoRoom::Rate)?;
        }
        count_down(&mut open.unwelcomed, &connection.address);
        *open.by_site.entry(site.to_owned()).or_default() += 1;
        connection.site = Some(site.to_owned());
        Ok(())
    }

    pub(super) fn is_exempt(&self, address: IpAddr) -> bool {
        self.limits.lifted_on_loopback && address.to_canonical().is_loopback()
    }

    /// Comes back when no connection is open.
    pub(super) async fn all_closed(&self) {
        loop {
            let closed = self.counts.closed.notified();
            tokio::pin!(closed);
            // Listening before looking: the last one may close in between.
            closed.as_mut().enable();
            if self.counts.open.lock().total == 0 {
                return;
            }
            closed.await;
        }
    }
}

impl Open {
    fn at_site(&self, site: &str) -> usize {
        self.by_site.get(site).copied().unwrap_or(0)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut open = self.counts.open.lock();
        open.total -= 1;
        count_down(&mut open.by_address, &self.address);
        match &self.site {
            Some(site) => count_down(&mut open.by_site, site),
            None => count_down(&mut open.unwelcomed, &self.address),
        }
        drop(open);
        self.counts.closed.notify_waiters();
    }
}

fn count_down<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests;
