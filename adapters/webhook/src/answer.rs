//! From a receiver's answer to its consequence.
//!
//! A receiver that is set up wrongly answers with all kinds of 4xx, and is set up rightly an hour later: so all but the few
//! that say otherwise are tried again. What a receiver writes into its answers is never repeated: it may quote the message.

use std::error::Error;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use signalbox_adapters::SendError;

use crate::guard::Forbidden;

/// No receiver is left alone for longer, whatever it asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3_600);

/// What an answer means. 2xx of any kind is success.
pub(crate) fn of_status(
    status: StatusCode,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<(), SendError> {
    let code = Some(i64::from(status.as_u16()));
    let busy = |reason| SendError::Busy {
        reason,
        wait: wait(headers, now),
    };
    Err(match status.as_u16() {
        200..=299 => return Ok(()),
        300..=399 => busy(
            "the receiver answers with another address; redirects are not followed, correct `reply.url`",
        ),
        401 | 403 => SendError::Unauthorized {
            code,
            reason: "the receiver does not take our signature",
        },
        410 => SendError::Unauthorized {
            code,
            reason: "the receiver says that its address is closed for good",
        },
        404 => busy("the receiver knows no such address"),
        413 => busy("the receiver finds the message too large"),
        429 => busy("the receiver asks for fewer requests"),
        400..=499 => busy("the receiver does not take the request"),
        502..=504 => busy("the receiver is not there at the moment"),
        _ => busy("the receiver has an error of its own"),
    })
}

/// What a request without an answer means: whatever failed before there was a connection is safe to repeat.
pub(crate) fn of_failure(error: &reqwest::Error, waited: Duration) -> SendError {
    if !error.is_connect() {
        return SendError::Unanswered { waited };
    }
    match cause(error) {
        Cause::Forbidden => SendError::Unauthorized {
            code: None,
            reason: "`reply.url` leads to an address inside the network; name its network in `reply.internal` if it is meant",
        },
        Cause::Certificate => SendError::Unauthorized {
            code: None,
            reason: "the receiver's certificate is not to be trusted",
        },
        Cause::Other => SendError::Busy {
            reason: "the receiver cannot be reached",
            wait: None,
        },
    }
}

enum Cause {
    Forbidden,
    Certificate,
    Other,
}

fn cause(error: &reqwest::Error) -> Cause {
    let mut source = error.source();
    while let Some(inner) = source {
        if inner.is::<Forbidden>() {
            return Cause::Forbidden;
        }
        source = match inner.downcast_ref::<io::Error>() {
            // So says the TLS library of a certificate.
            Some(io) if io.kind() == io::ErrorKind::InvalidData => return Cause::Certificate,
            // What such an error wraps is not its source, but next to it.
            Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => inner.source(),
        };
    }
    Cause::Other
}

/// `Retry-After`: seconds, or a date.
fn wait(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = DateTimeParser::new().parse_timestamp(text).ok()?;
            Duration::try_from(at.duration_since(now)).ok()?
        }
    };
    Some(wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests;
