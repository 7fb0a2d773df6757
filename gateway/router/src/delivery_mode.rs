//! To whom anything is pushed at all: a staging gateway writes to nobody.
//!
//! It holds for what leaves through the outbox to a channel. Web chat is pulled: who has the page of this gateway open asked it, and the
//! commit is the delivery already. Events between partitions always go: without them the gateway would not work as it does live.

use std::collections::BTreeSet;

use signalbox_adapters::Address;

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum DeliveryMode {
    /// To everybody.
    #[default]
    Live,
    /// To nobody.
    Sink,
    /// To these, by their external ids.
    Only(BTreeSet<String>),
}

impl DeliveryMode {
    /// Whether anything may leave to an address.
    pub(crate) fn lets_pass(&self, to: &Address) -> bool {
        match self {
            Self::Live => true,
            Self::Sink => false,
            Self::Only(ids) => ids.contains(&to.external_id),
        }
    }
}
