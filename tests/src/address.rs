//! Where the gateway (or a proxy before it) listens now. It changes with each restart, since no port is fixed.

use std::net::SocketAddr;

use tokio::sync::watch;

/// The side that tells the address.
#[derive(Debug)]
pub struct Announcer(watch::Sender<Option<SocketAddr>>);

/// The side that asks for it.
#[derive(Debug, Clone)]
pub struct Address(watch::Receiver<Option<SocketAddr>>);

/// A new pair; nothing listens yet.
pub fn announced() -> (Announcer, Address) {
    let (sender, receiver) = watch::channel(None);
    (Announcer(sender), Address(receiver))
}

/// An address that stays.
pub fn fixed(address: SocketAddr) -> Address {
    let (_, receiver) = watch::channel(Some(address));
    Address(receiver)
}

impl Announcer {
    /// From now on it listens here.
    pub fn is_at(&self, address: SocketAddr) {
        self.0.send_replace(Some(address));
    }

    /// Nothing listens.
    pub fn is_away(&self) {
        self.0.send_replace(None);
    }
}

impl Address {
    /// The address, as soon as there is one.
    ///
    /// # Panics
    /// When the announcer is gone without having named one: the test is over and its parts are not.
    pub async fn get(&mut self) -> SocketAddr {
        let found = self.0.wait_for(Option::is_some).await;
        found.expect("somebody announces an address").unwrap()
    }
}
