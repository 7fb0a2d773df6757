//! The desk for people: who waits, who has whom, and what an agent reads and does. JSON under `/v1/desk`, the page at `/desk`.
//!
//! * Nothing is decided here: a wish goes to the router, and what became of it comes back (`gateway/router/src/desk.rs`).
//! * Changes are hints ([`changes`]): whoever hears of one reads again, so a lost one or a restart costs nothing.
//! * A session is a signed cookie and no memory: it outlives a restart, and ends with the agent's password.

mod acts;
mod agents;
mod changes;
mod conversation;
mod files;
mod list;
mod refusal;
mod session;
mod why;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use signalbox_sealed::DeploymentKey;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub use agents::{Agents, AgentsError, PasswordError, hash_password};
use session::Attempts;

/// The largest body of a request.
const MAX_BODY_BYTES: usize = 64 << 10;
/// Passwords that are being checked at once: each takes 19 MiB and some milliseconds on purpose.
const CHECKS_AT_ONCE: usize = 2;

/// The desk of this process.
pub struct Desk {
    router: signalbox_router::Router,
    agents: Agents,
    key: Arc<DeploymentKey>,
    session_lasts: Duration,
    attempts: Attempts,
    checks: Semaphore,
    streams: changes::Streams,
    leaving: CancellationToken,
}

impl Desk {
    /// Puts the desk together. `leaving` ends its streams.
    pub fn new(
        router: signalbox_router::Router,
        agents: Agents,
        key: Arc<DeploymentKey>,
        session_lasts: Duration,
        leaving: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            router,
            agents,
            key,
            session_lasts,
            attempts: Attempts::default(),
            checks: Semaphore::new(CHECKS_AT_ONCE),
            streams: changes::Streams::default(),
            leaving,
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
        .route("/v1/desk/search", get(list::search))
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
        .with_state(desk)
        .merge(files::router())
}
