//! What a store is opened with, and why it may not open.

use std::time::Duration;

use signalbox_store::Durability;

use crate::requirements::Refusal;

/// Which server, whose keys, and what is promised.
#[derive(Clone)]
pub struct RedisSettings {
    /// `redis://[user:password@]host:port/number` or `redis+unix:///path`. May hold a password, hence no `Debug`.
    pub url: String,
    /// In front of all keys, so that deployments share a server.
    pub namespace: String,
    /// What the server must be set up for.
    pub durability: Durability,
    /// Where it is known from how the server is set up.
    pub server: ServerSettings,
    /// The most that connecting may take, and then the answer to each call.
    pub timeout: Duration,
}

/// Where it is known from how the server is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerSettings {
    /// Read from the server; what breaks a promise is refused.
    Read,
    /// Declared by hand: a managed server hides them. Only what it shows anyway is looked at.
    Declared,
}

/// Why a store does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not an address of a server.
    #[error("store.url is not the address of a Redis server: {reason}; write redis://HOST:PORT")]
    BadUrl {
        /// Why; never quotes the address, which may hold a password.
        reason: String,
    },
    /// It would break the keys.
    #[error(
        "store.namespace is 1 to {MOST_NAMESPACE_BYTES} of the characters a-z, 0-9, - and _, got `{namespace}`"
    )]
    BadNamespace {
        /// As given.
        namespace: String,
    },
    /// One server keeps no promise for two.
    #[error(
        "store.durability cannot be replicated on one Redis server; choose fsync, everysec or memory"
    )]
    NotReplicated,
    /// It is set up in a way that breaks a promise.
    #[error("the Redis server at {address} cannot keep what store.durability promises: {refusal}")]
    Refused {
        /// Where it is.
        address: String,
        /// Why, and what to do.
        refusal: Refusal,
    },
    /// It does not answer.
    #[error(
        "the Redis server at {address} cannot be used: {reason}; start it, or correct store.url"
    )]
    Unreachable {
        /// Where it was looked for.
        address: String,
        /// Why.
        reason: String,
    },
}

const MOST_NAMESPACE_BYTES: usize = 64;

impl RedisSettings {
    pub(crate) fn validate(&self) -> Result<(), OpenError> {
        let is_plain = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
        };
        // Braces and colons have a meaning in keys.
        if !(1..=MOST_NAMESPACE_BYTES).contains(&self.namespace.len())
            || !self.namespace.bytes().all(is_plain)
        {
            let namespace = self.namespace.clone();
            return Err(OpenError::BadNamespace { namespace });
        }
        if self.durability == Durability::Replicated {
            return Err(OpenError::NotReplicated);
        }
        Ok(())
    }
}
