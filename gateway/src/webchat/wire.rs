//! One socket and what waits to be written to it. Reading and writing make progress together, in one task, and either
//! may be left at any point and taken up again.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Sink, SinkExt, Stream};
use signalbox_adapters::webchat::close_code::CloseCode;
use signalbox_adapters::webchat::limits::{MAX_CLOSE_REASON_BYTES, MAX_MESSAGE_BYTES};
use signalbox_adapters::webchat::server_frame::ServerFrame;
use signalbox_telemetry::Metrics;
use signalbox_telemetry::metrics::webchat::Direction;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode as WireCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, Utf8Bytes};

use super::outgoing::{Outgoing, Overflow};

/// How long a write may make no progress.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client has to take a close frame and to answer it.
pub(super) const CLOSE_DEADLINE: Duration = Duration::from_secs(5);
/// Read ahead of every socket: it is allocated at once, so it is what an idle socket costs.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Frames are gathered up to this before they are written.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;
/// What a closing client may still send before we stop listening.
const MAX_DRAINED_BYTES: usize = 4 * MAX_MESSAGE_BYTES;

pub(super) struct Wire<S> {
    socket: WebSocketStream<S>,
    outgoing: Outgoing,
    metrics: Arc<Metrics>,
    ping_is_due: bool,
    must_flush: bool,
    /// Since when a write makes no progress.
    stalled_since: Option<Instant>,
}

/// What to wait for. The end of the line is always noticed when something is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// A message of the client's.
    pub(super) message: bool,
    /// Room for more frames.
    pub(super) room: bool,
}

/// What came.
#[derive(Debug)]
pub(super) enum Incoming {
    Text(Utf8Bytes),
    Ping,
    Pong,
    /// There is room again.
    Room,
    /// The client closed the socket, or the line is gone.
    Gone,
    /// The client broke the rules of WebSocket: the socket must be closed so.
    Broken(CloseCode),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// Takes a stream whose handshake is done.
    pub(super) async fn new(stream: S, metrics: Arc<Metrics>) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(WRITE_BUFFER_BYTES)
            // Never reached: frames are only handed over when the last write went through.
            .max_write_buffer_size(8 * 1024 * 1024)
            .max_message_size(Some(MAX_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_MESSAGE_BYTES));
        Self {
            socket: WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await,
            outgoing: Outgoing::default(),
            metrics,
            ping_is_due: false,
            must_flush: false,
            stalled_since: None,
        }
    }

    /// Waits for what is wanted; writes meanwhile.
    pub(super) async fn next(&mut self, wanted: Wanted) -> Incoming {
        poll_fn(|context| self.poll(context, wanted)).await
    }

    /// When to give up writing.
    pub(super) fn write_deadline(&self) -> Option<Instant> {
        self.stalled_since.map(|since| since + WRITE_TIMEOUT)
    }

    pub(super) fn has_room(&self) -> bool {
        self.outgoing.has_room()
    }

    /// Puts a frame that must arrive.
    pub(super) fn send(&mut self, text: Utf8Bytes) -> Result<(), Overflow> {
        let dropped = self.outgoing.put(text)?;
        self.count_dropped(dropped);
        Ok(())
    }

    /// Writes and puts a frame that must arrive.
    pub(super) fn say(&mut self, frame: &ServerFrame<'_>) -> Result<(), Overflow> {
        self.send(frame.to_json().into())
    }

    /// Puts a frame that may be lost.
    pub(super) fn mention(&mut self, frame: &ServerFrame<'_>) {
        let dropped = self.outgoing.put_passing(frame.to_json().into());
        self.count_dropped(dropped);
    }

    /// Sends a Ping frame.
    pub(super) fn ping(&mut self) {
        self.ping_is_due = true;
    }

    /// Closes the socket: what waits is given up, except what is said together with the end. Comes back when the client
    /// has answered, or soon.
    pub(super) async fn close(mut self, code: CloseCode, reason: &str) {
        debug_assert!(
            reason.len() <= MAX_CLOSE_REASON_BYTES,
            "a close frame would not be valid"
        );
        let frame = CloseFrame {
            code: WireCode::from(code.number()),
            reason: reason.into(),
        };
        if code == CloseCode::SlowConsumer {
            self.outgoing.clear();
        }
        let farewell = async {
            while let Some(text) = self.outgoing.take() {
                self.socket.feed(Message::Text(text)).await?;
                self.metrics.webchat.frames.count(Direction::Sent);
            }
            self.socket.send(Message::Close(Some(frame))).await
        };
        // A line that is gone needs no farewell.
        if let Ok(Ok(())) = timeout(CLOSE_DEADLINE, farewell).await {
            self.hang_up().await;
        }
    }

    /// The client closed the socket: the answer to that goes out.
    pub(super) async fn end(mut self) {
        let _ = timeout(CLOSE_DEADLINE, self.socket.flush()).await;
        let _ = timeout(CLOSE_DEADLINE, self.socket.get_mut().shutdown()).await;
    }

    /// Hears the client out: with unread bytes a socket would be reset, and the close frame lost on the way.
    async fn hang_up(mut self) {
        let stream = self.socket.get_mut();
        let _ = timeout(CLOSE_DEADLINE, async {
            stream.shutdown().await?;
            let mut drained = 0;
            let mut buffer = [0; 4096];
            while drained < MAX_DRAINED_BYTES {
                match stream.read(&mut buffer).await? {
                    0 => break,
                    bytes => drained += bytes,
                }
            }
            Ok::<_, std::io::Error>(())
        })
        .await;
    }

    fn poll(&mut self, context: &mut Context<'_>, wanted: Wanted) -> Poll<Incoming> {
        if self.poll_write(context).is_err() {
            return Poll::Ready(Incoming::Gone);
        }
        if wanted.room && self.has_room() {
            return Poll::Ready(Incoming::Room);
        }
        if !wanted.message {
            return Poll::Pending;
        }
        let incoming = match std::task::ready!(Pin::new(&mut self.socket).poll_next(context)) {
            Some(Ok(message)) => self.read(message),
            Some(Err(error)) => broken(&error),
            None => Incoming::Gone,
        };
        Poll::Ready(incoming)
    }

    fn read(&mut self, message: Message) -> Incoming {
        match message {
            Message::Text(text) => {
                self.metrics.webchat.frames.count(Direction::Received);
                Incoming::Text(text)
            }
            Message::Binary(_) => Incoming::Broken(CloseCode::Unsupported),
            Message::Ping(_) => {
                // The answer waits inside the socket.
                self.must_flush = true;
                Incoming::Ping
            }
            Message::Pong(_) => Incoming::Pong,
            Message::Close(_) | Message::Frame(_) => Incoming::Gone,
        }
    }

    /// Hands over what waits, and flushes once behind it.
    fn poll_write(&mut self, context: &mut Context<'_>) -> Result<(), Error> {
        while self.ping_is_due || !self.outgoing.is_empty() {
            match Pin::new(&mut self.socket).poll_ready(context) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => return self.stalled(),
            }
            let message = if std::mem::take(&mut self.ping_is_due) {
                Message::Ping(Bytes::new())
            } else if let Some(text) = self.outgoing.take() {
                self.metrics.webchat.frames.count(Direction::Sent);
                Message::Text(text)
            } else {
                break;
            };
            Pin::new(&mut self.socket).start_send(message)?;
            self.must_flush = true;
            self.stalled_since = None;
        }
        if self.must_flush {
            match Pin::new(&mut self.socket).poll_flush(context) {
                Poll::Ready(flushed) => flushed?,
                Poll::Pending => return self.stalled(),
            }
            self.must_flush = false;
            self.stalled_since = None;
        }
        Ok(())
    }

    fn stalled(&mut self) -> Result<(), Error> {
        self.stalled_since.get_or_insert_with(Instant::now);
        Ok(())
    }

    fn count_dropped(&self, frames: usize) {
        if frames > 0 {
            self.metrics.webchat.dropped.inc_by(frames as u64);
        }
    }
}

fn broken(error: &Error) -> Incoming {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => {
            Incoming::Broken(CloseCode::TooBig)
        }
        Error::Utf8(_) => Incoming::Broken(CloseCode::NotUtf8),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Incoming::Gone,
        Error::Protocol(_) | Error::Capacity(_) => Incoming::Broken(CloseCode::Protocol),
        _ => Incoming::Gone,
    }
}
