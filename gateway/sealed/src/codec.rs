//! The one format of stored values.
//!
//! ```text
//! version (1 byte) | CRC-32 of what follows (4, little endian) | nonce (24) | ciphertext and tag
//! ```
//!
//! The checksum needs no key: `doctor` finds a flipped bit even where the customer's key is destroyed. The
//! context (what kind of value, whose, and which one) is authenticated, not stored: a value moved to another row does not
//! open. What no context tells is an older value of the same row, as a backup has it.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};

use crate::{DataKey, Nonce};

const VERSION: u8 = 1;
const CHECKSUM_AT: usize = 1;
const NONCE_AT: usize = CHECKSUM_AT + 4;
const CIPHERTEXT_AT: usize = NONCE_AT + size_of::<Nonce>();
const TAG_BYTES: usize = 16;

/// A value as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Box<[u8]>);

/// Why a stored value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The bytes changed on their way: a failing disk, a cut file.
    #[error(
        "a stored value is damaged (checksum differs); run `signalbox doctor` and restore it from a backup"
    )]
    Damaged,
    /// Written by a version of signalbox that this one does not know.
    #[error(
        "a stored value has format {0}, which this version does not know; start the version that wrote it, or a newer one"
    )]
    UnknownVersion(u8),
    /// Whole, but not sealed with this key for this place.
    #[error(
        "a stored value does not open with this key; check that the deployment key is the one this data was written with"
    )]
    WrongKey,
}

impl Sealed {
    /// Takes bytes that a store has kept. Nothing is checked until the value is opened.
    pub fn from_stored(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Checks version and checksum; needs no key.
    ///
    /// # Errors
    /// [`OpenError::Damaged`] or [`OpenError::UnknownVersion`].
    pub fn verify(&self) -> Result<(), OpenError> {
        let version = *self.0.first().ok_or(OpenError::Damaged)?;
        if version != VERSION {
            return Err(OpenError::UnknownVersion(version));
        }
        let checksum = self
            .0
            .get(CHECKSUM_AT..NONCE_AT)
            .ok_or(OpenError::Damaged)?;
        let rest = self.0.get(NONCE_AT..).ok_or(OpenError::Damaged)?;
        if self.0.len() < CIPHERTEXT_AT + TAG_BYTES
            || crc32fast::hash(rest).to_le_bytes() != *checksum
        {
            return Err(OpenError::Damaged);
        }
        Ok(())
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl DataKey {
    /// Seals `plain` for `context` (what kind of value, whose, and which one). `nonce` must be fresh randomness.
    pub fn seal(&self, context: &[u8], plain: &[u8], nonce: Nonce) -> Sealed {
        let payload = Payload {
            msg: plain,
            aad: context,
        };
        // INVARIANT: encryption fails only above 256 GiB; a stored value is bounded to far below by its maker.
        let ciphertext = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .unwrap_or_default();
        let mut bytes = Vec::with_capacity(CIPHERTEXT_AT + ciphertext.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&ciphertext);
        let checksum = crc32fast::hash(bytes.get(NONCE_AT..).unwrap_or_default());
        if let Some(place) = bytes.get_mut(CHECKSUM_AT..NONCE_AT) {
            place.copy_from_slice(&checksum.to_le_bytes());
        }
        Sealed(bytes.into_boxed_slice())
    }

    /// Opens a value that was sealed with this key for `context`.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(&self, context: &[u8], sealed: &Sealed) -> Result<Vec<u8>, OpenError> {
        sealed.verify()?;
        let nonce: Nonce = sealed
            .0
            .get(NONCE_AT..CIPHERTEXT_AT)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(OpenError::Damaged)?;
        let ciphertext = sealed.0.get(CIPHERTEXT_AT..).ok_or(OpenError::Damaged)?;
        let payload = Payload {
            msg: ciphertext,
            aad: context,
        };
        self.cipher()
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| OpenError::WrongKey)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.bytes().into())
    }
}
