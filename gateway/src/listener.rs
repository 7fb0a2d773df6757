//! The HTTP port: accepts connections up to a bound, hands requests to an axum router, stops gracefully.
//!
//! Not `axum::serve`, which bounds neither connections nor the time that a client takes for its headers.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::words::Told;

/// Open connections of one port, sockets of sessions included. Beyond it the kernel's backlog waits, then refuses.
const MAX_CONNECTIONS: usize = 65_536;
/// A client that takes longer for the headers of a request is cut off.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest request head.
const MAX_HEAD_BYTES: usize = 32 << 10;
/// After an error of accepting (no free file, above all) the next try waits so long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A bound port.
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
}

/// The port cannot be had.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {address}: {reason}; is something else listening there? choose another with --listen or in the configuration"
)]
pub struct ListenError {
    address: SocketAddr,
    reason: std::io::Error,
}

impl Told for ListenError {
    fn chinese(&self) -> String {
        format!(
            "无法监听 {}：{}；是否已有别的程序在监听？可用 --listen 或在配置里换一个地址",
            self.address,
            self.reason.chinese()
        )
    }
}

impl Listener {
    /// Binds a port; 0 takes a free one.
    ///
    /// # Errors
    /// [`ListenError`]
    pub async fn bind(address: SocketAddr) -> Result<Self, ListenError> {
        let wrong = |reason| ListenError { address, reason };
        let listener = TcpListener::bind(address).await.map_err(wrong)?;
        let address = listener.local_addr().map_err(wrong)?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An address that a browser on this machine can open: one of all interfaces is none.
    pub fn url(&self) -> String {
        let mut address = self.address;
        if self.is_everywhere() {
            address.set_ip(match address.ip() {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        format!("http://{address}/")
    }

    /// Whether it listens on all interfaces of the machine.
    pub fn is_everywhere(&self) -> bool {
        self.address.ip().is_unspecified()
    }

    /// Serves `app` until `stop`; then requests under way are answered. Connections that became sockets go on until their
    /// sessions end.
    pub async fn serve(self, app: Router, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let connections = TaskTracker::new();
        loop {
            let place = tokio::select! {
                () = stop.cancelled() => break,
                // INVARIANT: nobody closes the semaphore.
                Ok(place) = places.clone().acquire_owned() => place,
            };
            let (stream, peer) = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                        continue;
                    }
                },
            };
            let (app, stop) = (app.clone(), stop.clone());
            connections.spawn(async move {
                serve_connection(stream, peer, app, stop).await;
                drop(place);
            });
        }
        connections.close();
        connections.wait().await;
    }
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    stop: CancellationToken,
) {
    // Frames are small and answered at once: waiting for more to send costs 40 ms each. Fails only on a dead socket.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let app = app.clone();
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        async move {
            let response = app.oneshot(request).await;
            response.map_err(|never: Infallible| never)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        // Clients go away all the time.
        tracing::debug!(%error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_address_of_all_interfaces_is_shown_as_one_that_can_be_opened() {
        let everywhere = Listener::bind("0.0.0.0:0".parse().unwrap()).await.unwrap();
        let port = everywhere.address().port();
        assert!(everywhere.is_everywhere());
        assert_eq!(everywhere.url(), format!("http://127.0.0.1:{port}/"));
        let here = Listener::bind("127.0.0.1:0".parse().unwrap())
            .await
            .unwrap();
        assert!(!here.is_everywhere());
        assert_eq!(here.url(), format!("http://{}/", here.address()));
    }
}
