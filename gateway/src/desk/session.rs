//! Signing in and out, and the proof of it that comes with each request.
//!
//! The cookie names the agent and its end, under a keyed hash of both and of the password's hash: nothing is kept for it, it
//! outlives a restart, and another password ends it. No other site can use it (`SameSite=Strict`), and no page but ours can send
//! what is changed by: a request has to carry a header that a browser does not let foreign pages set.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use lru::LruCache;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};
use signalbox_router::Agent;
use tokio::time::Instant;

use super::Desk;
use super::refusal::Refusal;
use crate::webchat::token_bucket::{Rate, TokenBucket};

const COOKIE: &str = "signalbox_desk";
/// Sent by the page with whatever changes something.
const OWN_HEADER: &str = "x-signalbox-desk";
/// Longest name and password that are looked at.
const MOST_CHARACTERS: usize = 256;
/// Tries of one name or from one address: ten at once, then one every ten seconds.
const TRIES: Rate = Rate {
    per_second: 0.1,
    burst: 10.0,
};
/// Names and addresses whose tries are remembered, at most, of each.
const MOST_REMEMBERED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4_095);

/// How often somebody has tried to sign in of late.
pub(super) struct Attempts {
    by_name: Mutex<LruCache<String, TokenBucket>>,
    by_peer: Mutex<LruCache<IpAddr, TokenBucket>>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            by_name: Mutex::new(LruCache::new(MOST_REMEMBERED)),
            by_peer: Mutex::new(LruCache::new(MOST_REMEMBERED)),
        }
    }
}

impl Attempts {
    fn may_try(&self, name: &str, peer: IpAddr) -> bool {
        let now = Instant::now();
        let fresh = || TokenBucket::new(TRIES, now);
        let by_name = self
            .by_name
            .lock()
            .get_or_insert_mut(name.to_owned(), fresh)
            .take(TRIES, now)
            .is_ok();
        let by_peer = self
            .by_peer
            .lock()
            .get_or_insert_mut(peer, fresh)
            .take(TRIES, now)
            .is_ok();
        by_name && by_peer
    }

    fn succeeded(&self, name: &str, peer: IpAddr) {
        self.by_name.lock().pop(name);
        self.by_peer.lock().pop(&peer);
    }
}

/// What the page sends to sign in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    name: String,
    password: String,
}

/// The agent who asks.
pub(super) struct SignedIn(pub(super) Agent);

impl FromRequestParts<Arc<Desk>> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        desk: &Arc<Desk>,
    ) -> Result<Self, Self::Rejection> {
        if parts.method != axum::http::Method::GET {
            is_own(&parts.headers)?;
        }
        let cookie = cookie(&parts.headers).ok_or(Refusal::SignedOut)?;
        desk.opened(cookie, Timestamp::now())
            .map(Self)
            .ok_or(Refusal::SignedOut)
    }
}

/// Says who is signed in.
pub(super) async fn who(SignedIn(agent): SignedIn) -> Json<Value> {
    Json(json!({"agent": agent}))
}

pub(super) async fn sign_in(
    State(desk): State<Arc<Desk>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(asked): Json<SignIn>,
) -> Result<Response, Refusal> {
    is_own(&headers)?;
    let is_here = peer.ip().to_canonical().is_loopback()
        && !headers.contains_key("x-forwarded-for")
        && !headers.contains_key("forwarded");
    if desk.agents.are_made && !is_here {
        return Err(Refusal::ElsewhereOnly);
    }
    let too_long = |text: &str| text.chars().count() > MOST_CHARACTERS;
    if too_long(&asked.name) || too_long(&asked.password) {
        return Err(Refusal::WrongPassword);
    }
    if !desk.attempts.may_try(&asked.name, peer.ip()) {
        return Err(Refusal::TooFast);
    }
    let SignIn { name, password } = asked;
    let checking = desk.clone();
    // INVARIANT: nobody closes the semaphore.
    let place = desk.checks.acquire().await;
    let agent =
        tokio::task::spawn_blocking(move || checking.agents.check(&name, &password).cloned())
            .await
            .map_err(|_| Refusal::Unavailable("the password could not be checked".to_owned()))?;
    drop(place);
    let agent = agent.ok_or(Refusal::WrongPassword)?;
    desk.attempts.succeeded(&agent.id, peer.ip());
    let cookie = desk.cookie(&agent, Timestamp::now(), &headers);
    let mut response = Json(json!({"agent": agent})).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie?);
    Ok(response)
}

pub(super) async fn sign_out(headers: HeaderMap) -> Result<Response, Refusal> {
    is_own(&headers)?;
    let gone = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Ok(gone) = HeaderValue::from_str(&gone) {
        response.headers_mut().insert(header::SET_COOKIE, gone);
    }
    Ok(response)
}

/// Whether a request comes from the desk's own page.
fn is_own(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.contains_key(OWN_HEADER) {
        return Ok(());
    }
    Err(Refusal::Foreign)
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

impl Desk {
    fn cookie(
        &self,
        agent: &Agent,
        now: Timestamp,
        headers: &HeaderMap,
    ) -> Result<HeaderValue, Refusal> {
        let ends = now
            .as_second()
            .saturating_add_unsigned(self.session_lasts.as_secs());
        let proof = self.proof(&agent.id, ends).ok_or(Refusal::SignedOut)?;
        let id = URL_SAFE_NO_PAD.encode(&agent.id);
        let proof = URL_SAFE_NO_PAD.encode(proof);
        let is_encrypted = headers
            .get("x-forwarded-proto")
            .is_some_and(|scheme| scheme.as_bytes() == b"https");
        let secure = if is_encrypted { "; Secure" } else { "" };
        let lasts = self.session_lasts.as_secs();
        HeaderValue::from_str(&format!(
            "{COOKIE}={id}.{ends}.{proof}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Strict{secure}"
        ))
        .map_err(|_| Refusal::SignedOut)
    }

    /// The agent whose cookie it is, if it still counts.
    fn opened(&self, cookie: &str, now: Timestamp) -> Option<Agent> {
        let mut parts = cookie.splitn(3, '.');
        let id = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        let id = String::from_utf8(id).ok()?;
        let ends: i64 = parts.next()?.parse().ok()?;
        let proof = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        let expected = self.proof(&id, ends)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(&proof, &expected).ok()?;
        if ends <= now.as_second() {
            return None;
        }
        self.agents.get(&id).map(|(agent, _)| agent.clone())
    }

    fn proof(&self, id: &str, ends: i64) -> Option<[u8; 16]> {
        let (_, hash) = self.agents.get(id)?;
        let parts = [id.as_bytes(), &ends.to_be_bytes(), hash.as_bytes()];
        Some(self.key.hash("desk session", &parts))
    }
}
