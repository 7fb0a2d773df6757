//! One endpoint: where answers go, how they are signed, and how much of everything.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Method, Response, Url};
use signalbox_adapters::webhook::signing::Signer;
use signalbox_adapters::{Part, Receipt, SendError};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::answer::{of_failure, of_status};
use crate::body;
use crate::guard::{Allowed, Guard};
use crate::pace::Pace;

/// Of an answer's body so much is read, so that the connection can be used again; no more is waited for.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// How long the rest of an answer may take once its status is known.
const REST_WITHIN: Duration = Duration::from_secs(2);
/// A place is waited for so long; then the message goes back to the outbox, and others of its partition have their turn.
const PLACE_WITHIN: Duration = Duration::from_secs(5);
/// What is held back for want of a place is tried again after this.
const PLACE_WAIT: Duration = Duration::from_secs(5);
/// Receivers close what lies idle; we let go before.
const IDLE_FOR: Duration = Duration::from_secs(30);
/// The longest that connecting and the answer may take together; with the wait for a place shorter than the minute after which
/// the router says that there is no answer: it is ours to know how far it came.
const MAX_ANSWER_WITHIN: Duration = Duration::from_secs(45);

/// What an endpoint is made of.
pub struct EndpointSettings {
    /// Where requests go.
    pub url: String,
    /// What they are signed with.
    pub signer: Signer,
    /// Whether they may go unencrypted.
    pub allow_http: bool,
    /// Networks that may be reached besides the public one.
    pub allowed: Allowed,
    /// Certificates (PEM) of who may vouch for the receiver; `None` for those that the operating system trusts.
    pub authorities: Option<Vec<u8>>,
    /// The most that connecting may take.
    pub connect_within: Duration,
    /// The most that everything up to the answer may take, up to 45 s.
    pub answer_within: Duration,
    /// Requests at once, at most.
    pub at_once: usize,
    /// Requests a second, over a longer time. Above zero.
    pub per_second: f64,
    /// Requests that may leave at once.
    pub burst: u32,
    /// The time.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// Why there is no such endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It is no address of a web server.
    #[error("must be a URL such as https://app.shop.example/signalbox, without user and password")]
    Url,
    /// It is not encrypted.
    #[error("must begin with https://; for http:// write `allow_http: true`")]
    Unencrypted,
    /// It is an address inside, and no such network is named.
    #[error(
        "leads to an address inside the network; name its network in `internal` if it is meant"
    )]
    Forbidden,
    /// The authorities cannot be read.
    #[error("there are no certificates in it; write a PEM file")]
    NoCertificates,
    /// The client cannot be made.
    #[error(
        "the operating system's certificates cannot be used; install ca-certificates or name a file of your own"
    )]
    NoClient,
}

/// An endpoint that can be used.
pub struct Endpoint {
    url: Url,
    client: Client,
    signer: Signer,
    places: Semaphore,
    pace: Pace,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Endpoint {
    /// Puts an endpoint together; connects to nothing.
    ///
    /// # Errors
    /// [`EndpointError`]
    pub fn new(settings: EndpointSettings) -> Result<Self, EndpointError> {
        let url = url(&settings)?;
        let mut client = Client::builder()
            .http1_only()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .dns_resolver(Guard(settings.allowed))
            .connect_timeout(settings.connect_within)
            .timeout(settings.answer_within.min(MAX_ANSWER_WITHIN))
            .pool_idle_timeout(IDLE_FOR)
            .pool_max_idle_per_host(settings.at_once)
            .user_agent(concat!("signalbox/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = &settings.authorities {
            let authorities = Certificate::from_pem_bundle(pem).unwrap_or_default();
            if authorities.is_empty() {
                return Err(EndpointError::NoCertificates);
            }
            client = client.tls_certs_only(authorities);
        }
        Ok(Self {
            url,
            client: client.build().map_err(|_| EndpointError::NoClient)?,
            signer: settings.signer,
            places: Semaphore::new(settings.at_once.clamp(1, Semaphore::MAX_PERMITS)),
            pace: Pace::new(settings.per_second, settings.burst, Instant::now()),
            clock: settings.clock,
        })
    }

    /// The host that requests go to.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Connects, asks what may be asked and sends no message. Any answer shows that somebody is there.
    ///
    /// # Errors
    /// What would keep a message from leaving.
    pub async fn check(&self) -> Result<(), SendError> {
        let started = Instant::now();
        let asked = self.client.request(Method::OPTIONS, self.url.clone());
        match asked.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(of_failure(&error, started.elapsed())),
        }
    }

    pub(crate) async fn send(&self, part: &Part) -> Result<Receipt, SendError> {
        let body = body::build(part)?;
        let place = timeout(PLACE_WITHIN, self.places.acquire()).await;
        let Ok(Ok(_place)) = place else {
            return Err(SendError::HeldBack {
                reason: "all connections to the endpoint are in use",
                wait: PLACE_WAIT,
            });
        };
        self.pace.take(Instant::now())?;
        let end = self.post(&part.key, body).await;
        self.pace.note(&end, Instant::now());
        end.map(|()| Receipt::default())
    }

    /// One attempt, with a time and signatures of its own.
    async fn post(&self, id: &str, body: Vec<u8>) -> Result<(), SendError> {
        let seconds = (self.clock)().as_second().to_string();
        let signatures = self.signer.sign(id, &seconds, &body);
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signatures)
            .header("x-signalbox-loop", "1")
            .body(body);
        let started = Instant::now();
        match request.send().await {
            Ok(answer) => {
                let end = of_status(answer.status(), answer.headers(), (self.clock)());
                read_rest(answer).await;
                end
            }
            Err(error) => {
                // Its text names the host at most; the URL may hold something that is nobody's business.
                let error = error.without_url();
                tracing::warn!(host = self.host(), %error, "an endpoint gave no answer");
                Err(of_failure(&error, started.elapsed()))
            }
        }
    }
}

fn url(settings: &EndpointSettings) -> Result<Url, EndpointError> {
    let url = Url::parse(&settings.url).map_err(|_| EndpointError::Url)?;
    let is_plain =
        url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let Some(host) = url.host_str().filter(|_| is_plain) else {
        return Err(EndpointError::Url);
    };
    match url.scheme() {
        "https" => {}
        "http" if settings.allow_http => {}
        "http" => return Err(EndpointError::Unencrypted),
        _ => return Err(EndpointError::Url),
    }
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = literal.parse()
        && !settings.allowed.permits(address)
    {
        return Err(EndpointError::Forbidden);
    }
    Ok(url)
}

/// The verdict is known; what comes behind it only decides whether the connection can be used again.
async fn read_rest(mut answer: Response) {
    let reading = async {
        let mut left = MAX_ANSWER_BYTES;
        while let Ok(Some(chunk)) = answer.chunk().await {
            let Some(less) = left.checked_sub(chunk.len()) else {
                return;
            };
            left = less;
        }
    };
    // Cut off, the connection is closed with the answer.
    let _ = timeout(REST_WITHIN, reading).await;
}
