//! Why a call has no answer, by what that means for what it asked.

use std::time::Duration;

use deadpool_redis::redis::{ErrorKind, RedisError, ServerErrorKind};
use signalbox_store::StoreError;

/// A call without an answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nothing left, or the server refused it whole.
    NotDone(String),
    /// It left, and what came of it is not known.
    Lost(String),
}

/// Codes with which the server refuses a script before its first step.
const REFUSED_WHOLE: &[&str] = &["OOM", "MISCONF", "BUSY", "NOREPLICAS", "NOAUTH"];

impl Failure {
    /// Of a call that was sent.
    pub(crate) fn of_call(error: &RedisError, timeout: Duration) -> Self {
        if error.is_timeout() {
            return Self::Lost(format!(
                "Redis did not answer within {timeout:?}; see whether it is overloaded or its disk is slow"
            ));
        }
        let is_refused_whole = match error.kind() {
            ErrorKind::Server(
                ServerErrorKind::BusyLoading
                | ServerErrorKind::NoScript
                | ServerErrorKind::ReadOnly
                | ServerErrorKind::MasterDown
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::Moved
                | ServerErrorKind::Ask
                | ServerErrorKind::TryAgain,
            ) => true,
            _ => error
                .code()
                .is_some_and(|code| REFUSED_WHOLE.contains(&code)),
        };
        if is_refused_whole {
            return Self::NotDone(format!("Redis refused it: {error}"));
        }
        if error.code().is_some() {
            // A script that stopped at an error has done what came before it.
            return Self::Lost(format!("Redis stopped in the middle of it: {error}"));
        }
        Self::Lost(format!("the connection to Redis broke: {error}"))
    }

    /// Whether the connection is of no use any more.
    pub(crate) fn needs_new_connection(error: &RedisError) -> bool {
        // A server that was made a replica says so; the next connection looks at what it is.
        error.code().is_none() || error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly)
    }

    pub(crate) fn of_write(self) -> StoreError {
        match self {
            Self::NotDone(reason) => StoreError::Unavailable { reason },
            Self::Lost(reason) => StoreError::Unknown { reason },
        }
    }

    /// A read changes nothing, whatever came of it.
    pub(crate) fn of_read(self) -> StoreError {
        match self {
            Self::NotDone(reason) | Self::Lost(reason) => StoreError::Unavailable { reason },
        }
    }
}
