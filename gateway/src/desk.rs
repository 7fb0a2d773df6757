//! The desk for people: who waits, who has whom, and what an agent reads and does. JSON under `/v1/desk`, the page at `/desk`.
//!
//! * Nothing is decided here: a wish goes to the router, and what became of it comes back (`gateway/router/src/desk.rs`).
//! * Changes are hints ([`changes`]): whoever hears of one reads again, so a lost one or a restart costs nothing.
//! * A session is a signed cookie and no memory: it outlives a restart, and ends with the agent's password.

mod acts;
mod agents;
mod changes;
mod conversation;
mod cookie;
mod files;
mod gate;
mod list;
mod refusal;
mod search;
mod session;
mod shared_read;
mod source;
mod tries;
mod why;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use signalbox_sealed::DeploymentKey;
use tokio_util::sync::CancellationToken;

use crate::webchat::peer::Proxies;
use gate::Gate;
use list::Overview;
use shared_read::SharedRead;
use source::Source;
use tries::Tries;

pub use agents::{
    Agents, AgentsError, FirstPassword, MADE_NAME, PasswordError, flaws, hash_password,
};
pub use search::ChannelAccount;

/// The largest body of a request.
const MAX_BODY_BYTES: usize = 64 << 10;
/// Passwords that are being checked at once: each takes 19 MiB and some milliseconds on purpose.
const CHECKS_AT_ONCE: usize = 2;
/// And so many more from browsers in which the agent has signed in before.
const KNOWN_CHECKS_AT_ONCE: usize = 1;

/// What a desk is made of.
pub struct DeskParts {
    /// Does what agents wish.
    pub router: signalbox_router::Router,
    /// Who may sign in.
    pub agents: Agents,
    /// Signs cookies.
    pub key: Arc<DeploymentKey>,
    /// How long a sign-in lasts.
    pub session_lasts: Duration,
    /// Proxies that are believed: `webchat.trusted_proxies`.
    pub proxies: Proxies,
    /// Where customers have addresses.
    pub accounts: Vec<ChannelAccount>,
    /// The wall clock.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Ends the streams.
    pub leaving: CancellationToken,
}

/// The desk of this process.
pub struct Desk {
    router: signalbox_router::Router,
    agents: Agents,
    key: Arc<DeploymentKey>,
    session_lasts: Duration,
    source: Source,
    accounts: Vec<ChannelAccount>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    tries: Tries,
    checks: Gate,
    known_checks: Gate,
    overviews: SharedRead<Result<Arc<Overview>, String>>,
    streams: changes::Streams,
    leaving: CancellationToken,
}

impl Desk {
    /// Puts the desk together.
    pub fn new(parts: DeskParts) -> Arc<Self> {
        let tries = Tries::new(parts.key.clone(), parts.agents.names());
        Arc::new(Self {
            router: parts.router,
            agents: parts.agents,
            key: parts.key,
            session_lasts: parts.session_lasts,
            source: Source::new(parts.proxies),
            accounts: parts.accounts,
            clock: parts.clock,
            tries,
            checks: Gate::new(CHECKS_AT_ONCE),
            known_checks: Gate::new(KNOWN_CHECKS_AT_ONCE),
            overviews: SharedRead::default(),
            streams: changes::Streams::default(),
            leaving: parts.leaving,
        })
    }
}

/// Everything that the desk serves, to be merged into the process's own routes.
pub fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route(
            "/v1/desk/session",
            get(session::who)
                .post(session::sign_in)
                .delete(session::sign_out),
        )
        .route("/v1/desk/list", get(list::list))
        .route("/v1/desk/search", get(search::search))
        .route("/v1/desk/changes", get(changes::changes))
        .route("/v1/desk/conversations/{thread}", get(conversation::file))
        .route(
            "/v1/desk/conversations/{thread}/history",
            get(conversation::history),
        )
        .route("/v1/desk/conversations/{thread}/answer", post(acts::answer))
        .route("/v1/desk/conversations/{thread}/note", post(acts::note))
        .route("/v1/desk/conversations/{thread}/take", post(acts::take))
        .route(
            "/v1/desk/conversations/{thread}/give-back",
            post(acts::give_back),
        )
        .route("/v1/desk/conversations/{thread}/close", post(acts::close))
        .route(
            "/v1/desk/conversations/{thread}/transfer",
            post(acts::transfer),
        )
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(map_response(kept_nowhere))
        .with_state(desk)
        .merge(files::router())
}

/// What customers said is for this moment and this agent: no cache keeps it.
async fn kept_nowhere(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let never = HeaderValue::from_static("no-store");
    headers.insert(header::CACHE_CONTROL, never);
    let as_said = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, as_said);
    response
}

#[cfg(test)]
mod tests;
