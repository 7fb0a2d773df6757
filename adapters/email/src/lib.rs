//! Email out: one message built by lettre and handed to the account's SMTP server.
//!
//! Start at [`Email`], the adapter; what an account is made of is [`AccountSettings`]. What is unusual: the SMTP commands are
//! given one by one (`connection.rs`) and not by lettre's own transport, because that one does not say how far a send came,
//! and the whole difference between "again" and "it may have arrived" is whether the end of the message has left.
//!
//! *Not here:* mail that comes in; retries and order, which are the router's.

mod account;
mod address;
mod answer;
mod connecting;
mod connection;
mod mail;
mod pace;
mod pool;
mod unconnected;

use std::collections::BTreeMap;

use async_trait::async_trait;
use signalbox_adapters::{Adapter, Channel, Part, Receipt, SendError, WhenUnanswered};

pub use account::{Account, AccountError, AccountSettings, Encryption, Login};
pub use address::{AddressError, MailAddress};
pub use mail::Sender;

/// The adapter: all accounts of this process.
pub struct Email {
    accounts: BTreeMap<String, Account>,
}

impl Email {
    /// Accounts by name.
    pub fn new(accounts: BTreeMap<String, Account>) -> Self {
        Self { accounts }
    }
}

#[async_trait]
impl Adapter for Email {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    /// The same Message-ID again: most mailboxes show it once, and a mail that is read twice is better than none.
    fn when_unanswered(&self) -> WhenUnanswered {
        WhenUnanswered::Resend
    }

    async fn send(&self, part: &Part) -> Result<Receipt, SendError> {
        match self.accounts.get(&part.to.account) {
            Some(account) => account.send(part).await,
            None => Err(SendError::Refused {
                code: None,
                reason: "its mail account is not configured any more",
            }),
        }
    }
}
