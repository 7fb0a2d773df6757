//! What an agent does. Each request carries a name that the page draws: sent again after a lost answer, it is the same one.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use signalbox_adapters::webchat::text::normalise;
use signalbox_router::{Agent, AnswerResult, Asked, RequestId, Spoken, Whisper, Wish};
use signalbox_store::ThreadId;
use uuid::Uuid;

use super::Desk;
use super::conversation::thread_of;
use super::refusal::Refusal;
use super::session::SignedIn;

/// A request without more.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plain {
    request: Uuid,
}

/// Words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    request: Uuid,
    text: String,
}

/// Where to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct To {
    request: Uuid,
    queue: String,
}

pub(super) async fn take(
    State(desk): State<Arc<Desk>>,
    SignedIn(agent): SignedIn,
    Path(thread): Path<String>,
    Json(asked): Json<Plain>,
) -> Result<Response, Refusal> {
    desk.wish(agent, &thread, Wish::Take, asked.request).await
}

pub(super) async fn give_back(
    State(desk): State<Arc<Desk>>,
    SignedIn(agent): SignedIn,
    Path(thread): Path<String>,
    Json(asked): Json<Plain>,
) -> Result<Response, Refusal> {
    desk.wish(agent, &thread, Wish::GiveBack, asked.request)
        .await
}

pub(super) async fn close(
    State(desk): State<Arc<Desk>>,
    SignedIn(agent): SignedIn,
    Path(thread): Path<String>,
    Json(asked): Json<Plain>,
) -> Result<Response, Refusal> {
    desk.wish(agent, &thread, Wish::Close, asked.request).await
}

pub(super) async fn transfer(
    State(desk): State<Arc<Desk>>,
    SignedIn(agent): SignedIn,
    Path(thread): Path<String>,
    Json(asked): Json<To>,
) -> Result<Response, Refusal> {
    let known = desk.router.queues();
    let Some((queue, _)) = known.into_iter().find(|(name, _)| **name == *asked.queue) else {
        return Err(Refusal::Unfit("queue"));
    };
    desk.wish(agent, &thread, Wish::Transfer { queue }, asked.request)
        .await
}

pub(super) async fn answer(
    State(desk): State<Arc<Desk>>,
    SignedIn(agent): SignedIn,
    Path(thread): Path<String>,
    Json(asked): Json<Words>,
) -> Result<Response, Refusal> {
    let thread = thread_of(&thread)?;
    let text = normalise(&asked.text).map_err(|_| Refusal::Unfit("text"))?;
    desk.is_known(thread).await?;
    let request = RequestId(asked.request);
    match desk.router.agent_says(agent, thread, text, request).await? {
        // Under this name it stands in the history.
        Spoken::Said(message) => {
            Ok(Json(json!({"done": true, "message": message})).into_response())
        }
        Spoken::NotYours { held_by } => Err(Refusal::NotYours(held_by)),
        Spoken::Pending => Ok(pending()),
    }
}

pub(super) async fn note(
    State(desk): State<Arc<Desk>>,
    SignedIn(agent): SignedIn,
    Path(thread): Path<String>,
    Json(asked): Json<Words>,
) -> Result<Response, Refusal> {
    let thread = thread_of(&thread)?;
    let text = Whisper::new(&asked.text).map_err(|_| Refusal::Unfit("text"))?;
    desk.is_known(thread).await?;
    let request = RequestId(asked.request);
    desk.router.whisper(agent, thread, text, request).await?;
    Ok(done())
}

impl Desk {
    /// Nothing is kept for somebody who does not exist.
    async fn is_known(&self, thread: ThreadId) -> Result<(), Refusal> {
        let customers = self.router.customers(&[thread]).await?;
        customers.get(&thread).map(|_| ()).ok_or(Refusal::Unknown)
    }

    async fn wish(
        &self,
        agent: Agent,
        thread: &str,
        wish: Wish,
        request: Uuid,
    ) -> Result<Response, Refusal> {
        let thread = thread_of(thread)?;
        let asked = self
            .router
            .wish(agent, thread, wish, RequestId(request))
            .await?;
        match asked {
            Asked::Pending => Ok(pending()),
            Asked::Answered(AnswerResult::Done) => Ok(done()),
            Asked::Answered(AnswerResult::HeldBy { agent }) => Err(Refusal::NotYours(Some(agent))),
            Asked::Answered(AnswerResult::NotTaken) => Err(Refusal::NotYours(None)),
            Asked::Answered(AnswerResult::Gone) => Err(Refusal::Gone),
            Asked::Answered(AnswerResult::HandsFull) => Err(Refusal::HandsFull),
        }
    }
}

fn done() -> Response {
    Json(json!({"done": true})).into_response()
}

/// It is kept and will be handled: the page hears of it by a change.
fn pending() -> Response {
    (StatusCode::ACCEPTED, Json(json!({"pending": true}))).into_response()
}
