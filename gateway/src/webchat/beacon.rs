//! The last page events of a page that goes away, when it can no longer use its socket.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use signalbox_adapters::webchat::beacon::{Beacon, parse};
use signalbox_adapters::webchat::limits::MAX_MESSAGE_BYTES;
use signalbox_adapters::{Inbound, InboundBody, Profile};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::session::identity::address as address_at;
use super::{Webchat, upgrade};

/// How long a body may take to arrive: a client that sends it byte by byte must not hold its connection for ever.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

const NOT_A_BEACON: &str =
    "expected a JSON object with `visitor` and `events`, of at most 64 KiB\n";
const NOBODY: Refusal = (
    StatusCode::UNAUTHORIZED,
    "`visitor` is not a valid token: use the one of the last welcome\n",
);
const UNAVAILABLE: Refusal = (
    StatusCode::SERVICE_UNAVAILABLE,
    "page events cannot be kept now\n",
);

/// Why a beacon is not taken, in plain words for the page's author: nobody waits for the answer but a developer's tools.
type Refusal = (StatusCode, &'static str);

pub(super) async fn beacon(State(webchat): State<Arc<Webchat>>, request: Request) -> Response {
    match take(&webchat, request).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn take(webchat: &Webchat, request: Request) -> Result<(), Refusal> {
    let (parts, body) = request.into_parts();
    let client = upgrade::address(webchat, &parts.headers, &parts.extensions);
    if !webchat.connections.is_exempt(client)
        && webchat.quotas.beacon(client, Instant::now()).is_err()
    {
        return Err((
            StatusCode::TOO_MANY_REQUESTS,
            "too many beacons: send fewer\n",
        ));
    }
    let text = |name| {
        parts
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default().to_owned())
    };
    let (origin, host) = (text(header::ORIGIN), text(header::HOST));
    let is_unwanted =
        webchat.settings.honour_do_not_track && upgrade::does_not_track(&parts.headers);
    let body = timeout(BODY_TIMEOUT, to_bytes(body, MAX_MESSAGE_BYTES))
        .await
        .map_err(|_| {
            (
                StatusCode::REQUEST_TIMEOUT,
                "the body did not arrive within 10 s\n",
            )
        })?
        .map_err(|_| {
            (
                StatusCode::PAYLOAD_TOO_LARGE,
                "a beacon has at most 64 KiB\n",
            )
        })?;
    let Beacon { visitor, events } =
        parse(&body).map_err(|_| (StatusCode::BAD_REQUEST, NOT_A_BEACON))?;
    let token = webchat
        .visitors
        .prove(&visitor, webchat.now())
        .ok_or(NOBODY)?;
    let site = webchat
        .sites
        .get(&token.site)
        .ok_or((StatusCode::NOT_FOUND, "no such site\n"))?;
    if !site.admits(origin.as_deref(), host.as_deref()) {
        return Err((StatusCode::FORBIDDEN, "this origin may not use this site\n"));
    }
    if is_unwanted {
        return Ok(());
    }
    let unavailable = |_| UNAVAILABLE;
    // Nobody is a visitor who has logged in any more: what their old token brings would be kept as the user's.
    let has_logged_in = webchat
        .conversations
        .has_logged_in(&address_at(site, token.external_id()))
        .await
        .map_err(unavailable)?;
    if has_logged_in {
        return Err(NOBODY);
    }
    let external_id = webchat
        .visitors
        .user(&token)
        .unwrap_or_else(|| token.external_id());
    let address = address_at(site, external_id);
    let thread = webchat
        .conversations
        .home(&address)
        .await
        .map_err(unavailable)?;
    let has_thread = webchat
        .conversations
        .last_sequence(thread)
        .await
        .map_err(unavailable)?
        .is_some();
    for event in events {
        let event = event.stripped(&webchat.settings.page_query_allowed);
        if !has_thread {
            webchat.held_page_events.hold(thread, event);
            continue;
        }
        let inbound = Inbound {
            address: address.clone(),
            id: Uuid::new_v4().to_string(),
            body: InboundBody::Page(event),
            profile: Profile::default(),
        };
        webchat
            .conversations
            .accept(inbound)
            .await
            .map_err(|_| UNAVAILABLE)?;
    }
    Ok(())
}
