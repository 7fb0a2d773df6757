//! Each platform's wire format to and from our message. Translation only: no queue, no retry, no routing.

mod message;

pub use message::{
    Address, Channel, Content, Inbound, InboundBody, PageEvent, PageEventKind, Profile,
};
