//! The way to a connection that is encrypted and signed in: name, connection, greeting, encryption, sign-in.
//!
//! Nothing of a message leaves here, so all of it is safe to try again; what differs is who has to do something. Each step
//! fails under its own name with what to look at (`unconnected.rs`).

use std::net::SocketAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use signalbox_adapters::SendError;
use tokio::net::lookup_host;
use tokio::time::{Instant, timeout_at};

use crate::answer::{busy, not_let_in};
use crate::connection::{Security, Server};
use crate::unconnected::{not_encrypted, not_greeted};

/// Addresses of a server that are tried, at most; they share the time.
const MOST_ADDRESSES: usize = 4;

impl Server {
    /// A connection that is encrypted as configured, and signed in.
    pub(crate) async fn connect(&self, until: Instant) -> Result<AsyncSmtpConnection, SendError> {
        let addresses = self.addresses(until).await?;
        let mut connection = self.greeted(&addresses, until).await?;
        if let Security::StartTls(tls) = &self.security {
            self.encrypt(&mut connection, tls, until).await?;
        }
        self.sign_in(&mut connection, until).await?;
        Ok(connection)
    }

    async fn addresses(&self, until: Instant) -> Result<Vec<SocketAddr>, SendError> {
        let place = (self.host.as_str(), self.port);
        let found = timeout_at(self.step(until), lookup_host(place)).await;
        let found = found.map_err(|_| {
            busy("no name server answered where the mail server is; look at this machine's DNS")
        })?;
        let addresses: Vec<_> = match found {
            Ok(addresses) => addresses.take(MOST_ADDRESSES).collect(),
            Err(error) => {
                tracing::warn!(host = self.host, %error, "the mail server's name was not found");
                Vec::new()
            }
        };
        if addresses.is_empty() {
            return Err(busy(
                "the mail server's name was not found; correct the account's host, or look at this machine's DNS",
            ));
        }
        Ok(addresses)
    }

    /// Connects, encrypts if that comes first, and has heard the server's first words.
    async fn greeted(
        &self,
        addresses: &[SocketAddr],
        until: Instant,
    ) -> Result<AsyncSmtpConnection, SendError> {
        let implicit = match &self.security {
            Security::Implicit(tls) => Some(tls.clone()),
            Security::StartTls(_) | Security::None => None,
        };
        let is_implicit = implicit.is_some();
        // The addresses share the first part of the time, so that whatever runs into the end of the whole is connected.
        let connected = self.step(until);
        let each = connected.saturating_duration_since(Instant::now())
            / u32::try_from(addresses.len()).unwrap_or(u32::MAX);
        let silent = until.min(connected + self.answer_within);
        let connecting = AsyncSmtpConnection::connect_tokio1(
            addresses,
            Some(each.min(self.answer_within)),
            &self.hello,
            implicit,
            None,
        );
        match timeout_at(silent, connecting).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => {
                // What the operating system, the TLS library or the server says; nothing of a message is in it yet.
                tracing::warn!(host = self.host, port = self.port, %error, "no conversation with the mail server");
                Err(not_greeted(&error))
            }
            Err(_) if is_implicit => Err(busy(
                "the mail server was reached, but neither encrypted nor greeted in time; with `tls: implicit` the port is usually 465",
            )),
            Err(_) => Err(busy(
                "the mail server was reached, but did not greet in time; a port that is encrypted from its first byte (465) wants `tls: implicit`",
            )),
        }
    }

    async fn encrypt(
        &self,
        connection: &mut AsyncSmtpConnection,
        tls: &TlsParameters,
        until: Instant,
    ) -> Result<(), SendError> {
        if !connection.can_starttls() {
            return Err(SendError::Unauthorized {
                code: None,
                reason: "the mail server offers no encryption (STARTTLS); use another port or another server",
            });
        }
        let upgrading = connection.starttls(tls.clone(), &self.hello);
        match timeout_at(self.step(until), upgrading).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::warn!(host = self.host, port = self.port, %error, "the connection to the mail server was not encrypted");
                Err(not_encrypted(&error))
            }
            Err(_) => Err(busy(
                "the mail server began to encrypt the connection (STARTTLS) and did not finish in time",
            )),
        }
    }

    async fn sign_in(
        &self,
        connection: &mut AsyncSmtpConnection,
        until: Instant,
    ) -> Result<(), SendError> {
        let Some(credentials) = &self.credentials else {
            return Ok(());
        };
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        let signing_in = connection.auth(&mechanisms, credentials);
        match timeout_at(self.step(until), signing_in).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(not_let_in(&error)),
            Err(_) => Err(busy(
                "the mail server did not say in time whether it takes our user and password",
            )),
        }
    }

    /// The end of a step that begins now.
    fn step(&self, until: Instant) -> Instant {
        until.min(Instant::now() + self.answer_within.max(Duration::from_millis(1)))
    }
}
