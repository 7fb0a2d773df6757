//! Whether a request comes from whom it says, and now.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use subtle::{Choice, ConstantTimeEq};

use super::key::{MAC_BYTES, PublicKey, SharedSecret};
use super::limits::{MAX_ID_BYTES, MAX_SIGNATURES};

/// Header names: id, timestamp, signature. The first set of which a request has one is the one that counts.
const HEADER_SETS: [[&str; 3]; 2] = [
    ["webhook-id", "webhook-timestamp", "webhook-signature"],
    ["svix-id", "svix-timestamp", "svix-signature"],
];

/// A body whose sender is proven. The fields are private and only [`Verifier::verify`] fills them, so an unsigned body
/// cannot be parsed, not even by mistake.
#[derive(Debug, Clone, Copy)]
pub struct Verified<'r> {
    id: &'r str,
    body: &'r [u8],
}

/// Why a request proves nothing. For logs and metrics; the sender hears the same of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header is not there, or there twice.
    #[error("`{name}` must be there once")]
    Header {
        /// Which.
        name: &'static str,
    },
    /// Empty, too long, or with a `.` or characters that no id has.
    #[error("the id is none")]
    Id,
    /// Not a whole number of seconds.
    #[error("the timestamp is no whole number of seconds")]
    Timestamp,
    /// Too old, or ahead of our clock.
    #[error("the timestamp is further from our clock than the tolerance")]
    Stale,
    /// More than [`MAX_SIGNATURES`].
    #[error("more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// None is of a key that we have.
    #[error("no signature is of a key that is known here")]
    Signature,
}

/// What a sender signs with, and how far clocks may differ.
pub struct Verifier {
    secrets: Vec<SharedSecret>,
    public_keys: Vec<PublicKey>,
    tolerance: SignedDuration,
}

impl Verifier {
    /// * `secrets`, `public_keys`: all that are good now; during a rotation the one before too.
    /// * `tolerance`: how far `webhook-timestamp` may be from our clock, either way.
    pub fn new(
        secrets: Vec<SharedSecret>,
        public_keys: Vec<PublicKey>,
        tolerance: SignedDuration,
    ) -> Self {
        Self {
            secrets,
            public_keys,
            tolerance,
        }
    }

    /// Proves a request: `headers` as they came, names in any case, `body` as the bytes that were received.
    ///
    /// # Errors
    /// [`SignatureError`]
    pub fn verify<'r>(
        &self,
        headers: impl Iterator<Item = (&'r str, &'r [u8])>,
        body: &'r [u8],
        now: Timestamp,
    ) -> Result<Verified<'r>, SignatureError> {
        let [id, timestamp, signatures] = signed_headers(headers)?;
        let id = readable_id(id)?;
        let at = seconds(timestamp)?;
        let content: [&[u8]; 5] = [id.as_bytes(), b".", timestamp, b".", body];
        let is_signed = self.has_signed(&content, signatures)?;
        if now.duration_since(at).abs() > self.tolerance {
            return Err(SignatureError::Stale);
        }
        if !is_signed {
            return Err(SignatureError::Signature);
        }
        Ok(Verified { id, body })
    }

    /// Tries every secret against every signature, without an early end that would tell how near a guess was.
    fn has_signed(&self, content: &[&[u8]], signatures: &[u8]) -> Result<bool, SignatureError> {
        let entries = || {
            signatures
                .split(|byte| *byte == b' ')
                .filter(|entry| !entry.is_empty())
        };
        if entries().count() > MAX_SIGNATURES {
            return Err(SignatureError::TooManySignatures);
        }
        let of_version = |version: &'static [u8]| {
            entries()
                .filter_map(move |entry| entry.strip_prefix(version))
                .filter_map(|encoded| STANDARD.decode(encoded).ok())
        };
        let macs: Vec<[u8; MAC_BYTES]> = of_version(b"v1,")
            .filter_map(|mac| mac.try_into().ok())
            .collect();
        let mut is_signed = Choice::from(0);
        for secret in &self.secrets {
            let right = secret.mac(content);
            for mac in &macs {
                is_signed |= right.ct_eq(mac);
            }
        }
        let mut is_signed = bool::from(is_signed);
        if !self.public_keys.is_empty() {
            let content = content.concat();
            for signature in of_version(b"v1a,") {
                for key in &self.public_keys {
                    is_signed |= key.has_signed(&content, &signature);
                }
            }
        }
        Ok(is_signed)
    }
}

impl<'r> Verified<'r> {
    /// The sender's id of the event: the same on every attempt.
    pub fn id(&self) -> &'r str {
        self.id
    }

    /// The bytes that were signed.
    pub fn body(&self) -> &'r [u8] {
        self.body
    }
}

fn signed_headers<'r>(
    headers: impl Iterator<Item = (&'r str, &'r [u8])>,
) -> Result<[&'r [u8]; 3], SignatureError> {
    let mut found: [[(usize, &[u8]); 3]; 2] = [[(0, &[]); 3]; 2];
    for (name, value) in headers {
        for (known, found) in HEADER_SETS.iter().zip(&mut found) {
            for (known, (count, found)) in known.iter().zip(found) {
                if name.eq_ignore_ascii_case(known) {
                    (*count, *found) = (*count + 1, value);
                }
            }
        }
    }
    let [standard, alias] = found;
    let has_one = |set: &[(usize, &[u8])]| set.iter().any(|(count, _)| *count > 0);
    let (names, set) = if !has_one(&standard) && has_one(&alias) {
        (HEADER_SETS[1], alias)
    } else {
        (HEADER_SETS[0], standard)
    };
    for (name, (count, _)) in names.into_iter().zip(set) {
        if count != 1 {
            return Err(SignatureError::Header { name });
        }
    }
    Ok(set.map(|(_, value)| value))
}

fn readable_id(id: &[u8]) -> Result<&str, SignatureError> {
    let is_good = !id.is_empty()
        && id.len() <= MAX_ID_BYTES
        && id
            .iter()
            .all(|byte| byte.is_ascii_graphic() && *byte != b'.');
    std::str::from_utf8(id)
        .ok()
        .filter(|_| is_good)
        .ok_or(SignatureError::Id)
}

/// Digits only: a sign or a space would be signed too, but no sender writes one.
fn seconds(text: &[u8]) -> Result<Timestamp, SignatureError> {
    std::str::from_utf8(text)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or(SignatureError::Timestamp)
}
