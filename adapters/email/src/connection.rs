//! The conversation with an SMTP server, command by command, so that it is known how far it came.
//!
//! * What fails before the end of the message has left was not accepted: it is safe to try again.
//! * Once it may have left, only a reply says what happened; without one the send is `Unanswered`.
//! * A refusal before `MAIL` is about us and not about the message.

use std::error::Error as _;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Noop, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use signalbox_adapters::SendError;
use tokio::time::{Instant, timeout_at};

use crate::answer::{busy, code, not_let_in, refused};
use crate::mail::Mail;

/// A connection that lay idle has to show that it lives within so long.
const ALIVE_WITHIN: Duration = Duration::from_secs(2);

/// How a server is spoken to.
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    pub(crate) credentials: Option<Credentials>,
    /// Each answer but the last.
    pub(crate) answer_within: Duration,
    /// The last one: the server may scan the message before it gives it.
    pub(crate) accept_within: Duration,
}

/// How it is encrypted, with what that needs.
pub(crate) enum Security {
    Implicit(TlsParameters),
    StartTls(TlsParameters),
    None,
}

impl Server {
    /// A connection that is encrypted as configured, and signed in.
    pub(crate) async fn connect(&self, until: Instant) -> Result<AsyncSmtpConnection, SendError> {
        let hello = ClientId::default();
        let implicit = match &self.security {
            Security::Implicit(tls) => Some(tls.clone()),
            Security::StartTls(_) | Security::None => None,
        };
        let place = (self.host.as_str(), self.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(place, None, &hello, implicit, None);
        let mut connection = self
            .answer(until, connecting)
            .await?
            .map_err(|error| self.not_connected(&error))?;
        if let Security::StartTls(tls) = &self.security {
            if !connection.can_starttls() {
                return Err(SendError::Unauthorized {
                    code: None,
                    reason: "the mail server offers no encryption (STARTTLS)",
                });
            }
            let upgrading = connection.starttls(tls.clone(), &hello);
            self.answer(until, upgrading)
                .await?
                .map_err(|error| self.not_connected(&error))?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let signing_in = connection.auth(&mechanisms, credentials);
            self.answer(until, signing_in)
                .await?
                .map_err(|error| not_let_in(&error))?;
        }
        Ok(connection)
    }

    /// Whether a connection that lay idle is still good.
    pub(crate) async fn lives(&self, connection: &mut AsyncSmtpConnection) -> bool {
        let within = ALIVE_WITHIN.min(self.answer_within);
        let asked = tokio::time::timeout(within, connection.command(Noop)).await;
        matches!(asked, Ok(Ok(_)))
    }

    /// Hands one message over.
    pub(crate) async fn deliver(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: &Mail,
        until: Instant,
    ) -> Result<(), SendError> {
        let mut parameters = Vec::new();
        if !(is_ascii(&mail.from) && is_ascii(&mail.to)) {
            if !connection
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                return Err(SendError::Refused {
                    code: None,
                    reason: "the mail server takes no addresses beyond ASCII (SMTPUTF8)",
                });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let from = MailFrom::new(Some(mail.from.clone()), parameters);
        self.command(connection.command(from), until).await?;
        let to = Rcpt::new(mail.to.clone(), Vec::new());
        self.command(connection.command(to), until).await?;
        self.command(connection.command(Data), until).await?;
        self.hand_over(connection, mail).await
    }

    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: &Mail,
    ) -> Result<(), SendError> {
        let started = Instant::now();
        let sent = timeout_at(
            started + self.accept_within,
            connection.message(&mail.bytes),
        )
        .await;
        match sent {
            Ok(Ok(response)) if response.code().severity == Severity::PositiveCompletion => Ok(()),
            Ok(Err(error)) if code(&error).is_some() => Err(refused(&error)),
            Ok(Ok(_) | Err(_)) | Err(_) => Err(SendError::Unanswered {
                waited: started.elapsed(),
            }),
        }
    }

    async fn command(
        &self,
        asking: impl Future<Output = Result<Response, Error>>,
        until: Instant,
    ) -> Result<(), SendError> {
        match self.answer(until, asking).await? {
            Ok(_) => Ok(()),
            Err(error) => Err(refused(&error)),
        }
    }

    async fn answer<T>(
        &self,
        until: Instant,
        asking: impl Future<Output = T>,
    ) -> Result<T, SendError> {
        let until = until.min(Instant::now() + self.answer_within);
        timeout_at(until, asking)
            .await
            .map_err(|_| busy("the mail server did not answer in time"))
    }

    fn not_connected(&self, error: &Error) -> SendError {
        if code(error).is_some() {
            return not_let_in(error);
        }
        // What the operating system or the TLS library says; nothing of a message is in it yet.
        tracing::warn!(host = self.host, port = self.port, %error, "no connection to the mail server");
        if is_about_a_certificate(error) {
            return SendError::Unauthorized {
                code: None,
                reason: "the mail server's certificate is not to be trusted",
            };
        }
        busy("the mail server cannot be reached")
    }
}

fn is_ascii(address: &Address) -> bool {
    address.user().is_ascii() && address.domain().is_ascii()
}

/// The TLS library says so by this kind of error.
fn is_about_a_certificate(error: &Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return io.kind() == std::io::ErrorKind::InvalidData;
        }
        source = inner.source();
    }
    false
}
