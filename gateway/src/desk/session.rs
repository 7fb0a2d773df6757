//! Signing in and out, and the proof of it that each request has to bring.
//!
//! What a request changes it changes only if it comes from our own page ([`is_own`]), whatever cookies it brings.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use signalbox_router::Agent;

use super::Desk;
use super::cookie::forgotten;
use super::gate::Turned;
use super::refusal::Refusal;
use super::source::{is_own, is_this_machine};

/// Longest name and password that are looked at.
const MOST_CHARACTERS: usize = 256;
/// When to come again while too many passwords are being checked.
const WHEN_BUSY: Duration = Duration::from_secs(2);

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
        if parts.method != Method::GET {
            is_own(&parts.headers)?;
        }
        desk.signed_in(&parts.headers, (desk.clock)())
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
    if desk.agents.are_made && !is_this_machine(peer, &headers) {
        return Err(Refusal::ElsewhereOnly);
    }
    let SignIn { name, password } = asked;
    let too_long = |text: &str| text.chars().count() > MOST_CHARACTERS;
    if too_long(&name) || too_long(&password) {
        return Err(Refusal::WrongPassword);
    }
    let browser = desk.browser(&name, &headers);
    let address = desk.source.address(peer, &headers);
    let tried = desk
        .tries
        .count(&name, address, browser)
        .map_err(Refusal::TooFast)?;
    // Whoever is known here does not wait behind a crowd that is not.
    let gate = match browser {
        Some(_) => &desk.known_checks,
        None => &desk.checks,
    };
    let (agents, id) = (desk.clone(), name.clone());
    let checked = gate
        .pass(move || agents.agents.check(&id, &password).cloned())
        .await;
    match checked {
        Ok(Some(agent)) => {
            desk.tries.give_back(&tried);
            let mut response = Json(json!({"agent": agent})).into_response();
            for cookie in desk.cookies(&agent, (desk.clock)(), &headers) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Ok(None) => Err(Refusal::WrongPassword),
        Err(Turned::Away) => {
            desk.tries.give_back(&tried);
            Err(Refusal::TooFast(WHEN_BUSY))
        }
        Err(Turned::Failed) => Err(Refusal::Unavailable(
            "a password could not be checked".to_owned(),
        )),
    }
}

pub(super) async fn sign_out(headers: HeaderMap) -> Result<Response, Refusal> {
    is_own(&headers)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = forgotten(&headers) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
