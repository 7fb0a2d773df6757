//! The conversation with an SMTP server once it has let us in, command by command, so that it is known how far it came.
//!
//! * What fails before the end of the message has left was not accepted: it is safe to try again.
//! * Once it may have left, only a reply says what happened; without one the send is `Unanswered`.
//! * A refusal up to `MAIL` is about us and not about the message (`connecting.rs` leads up to there).

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Noop, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use signalbox_adapters::SendError;
use tokio::time::{Instant, timeout_at};

use crate::answer::{busy, code, not_a_sender, refused};
use crate::mail::Mail;

/// A connection that lay idle has to show that it lives within so long.
const ALIVE_WITHIN: Duration = Duration::from_secs(2);

/// How a server is spoken to.
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// What we call ourselves.
    pub(crate) hello: ClientId,
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
        let with_utf8 = !(is_ascii(&mail.from) && is_ascii(&mail.to));
        self.begin(connection, &mail.from, with_utf8, until).await?;
        let to = Rcpt::new(mail.to.clone(), Vec::new());
        self.command(connection.command(to), until).await?;
        self.command(connection.command(Data), until).await?;
        self.hand_over(connection, mail).await
    }

    /// Asks whether the server takes mail from this sender, and sends none.
    pub(crate) async fn take_sender(
        &self,
        connection: &mut AsyncSmtpConnection,
        from: &Address,
        until: Instant,
    ) -> Result<(), SendError> {
        self.begin(connection, from, !is_ascii(from), until).await?;
        self.command(connection.command(Rset), until).await
    }

    /// `MAIL`.
    async fn begin(
        &self,
        connection: &mut AsyncSmtpConnection,
        from: &Address,
        with_utf8: bool,
        until: Instant,
    ) -> Result<(), SendError> {
        let mut parameters = Vec::new();
        if with_utf8 {
            let info = connection.server_info();
            if !info.supports_feature(Extension::SmtpUtfEight) {
                return Err(SendError::Refused {
                    code: None,
                    reason: "the mail server takes no addresses beyond ASCII (SMTPUTF8)",
                });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let command = MailFrom::new(Some(from.clone()), parameters);
        match self.answer(until, connection.command(command)).await? {
            Ok(_) => Ok(()),
            // It may be the customer's address that the server cannot write: others can be written to.
            Err(error) if with_utf8 && is_ascii(from) => Err(refused(&error)),
            Err(error) => Err(not_a_sender(&error)),
        }
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
        timeout_at(until, asking).await.map_err(|_| {
            busy("the mail server let us in and then stopped answering before it had the message")
        })
    }
}

fn is_ascii(address: &Address) -> bool {
    address.user().is_ascii() && address.domain().is_ascii()
}
