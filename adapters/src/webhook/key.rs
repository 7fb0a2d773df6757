//! The keys of a sender, and ours, as they are written in a configuration.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

const SECRET_PREFIX: &str = "whsec_";
const PUBLIC_PREFIX: &str = "whpk_";
const SECRET_KEY_PREFIX: &str = "whsk_";
const SEED_BYTES: usize = 32;
const MIN_SECRET_BYTES: usize = 24;
const MAX_SECRET_BYTES: usize = 64;
/// An HMAC-SHA256.
pub(super) const MAC_BYTES: usize = 32;

/// A secret that the sender and we share: `whsec_…`.
pub struct SharedSecret(hmac::Key);

/// The public half of a key that only the sender has: `whpk_…`.
pub struct PublicKey(VerifyingKey);

/// A key of ours, of which receivers have the public half: `whsk_…`.
pub struct SecretKey(SigningKey);

/// Why a text is no key. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Written otherwise.
    #[error("must be `whsec_` and standard base64")]
    NotASecret,
    /// Can be guessed, or is no secret of this kind.
    #[error(
        "must hold {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} random bytes behind `whsec_`, got {got}"
    )]
    SecretLength {
        /// Its length.
        got: usize,
    },
    /// Not an Ed25519 public key, or one that proves nothing.
    #[error("must be `whpk_` and the base64 of a 32-byte Ed25519 public key")]
    NotAPublicKey,
    /// Not an Ed25519 secret key.
    #[error(
        "must be `whsk_` and the base64 of a 32-byte Ed25519 seed, or of the seed and its public key"
    )]
    NotASecretKey,
}

impl SharedSecret {
    /// Reads `whsec_…`.
    ///
    /// # Errors
    /// [`KeyError`]
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let encoded = text.strip_prefix(SECRET_PREFIX);
        let bytes = encoded
            .and_then(|encoded| STANDARD.decode(encoded).ok())
            .ok_or(KeyError::NotASecret)?;
        if !(MIN_SECRET_BYTES..=MAX_SECRET_BYTES).contains(&bytes.len()) {
            return Err(KeyError::SecretLength { got: bytes.len() });
        }
        Ok(Self::of(&bytes))
    }

    /// Of random bytes that nobody else has: no request is signed with it.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    pub(super) fn mac(&self, pieces: &[&[u8]]) -> [u8; MAC_BYTES] {
        let mut context = hmac::Context::with_key(&self.0);
        for piece in pieces {
            context.update(piece);
        }
        let mut mac = [0; MAC_BYTES];
        mac.copy_from_slice(context.sign().as_ref());
        mac
    }
}

impl SecretKey {
    /// Whether a text is meant to be one.
    pub(super) fn is_meant(text: &str) -> bool {
        text.starts_with(SECRET_KEY_PREFIX)
    }

    /// Reads `whsk_…`.
    ///
    /// # Errors
    /// [`KeyError::NotASecretKey`]
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let encoded = text.strip_prefix(SECRET_KEY_PREFIX);
        let bytes = encoded
            .and_then(|encoded| STANDARD.decode(encoded).ok())
            .ok_or(KeyError::NotASecretKey)?;
        let (seed, public) = bytes
            .split_first_chunk::<SEED_BYTES>()
            .ok_or(KeyError::NotASecretKey)?;
        let key = SigningKey::from_bytes(seed);
        if !(public.is_empty() || public == key.verifying_key().as_bytes()) {
            return Err(KeyError::NotASecretKey);
        }
        Ok(Self(key))
    }

    pub(super) fn sign(&self, content: &[u8]) -> [u8; Signature::BYTE_SIZE] {
        self.0.sign(content).to_bytes()
    }
}

impl PublicKey {
    /// Reads `whpk_…`.
    ///
    /// # Errors
    /// [`KeyError::NotAPublicKey`]
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let encoded = text.strip_prefix(PUBLIC_PREFIX);
        encoded
            .and_then(|encoded| STANDARD.decode(encoded).ok())
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
            .filter(|key| !key.is_weak())
            .map(Self)
            .ok_or(KeyError::NotAPublicKey)
    }

    pub(super) fn has_signed(&self, content: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(content, &signature).is_ok())
    }
}
