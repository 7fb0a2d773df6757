//! A session from `welcome` to its end: it waits for whatever comes first, and passes on what is due.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use signalbox_adapters::Profile;
use signalbox_adapters::webchat::close_code::CloseCode;
use signalbox_adapters::webchat::server_frame::ServerFrame;
use signalbox_store::ThreadId;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::greeting::{Greeted, broken, vouched_for};
use super::identity::Identity;
use super::opening::Opening;
use super::quotas::SessionQuotas;
use super::refused::RefusedMessages;
use super::work::{Done, Slot, ThreadRead, Watch, read_entries, read_last};
use super::{Client, Ending};
use crate::webchat::Webchat;
use crate::webchat::entry::Entry;
use crate::webchat::feed::{Feed, Filled, Next};
use crate::webchat::hub::Subscription;
use crate::webchat::wire::{Incoming, Wanted, Wire};

/// How long before its end a user's token is asked for anew.
const TOKEN_WARNING: Duration = Duration::from_secs(300);

pub(super) struct Session {
    pub(super) webchat: Arc<Webchat>,
    pub(super) id: Uuid,
    pub(super) client: Client,
    pub(super) is_exempt: bool,
    pub(super) identity: Identity,
    pub(super) profile: Profile,
    pub(super) thread: ThreadId,
    pub(super) thread_name: String,
    subscription: Subscription,
    pub(super) feed: Feed,
    pub(super) quotas: SessionQuotas,
    pub(super) refused: RefusedMessages,
    /// The client knows its conversation's id.
    pub(super) has_told_conversation: bool,
    pub(super) unknown_in_a_row: u32,
    pub(super) work: Slot<Done>,
    /// A login of this session's own visitor is being worked on: until it is done, who they are is not looked at again.
    pub(super) is_logging_in: bool,
    reading: Slot<ThreadRead>,
    /// The store is to be asked how far the thread goes.
    must_look: bool,
    /// Something waits for room.
    is_pressed: bool,
    visitor_token_arrived: bool,
    /// Since when the client could have been heard and was not; `None` while nothing is read.
    silent_since: Option<Instant>,
    ping_at: Instant,
    token: Option<TokenTimes>,
    leaves_at: Option<Instant>,
}

struct TokenTimes {
    warn_at: Option<Instant>,
    ends_at: Instant,
}

impl Session {
    pub(super) fn new(
        webchat: Arc<Webchat>,
        client: Client,
        is_exempt: bool,
        greeted: Greeted,
    ) -> Self {
        let Greeted {
            session,
            identity,
            profile,
            opening,
        } = greeted;
        let now = Instant::now();
        let mut begun = Self {
            quotas: webchat.quotas.session(is_exempt, now),
            ping_at: now + Duration::from_secs(webchat.settings.ping_seconds),
            webchat,
            id: session,
            client,
            is_exempt,
            identity,
            profile,
            has_told_conversation: opening.feed.last() > 0,
            thread: opening.thread,
            thread_name: opening.name,
            subscription: opening.subscription,
            feed: opening.feed,
            refused: RefusedMessages::default(),
            unknown_in_a_row: 0,
            work: Slot::default(),
            is_logging_in: false,
            reading: Slot::default(),
            must_look: false,
            is_pressed: false,
            visitor_token_arrived: false,
            silent_since: Some(now),
            token: None,
            leaves_at: None,
        };
        begun.note_token();
        begun.keep_held_pages();
        begun
    }

    /// Goes on until something ends it.
    pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
        mut self,
        wire: &mut Wire<S>,
    ) -> Ending {
        match self.go_on(wire).await {
            Ok(never) => match never {},
            Err(ending) => ending,
        }
    }

    async fn go_on<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        wire: &mut Wire<S>,
    ) -> Result<std::convert::Infallible, Ending> {
        let leaving = self.webchat.leaving.clone();
        let leaving = leaving.cancelled_owned();
        let timer = sleep_until(Instant::now());
        tokio::pin!(leaving, timer);
        loop {
            self.pass_on(wire)?;
            // Without room there is no way to answer.
            let is_listening = self.work.is_free() && wire.has_room();
            self.count_silence(is_listening);
            let due = self.due(wire);
            if timer.deadline() != due {
                timer.as_mut().reset(due);
            }
            let wanted = Wanted {
                message: is_listening,
                room: self.is_pressed,
            };
            let is_staying = self.leaves_at.is_none();
            tokio::select! {
                biased;
                done = self.work.done() => self.finished(done, wire)?,
                read = self.reading.done() => self.has_read(read, wire)?,
                () = self.subscription.mailbox.arrived() => {}
                incoming = wire.next(wanted) => self.heard(incoming, wire)?,
                () = &mut timer => self.on_time(wire)?,
                () = &mut leaving, if is_staying => self.leaves_at = Some(self.time_to_leave()),
            }
        }
    }

    /// Turns to another thread: the user's, after a login.
    pub(super) fn turn_to<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        identity: Identity,
        opening: Opening,
        wire: &mut Wire<S>,
    ) -> Result<(), Ending> {
        for frame in opening.welcome(&self.webchat, self.id, &identity, self.is_exempt) {
            wire.send(frame.into())?;
        }
        wire.ping();
        self.reading.clear();
        self.visitor_token_arrived = false;
        self.identity = identity;
        vouched_for(&mut self.profile, &self.identity);
        self.has_told_conversation = opening.feed.last() > 0;
        self.thread = opening.thread;
        self.thread_name = opening.name;
        self.subscription = opening.subscription;
        self.feed = opening.feed;
        self.note_token();
        self.keep_held_pages();
        Ok(())
    }

    /// Notes when the user's token ends.
    pub(super) fn note_token(&mut self) {
        let Some(user) = &self.identity.user else {
            return;
        };
        let now = Instant::now();
        let ends_at = now + duration_until(user.expires_at, self.webchat.now());
        self.token = Some(TokenTimes {
            warn_at: Some(ends_at.checked_sub(TOKEN_WARNING).unwrap_or(now)),
            ends_at,
        });
    }

    /// Passes on what is due, as far as there is room.
    fn pass_on<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        wire: &mut Wire<S>,
    ) -> Result<(), Ending> {
        let now = Instant::now();
        if !wire.has_room() {
            self.is_pressed = true;
            // INVARIANT: what waits for a client is bounded: its queue is full, and so is its mailbox.
            if self.subscription.mailbox.has_overflowed() {
                return Err(Ending::Close(
                    CloseCode::SlowConsumer,
                    "too slow: reconnect and resume",
                ));
            }
            return Ok(());
        }
        let waiting = self.subscription.mailbox.take();
        for entry in waiting.entries {
            self.feed.offer(entry, now);
        }
        if let Some(last) = waiting.missing_up_to {
            self.feed.reaches(last, now);
        }
        self.must_look |= waiting.is_stale;
        if let Some(on) = waiting.typing {
            wire.mention(&ServerFrame::Typing {
                from: "customer",
                on,
            });
        }
        self.is_pressed = false;
        while let Some(next) = self.feed.next() {
            match next {
                Next::Frames(frames) => {
                    for frame in frames {
                        wire.send(frame)?;
                    }
                }
                Next::Synced(seq) => wire.say(&ServerFrame::Synced { seq })?,
            }
            if !wire.has_room() {
                self.is_pressed = true;
                return Ok(());
            }
        }
        self.feed.rest(now);
        if self.reading.is_free() && !self.is_logging_in && std::mem::take(&mut self.must_look) {
            let conversations = Arc::clone(&self.webchat.conversations);
            self.reading.start(read_last(conversations, self.watch()));
        }
        if self.reading.is_free() && self.feed.wants().is_some_and(|at| at <= now) {
            let conversations = Arc::clone(&self.webchat.conversations);
            self.reading.start(read_entries(
                conversations,
                self.watch(),
                self.feed.cursor(),
            ));
        }
        Ok(())
    }

    pub(super) fn watch(&self) -> Watch {
        let has_spoken = self.feed.last() > 0;
        match (&self.identity.user, has_spoken) {
            // Also of a visitor who has said nothing here: they may have elsewhere.
            (None, _) => Watch::Visitor(self.thread, self.identity.address()),
            (Some(_), false) => Watch::NewUser(self.thread, self.identity.address()),
            (Some(_), true) => Watch::Settled(self.thread),
        }
    }

    fn has_read<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        read: ThreadRead,
        wire: &mut Wire<S>,
    ) -> Result<(), Ending> {
        let now = Instant::now();
        let filled = match read {
            ThreadRead::Last(Ok(last)) => {
                self.feed.reaches(last.map_or(0, |last| last.0), now);
                Filled::Continues
            }
            // It is this session that moves, and it is about to.
            ThreadRead::Moved if self.is_logging_in => {
                self.must_look = true;
                Filled::Continues
            }
            ThreadRead::Moved => return Err(self.has_moved(wire)?),
            // The next ping looks again.
            ThreadRead::Last(Err(_)) => Filled::Continues,
            ThreadRead::Entries {
                after,
                result: Ok(entries),
            } => {
                let entries = entries.into_iter().map(Entry::new).collect();
                self.feed.fill(after, entries, now)
            }
            ThreadRead::Entries {
                result: Err(problem),
                ..
            } => {
                tracing::warn!(%problem, "a thread could not be read for a session");
                self.feed.fill_failed(now)
            }
        };
        match filled {
            Filled::Continues => Ok(()),
            Filled::Hole { from, to } => Ok(wire.say(&ServerFrame::Gap { from, to })?),
            Filled::Missing => Err(Ending::Close(CloseCode::TryAgainLater, "try again later")),
        }
    }

    fn heard<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        incoming: Incoming,
        wire: &mut Wire<S>,
    ) -> Result<(), Ending> {
        let now = Instant::now();
        match incoming {
            Incoming::Room => return Ok(()),
            Incoming::Gone => return Err(Ending::Gone),
            Incoming::Broken(code) => return Err(broken(code)),
            Incoming::Text(text) => {
                self.silent_since = Some(now);
                return self.request(&text, wire);
            }
            Incoming::Pong if !self.visitor_token_arrived => {
                self.visitor_token_arrived = true;
                self.webchat
                    .visitors
                    .arrived(&self.identity.visitor.token, self.webchat.now());
            }
            Incoming::Ping | Incoming::Pong => {}
        }
        self.silent_since = Some(now);
        if !self.quotas.control_frame(now) {
            return Err(Ending::Close(
                CloseCode::RateLimited,
                "too many control frames",
            ));
        }
        Ok(())
    }

    /// When the next thing is due that nobody else reports.
    fn due<S: AsyncRead + AsyncWrite + Unpin>(&self, wire: &Wire<S>) -> Instant {
        let wants = self
            .feed
            .wants()
            .filter(|_| self.reading.is_free() && !self.is_pressed);
        let token = self
            .token
            .as_ref()
            .map(|token| token.warn_at.unwrap_or(token.ends_at));
        [
            wire.write_deadline(),
            self.leaves_at,
            wants,
            token,
            self.idle_at(),
        ]
        .into_iter()
        .flatten()
        .fold(self.ping_at, Instant::min)
    }

    /// While nothing is read, silence is not the client's: it counts from when somebody listens again.
    fn count_silence(&mut self, is_listening: bool) {
        if is_listening {
            self.silent_since.get_or_insert_with(Instant::now);
        } else {
            self.silent_since = None;
        }
    }

    fn idle_at(&self) -> Option<Instant> {
        Some(self.silent_since? + Duration::from_secs(self.webchat.settings.idle_seconds))
    }

    fn on_time<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        wire: &mut Wire<S>,
    ) -> Result<(), Ending> {
        let now = Instant::now();
        if wire.write_deadline().is_some_and(|at| at <= now) {
            return Err(Ending::Close(
                CloseCode::SlowConsumer,
                "too slow: reconnect and resume",
            ));
        }
        if self.leaves_at.is_some_and(|at| at <= now) {
            return Err(Ending::Close(CloseCode::GoingAway, "the server goes away"));
        }
        if self.idle_at().is_some_and(|at| at <= now) {
            return Err(Ending::Close(CloseCode::Idle, "nothing heard for too long"));
        }
        self.watch_token(now, wire)?;
        if self.ping_at <= now {
            self.ping_at = now + Duration::from_secs(self.webchat.settings.ping_seconds);
            wire.ping();
            // A hint may have been lost.
            self.must_look = true;
        }
        Ok(())
    }

    fn watch_token<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        now: Instant,
        wire: &mut Wire<S>,
    ) -> Result<(), Ending> {
        let Some(token) = &mut self.token else {
            return Ok(());
        };
        if token.ends_at <= now {
            return Err(Ending::Close(
                CloseCode::Unauthenticated,
                "the token has expired",
            ));
        }
        if token.warn_at.is_some_and(|at| at <= now) {
            token.warn_at = None;
            let in_s = (token.ends_at - now).as_secs_f64().round() as u64;
            wire.say(&ServerFrame::TokenExpiring { in_s })?;
        }
        Ok(())
    }

    /// Somewhere in the time that all have together. A session's id is random, so it says where.
    fn time_to_leave(&self) -> Instant {
        let spread = Duration::from_secs(self.webchat.settings.shutdown_spread_seconds);
        let (_, low) = self.id.as_u64_pair();
        Instant::now() + spread.mul_f64(f64::from(low as u32) / f64::from(u32::MAX))
    }
}

fn duration_until(time: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(time.duration_since(now)).unwrap_or_default()
}
