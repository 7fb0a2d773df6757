//! Tells a page that something may have changed, as server-sent events without content: the page reads again.
//!
//! While the stream is open the agent is there; a stream that ends is opened again by the browser, and the first event of each
//! stream makes the page read, so nothing can be missed.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use parking_lot::Mutex;
use signalbox_router::{AGENT_GONE_AFTER, RequestId};
use tokio::sync::watch;
use uuid::Uuid;

use super::Desk;
use super::refusal::Refusal;
use super::session::SignedIn;

/// A third of the time after which an agent is gone.
const BEAT: Duration = Duration::from_secs(AGENT_GONE_AFTER.as_secs() / 3);
/// Streams of one agent, at most: a browser's tabs.
const MOST_STREAMS: usize = 16;
/// Hints that come at once are one event.
const GATHER: Duration = Duration::from_millis(100);
/// At the latest so often the page reads again: another process may have changed something.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The open streams of each agent.
#[derive(Default)]
pub(super) struct Streams(Arc<Mutex<BTreeMap<String, usize>>>);

/// One open stream. Dropped, it is closed.
struct Place {
    streams: Arc<Mutex<BTreeMap<String, usize>>>,
    agent: String,
}

impl Streams {
    fn enter(&self, agent: &str) -> Option<Place> {
        let mut streams = self.0.lock();
        let open = streams.entry(agent.to_owned()).or_default();
        if *open >= MOST_STREAMS {
            return None;
        }
        *open += 1;
        Some(Place {
            streams: self.0.clone(),
            agent: agent.to_owned(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut streams = self.streams.lock();
        if let Some(open) = streams.get_mut(&self.agent) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                streams.remove(&self.agent);
            }
        }
    }
}

struct Stream {
    desk: Arc<Desk>,
    place: Place,
    hints: watch::Receiver<u64>,
    is_new: bool,
    beat_at: tokio::time::Instant,
}

pub(super) async fn changes(
    State(desk): State<Arc<Desk>>,
    SignedIn(agent): SignedIn,
) -> Result<Response, Refusal> {
    let place = desk
        .streams
        .enter(&agent.id)
        .ok_or(Refusal::TooFast(LOOK_EVERY))?;
    let hints = desk.router.desk_hints();
    let stream = Stream {
        desk,
        place,
        hints,
        is_new: true,
        beat_at: tokio::time::Instant::now(),
    };
    let events = stream::unfold(stream, async |mut stream| {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    let mut response = Body::from_stream(events).into_response();
    let headers = response.headers_mut();
    let of_events = HeaderValue::from_static("text/event-stream");
    headers.insert(header::CONTENT_TYPE, of_events);
    // A proxy that gathers what comes would hold changes back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

impl Stream {
    async fn next(&mut self) -> Option<Bytes> {
        if tokio::time::Instant::now() >= self.beat_at {
            self.beat().await;
        }
        if std::mem::take(&mut self.is_new) {
            return Some(Bytes::from_static(b"retry: 1000\ndata: changed\n\n"));
        }
        let wait = LOOK_EVERY.min(
            self.beat_at
                .saturating_duration_since(tokio::time::Instant::now()),
        );
        let leaving = self.desk.leaving.clone();
        tokio::select! {
            () = leaving.cancelled() => return None,
            changed = self.hints.changed() => {
                changed.ok()?;
                tokio::time::sleep(GATHER).await;
                self.hints.mark_unchanged();
            }
            () = tokio::time::sleep(wait) => {}
        }
        Some(Bytes::from_static(b"data: changed\n\n"))
    }

    /// Says that the agent is there. Where that fails the page's other requests fail too, and it says so.
    async fn beat(&mut self) {
        self.beat_at = tokio::time::Instant::now() + BEAT;
        let beat = RequestId(Uuid::new_v4());
        if let Err(error) = self.desk.router.agent_seen(&self.place.agent, beat).await {
            tracing::warn!(%error, "the desk could not note that an agent is there");
        }
    }
}
