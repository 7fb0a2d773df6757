//! What waits to leave, and what did not: `GET /v1/outbox?after=PLACE&limit=N`, `GET /v1/outbox/{id}`, the same below `/v1/dead-letters`, and
//! `POST /v1/dead-letters/{id}/retry` and `/discard`.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use signalbox_router::{OutboxError, OutboxKind, OutboxPage, Router as Messages};

use super::refused;

pub(super) fn routes(messages: Messages) -> Router {
    Router::new()
        .route("/v1/outbox", get(waiting))
        .route("/v1/outbox/{id}", get(waiting_one))
        .route("/v1/dead-letters", get(dead))
        .route("/v1/dead-letters/{id}", get(dead_one))
        .route("/v1/dead-letters/{id}/retry", post(retry))
        .route("/v1/dead-letters/{id}/discard", post(discard))
        .with_state(messages)
}

/// Which part of a list.
#[derive(Debug, Deserialize)]
struct Part {
    /// Where the page before ended.
    after: Option<String>,
    limit: Option<usize>,
}

impl From<Part> for OutboxPage {
    fn from(part: Part) -> Self {
        Self {
            after: part.after,
            limit: part.limit.unwrap_or(Self::MOST),
        }
    }
}

async fn waiting(State(messages): State<Messages>, Query(part): Query<Part>) -> Response {
    answered(
        messages
            .outbox_list(OutboxKind::Waiting, &part.into())
            .await,
    )
}

async fn waiting_one(State(messages): State<Messages>, Path(id): Path<String>) -> Response {
    answered(messages.outbox_item(OutboxKind::Waiting, &id).await)
}

async fn dead(State(messages): State<Messages>, Query(part): Query<Part>) -> Response {
    answered(messages.outbox_list(OutboxKind::Dead, &part.into()).await)
}

async fn dead_one(State(messages): State<Messages>, Path(id): Path<String>) -> Response {
    answered(messages.outbox_item(OutboxKind::Dead, &id).await)
}

async fn retry(State(messages): State<Messages>, Path(id): Path<String>) -> Response {
    answered(messages.retry_dead_letter(&id).await)
}

async fn discard(State(messages): State<Messages>, Path(id): Path<String>) -> Response {
    answered(messages.discard_dead_letter(&id).await)
}

fn answered(answer: Result<impl Serialize, OutboxError>) -> Response {
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(error @ OutboxError::Store(_)) => refused(StatusCode::SERVICE_UNAVAILABLE, &error),
        Err(error @ OutboxError::Missing(_)) => refused(StatusCode::NOT_FOUND, &error),
        Err(error) => refused(StatusCode::CONFLICT, &error),
    }
}
