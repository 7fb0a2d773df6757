//! Each platform's wire format to and from our message. Translation only: no queue, no retry, no routing.

mod adapter;
#[cfg(feature = "conformance")]
pub mod conformance;
mod message;
pub mod webchat;
pub mod webhook;

pub use adapter::{Adapter, Author, Origin, Part, Receipt, SendError, WhenUnanswered};
pub use message::{
    Address, Attachment, AttachmentKind, Channel, Content, Inbound, InboundBody, PageEvent,
    PageEventKind, Profile, Relayed,
};
