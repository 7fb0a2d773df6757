//! The webhook's server side: takes what other systems report, customers' messages among it, bounded in size, time and rate,
//! and keeps it before it answers.
//!
//! * Nothing is parsed that is not proven, and nothing is proven but the bytes that came.
//! * A request to an account that does not exist is verified like any other, so that its time tells nothing.
//! * The rate is spent by proven requests only: nobody can use up another's.

mod accounts;
mod endpoints;
mod refusal;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use serde_json::json;
use signalbox_adapters::webhook::event::{self, Parsed};
use signalbox_adapters::{Inbound, InboundBody, Relayed};
use signalbox_router::{AcceptError, Accepted, Report, ReportError};
use signalbox_telemetry::Metrics;
use signalbox_telemetry::traces::spans;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tracing::Instrument;

use crate::config::sections::WebhookSection;
use crate::webchat::{WallClock, names};

pub use accounts::{Accounts, AccountsError};
pub(crate) use endpoints::endpoint;
pub use endpoints::{EndpointsError, endpoints};
use refusal::Refusal;

/// The webhook of this process.
pub struct Webhook {
    accounts: Accounts,
    section: WebhookSection,
    /// Bounds the memory of bodies that are still unproven.
    bodies: Semaphore,
    router: signalbox_router::Router,
    metrics: Arc<Metrics>,
    clock: WallClock,
}

impl Webhook {
    /// Puts the webhook together.
    pub fn new(
        section: WebhookSection,
        accounts: Accounts,
        router: signalbox_router::Router,
        metrics: Arc<Metrics>,
        clock: WallClock,
    ) -> Arc<Self> {
        let at_once = usize::try_from(section.bodies_at_once).unwrap_or(Semaphore::MAX_PERMITS);
        Arc::new(Self {
            accounts,
            section,
            bodies: Semaphore::new(at_once.min(Semaphore::MAX_PERMITS)),
            router,
            metrics,
            clock,
        })
    }
}

/// What a proven request asks to be kept.
enum Kept {
    Event(Report),
    Message { account: String, inbound: Inbound },
}

/// The webhook's one route, to be merged into the process's own.
pub fn router(webhook: Arc<Webhook>) -> Router {
    Router::new()
        .route("/v1/channels/webhook/{account}", post(receive))
        .with_state(webhook)
}

async fn receive(
    State(webhook): State<Arc<Webhook>>,
    Path(account): Path<String>,
    request: Request,
) -> Response {
    match webhook.take(&account, request).await {
        Ok(accepted) => answer(&accepted),
        Err(refusal) => {
            if let Some(label) = refusal.label() {
                webhook.metrics.webhook.refused.count(label);
            }
            tracing::debug!(?refusal, "an event was refused");
            refusal.into_response()
        }
    }
}

fn answer(accepted: &Accepted) -> Response {
    let status = if accepted.repeated {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    };
    let body = json!({
        "id": names::message(accepted.message_id),
        "duplicate": accepted.repeated,
    });
    (status, Json(body)).into_response()
}

impl Webhook {
    async fn take(&self, account: &str, request: Request) -> Result<Accepted, Refusal> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            return Err(Refusal::WrongType);
        }
        let _place = self
            .bodies
            .try_acquire()
            .map_err(|_| Refusal::Unavailable)?;
        let body = self.read(&parts, body).await?;
        let proven = self.prove(account, &parts.headers, &body)?;
        self.keep(proven).await
    }

    async fn read(&self, parts: &Parts, body: Body) -> Result<axum::body::Bytes, Refusal> {
        let most = self.section.max_body.in_memory();
        let announced = parts.headers.get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > self.section.max_body.0) {
            return Err(Refusal::TooLarge);
        }
        timeout(self.section.body_within.0, to_bytes(body, most))
            .await
            .map_err(|_| Refusal::Slow)?
            .map_err(|_| Refusal::TooLarge)
    }

    fn prove(&self, name: &str, headers: &HeaderMap, body: &[u8]) -> Result<Kept, Refusal> {
        let (account, exists) = self.accounts.get(name);
        let headers = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()));
        let verified = account.verifier.verify(headers, body, (self.clock)());
        if !exists {
            return Err(Refusal::UnknownAccount);
        }
        let verified = verified.map_err(Refusal::Unsigned)?;
        if account.closed {
            return Err(Refusal::Closed);
        }
        account.spend(Instant::now()).map_err(Refusal::TooFast)?;
        let (name, id) = (account.name.clone(), verified.id().to_owned());
        Ok(match event::parse(&verified)? {
            Parsed::Event(read) => Kept::Event(Report {
                account: name,
                id,
                about: account.address(read.contact)?,
                event: read.event,
            }),
            Parsed::Message(told) => Kept::Message {
                account: name,
                inbound: Inbound {
                    address: account.own(told.external_id)?,
                    id,
                    body: InboundBody::Relayed(Relayed {
                        content: told.content,
                        reference: told.id,
                    }),
                    profile: told.profile,
                },
            },
        })
    }

    async fn keep(&self, proven: Kept) -> Result<Accepted, Refusal> {
        let span = spans::receive(signalbox_adapters::Channel::Webhook.name());
        let (account, answer) = match proven {
            Kept::Event(report) => {
                let account = report.account.clone();
                let kept = self.router.report(report).instrument(span.clone()).await;
                (account, kept)
            }
            Kept::Message { account, inbound } => {
                let kept = self.router.accept(inbound).instrument(span.clone()).await;
                (account, kept.map_err(ReportError::Accept))
            }
        };
        answer
            .inspect(|accepted| {
                let result = if accepted.repeated { "duplicate" } else { "accepted" };
                spans::note_received(&span, &accepted.message_id.0, result);
            })
            .map_err(|error| match error {
                ReportError::Misfit(misfit) => Refusal::Malformed {
                    field: misfit.field,
                    problem: misfit.problem,
                },
                ReportError::Accept(AcceptError::Conflict) => {
                    tracing::warn!(
                        account,
                        "two events came under one id; the second was refused, its sender must give each event its own id"
                    );
                    Refusal::Conflict
                }
                ReportError::Accept(AcceptError::Unavailable { reason }) => {
                    tracing::warn!(
                        reason,
                        "an event was not accepted; its sender was told to try again"
                    );
                    Refusal::Unavailable
                }
            })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    let essence = value
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

#[cfg(test)]
mod tests;
