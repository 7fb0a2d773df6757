//! Signed webhooks after Standard Webhooks 1.0: what other systems of the company report. No sockets here.
//!
//! * Nothing is read that is not proven: [`event::parse`] takes a [`signature::Verified`], which only
//!   [`signature::Verifier::verify`] makes, from the raw bytes.
//! * `webhook-id` names the event and stays the same on every attempt; `webhook-timestamp` is the attempt's.
//! * Messages of customers are not taken this way yet: nothing could carry the answers back.
//!
//! Source: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

pub mod event;
pub mod key;
pub mod limits;
pub mod signature;

#[cfg(test)]
mod tests;
