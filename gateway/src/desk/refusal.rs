//! Why a request of the desk is not answered with what it asked for.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use serde_json::{Value, json};
use signalbox_router::{AcceptError, Agent, DeskError, ReadError};

/// See each variant; the page words it for people.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Nobody is signed in.
    SignedOut,
    /// Name or password is wrong; which one is not told.
    WrongPassword,
    /// Too many tries; when to come again.
    TooFast(Duration),
    /// The one agent who was made at the first start may be used on this machine only.
    ElsewhereOnly,
    /// It does not come from the desk's own page.
    Foreign,
    /// There is no such conversation.
    Unknown,
    /// The words cannot be taken.
    Unfit(&'static str),
    /// Somebody else has the conversation, or nobody.
    NotYours(Option<Agent>),
    /// It waits for no person any more.
    Gone,
    /// The agent has as many conversations as one person can.
    HandsFull,
    /// The store does not answer.
    Unavailable(String),
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<DeskError> for Refusal {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Accept(AcceptError::Conflict) => Self::Unfit("request"),
            error => Self::Unavailable(error.to_string()),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let told = |status: StatusCode, body: Value| (status, Json(body)).into_response();
        match self {
            Self::SignedOut => told(StatusCode::UNAUTHORIZED, json!({"error": "signed_out"})),
            Self::WrongPassword => {
                told(StatusCode::UNAUTHORIZED, json!({"error": "wrong_password"}))
            }
            Self::TooFast(wait) => {
                let seconds = wait.as_secs().saturating_add(1);
                let mut response = told(
                    StatusCode::TOO_MANY_REQUESTS,
                    json!({"error": "too_fast", "seconds": seconds}),
                );
                let seconds = HeaderValue::from(seconds);
                response.headers_mut().insert(header::RETRY_AFTER, seconds);
                response
            }
            Self::ElsewhereOnly => told(StatusCode::FORBIDDEN, json!({"error": "loopback_only"})),
            Self::Foreign => told(StatusCode::FORBIDDEN, json!({"error": "foreign"})),
            Self::Unknown => told(StatusCode::NOT_FOUND, json!({"error": "unknown"})),
            Self::Unfit(field) => told(
                StatusCode::UNPROCESSABLE_ENTITY,
                json!({"error": "unfit", "field": field}),
            ),
            Self::NotYours(held_by) => told(
                StatusCode::CONFLICT,
                json!({"error": "not_yours", "held_by": held_by}),
            ),
            Self::Gone => told(StatusCode::CONFLICT, json!({"error": "gone"})),
            Self::HandsFull => told(StatusCode::CONFLICT, json!({"error": "hands_full"})),
            Self::Unavailable(reason) => {
                tracing::warn!(reason, "the desk could not be served; its page tries again");
                told(
                    StatusCode::SERVICE_UNAVAILABLE,
                    json!({"error": "unavailable"}),
                )
            }
        }
    }
}
