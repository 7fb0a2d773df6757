//! From the upgrade to `welcome`.

use std::time::Duration;

use signalbox_adapters::Profile;
use signalbox_adapters::webchat::client_frame::{self, ClientFrame, FrameError, Hello};
use signalbox_adapters::webchat::close_code::CloseCode;
use signalbox_adapters::webchat::server_frame::{ErrorCode, ServerFrame};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::identity::{self, Identity};
use super::opening::{self, Opening};
use super::{Client, Ending};
use crate::webchat::Webchat;
use crate::webchat::connections::{Connection, NoRoom};
use crate::webchat::wire::{Incoming, Wanted, Wire};

/// How long a client has to say hello.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
/// Frames that may come before it: a client that sends more is not about to say hello.
const MAX_FRAMES_BEFORE: usize = 16;
/// After how many unknown frames in a row a client is closed.
pub(super) const MAX_UNKNOWN_IN_A_ROW: u32 = 3;
/// When a client may try again if the store cannot answer, or a site is full.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(5);

/// A session that can begin.
pub(super) struct Greeted {
    pub(super) session: Uuid,
    pub(super) identity: Identity,
    pub(super) profile: Profile,
    pub(super) opening: Opening,
}

/// Waits for `hello` and answers it.
pub(super) async fn greet<S: AsyncRead + AsyncWrite + Unpin>(
    webchat: &Webchat,
    client: &Client,
    connection: &mut Connection,
    wire: &mut Wire<S>,
) -> Result<Greeted, Ending> {
    let hello = tokio::select! {
        hello = timeout(HELLO_TIMEOUT, hello(wire)) => {
            hello.map_err(|_| Ending::Close(CloseCode::Unauthenticated, "no hello within 10 s"))??
        }
        () = webchat.leaving.cancelled() => return Err(Ending::Close(CloseCode::GoingAway, "the server goes away")),
    };
    if hello.v != 1 {
        return Err(Ending::Close(
            CloseCode::Malformed,
            "only version 1 is spoken here",
        ));
    }
    if !connection.is_exempt
        && let Err(wait) =
            webchat
                .quotas
                .hello(client.address, hello.device.as_deref(), Instant::now())
    {
        wire.say(&error(ErrorCode::RateLimited, "too many hellos", wait))?;
        return Err(Ending::Close(CloseCode::RateLimited, "too many hellos"));
    }
    let mut identity = identity::identify(webchat, client, &hello, webchat.now())?;
    if let Err(NoRoom::Connections | NoRoom::Rate) =
        webchat
            .connections
            .welcome(connection, &identity.site.name, Instant::now())
    {
        wire.say(&error(
            ErrorCode::Unavailable,
            "too many connections of this site",
            RETRY_AFTER,
        ))?;
        return Err(Ending::Close(
            CloseCode::TryAgainLater,
            "too many connections",
        ));
    }
    let session = Uuid::new_v4();
    let opened = async {
        match identity::merge(webchat, &mut identity).await {
            // What they said as a visitor is theirs with the next hello, which brings the visitor's token again.
            Err(problem) if identity.user.is_some() => {
                problem.log("a user goes on without what they said before they logged in");
            }
            merged => merged?,
        }
        Ok::<_, identity::MergeError>(
            opening::open(webchat, session, &identity, hello.resume.as_ref()).await?,
        )
    };
    let opening = match opened.await {
        Ok(opening) => opening,
        Err(problem) => {
            problem.log("a session could not begin");
            wire.say(&error(
                ErrorCode::Unavailable,
                "the conversation cannot be read now",
                RETRY_AFTER,
            ))?;
            return Err(Ending::Close(CloseCode::TryAgainLater, "try again later"));
        }
    };
    for frame in opening.welcome(webchat, session, &identity, connection.is_exempt) {
        wire.send(frame.into())?;
    }
    // Its answer shows that the new visitor token has arrived.
    wire.ping();
    Ok(Greeted {
        session,
        profile: profile(&identity, hello),
        identity,
        opening,
    })
}

/// An error that a later attempt may not meet.
pub(super) fn error(
    code: ErrorCode,
    message: &'static str,
    wait: Duration,
) -> ServerFrame<'static> {
    ServerFrame::Error {
        code,
        message,
        retry_after_ms: Some(millis(wait)),
    }
}

/// Rounded up: who waits so long has waited enough.
pub(super) fn millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX)
}

async fn hello<S: AsyncRead + AsyncWrite + Unpin>(wire: &mut Wire<S>) -> Result<Hello, Ending> {
    let mut unknown_in_a_row = 0;
    for _ in 0..MAX_FRAMES_BEFORE {
        let wanted = Wanted {
            message: true,
            room: false,
        };
        let text = match wire.next(wanted).await {
            Incoming::Text(text) => text,
            Incoming::Ping | Incoming::Pong | Incoming::Room => continue,
            Incoming::Gone => return Err(Ending::Gone),
            Incoming::Broken(code) => return Err(broken(code)),
        };
        match client_frame::parse(&text) {
            Ok(ClientFrame::Hello(hello)) => return Ok(*hello),
            Ok(_) | Err(FrameError::Refused { .. }) => {
                return Err(Ending::Close(
                    CloseCode::Unauthenticated,
                    "the first frame must be hello",
                ));
            }
            Err(FrameError::Malformed { reason }) => {
                return Err(Ending::Close(CloseCode::Malformed, reason));
            }
            Err(FrameError::UnknownType) => {
                unknown_in_a_row += 1;
                if unknown_in_a_row == MAX_UNKNOWN_IN_A_ROW {
                    return Err(Ending::Close(
                        CloseCode::Malformed,
                        "three unknown frame types in a row",
                    ));
                }
                wire.say(&unknown_type())?;
            }
        }
    }
    Err(Ending::Close(
        CloseCode::Unauthenticated,
        "the first frame must be hello",
    ))
}

pub(super) fn unknown_type() -> ServerFrame<'static> {
    ServerFrame::Error {
        code: ErrorCode::UnknownType,
        message: "this frame type is not known here",
        retry_after_ms: None,
    }
}

/// The close of a client that broke the rules of WebSocket.
pub(super) fn broken(code: CloseCode) -> Ending {
    let reason = match code {
        CloseCode::TooBig => "a message has at most 65536 bytes",
        CloseCode::Unsupported => "only text frames are spoken here",
        CloseCode::NotUtf8 => "text must be UTF-8",
        _ => "not a valid WebSocket frame",
    };
    Ending::Close(code, reason)
}

fn profile(identity: &Identity, hello: Hello) -> Profile {
    let mut profile = Profile {
        locale: hello.locale,
        timezone: hello.tz,
        ..Profile::default()
    };
    vouched_for(&mut profile, identity);
    profile
}

/// Says of the person what the user's token says.
pub(super) fn vouched_for(profile: &mut Profile, identity: &Identity) {
    let user = identity.user.as_ref();
    profile.name = user.and_then(|user| user.name.clone());
    profile.attributes = user.map(|user| user.attributes.clone()).unwrap_or_default();
}
