//! What a customer did on a page, as the client tells it.

use jiff::Timestamp;
use serde::Deserialize;

use crate::message::{PageEvent, PageEventKind};
use crate::webchat::limits::{MAX_TITLE_BYTES, cut};
use crate::webchat::page_url;

/// The longest visible time that is believed.
const MAX_DWELL_MS: u64 = 24 * 60 * 60 * 1_000;

/// A page event off the wire. Its addresses still have their queries: [`PageFrame::stripped`] takes those off.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PageFrame {
    kind: PageEventKind,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    referrer: Option<String>,
    #[serde(default)]
    ts: Option<String>,
    #[serde(default)]
    dwell_ms: Option<u64>,
}

impl PageFrame {
    /// As it may be kept: addresses without queries, except parameters in `allowed`, and all of it bounded.
    pub fn stripped(self, allowed: &[String]) -> PageEvent {
        let referrer = self
            .referrer
            .map(|referrer| page_url::strip(&referrer, allowed));
        PageEvent {
            kind: self.kind,
            url: page_url::strip(&self.url.unwrap_or_default(), allowed),
            title: self
                .title
                .map(|title| cut(&title, MAX_TITLE_BYTES).to_owned()),
            referrer: referrer.filter(|referrer| !referrer.is_empty()),
            dwell_ms: self.dwell_ms.map(|dwell| dwell.min(MAX_DWELL_MS)),
            at: self.ts.and_then(|ts| ts.parse::<Timestamp>().ok()),
        }
    }
}
