//! `/metrics`, `/healthz`, `/readyz`: what machines read.
//!
//! On the port that customers use, figures and reasons are for this machine only: a request that came through a proxy
//! counts as one from outside.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde_json::{Value, json};
use signalbox_store::Store;
use signalbox_telemetry::Metrics;

use crate::bundles::RulesStatus;

/// What the pages tell of.
pub struct Pages {
    /// Scraped.
    pub metrics: Arc<Metrics>,
    /// Asked whether it takes writes.
    pub store: Arc<dyn Store>,
    /// Asked how many partitions it owns.
    pub router: signalbox_router::Router,
    /// Asked which bundle is live.
    pub rules: Arc<RulesStatus>,
    /// Whose file system is measured.
    pub data: PathBuf,
}

/// Who may see figures and reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// This machine: on the port that customers use too.
    ThisMachine,
    /// Whoever reaches the port, which is one of its own.
    Everybody,
}

#[derive(Clone)]
struct Desk {
    pages: Arc<Pages>,
    audience: Audience,
}

/// The three pages.
pub fn router(pages: Arc<Pages>, audience: Audience) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(Desk { pages, audience })
}

async fn metrics(
    State(desk): State<Desk>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    if !desk.may_see(peer, &headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    desk.pages.measure().await;
    match desk.pages.metrics.encode() {
        Ok(text) => ([(header::CONTENT_TYPE, Metrics::CONTENT_TYPE)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn ready(
    State(desk): State<Desk>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let (is_ready, reasons) = desk.pages.readiness().await;
    let status = if is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = if desk.may_see(peer, &headers) {
        reasons
    } else {
        json!({"ready": is_ready})
    };
    (status, Json(body)).into_response()
}

impl Desk {
    fn may_see(&self, peer: SocketAddr, headers: &HeaderMap) -> bool {
        let is_forwarded = ["x-forwarded-for", "forwarded"]
            .iter()
            .any(|name| headers.contains_key(*name));
        self.audience == Audience::Everybody
            || (peer.ip().to_canonical().is_loopback() && !is_forwarded)
    }
}

impl Pages {
    /// Whether messages are taken and decided, and why not.
    pub async fn readiness(&self) -> (bool, Value) {
        let store = self.store.ready().await;
        let (owned, partitions) = (self.router.owned(), self.router.partitions());
        // A damaged partition does not make the others worth less: the node goes on with those.
        let is_complete = owned > 0 && self.router.missing() == 0;
        let is_ready = store.is_ok() && is_complete;
        let damaged: Vec<_> = self
            .router
            .damaged()
            .iter()
            .map(ToString::to_string)
            .collect();
        let reasons = json!({
            "ready": is_ready,
            "store": {
                "ready": store.is_ok(),
                "reason": store.err().map(|error| error.to_string()),
            },
            "partitions": {
                "ready": is_complete,
                "owned": owned,
                "of": partitions,
                "damaged": damaged,
            },
            // Messages are taken and decided all the same, so this is no reason to send them elsewhere.
            "channels": {"paused": self.router.paused_accounts()},
            "rules": self.rules.report(),
        });
        (is_ready, reasons)
    }

    /// Reads what is only worth knowing at a scrape.
    async fn measure(&self) {
        let store = &self.metrics.store;
        store.ready.set(i64::from(self.store.ready().await.is_ok()));
        let damaged = self.router.damaged().len();
        store
            .partitions_damaged
            .set(i64::try_from(damaged).unwrap_or(i64::MAX));
        if let Some(free) = free_bytes(&self.data) {
            store
                .free_bytes
                .set(i64::try_from(free).unwrap_or(i64::MAX));
        }
    }
}

/// Free space of the file system that holds `path`, for this user.
pub fn free_bytes(path: &std::path::Path) -> Option<u64> {
    let figures = rustix::fs::statvfs(path).ok()?;
    Some(figures.f_bavail.saturating_mul(figures.f_frsize))
}
