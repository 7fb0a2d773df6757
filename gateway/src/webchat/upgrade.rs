//! From an HTTP request to a socket, or to a refusal. Everything is refused here that can be: before the upgrade it
//! costs a line of text.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Extensions, Method, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper_util::rt::TokioIo;
use signalbox_adapters::webchat::subprotocol::{self, SUBPROTOCOL};
use signalbox_telemetry::metrics::webchat::RefusalReason;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::Webchat;
use super::connections::NoRoom;
use super::session::{self, Client};

/// How long a connection has from our answer to its first byte as a socket.
const UPGRADE_TIMEOUT: Duration = Duration::from_secs(10);
/// The random value of a handshake.
const KEY_BYTES: usize = 16;

pub(super) async fn upgrade(State(webchat): State<Arc<Webchat>>, mut request: Request) -> Response {
    match admit(&webchat, &mut request) {
        Ok(response) => response,
        Err(Refusal {
            status,
            reason,
            message,
        }) => {
            webchat.metrics.webchat.refused.count(reason);
            let mut response = (status, message).into_response();
            if status == StatusCode::UPGRADE_REQUIRED {
                let version = HeaderValue::from_static("13");
                response
                    .headers_mut()
                    .insert(header::SEC_WEBSOCKET_VERSION, version);
            } else if status == StatusCode::TOO_MANY_REQUESTS
                || status == StatusCode::SERVICE_UNAVAILABLE
            {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            response
        }
    }
}

struct Refusal {
    status: StatusCode,
    reason: RefusalReason,
    message: &'static str,
}

fn admit(webchat: &Arc<Webchat>, request: &mut Request) -> Result<Response, Refusal> {
    let key = handshake_key(request)?;
    if webchat.leaving.is_cancelled() {
        return Err(Refusal {
            status: StatusCode::SERVICE_UNAVAILABLE,
            reason: RefusalReason::Connections,
            message: "the server goes away; try again\n",
        });
    }
    let headers = request.headers();
    let offered = subprotocol::read(texts(headers, header::SEC_WEBSOCKET_PROTOCOL));
    let client = client(webchat, request, offered.bearer);
    let sites: Vec<_> = webchat
        .sites
        .admitting(client.origin.as_deref(), client.host.as_deref())
        .collect();
    if sites.is_empty() {
        return Err(Refusal {
            status: StatusCode::FORBIDDEN,
            reason: RefusalReason::Origin,
            message: "this origin may not chat here; the gateway's configuration lists it under `webchat.sites`\n",
        });
    }
    let is_exempt = webchat.connections.is_exempt(client.address);
    if !is_exempt
        && !sites
            .iter()
            .any(|site| webchat.connections.has_room(&site.name))
    {
        return Err(full(NoRoom::Connections));
    }
    let connection = webchat
        .connections
        .open(client.address, Instant::now())
        .map_err(full)?;
    let upgraded = hyper::upgrade::on(request);
    let webchat = Arc::clone(webchat);
    tokio::spawn(async move {
        // Whoever does not take our answer leaves nothing behind.
        if let Ok(Ok(upgraded)) = timeout(UPGRADE_TIMEOUT, upgraded).await {
            session::run(webchat, TokioIo::new(upgraded), client, connection).await;
        }
    });
    Ok(switching(&key, offered.speaks_ours))
}

/// The `Sec-WebSocket-Key` of a valid handshake.
fn handshake_key(request: &Request) -> Result<String, Refusal> {
    let refused = |status, message| Refusal {
        status,
        reason: RefusalReason::Request,
        message,
    };
    let headers = request.headers();
    let has_token = |name: HeaderName, token: &str| {
        texts(headers, name)
            .flat_map(|value| value.split(','))
            .any(|value| value.trim().eq_ignore_ascii_case(token))
    };
    let is_upgrade = request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && has_token(header::CONNECTION, "upgrade")
        && has_token(header::UPGRADE, "websocket");
    if !is_upgrade {
        return Err(refused(
            StatusCode::BAD_REQUEST,
            "this address speaks WebSocket only\n",
        ));
    }
    if !has_token(header::SEC_WEBSOCKET_VERSION, "13") {
        return Err(refused(
            StatusCode::UPGRADE_REQUIRED,
            "WebSocket version 13 is spoken here\n",
        ));
    }
    texts(headers, header::SEC_WEBSOCKET_KEY)
        .next()
        .filter(|key| {
            STANDARD
                .decode(key)
                .is_ok_and(|bytes| bytes.len() == KEY_BYTES)
        })
        .map(str::to_owned)
        .ok_or(refused(
            StatusCode::BAD_REQUEST,
            "Sec-WebSocket-Key must be 16 bytes in base64\n",
        ))
}

fn client(webchat: &Webchat, request: &Request, bearer: Option<String>) -> Client {
    let headers = request.headers();
    let text = |name| texts(headers, name).next().map(str::to_owned);
    // An origin that cannot be read is an origin, and matches nothing.
    let origin = headers
        .get(header::ORIGIN)
        .map(|origin| origin.to_str().unwrap_or_default().to_owned());
    Client {
        address: address(webchat, headers, request.extensions()),
        origin,
        host: text(header::HOST),
        bearer,
        does_not_track: does_not_track(headers),
    }
}

/// The client's address; the unspecified one where the server was not told, so that all such count together.
pub(super) fn address(webchat: &Webchat, headers: &HeaderMap, extensions: &Extensions) -> IpAddr {
    let connected = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |connected| {
            connected.0.ip()
        });
    let client = webchat.proxies.client(connected, headers);
    if webchat.connections.is_exempt(client) {
        webchat.proxies.doubt(connected, headers);
    }
    client
}

pub(super) fn does_not_track(headers: &HeaderMap) -> bool {
    ["dnt", "sec-gpc"]
        .into_iter()
        .any(|name| headers.get(name).is_some_and(|value| value == "1"))
}

fn texts(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
}

fn full(no_room: NoRoom) -> Refusal {
    Refusal {
        status: StatusCode::TOO_MANY_REQUESTS,
        reason: match no_room {
            NoRoom::Connections => RefusalReason::Connections,
            NoRoom::Rate => RefusalReason::Rate,
        },
        message: "too many connections; try again later\n",
    }
}

fn switching(key: &str, speaks_ours: bool) -> Response {
    let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::try_from(derive_accept_key(key.as_bytes())) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    if speaks_ours {
        headers.insert(
            header::SEC_WEBSOCKET_PROTOCOL,
            HeaderValue::from_static(SUBPROTOCOL),
        );
    }
    response
}
