//! What a sender is told whose event is not kept.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use serde_json::json;
use signalbox_adapters::webhook::event::BodyError;
use signalbox_adapters::webhook::signature::SignatureError;
use signalbox_telemetry::metrics::webhook::WebhookRefusal;

/// When the store cannot take anything, or too much comes at once.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) enum Refusal {
    WrongType,
    TooLarge,
    Slow,
    UnknownAccount,
    Unsigned(SignatureError),
    Closed,
    TooFast(Duration),
    Malformed { field: String, problem: String },
    Conflict,
    Unavailable,
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        Self::Malformed {
            field: error.field,
            problem: error.problem.to_owned(),
        }
    }
}

impl Refusal {
    /// As it is counted; `None` for what the inbound metrics count.
    pub(super) fn label(&self) -> Option<WebhookRefusal> {
        Some(match self {
            Self::WrongType => WebhookRefusal::WrongType,
            Self::TooLarge => WebhookRefusal::TooLarge,
            Self::Slow => WebhookRefusal::Slow,
            Self::UnknownAccount => WebhookRefusal::UnknownAccount,
            Self::Unsigned(SignatureError::Stale) => WebhookRefusal::Stale,
            Self::Unsigned(_) => WebhookRefusal::Unsigned,
            Self::Closed => WebhookRefusal::Closed,
            Self::TooFast(_) => WebhookRefusal::TooFast,
            Self::Malformed { .. } => WebhookRefusal::Malformed,
            Self::Conflict | Self::Unavailable => return None,
        })
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let told =
            |status: StatusCode, word: &str| (status, Json(json!({"error": word}))).into_response();
        match self {
            // The header is what is looked at, not the body.
            Self::WrongType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Json(json!({
                    "error": "wrong_content_type",
                    "message": "send the header content-type: application/json",
                })),
            )
                .into_response(),
            Self::TooLarge => told(StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::Slow => told(StatusCode::REQUEST_TIMEOUT, "too_slow"),
            Self::UnknownAccount => told(StatusCode::NOT_FOUND, "unknown_channel"),
            // One answer for all reasons: which of them it was helps only who guesses.
            Self::Unsigned(_) => told(StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::Closed => told(StatusCode::GONE, "closed"),
            Self::Conflict => told(StatusCode::CONFLICT, "id_of_another_body"),
            Self::TooFast(wait) => later(told(StatusCode::TOO_MANY_REQUESTS, "too_fast"), wait),
            Self::Unavailable => later(
                told(StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
                TRY_AGAIN_AFTER,
            ),
            Self::Malformed { field, problem } => (
                StatusCode::BAD_REQUEST,
                Json(json!({"error": "invalid", "field": field, "message": problem})),
            )
                .into_response(),
        }
    }
}

fn later(mut response: Response, wait: Duration) -> Response {
    let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}
