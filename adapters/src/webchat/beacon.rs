//! What a page sends while it goes away, when its socket can no longer be relied on: its last page events.
//!
//! `{"visitor":"<token of the last welcome>","events":[{"kind":"leave","url":"…",…}, …]}`, sent as `text/plain` so that
//! browsers ask for no permission first. Events look like `page` frames; their `t` may be left out.

use serde::Deserialize;

use crate::webchat::limits::{MAX_BEACON_EVENTS, MAX_MESSAGE_BYTES, MAX_VISITOR_TOKEN_BYTES};
use crate::webchat::page_frame::PageFrame;

/// A beacon that can be read. Its visitor is not proven yet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Beacon {
    /// The visitor's token.
    pub visitor: String,
    /// At most [`MAX_BEACON_EVENTS`].
    pub events: Vec<PageFrame>,
}

/// A body that is no beacon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a beacon: expected a JSON object with `visitor` and `events`, of at most 64 KiB")]
pub struct BeaconError;

/// Reads a beacon's body.
///
/// # Errors
/// [`BeaconError`]
pub fn parse(body: &[u8]) -> Result<Beacon, BeaconError> {
    if body.len() > MAX_MESSAGE_BYTES || !body.trim_ascii_start().starts_with(b"{") {
        return Err(BeaconError);
    }
    let mut beacon: Beacon = serde_json::from_slice(body).map_err(|_| BeaconError)?;
    if beacon.visitor.len() > MAX_VISITOR_TOKEN_BYTES {
        return Err(BeaconError);
    }
    beacon.events.truncate(MAX_BEACON_EVENTS);
    Ok(beacon)
}
