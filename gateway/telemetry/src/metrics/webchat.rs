//! Sessions of the web chat.

use prometheus::{IntCounter, IntGauge};

use super::catalogue::Area;
use super::label::{CounterBy, label};

label! {
    /// Why a session ended, by its close code.
    CloseReason = "reason" {
        /// 1000, 1001 from the client, or a connection that just ended.
        Client = "client",
        /// 1001: this process stops.
        GoingAway = "going_away",
        /// 1002, 1003, 1007, 1009, 4400: what came was not as it must be.
        Malformed = "malformed",
        /// 1011, 1013: our fault, or no room.
        Unavailable = "unavailable",
        /// 4401: no hello in time, or no valid token any more.
        Unauthenticated = "unauthenticated",
        /// 4403, 4404: origin or site not allowed.
        Forbidden = "forbidden",
        /// 4408: nothing came for too long.
        Idle = "idle",
        /// 4413: did not read fast enough.
        Slow = "slow",
        /// 4429: too much, for too long.
        RateLimited = "rate_limited",
    }
}

label! {
    /// Why a connection was refused before it became a session.
    RefusalReason = "reason" {
        /// Origin not allowed.
        Origin = "origin",
        /// Too many connections, of one address or in all.
        Connections = "connections",
        /// Too many new connections of one address.
        Rate = "rate",
        /// Not a WebSocket handshake, or an unknown site.
        Request = "request",
    }
}

label! {
    /// Which way.
    Direction = "direction" {
        /// From the client.
        Received = "received",
        /// To the client.
        Sent = "sent",
    }
}

/// See the module.
#[derive(Debug)]
pub struct WebchatMetrics {
    /// Open sessions.
    pub connections: IntGauge,
    /// Sessions that ended.
    pub closed: CounterBy<CloseReason>,
    /// Connections that were refused.
    pub refused: CounterBy<RefusalReason>,
    /// Text frames.
    pub frames: CounterBy<Direction>,
    /// Messages for a client that were dropped because it reads too slowly; a resume repairs it.
    pub dropped: IntCounter,
}

impl WebchatMetrics {
    pub(super) fn register(mut area: Area<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            connections: area.gauge("ws_connections", "Open web chat sessions.")?,
            closed: area.counter_by("ws_closed_total", "Web chat sessions that ended.")?,
            refused: area.counter_by(
                "ws_refused_total",
                "Web chat connections that were refused before they became sessions.",
            )?,
            frames: area.counter_by("ws_frames_total", "Text frames of web chat sessions.")?,
            dropped: area.counter(
                "ws_dropped_frames_total",
                "Frames that were dropped for slow clients; what has a sequence comes again with the next resume.",
            )?,
        })
    }
}
