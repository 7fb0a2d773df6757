//! Signs what leaves.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::key::{KeyError, SecretKey, SharedSecret};

/// Keys that requests are signed with: all that are good at the moment. During a rotation a receiver finds the signature of
/// the key that it knows, whichever that is.
pub struct Signer {
    secrets: Vec<SharedSecret>,
    keys: Vec<SecretKey>,
}

impl Signer {
    /// Reads keys: `whsec_…` that the receiver has too, `whsk_…` of which it has the public half.
    ///
    /// # Errors
    /// [`KeyError`] of the first that is none.
    pub fn parse<'k>(keys: impl IntoIterator<Item = &'k str>) -> Result<Self, KeyError> {
        let mut signer = Self {
            secrets: Vec::new(),
            keys: Vec::new(),
        };
        for text in keys {
            if SecretKey::is_meant(text) {
                signer.keys.push(SecretKey::parse(text)?);
            } else {
                signer.secrets.push(SharedSecret::parse(text)?);
            }
        }
        Ok(signer)
    }

    /// The value of `webhook-signature`.
    ///
    /// * `id`, `seconds`: as they stand in `webhook-id` and `webhook-timestamp`.
    pub fn sign(&self, id: &str, seconds: &str, body: &[u8]) -> String {
        let content: [&[u8]; 5] = [id.as_bytes(), b".", seconds.as_bytes(), b".", body];
        let macs = self.secrets.iter().map(|secret| {
            let mac = STANDARD.encode(secret.mac(&content));
            format!("v1,{mac}")
        });
        let signatures = self.keys.iter().map(|key| {
            let signature = STANDARD.encode(key.sign(&content.concat()));
            format!("v1a,{signature}")
        });
        macs.chain(signatures).collect::<Vec<_>>().join(" ")
    }
}
