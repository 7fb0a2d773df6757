//! What a client asks for, and what it is answered.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use signalbox_adapters::webchat::client_frame::{self, ClientFrame, FrameError, Refusal, Resume};
use signalbox_adapters::webchat::close_code::CloseCode;
use signalbox_adapters::webchat::limits::MAX_MESSAGE_BYTES;
use signalbox_adapters::webchat::page_frame::PageFrame;
use signalbox_adapters::webchat::server_frame::{self, ErrorCode, NackCode, ServerFrame};
use signalbox_adapters::{Content, Inbound, InboundBody, PageEvent};
use signalbox_router::ThreadEvent;
use signalbox_store::{Sequence, TranscriptRange};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

use super::greeting::{
    MAX_UNKNOWN_IN_A_ROW, RETRY_AFTER, error, millis, unknown_type, vouched_for,
};
use super::quotas::{Excess, Quota};
use super::refused::Behind;
use super::running::Session;
use super::work::Done;
use super::{Ending, identity, opening};
use crate::webchat::conversations::{AcceptError, Accepted, ReadError};
use crate::webchat::entry::Entry;
use crate::webchat::names;
use crate::webchat::wire::Wire;

/// When a client may come back whose conversation goes on elsewhere.
const MOVED_RETRY: Duration = Duration::from_millis(100);
/// Why a message is `too_long`.
const TOO_LONG: &str = "a text has at most 8000 characters";

impl Session {
    /// Takes one frame. What it asks for is answered at once, or begun.
    pub(super) fn request<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        text: &str,
        wire: &mut Wire<S>,
    ) -> Result<(), Ending> {
        let frame = client_frame::parse(text);
        if frame != Err(FrameError::UnknownType) {
            self.unknown_in_a_row = 0;
        }
        match frame {
            Ok(frame) => self.take(frame, wire),
            Err(FrameError::Malformed { reason }) => {
                Err(Ending::Close(CloseCode::Malformed, reason))
            }
            Err(FrameError::Refused { cid, refusal }) => {
                if !self.message_allowed(&cid, wire)? {
                    return Ok(());
                }
                self.refused.settle(&cid);
                let frame = match refusal {
                    Refusal::TooLong => nack(&cid, NackCode::TooLong, TOO_LONG),
                    Refusal::Invalid { reason } => nack(&cid, NackCode::Invalid, reason),
                };
                Ok(wire.say(&frame)?)
            }
            Err(FrameError::UnknownType) => {
                self.unknown_in_a_row += 1;
                if self.unknown_in_a_row >= MAX_UNKNOWN_IN_A_ROW {
                    return Err(Ending::Close(
                        CloseCode::Malformed,
                        "three unknown frame types in a row",
                    ));
                }
                Ok(wire.say(&unknown_type())?)
            }
        }
    }

    fn take<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        frame: ClientFrame,
        wire: &mut Wire<S>,
    ) -> Result<(), Ending> {
        let quota = match &frame {
            ClientFrame::Message { cid, content } => {
                if self.is_its_turn(cid, wire)? && self.message_allowed(cid, wire)? {
                    self.message(cid.clone(), content.clone(), wire)?;
                }
                return Ok(());
            }
            ClientFrame::Typing { .. } => Quota::Typing,
            ClientFrame::Page(_) => Quota::Page,
            _ => Quota::Request,
        };
        if !self.request_allowed(quota, wire)? {
            return Ok(());
        }
        match frame {
            ClientFrame::Hello(_) => {
                return Err(Ending::Close(
                    CloseCode::Malformed,
                    "hello is the first frame only",
                ));
            }
            ClientFrame::Message { .. } => {}
            ClientFrame::Auth { token } => self.auth(&token)?,
            ClientFrame::Seen { seq } => self
                .webchat
                .read_positions
                .seen(self.thread, seq.min(self.feed.last())),
            ClientFrame::Sync { from } => self.sync(from),
            ClientFrame::History { before_seq, limit } => self.history(before_seq, limit),
            ClientFrame::Typing { on } => self.webchat.hub.typing(self.thread, self.id, on),
            ClientFrame::Page(page) => self.page(*page),
            ClientFrame::Ping => wire.mention(&ServerFrame::Pong),
            ClientFrame::UploadRequest => wire.say(&ServerFrame::Error {
                code: ErrorCode::Unsupported,
                message: "files are not taken here",
                retry_after_ms: None,
            })?,
        }
        Ok(())
    }

    /// Says what became of what was begun.
    pub(super) fn finished<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        done: Done,
        wire: &mut Wire<S>,
    ) -> Result<(), Ending> {
        match done {
            Done::Message { cid, result } => self.message_kept(&cid, result, wire),
            Done::Page { rest } => {
                self.keep_pages(rest);
                Ok(())
            }
            Done::History { result } => match result {
                Ok(events) => Ok(wire.send(history_frame(events).into())?),
                Err(problem) => unavailable(&problem, wire),
            },
            Done::Sync { from, result } => match result {
                Ok(last) => self.replay(from, last.map_or(0, |last| last.0), wire),
                Err(problem) => unavailable(&problem, wire),
            },
            Done::Moved => Err(self.has_moved(wire)?),
            Done::Merged(merged) => {
                self.is_logging_in = false;
                match *merged {
                    Ok((identity, opening)) => self.turn_to(identity, opening, wire),
                    Err(problem) => {
                        problem.log("a visitor could not be merged into a user");
                        Ok(wire.say(&error(
                            ErrorCode::Unavailable,
                            "send auth again later",
                            RETRY_AFTER,
                        ))?)
                    }
                }
            }
        }
    }

    fn message<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        cid: String,
        content: Content,
        wire: &mut Wire<S>,
    ) -> Result<(), Ending> {
        if self.identity.site.closed {
            return Ok(wire.say(&nack(&cid, NackCode::Closed, "the site takes no messages"))?);
        }
        self.feed.departs(&cid);
        let accepted = self.accept(cid.clone(), InboundBody::Message(content));
        self.work.start(async move {
            match accepted.await {
                Some(result) => Done::Message { cid, result },
                None => Done::Moved,
            }
        });
        Ok(())
    }

    fn message_kept<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        cid: &str,
        result: Result<Accepted, AcceptError>,
        wire: &mut Wire<S>,
    ) -> Result<(), Ending> {
        let now = Instant::now();
        if let Ok(accepted) = &result
            && accepted.thread != self.thread
        {
            return Err(self.has_moved(wire)?);
        }
        match &result {
            Err(AcceptError::Unavailable { .. }) => {
                self.refused
                    .refuse(cid, NackCode::Unavailable, RETRY_AFTER, now);
            }
            _ => self.refused.settle(cid),
        }
        match result {
            Ok(Accepted {
                sequence: Some(Sequence(seq)),
                message_id,
                accepted_at,
                ..
            }) => {
                let ack = ServerFrame::Ack {
                    cid,
                    id: &names::message(message_id),
                    seq,
                    ts: accepted_at,
                    conversation: (!self.has_told_conversation).then_some(&self.thread_name),
                };
                if let Some(ack) = self.feed.acknowledge(seq, ack.to_json().into(), now) {
                    wire.send(ack)?;
                }
                if !std::mem::replace(&mut self.has_told_conversation, true) {
                    self.keep_held_pages();
                }
            }
            Ok(Accepted { sequence: None, .. }) => {
                tracing::error!(
                    "a message was kept without a place in its thread; please report this defect"
                );
                wire.say(&nack(cid, NackCode::Invalid, "please report this defect"))?;
            }
            Err(AcceptError::Conflict) => {
                let words = "this `cid` was used for another message: use a new one";
                wire.say(&nack(cid, NackCode::Conflict, words))?;
            }
            // Why was logged where it was tried.
            Err(AcceptError::Unavailable { .. }) => {
                wire.say(&ServerFrame::Nack {
                    cid,
                    code: NackCode::Unavailable,
                    message: "it cannot be kept now: send it again later",
                    retry_after_ms: Some(millis(RETRY_AFTER)),
                })?;
            }
        }
        self.feed.landed(now);
        Ok(())
    }

    /// The customer's messages are kept in another thread than the one that this session shows: the client says hello again,
    /// and gets what it is not told here.
    pub(super) fn has_moved<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        wire: &mut Wire<S>,
    ) -> Result<Ending, Ending> {
        if self.identity.user.is_none() {
            let reason = "this visitor has logged in: say hello again";
            return Ok(Ending::Close(CloseCode::Unauthenticated, reason));
        }
        let reason = "the conversation goes on in another thread: say hello again";
        wire.say(&error(ErrorCode::Unavailable, reason, MOVED_RETRY))?;
        Ok(Ending::Close(CloseCode::TryAgainLater, reason))
    }

    fn auth(&mut self, token: &str) -> Result<(), Ending> {
        let site = Arc::clone(&self.identity.site);
        let user = site
            .user_tokens
            .prove(token, self.webchat.now())
            .map_err(identity::refused)?;
        match &self.identity.user {
            Some(known) if known.subject == user.subject => {
                self.identity.user = Some(user);
                vouched_for(&mut self.profile, &self.identity);
                self.note_token();
            }
            Some(_) => {
                return Err(Ending::Close(
                    CloseCode::Unauthenticated,
                    "this session belongs to another user",
                ));
            }
            None => {
                let webchat = Arc::clone(&self.webchat);
                let session = self.id;
                let mut identity = self.identity.clone();
                identity.user = Some(user);
                let here = Resume {
                    conversation: self.thread_name.clone(),
                    last_seq: self.feed.cursor(),
                };
                self.is_logging_in = true;
                self.work.start(async move {
                    let merged = async {
                        identity::merge(&webchat, &mut identity).await?;
                        let home = webchat.conversations.home(&identity.address()).await?;
                        // In another thread there is nothing to resume.
                        let resume = Some(here)
                            .filter(|here| here.conversation == names::conversation(home));
                        let opening =
                            opening::open(&webchat, session, &identity, resume.as_ref()).await?;
                        Ok((identity, opening))
                    };
                    Done::Merged(Box::new(merged.await))
                });
            }
        }
        Ok(())
    }

    fn sync(&mut self, from: u64) {
        let (conversations, watch) = (Arc::clone(&self.webchat.conversations), self.watch());
        self.work.start(async move {
            let read = conversations.last_sequence(watch.thread()).await;
            match watch.is_of_another(&*conversations).await {
                Ok(true) => Done::Moved,
                Ok(false) => Done::Sync { from, result: read },
                Err(problem) => Done::Sync {
                    from,
                    result: Err(problem),
                },
            }
        });
    }

    fn replay<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        from: u64,
        last: u64,
        wire: &mut Wire<S>,
    ) -> Result<(), Ending> {
        let now = Instant::now();
        self.feed.reaches(last, now);
        let last = self.feed.last();
        let is_too_much = last.saturating_sub(from) > self.webchat.settings.replay_events as u64;
        if is_too_much {
            wire.say(&ServerFrame::Gap {
                from: from + 1,
                to: last,
            })?;
        }
        self.feed.replay(if is_too_much { last } else { from }, now);
        Ok(())
    }

    fn history(&mut self, before_seq: Option<u64>, limit: usize) {
        let (conversations, watch) = (Arc::clone(&self.webchat.conversations), self.watch());
        // Not further than the thread is known to go: whatever comes after that, comes by itself.
        let end = self.feed.last() + 1;
        let range = TranscriptRange::Before(Sequence(before_seq.unwrap_or(end).min(end)));
        self.work.start(async move {
            let read = conversations.entries(watch.thread(), range, limit).await;
            match watch.is_of_another(&*conversations).await {
                Ok(true) => Done::Moved,
                Ok(false) => Done::History { result: read },
                Err(problem) => Done::History {
                    result: Err(problem),
                },
            }
        });
    }

    fn page(&mut self, page: PageFrame) {
        let settings = &self.webchat.settings;
        if self.client.does_not_track && settings.honour_do_not_track {
            return;
        }
        let event = page.stripped(&settings.page_query_allowed);
        if self.feed.last() == 0 {
            self.webchat.held_page_events.hold(self.thread, event);
        } else {
            self.keep_pages(VecDeque::from([event]));
        }
    }

    /// Keeps what was held back until the thread began.
    pub(super) fn keep_held_pages(&mut self) {
        if self.feed.last() > 0 {
            let held = self.webchat.held_page_events.release(self.thread);
            self.keep_pages(held);
        }
    }

    /// Keeps page events one after the other.
    fn keep_pages(&mut self, mut events: VecDeque<PageEvent>) {
        let Some(event) = events.pop_front() else {
            return;
        };
        let kept = self.accept(Uuid::new_v4().to_string(), InboundBody::Page(event));
        self.work.start(async move {
            // One that is not kept is lost. Why was logged where it was tried.
            match kept.await {
                Some(_) => Done::Page { rest: events },
                None => Done::Moved,
            }
        });
    }

    /// Keeps something that the customer said or did; `None` if they have logged in elsewhere and nobody is this visitor any
    /// more: it would be kept as the user's.
    fn accept(
        &self,
        id: String,
        body: InboundBody,
    ) -> impl Future<Output = Option<Result<Accepted, AcceptError>>> + Send + 'static {
        let inbound = Inbound {
            address: self.identity.address(),
            id,
            body,
            profile: self.profile.clone(),
        };
        let (conversations, watch) = (Arc::clone(&self.webchat.conversations), self.watch());
        let span = tracing::info_span!("inbound", signalbox.channel = "webchat");
        async move {
            match watch.is_of_another(&*conversations).await {
                Ok(true) => None,
                Ok(false) => Some(conversations.accept(inbound).await),
                Err(problem) => Some(Err(problem.into())),
            }
        }
        .instrument(span)
    }

    /// Whether no message before this one was refused and has still to come again.
    fn is_its_turn<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        cid: &str,
        wire: &mut Wire<S>,
    ) -> Result<bool, Ending> {
        let now = Instant::now();
        let Err(Behind { code, wait }) = self.refused.admits(cid, now) else {
            return Ok(true);
        };
        match self.quotas.refuse(wait, now) {
            Excess::Wait(wait) => {
                wire.say(&ServerFrame::Nack {
                    cid,
                    code,
                    message: "a message before this one was refused: send that one first",
                    retry_after_ms: Some(millis(wait)),
                })?;
                Ok(false)
            }
            Excess::Persistent(wait) => too_much(wait, wire),
        }
    }

    fn message_allowed<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        cid: &str,
        wire: &mut Wire<S>,
    ) -> Result<bool, Ending> {
        let now = Instant::now();
        match self.quotas.take(Quota::Message, now) {
            Ok(()) => Ok(true),
            Err(Excess::Wait(wait)) => {
                self.refused.refuse(cid, NackCode::RateLimited, wait, now);
                wire.say(&ServerFrame::Nack {
                    cid,
                    code: NackCode::RateLimited,
                    message: "too many messages: send it again later",
                    retry_after_ms: Some(millis(wait)),
                })?;
                Ok(false)
            }
            Err(Excess::Persistent(wait)) => too_much(wait, wire),
        }
    }

    fn request_allowed<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        quota: Quota,
        wire: &mut Wire<S>,
    ) -> Result<bool, Ending> {
        match self.quotas.take(quota, Instant::now()) {
            Ok(()) => Ok(true),
            Err(Excess::Wait(wait)) => {
                wire.say(&error(ErrorCode::RateLimited, "too many of these", wait))?;
                Ok(false)
            }
            Err(Excess::Persistent(wait)) => too_much(wait, wire),
        }
    }
}

fn too_much<S: AsyncRead + AsyncWrite + Unpin, T>(
    wait: Duration,
    wire: &mut Wire<S>,
) -> Result<T, Ending> {
    wire.say(&error(
        ErrorCode::RateLimited,
        "too much, for too long",
        wait,
    ))?;
    Err(Ending::Close(
        CloseCode::RateLimited,
        "too much, for too long",
    ))
}

fn unavailable<S: AsyncRead + AsyncWrite + Unpin>(
    problem: &ReadError,
    wire: &mut Wire<S>,
) -> Result<(), Ending> {
    tracing::warn!(%problem, "a thread could not be read for a client");
    Ok(wire.say(&error(
        ErrorCode::Unavailable,
        "the conversation cannot be read now",
        RETRY_AFTER,
    ))?)
}

fn nack<'a>(cid: &'a str, code: NackCode, message: &'a str) -> ServerFrame<'a> {
    ServerFrame::Nack {
        cid,
        code,
        message,
        retry_after_ms: None,
    }
}

/// The last events that fit one message, and at least one: clients' limits are like ours. The rest is asked for again.
fn history_frame(events: Vec<Arc<ThreadEvent>>) -> String {
    const ENVELOPE_BYTES: usize = 64;
    let mut bytes = ENVELOPE_BYTES;
    let mut frames: Vec<_> = events
        .into_iter()
        .rev()
        .map(Entry::new)
        .enumerate()
        .map_while(|(at, entry)| {
            bytes += entry.frame().len() + 1;
            (at == 0 || bytes <= MAX_MESSAGE_BYTES).then_some(entry)
        })
        .collect();
    frames.reverse();
    let has_more = frames.first().is_some_and(|first| first.sequence() > 1);
    let texts: Vec<_> = frames.iter().map(|entry| entry.frame()).collect();
    server_frame::history(texts.iter().map(|text| text.as_str()), has_more)
}
