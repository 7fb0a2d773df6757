//! The web chat's server side: sockets, beacons and the pages that use them.
//!
//! * A session ([`session`]) is one socket. What it sends of a thread comes from its [`feed`], in order and without
//!   holes, whatever reaches it in which order: hints of the [`hub`], answers of the store, acknowledgements.
//! * Hints are hints. Whatever is missing is read from the store; a lost hint is noticed with the next ping.
//! * Nothing here is kept but what may be lost: rotations of visitor tokens, read positions, page events of visitors who
//!   have not said anything yet. All of it is bounded.
//! * Correctness needs nothing of this process's memory: messages are durable before they are acknowledged, and a client
//!   resumes by the last sequence that it has.

pub mod conversations;
pub mod settings;

mod beacon;
mod connections;
mod entry;
mod feed;
mod files;
mod hub;
mod mailbox;
pub(crate) mod names;
mod outgoing;
mod page_events;
pub(crate) mod peer;
mod read_positions;
mod session;
mod sites;
pub(crate) mod token_bucket;
mod upgrade;
mod visitors;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Json;
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};
use signalbox_adapters::webchat::limits::MAX_MESSAGE_BYTES;
use signalbox_telemetry::Metrics;
use tokio_util::sync::CancellationToken;

use connections::Connections;
use conversations::Conversations;
pub use hub::Hub;
use page_events::HeldPageEvents;
use peer::Proxies;
use read_positions::ReadPositions;
use session::quotas::Quotas;
use settings::{SettingsError, WebchatSettings};
use sites::Sites;
use visitors::Visitors;

/// What time it is.
pub type WallClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The web chat of this process.
pub struct Webchat {
    settings: WebchatSettings,
    sites: Sites,
    proxies: Proxies,
    conversations: Arc<dyn Conversations>,
    hub: Arc<Hub>,
    metrics: Arc<Metrics>,
    clock: WallClock,
    visitors: Visitors,
    connections: Connections,
    quotas: Quotas,
    read_positions: ReadPositions,
    held_page_events: HeldPageEvents,
    leaving: CancellationToken,
}

impl Webchat {
    /// Puts the web chat together.
    ///
    /// * `hub`: the one that the router tells of new entries.
    /// * `visitor_token_key`: the deployment's.
    ///
    /// # Errors
    /// [`SettingsError`] with everything that is wrong with `settings`.
    pub fn new(
        settings: WebchatSettings,
        conversations: Arc<dyn Conversations>,
        hub: Arc<Hub>,
        metrics: Arc<Metrics>,
        visitor_token_key: &[u8; 32],
        clock: WallClock,
    ) -> Result<Arc<Self>, SettingsError> {
        settings.validate().map_err(SettingsError)?;
        Ok(Arc::new(Self {
            sites: Sites::new(&settings).map_err(SettingsError)?,
            proxies: proxies(&settings)?,
            connections: Connections::new(&settings),
            quotas: Quotas::new(&settings.limits),
            visitors: Visitors::new(visitor_token_key),
            read_positions: ReadPositions::default(),
            held_page_events: HeldPageEvents::default(),
            leaving: CancellationToken::new(),
            settings,
            conversations,
            hub,
            metrics,
            clock,
        }))
    }

    /// Takes no new connections and closes the open ones with 1001, spread over
    /// [`WebchatSettings::shutdown_spread_seconds`], so that clients do not all come back at once. Returns when all are
    /// closed, or a little after that time.
    pub async fn leave(&self) {
        self.leaving.cancel();
        let spread = Duration::from_secs(self.settings.shutdown_spread_seconds);
        let patience = spread + wire::CLOSE_DEADLINE + wire::CLOSE_DEADLINE;
        // Whoever is not gone then is cut off by the process's end.
        let _ = tokio::time::timeout(patience, self.connections.all_closed()).await;
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

/// Everything that the web chat serves, to be merged into the process's own routes. Serve it with
/// `into_make_service_with_connect_info::<SocketAddr>()`: connections are counted by address.
pub fn router(webchat: Arc<Webchat>) -> Router {
    Router::new()
        .route("/v1/webchat/ws", get(upgrade::upgrade))
        .route("/v1/webchat/beacon", post(beacon::beacon))
        .route("/v1/webchat/config", get(config))
        .layer(DefaultBodyLimit::max(MAX_MESSAGE_BYTES))
        .with_state(webchat)
        .merge(files::router())
}

/// Which sites there are, for the gateway's own page.
async fn config(State(webchat): State<Arc<Webchat>>) -> Json<Value> {
    Json(json!({
        "sites": webchat.sites.names().collect::<Vec<_>>(),
        "default_site": webchat.settings.default_site(),
    }))
}

/// The proxies that are believed, here and at the desk.
///
/// # Errors
/// An entry is no address and no network.
pub(crate) fn proxies(settings: &WebchatSettings) -> Result<Proxies, SettingsError> {
    Proxies::new(&settings.trusted_proxies).map_err(SettingsError)
}

#[cfg(test)]
mod tests;
