//! Signed webhooks after Standard Webhooks 1.0: what other systems of the company report, customers' messages among it, and
//! how answers to those are signed. No sockets here.
//!
//! * Nothing is read that is not proven: [`event::parse`] takes a [`signature::Verified`], which only
//!   [`signature::Verifier::verify`] makes, from the raw bytes.
//! * `webhook-id` names the event and stays the same on every attempt; `webhook-timestamp` is the attempt's.
//! * What leaves is signed by every key that is good at the moment ([`signing`]), so that receivers can change theirs in their
//!   own time.
//!
//! Source: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

mod content;
pub mod event;
pub mod key;
pub mod limits;
pub mod message;
pub mod signature;
pub mod signing;

#[cfg(test)]
mod tests;
