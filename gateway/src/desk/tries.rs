//! How often somebody may try to sign in. A try that succeeds does not count.
//!
//! * From one address (with IPv6 one /64): ten at once, then one every ten seconds. This is looked at first, so what is refused
//!   here counts against no name.
//! * With one name, from all addresses together: thirty at once, then one every ten seconds. Many addresses gain nothing.
//! * In a browser in which this agent has signed in before: ten at once, then one every ten seconds, for this browser and name
//!   alone. What others try counts neither against it nor with it, so whoever uses up an address or a name locks out nobody who
//!   has been here. Only an agent who comes with a new browser, or from an address that somebody misuses, has to wait.
//!
//! A name that nobody has is counted like one that somebody has, in one of [`STRANGERS`] places, so that nothing tells them apart
//! and nobody's count is pushed out by made-up names. Counts are in memory: a restart forgets them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use lru::LruCache;
use parking_lot::Mutex;
use signalbox_sealed::DeploymentKey;
use tokio::time::Instant;

use crate::webchat::token_bucket::{Rate, TokenBucket};

/// Of one address, and of one browser.
const OF_ONE: Rate = Rate {
    per_second: 0.1,
    burst: 10.0,
};
/// Of one name.
const OF_NAME: Rate = Rate {
    per_second: 0.1,
    burst: 30.0,
};
/// Addresses and browsers that are remembered, at most, of each. One that is forgotten begins anew; whoever has more addresses is
/// held by the limit on the name.
const MOST_REMEMBERED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);
/// Places that names which nobody has share.
const STRANGERS: usize = 256;

/// A browser in which an agent has signed in before: see `cookie.rs`.
pub(super) type Browser = [u8; 16];

/// The counts.
pub(super) struct Tries {
    key: Arc<DeploymentKey>,
    counts: Mutex<Counts>,
}

struct Counts {
    addresses: LruCache<IpAddr, TokenBucket>,
    browsers: LruCache<Browser, TokenBucket>,
    names: BTreeMap<String, TokenBucket>,
    strangers: Vec<TokenBucket>,
}

/// A try that was allowed.
#[derive(Debug)]
#[must_use = "a try that succeeds is given back"]
pub(super) enum Try<'n> {
    /// From anywhere.
    From(IpAddr, &'n str),
    /// From a browser that is known.
    In(Browser),
}

impl Tries {
    /// Of these agents.
    pub(super) fn new<'a>(key: Arc<DeploymentKey>, names: impl Iterator<Item = &'a str>) -> Self {
        let now = Instant::now();
        let of_name = || TokenBucket::new(OF_NAME, now);
        Self {
            key,
            counts: Mutex::new(Counts {
                addresses: LruCache::new(MOST_REMEMBERED),
                browsers: LruCache::new(MOST_REMEMBERED),
                names: names.map(|name| (name.to_owned(), of_name())).collect(),
                strangers: (0..STRANGERS).map(|_| of_name()).collect(),
            }),
        }
    }

    /// Counts a try with a name.
    ///
    /// * `address`: as [`counted_as`](crate::webchat::peer::counted_as) says.
    /// * `browser`: if the agent of this name has signed in there before.
    ///
    /// # Errors
    /// How long to wait.
    pub(super) fn count<'n>(
        &self,
        name: &'n str,
        address: IpAddr,
        browser: Option<Browser>,
    ) -> Result<Try<'n>, Duration> {
        let now = Instant::now();
        let fresh = || TokenBucket::new(OF_ONE, now);
        let mut counts = self.counts.lock();
        if let Some(browser) = browser {
            let bucket = counts.browsers.get_or_insert_mut(browser, fresh);
            return bucket.take(OF_ONE, now).map(|()| Try::In(browser));
        }
        let of_address = counts.addresses.get_or_insert_mut(address, fresh);
        of_address.take(OF_ONE, now)?;
        if let Some(of_name) = self.of_name(&mut counts, name) {
            of_name.take(OF_NAME, now)?;
        }
        Ok(Try::From(address, name))
    }

    /// Takes a try back: it succeeded, or was not made at all.
    pub(super) fn give_back(&self, tried: &Try<'_>) {
        let mut counts = self.counts.lock();
        match tried {
            Try::In(browser) => {
                if let Some(bucket) = counts.browsers.get_mut(browser) {
                    bucket.give_back(OF_ONE);
                }
            }
            Try::From(address, name) => {
                if let Some(bucket) = counts.addresses.get_mut(address) {
                    bucket.give_back(OF_ONE);
                }
                if let Some(bucket) = self.of_name(&mut counts, name) {
                    bucket.give_back(OF_NAME);
                }
            }
        }
    }

    fn of_name<'c>(&self, counts: &'c mut Counts, name: &str) -> Option<&'c mut TokenBucket> {
        if counts.names.contains_key(name) {
            return counts.names.get_mut(name);
        }
        let [first, ..] = self.key.hash("desk stranger", &[name.as_bytes()]);
        counts.strangers.get_mut(usize::from(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries() -> Tries {
        let key = DeploymentKey::from_bytes(&[7; 32]);
        Tries::new(Arc::new(key), ["lin", "mei"].into_iter())
    }

    fn address(number: u32) -> IpAddr {
        IpAddr::V4(number.into())
    }

    /// Tries until one is refused.
    fn use_up(tries: &Tries, name: &str, address: IpAddr, browser: Option<Browser>) -> usize {
        (0..1_000)
            .take_while(|_| tries.count(name, address, browser).is_ok())
            .count()
    }

    #[tokio::test(start_paused = true)]
    async fn one_address_has_ten_tries_and_cannot_use_up_a_name() {
        let tries = tries();
        assert_eq!(use_up(&tries, "lin", address(1), None), 10);
        for _ in 0..1_000 {
            assert!(tries.count("lin", address(1), None).is_err());
        }
        assert!(
            tries.count("lin", address(2), None).is_ok(),
            "what one address is refused counts against no name"
        );
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(use_up(&tries, "mei", address(1), None), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn many_addresses_have_thirty_tries_with_one_name() {
        let tries = tries();
        let tried = |name: &str| {
            (0..100)
                .filter(|number| tries.count(name, address(*number), None).is_ok())
                .count()
        };
        assert_eq!(tried("lin"), 30);
        assert_eq!(tried("mei"), 30, "each name has its own");
        assert_eq!(tried("nobody"), 30, "nothing tells who is there");
    }

    #[tokio::test(start_paused = true)]
    async fn a_browser_that_is_known_is_locked_out_by_nobody_else() {
        let tries = tries();
        let attacked =
            (0..1_000).filter(|number| tries.count("lin", address(*number), None).is_ok());
        assert_eq!(attacked.count(), 30);
        assert_eq!(use_up(&tries, "lin", address(1), Some([1; 16])), 10);
        assert_eq!(
            use_up(&tries, "lin", address(1), Some([2; 16])),
            10,
            "each has its own"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn success_does_not_count_and_forgives_nothing() {
        let tries = tries();
        for _ in 0..100 {
            let tried = tries.count("lin", address(1), None).unwrap();
            tries.give_back(&tried);
        }
        for _ in 0..9 {
            let _failed = tries.count("mei", address(1), None).unwrap();
        }
        let tried = tries.count("lin", address(1), None).unwrap();
        tries.give_back(&tried);
        assert_eq!(
            use_up(&tries, "mei", address(1), None),
            1,
            "whoever can sign in cannot guess for others without end"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn made_up_names_push_nobody_out() {
        let tries = tries();
        for number in 0..100 {
            let _failed = tries.count("lin", address(number), None);
        }
        for number in 0..20_000_u32 {
            let _failed = tries.count(&format!("made up {number}"), address(number + 1_000), None);
        }
        assert!(tries.count("lin", address(900_000), None).is_err());
    }
}
