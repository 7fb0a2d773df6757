//! Signed webhooks out: one message signed after Standard Webhooks 1.0 and posted to the account's endpoint.
//!
//! Start at [`Webhooks`], the adapter; what an endpoint is made of is [`EndpointSettings`]. What is unusual: names are
//! resolved by ourselves and each address is looked at before it is connected to (`guard.rs`), no redirect is followed and no
//! proxy is asked, so that a request goes where the configuration says or nowhere.
//!
//! *Not here:* requests that come in, which the gateway takes; retries and order, which are the router's.

mod answer;
mod body;
mod endpoint;
mod guard;
mod pace;

use std::collections::BTreeMap;

use async_trait::async_trait;
use signalbox_adapters::{Adapter, Channel, Part, Receipt, SendError, WhenUnanswered};

pub use endpoint::{Endpoint, EndpointError, EndpointSettings};
pub use guard::{Allowed, NetworkError};

/// The adapter: all endpoints of this process.
pub struct Webhooks {
    endpoints: BTreeMap<String, Endpoint>,
}

impl Webhooks {
    /// Endpoints by the name of their account.
    pub fn new(endpoints: BTreeMap<String, Endpoint>) -> Self {
        Self { endpoints }
    }
}

#[async_trait]
impl Adapter for Webhooks {
    fn channel(&self) -> Channel {
        Channel::Webhook
    }

    /// The same `webhook-id` again: receivers know by it what they have.
    fn when_unanswered(&self) -> WhenUnanswered {
        WhenUnanswered::Resend
    }

    async fn send(&self, part: &Part) -> Result<Receipt, SendError> {
        match self.endpoints.get(&part.to.account) {
            Some(endpoint) => endpoint.send(part).await,
            None => Err(SendError::Refused {
                code: None,
                reason: "its webhook account has no `reply` address any more",
            }),
        }
    }
}
