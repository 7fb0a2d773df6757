//! Why a socket is closed: the codes of RFC 6455 and our own, each with what the client then does.

/// A close code that we send. 1005, 1006 and 1015 are never sent, so they are not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// The user closed it.
    Normal,
    /// This server goes away; the client comes back after up to 5 s.
    GoingAway,
    /// Not WebSocket as it should be.
    Protocol,
    /// A binary frame; only text is spoken.
    Unsupported,
    /// Text that is not UTF-8.
    NotUtf8,
    /// Against the rules; the client stops.
    Policy,
    /// More than the limit; the client drops that message.
    TooBig,
    /// Our fault.
    ServerError,
    /// No room now.
    TryAgainLater,
    /// Not a frame of this protocol, or three unknown ones in a row.
    Malformed,
    /// No `hello` in time, no valid token, or none any more.
    Unauthenticated,
    /// The origin is not one of the site's.
    Forbidden,
    /// No such site.
    UnknownSite,
    /// Nothing came for too long.
    Idle,
    /// The client does not read fast enough; it resumes from the store.
    SlowConsumer,
    /// Too much, for too long.
    RateLimited,
}

impl CloseCode {
    /// As it is sent.
    pub fn number(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::GoingAway => 1001,
            Self::Protocol => 1002,
            Self::Unsupported => 1003,
            Self::NotUtf8 => 1007,
            Self::Policy => 1008,
            Self::TooBig => 1009,
            Self::ServerError => 1011,
            Self::TryAgainLater => 1013,
            Self::Malformed => 4400,
            Self::Unauthenticated => 4401,
            Self::Forbidden => 4403,
            Self::UnknownSite => 4404,
            Self::Idle => 4408,
            Self::SlowConsumer => 4413,
            Self::RateLimited => 4429,
        }
    }
}
