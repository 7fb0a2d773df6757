//! One account: a sender, the server that takes its mail, and how much of it.

use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::extension::ClientId;
use signalbox_adapters::{Part, Receipt, SendError};
use tokio::time::{Instant, sleep_until};

use crate::connection::{Security, Server};
use crate::mail::{self, Sender};
use crate::pace::Pace;
use crate::pool::Pool;

/// Everything up to the message itself, together with [`MAX_ACCEPT_WITHIN`] shorter than the minute after which the router
/// says that there is no answer: it is ours to know how far it came.
const UNTIL_CONTENT: Duration = Duration::from_secs(25);
/// What is held back for want of a connection is tried again after this.
const PLACE_WAIT: Duration = Duration::from_secs(5);
/// The longest [`AccountSettings::accept_within`].
const MAX_ACCEPT_WITHIN: Duration = Duration::from_secs(30);

/// What an account is made of.
#[derive(Clone)]
pub struct AccountSettings {
    /// Who writes.
    pub sender: Sender,
    /// The server's name or address.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// What we call this machine towards the server: a full name (`gateway.shop.example`) or an address.
    pub hello: String,
    /// How the connection is encrypted.
    pub encryption: Encryption,
    /// Certificates (PEM) of who may vouch for the server; `None` for those that the operating system trusts.
    pub authorities: Option<Vec<u8>>,
    /// How we sign in; `None` for servers that do not ask.
    pub login: Option<Login>,
    /// The most that connecting, and then each answer, may take.
    pub answer_within: Duration,
    /// The most that the answer to the whole message may take, up to 30 s.
    pub accept_within: Duration,
    /// Connections at once, at most.
    pub connections: usize,
    /// Messages a minute, over a longer time. Above zero.
    pub per_minute: f64,
    /// Messages that may leave at once.
    pub burst: u32,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From its first byte.
    Implicit,
    /// After the first words; without it nothing is sent.
    StartTls,
    /// Not at all: to this machine only.
    None,
}

/// A user and a password. Without `Debug`, so that it is in no log.
#[derive(Clone)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

/// Why there is no such account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Unencrypted to somewhere else.
    #[error("only to this machine (localhost, 127.0.0.1, ::1) may mail go unencrypted")]
    NotLoopback,
    /// The authorities cannot be read.
    #[error("there are no certificates in it; write a PEM file")]
    NoCertificates,
    /// The operating system's authorities cannot be used.
    #[error(
        "the operating system's certificates cannot be used; install ca-certificates or name a file of your own"
    )]
    NoSystemCertificates,
}

/// A sender that can be used.
pub struct Account {
    sender: Sender,
    server: Server,
    pool: Pool,
    pace: Pace,
}

impl Account {
    /// Puts an account together; connects to nothing.
    ///
    /// # Errors
    /// [`AccountError`]
    pub fn new(settings: AccountSettings) -> Result<Self, AccountError> {
        let security = security(&settings)?;
        let credentials = settings
            .login
            .map(|login| Credentials::new(login.user, login.password));
        Ok(Self {
            sender: settings.sender,
            server: Server {
                host: settings.host,
                port: settings.port,
                hello: hello(&settings.hello),
                security,
                credentials,
                answer_within: settings.answer_within,
                accept_within: settings.accept_within.min(MAX_ACCEPT_WITHIN),
            },
            pool: Pool::new(settings.connections),
            pace: Pace::new(settings.per_minute, settings.burst, Instant::now()),
        })
    }

    /// Connects, signs in and asks whether mail is taken from the sender; sends nothing.
    ///
    /// # Errors
    /// What would keep a message from leaving.
    pub async fn check(&self) -> Result<(), SendError> {
        let until = Instant::now() + UNTIL_CONTENT;
        let mut connection = self.server.connect(until).await?;
        let from = self.sender.address.as_lettre();
        self.server.take_sender(&mut connection, from, until).await
    }

    pub(crate) async fn send(&self, part: &Part) -> Result<Receipt, SendError> {
        let mail = mail::build(&self.sender, part)?;
        let until = Instant::now() + UNTIL_CONTENT;
        let Some(_place) = self.pool.place().await else {
            return Err(SendError::HeldBack {
                reason: "all connections to the mail server are in use",
                wait: PLACE_WAIT,
            });
        };
        let turn = self.pace.take(Instant::now());
        let turn = turn.map_err(|wait| SendError::HeldBack {
            reason: "the account's rate is used up",
            wait,
        })?;
        sleep_until(turn).await;
        let mut connection = self.connection(until).await?;
        self.server.deliver(&mut connection, &mail, until).await?;
        self.pool.give_back(connection);
        Ok(Receipt::default())
    }

    /// One that lay idle and still lives, or a new one.
    async fn connection(&self, until: Instant) -> Result<AsyncSmtpConnection, SendError> {
        if let Some(mut idle) = self.pool.take()
            && self.server.lives(&mut idle).await
        {
            return Ok(idle);
        }
        self.server.connect(until).await
    }
}

/// RFC 5321, 4.1.3: an address stands in brackets.
fn hello(name: &str) -> ClientId {
    match name.parse() {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(name.to_owned()),
    }
}

fn security(settings: &AccountSettings) -> Result<Security, AccountError> {
    match settings.encryption {
        Encryption::Implicit => tls(settings).map(Security::Implicit),
        Encryption::StartTls => tls(settings).map(Security::StartTls),
        Encryption::None if is_this_machine(&settings.host) => Ok(Security::None),
        Encryption::None => Err(AccountError::NotLoopback),
    }
}

fn tls(settings: &AccountSettings) -> Result<TlsParameters, AccountError> {
    let builder = TlsParameters::builder(settings.host.clone());
    let Some(pem) = &settings.authorities else {
        return builder
            .build_rustls()
            .map_err(|_| AccountError::NoSystemCertificates);
    };
    let certificates = Certificate::from_pem(pem).map_err(|_| AccountError::NoCertificates)?;
    builder
        .certificate_store(CertificateStore::None)
        .add_root_certificate(certificates)
        .build_rustls()
        .map_err(|_| AccountError::NoCertificates)
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
