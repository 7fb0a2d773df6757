//! One socket from its upgrade to its end.
//!
//! A session reads one message at a time: the next is read when the store has answered, so a slow store slows down one
//! client and nobody else. What goes out takes two ways: all that has a place in the thread goes through the [`Feed`],
//! the rest goes at once.
//!
//! After a login on a live socket the session goes on in the user's thread, and says so with a second `welcome`, followed
//! by `synced` as after the first: a client has to do nothing that it does not do after any `welcome`.
//!
//! [`Feed`]: super::feed::Feed

mod greeting;
pub(super) mod identity;
mod opening;
pub(super) mod quotas;
mod refused;
mod requests;
mod running;
mod work;

use std::net::IpAddr;
use std::sync::Arc;

use signalbox_adapters::webchat::close_code::CloseCode;
use signalbox_telemetry::metrics::webchat::CloseReason;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Webchat;
use super::connections::Connection;
use super::outgoing::Overflow;
use super::wire::Wire;
use running::Session;

/// Who is at the other end, as the upgrade told.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) address: IpAddr,
    /// As a browser names it; others have none.
    pub(super) origin: Option<String>,
    /// The `Host` that the request was sent to.
    pub(super) host: Option<String>,
    /// A user's token of the subprotocol header.
    pub(super) bearer: Option<String>,
    pub(super) does_not_track: bool,
}

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The client closed, or the line is gone.
    Gone,
    /// We close. The reason is for the client's author and fits a close frame.
    Close(CloseCode, &'static str),
}

impl From<Overflow> for Ending {
    fn from(Overflow: Overflow) -> Self {
        Self::Close(CloseCode::SlowConsumer, "too slow: reconnect and resume")
    }
}

/// Runs a session to its end.
pub(super) async fn run<S>(
    webchat: Arc<Webchat>,
    stream: S,
    client: Client,
    mut connection: Connection,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let gauge = &webchat.metrics.webchat.connections;
    gauge.inc();
    let mut wire = Wire::new(stream, Arc::clone(&webchat.metrics)).await;
    let ending = match greeting::greet(&webchat, &client, &mut connection, &mut wire).await {
        Ok(greeted) => {
            Session::new(Arc::clone(&webchat), client, connection.is_exempt, greeted)
                .run(&mut wire)
                .await
        }
        Err(ending) => ending,
    };
    webchat.metrics.webchat.closed.count(counted_as(ending));
    match ending {
        Ending::Gone => wire.end().await,
        Ending::Close(code, reason) => wire.close(code, reason).await,
    }
    gauge.dec();
    // Only now there is room for another.
    drop(connection);
}

fn counted_as(ending: Ending) -> CloseReason {
    let Ending::Close(code, _) = ending else {
        return CloseReason::Client;
    };
    match code {
        CloseCode::Normal => CloseReason::Client,
        CloseCode::GoingAway => CloseReason::GoingAway,
        CloseCode::Protocol
        | CloseCode::Unsupported
        | CloseCode::NotUtf8
        | CloseCode::Policy
        | CloseCode::TooBig
        | CloseCode::Malformed => CloseReason::Malformed,
        CloseCode::ServerError | CloseCode::TryAgainLater => CloseReason::Unavailable,
        CloseCode::Unauthenticated => CloseReason::Unauthenticated,
        CloseCode::Forbidden | CloseCode::UnknownSite => CloseReason::Forbidden,
        CloseCode::Idle => CloseReason::Idle,
        CloseCode::SlowConsumer => CloseReason::Slow,
        CloseCode::RateLimited => CloseReason::RateLimited,
    }
}
