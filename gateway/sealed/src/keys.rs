//! The deployment's key and the customers' data keys.

use zeroize::Zeroizing;

use crate::keyed_hash::{KeyedHash, keyed_hash};
use crate::{Nonce, OpenError, Sealed};

const KEY_BYTES: usize = 32;
const HASH_KEY_PURPOSE: &str = "signalbox 2026-11 deployment key: keyed hashes of external ids";
const WRAP_KEY_PURPOSE: &str = "signalbox 2026-11 deployment key: wraps data keys";
const TOKEN_KEY_PURPOSE: &str = "signalbox 2026-11 deployment key: signs visitor tokens";

/// The key of a deployment. It wraps data keys, keys the hashes of external ids and signs visitor tokens, each with a key
/// of its own derived from it. Has no `Debug`, no `Display`; wiped from memory when dropped.
pub struct DeploymentKey {
    hashing: Zeroizing<[u8; KEY_BYTES]>,
    wrapping: DataKey,
    visitor_tokens: Zeroizing<[u8; KEY_BYTES]>,
}

/// The key that a customer's stored values are sealed with.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; KEY_BYTES]>);

/// A data key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey(pub Sealed);

/// Why a deployment key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 64 hexadecimal digits.
    #[error(
        "a deployment key is 64 hexadecimal digits, got {characters} characters; make one with `openssl rand -hex 32`"
    )]
    NotAKey {
        /// How long the given text is.
        characters: usize,
    },
}

impl DeploymentKey {
    /// Takes a key from 32 random bytes.
    pub fn from_bytes(secret: &[u8; KEY_BYTES]) -> Self {
        Self {
            hashing: Zeroizing::new(blake3::derive_key(HASH_KEY_PURPOSE, secret)),
            wrapping: DataKey(Zeroizing::new(blake3::derive_key(WRAP_KEY_PURPOSE, secret))),
            visitor_tokens: Zeroizing::new(blake3::derive_key(TOKEN_KEY_PURPOSE, secret)),
        }
    }

    /// Reads a key as files and environment variables hold it: 64 hexadecimal digits, white space around them ignored.
    ///
    /// # Errors
    /// [`KeyError::NotAKey`].
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let wrong = || KeyError::NotAKey {
            characters: text.chars().count(),
        };
        let mut secret = Zeroizing::new([0; KEY_BYTES]);
        if text.len() != 2 * KEY_BYTES || !text.is_ascii() {
            return Err(wrong());
        }
        for (byte, digits) in secret.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| wrong())?;
            // `from_str_radix` would take a sign.
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(wrong());
            }
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self::from_bytes(&secret))
    }

    /// A stable name for something outside (an external id, a message id of a platform) that tells nothing about it.
    pub fn hash(&self, domain: &str, parts: &[&[u8]]) -> KeyedHash {
        keyed_hash(&self.hashing, domain, parts)
    }

    /// The key that visitor tokens are signed with.
    pub fn visitor_token_key(&self) -> &[u8; KEY_BYTES] {
        &self.visitor_tokens
    }

    /// Wraps a data key for `owner`, the only one it will unwrap for.
    pub fn wrap(&self, key: &DataKey, owner: &[u8], nonce: Nonce) -> WrappedKey {
        WrappedKey(self.wrapping.seal(owner, key.bytes(), nonce))
    }

    /// Gets the data key of `owner` back.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn unwrap(&self, wrapped: &WrappedKey, owner: &[u8]) -> Result<DataKey, OpenError> {
        let bytes = Zeroizing::new(self.wrapping.open(owner, &wrapped.0)?);
        let key = bytes
            .as_slice()
            .try_into()
            .map_err(|_| OpenError::Damaged)?;
        Ok(DataKey(Zeroizing::new(key)))
    }
}

impl DataKey {
    /// Takes 32 random bytes as a key.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

#[cfg(test)]
mod tests;
