//! Accounts that are paused: a platform does not take who we are, so nothing leaves by them until somebody mends it.
//!
//! What waits keeps its due time and its place, and no attempt is counted; now and then one message tries whether it is mended.
//! Each process knows it for itself and stores nothing: after a start the first message finds out.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use signalbox_adapters::{Address, Channel};

use crate::observer::Observer;
use crate::owner::later;

/// Between two messages that try whether it is mended.
const TRIED_EVERY: Duration = Duration::from_secs(60);

/// An account of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ChannelAccount {
    pub(crate) channel: Channel,
    pub(crate) name: String,
}

impl ChannelAccount {
    pub(crate) fn of(address: &Address) -> Self {
        Self {
            channel: address.channel,
            name: address.account.clone(),
        }
    }
}

/// A paused account, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PausedAccount {
    /// The channel's name.
    pub channel: String,
    /// The account's name.
    pub account: String,
    /// Since when.
    pub since: Timestamp,
    /// In signalbox's own words, with the platform's code at most.
    pub reason: String,
}

/// All that are paused. Only accounts that are configured can be, so there are no more than those.
#[derive(Debug, Default)]
pub(crate) struct Pauses {
    paused: Mutex<HashMap<ChannelAccount, Pause>>,
}

#[derive(Debug)]
struct Pause {
    since: Timestamp,
    reason: String,
    next_try: Timestamp,
}

impl Pauses {
    /// Until when nothing can leave by an account; `None` if something may now.
    pub(crate) fn closed_until(
        &self,
        account: &ChannelAccount,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let paused = self.paused.lock();
        let next_try = paused.get(account)?.next_try;
        (next_try > now).then_some(next_try)
    }

    /// Whether a message may leave by an account now. Of a paused one it is the try, and nobody else's for a while.
    pub(crate) fn pass(&self, account: &ChannelAccount, now: Timestamp) -> bool {
        match self.paused.lock().get_mut(account) {
            None => true,
            Some(pause) if pause.next_try <= now => {
                pause.next_try = later(now, TRIED_EVERY);
                true
            }
            Some(_) => false,
        }
    }

    /// The platform does not take who we are.
    pub(crate) fn pause(
        &self,
        account: &ChannelAccount,
        reason: &str,
        now: Timestamp,
        observer: &dyn Observer,
    ) {
        let mut paused = self.paused.lock();
        let known = paused.entry(account.clone());
        let is_new = matches!(known, std::collections::hash_map::Entry::Vacant(_));
        let pause = known.or_insert_with(|| Pause {
            since: now,
            reason: String::new(),
            next_try: now,
        });
        reason.clone_into(&mut pause.reason);
        pause.next_try = later(now, TRIED_EVERY);
        if is_new {
            let (channel, name) = (account.channel.name(), &account.name);
            tracing::error!(channel, account = %name, reason, "the account is paused: nothing leaves by it until this is mended; what waits keeps its time, and one message tries it every minute");
            tell(&paused, account.channel, observer);
        }
    }

    /// The platform has taken who we are. Answers whether the account was paused.
    pub(crate) fn lift(&self, account: &ChannelAccount, observer: &dyn Observer) -> bool {
        let mut paused = self.paused.lock();
        let was_paused = paused.remove(account).is_some();
        if was_paused {
            let (channel, name) = (account.channel.name(), &account.name);
            tracing::info!(channel, account = %name, "the account is in use again");
            tell(&paused, account.channel, observer);
        }
        was_paused
    }

    /// All of them, by name.
    pub(crate) fn all(&self) -> Vec<PausedAccount> {
        let paused = self.paused.lock();
        let mut all: Vec<_> = paused
            .iter()
            .map(|(account, pause)| PausedAccount {
                channel: account.channel.name().to_owned(),
                account: account.name.clone(),
                since: pause.since,
                reason: pause.reason.clone(),
            })
            .collect();
        all.sort_by(|a, b| (&a.channel, &a.account).cmp(&(&b.channel, &b.account)));
        all
    }
}

fn tell(paused: &HashMap<ChannelAccount, Pause>, channel: Channel, observer: &dyn Observer) {
    let count = paused.keys().filter(|account| account.channel == channel);
    observer.accounts_paused(channel, count.count());
}
