//! The token by which a site's own backend says who its logged-in user is: a JWT.
//!
//! * The key is chosen by the header's `kid`, the algorithm by the key's record. What the token says of its algorithm
//!   must agree and decides nothing, so a public key can never be taken for a shared secret.
//! * `exp`, `iss`, `aud` and `sub` are required. `nbf` and `iat` may be a minute ahead, since clocks differ; `exp` is
//!   taken at its word.
//!
//! Sources: RFC 7519, RFC 8037, RFC 8725.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Number, Value};

use crate::message::USER_PREFIX;
use crate::webchat::limits::MAX_USER_TOKEN_BYTES;

/// The longest that a token may live.
pub const MAX_LIFETIME_SECONDS: i64 = 24 * 60 * 60;
/// How far a signer's clock may be ahead of ours.
pub const CLOCK_LEEWAY_SECONDS: i64 = 60;
/// The shortest shared secret.
pub const MIN_SECRET_BYTES: usize = 32;
const ED25519_PUBLIC_KEY_BYTES: usize = 32;
const MAX_SUBJECT_CHARS: usize = 255;
const MAX_NAME_CHARS: usize = 255;
const MAX_EMAIL_CHARS: usize = 320;
const MAX_PHONE_CHARS: usize = 64;
const MAX_ATTRIBUTES_BYTES: usize = 4 * 1024;

/// One key of a site's backend.
#[derive(Clone)]
pub struct UserTokenKey {
    id: String,
    algorithm: Algorithm,
    key: DecodingKey,
}

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserTokenKeyError {
    /// An HS256 secret that can be guessed.
    #[error("an HS256 secret has at least {MIN_SECRET_BYTES} bytes, got {got}")]
    SecretTooShort {
        /// Its length.
        got: usize,
    },
    /// Not an Ed25519 public key.
    #[error("an Ed25519 public key has {ED25519_PUBLIC_KEY_BYTES} bytes, got {got}")]
    NotAPublicKey {
        /// Its length.
        got: usize,
    },
}

/// What a site accepts.
#[derive(Clone, Default)]
pub struct UserTokenRules {
    /// The keys that are active; during a rotation more than one. Ids must differ.
    pub keys: Vec<UserTokenKey>,
    /// The accepted issuers.
    pub issuers: Vec<String>,
    /// The accepted audiences; one of the token's must be among them.
    pub audiences: Vec<String>,
}

/// A user whom a token has proven.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Who, in the site's own words.
    pub subject: String,
    /// What to call them.
    pub name: Option<String>,
    /// Their mail address, as the site knows it.
    pub email: Option<String>,
    /// Their telephone number, as the site knows it.
    pub phone: Option<String>,
    /// What else the site says of them.
    pub attributes: Map<String, Value>,
    /// The proof ends then.
    pub expires_at: Timestamp,
}

impl User {
    /// The user as an external id: no visitor's can be equal to it.
    pub fn external_id(&self) -> String {
        format!("{USER_PREFIX}{}", self.subject)
    }
}

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserTokenError {
    /// Not a JWT, or one with an algorithm that nobody should use.
    #[error("not a token that can be read")]
    Malformed,
    /// The header names parts that must be understood, and we understand none.
    #[error("the token's header has a `crit` that is not understood")]
    CriticalHeader,
    /// No key is configured under its `kid`; or it names none and there are several.
    #[error("the token names no key that is known here")]
    UnknownKey,
    /// Its `alg` is not its key's.
    #[error("the token's algorithm is not its key's")]
    WrongAlgorithm,
    /// Not signed with its key.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// A claim is missing, of the wrong type or too long.
    #[error("the token's `{claim}` is missing or not as it must be")]
    BadClaim {
        /// Which.
        claim: &'static str,
    },
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` lies ahead.
    #[error("the token is not valid yet")]
    NotYet,
    /// It lives longer than [`MAX_LIFETIME_SECONDS`].
    #[error("the token lives longer than 24 hours")]
    LivesTooLong,
}

impl UserTokenKey {
    /// A secret that the site's backend and we share.
    ///
    /// # Errors
    /// [`UserTokenKeyError::SecretTooShort`]
    pub fn hs256(id: &str, secret: &[u8]) -> Result<Self, UserTokenKeyError> {
        if secret.len() < MIN_SECRET_BYTES {
            return Err(UserTokenKeyError::SecretTooShort { got: secret.len() });
        }
        Ok(Self {
            id: id.to_owned(),
            algorithm: Algorithm::HS256,
            key: DecodingKey::from_secret(secret),
        })
    }

    /// The public key of the site's backend.
    ///
    /// # Errors
    /// [`UserTokenKeyError::NotAPublicKey`]
    pub fn ed25519(id: &str, public_key: &[u8]) -> Result<Self, UserTokenKeyError> {
        if public_key.len() != ED25519_PUBLIC_KEY_BYTES {
            return Err(UserTokenKeyError::NotAPublicKey {
                got: public_key.len(),
            });
        }
        Ok(Self {
            id: id.to_owned(),
            algorithm: Algorithm::EdDSA,
            key: DecodingKey::from_ed_der(public_key),
        })
    }

    /// Its `kid`.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl UserTokenRules {
    /// Proves who a token's user is.
    ///
    /// # Errors
    /// [`UserTokenError`]
    pub fn prove(&self, token: &str, now: Timestamp) -> Result<User, UserTokenError> {
        if token.len() > MAX_USER_TOKEN_BYTES {
            return Err(UserTokenError::Malformed);
        }
        // Fails for `none` too: it is no algorithm of the library's.
        let header = decode_header(token).map_err(|_| UserTokenError::Malformed)?;
        if header.crit.is_some() {
            return Err(UserTokenError::CriticalHeader);
        }
        let key = self.key(header.kid.as_deref())?;
        if header.alg != key.algorithm {
            return Err(UserTokenError::WrongAlgorithm);
        }
        let claims = decode::<Value>(token, &key.key, &signature_only(key.algorithm))
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::InvalidSignature => UserTokenError::BadSignature,
                _ => UserTokenError::Malformed,
            })?
            .claims;
        let claims = Claims::deserialize(claims)
            .map_err(|_| UserTokenError::BadClaim { claim: "claims" })?;
        self.check(claims, now)
    }

    fn key(&self, id: Option<&str>) -> Result<&UserTokenKey, UserTokenError> {
        match (id, self.keys.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(UserTokenError::UnknownKey),
            (Some(id), keys) => keys
                .iter()
                .find(|key| key.id == id)
                .ok_or(UserTokenError::UnknownKey),
        }
    }

    fn check(&self, claims: Claims, now: Timestamp) -> Result<User, UserTokenError> {
        let bad = |claim| UserTokenError::BadClaim { claim };
        let now = now.as_second();
        let expires = seconds(claims.exp.as_ref(), "exp")?.ok_or(bad("exp"))?;
        let issued = seconds(claims.iat.as_ref(), "iat")?;
        let not_before = seconds(claims.nbf.as_ref(), "nbf")?;
        if now >= expires {
            return Err(UserTokenError::Expired);
        }
        if [issued, not_before]
            .into_iter()
            .flatten()
            .any(|from| from > now + CLOCK_LEEWAY_SECONDS)
        {
            return Err(UserTokenError::NotYet);
        }
        // A token that does not say when it was issued was issued now, as far as anybody can tell.
        if expires.saturating_sub(issued.unwrap_or(now)) > MAX_LIFETIME_SECONDS {
            return Err(UserTokenError::LivesTooLong);
        }
        if !claims
            .iss
            .is_some_and(|issuer| self.issuers.contains(&issuer))
        {
            return Err(bad("iss"));
        }
        if !claims
            .aud
            .is_some_and(|audience| audience.meets(&self.audiences))
        {
            return Err(bad("aud"));
        }
        let subject = bounded(claims.sub, MAX_SUBJECT_CHARS, "sub")?.ok_or(bad("sub"))?;
        let attributes = claims.attributes.unwrap_or_default();
        let attributes_bytes =
            serde_json::to_vec(&attributes).map_or(usize::MAX, |json| json.len());
        if attributes_bytes > MAX_ATTRIBUTES_BYTES {
            return Err(bad("attributes"));
        }
        Ok(User {
            subject,
            name: bounded(claims.name, MAX_NAME_CHARS, "name")?,
            email: bounded(claims.email, MAX_EMAIL_CHARS, "email")?,
            phone: bounded(claims.phone, MAX_PHONE_CHARS, "phone")?,
            attributes,
            expires_at: Timestamp::from_second(expires).map_err(|_| bad("exp"))?,
        })
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    aud: Option<Audience>,
    sub: Option<String>,
    exp: Option<Number>,
    nbf: Option<Number>,
    iat: Option<Number>,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    attributes: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn meets(&self, accepted: &[String]) -> bool {
        match self {
            Self::One(audience) => accepted.contains(audience),
            Self::Several(audiences) => {
                audiences.iter().any(|audience| accepted.contains(audience))
            }
        }
    }
}

/// The library checks the signature and nothing else: it would read the machine's clock for the rest.
fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

/// A `NumericDate` may have a fraction; it is cut off.
fn seconds(date: Option<&Number>, claim: &'static str) -> Result<Option<i64>, UserTokenError> {
    const FURTHEST: f64 = 253_402_300_799.0; // the end of the year 9999
    let Some(date) = date else { return Ok(None) };
    let bad = UserTokenError::BadClaim { claim };
    match (date.as_i64(), date.as_f64()) {
        (Some(whole), _) if (0..=FURTHEST as i64).contains(&whole) => Ok(Some(whole)),
        (None, Some(fractional)) if (0.0..=FURTHEST).contains(&fractional) => {
            Ok(Some(fractional.floor() as i64))
        }
        _ => Err(bad),
    }
}

fn bounded(
    text: Option<String>,
    max_chars: usize,
    claim: &'static str,
) -> Result<Option<String>, UserTokenError> {
    match text {
        Some(text) if text.is_empty() || text.chars().count() > max_chars => {
            Err(UserTokenError::BadClaim { claim })
        }
        text => Ok(text),
    }
}

#[cfg(test)]
mod tests;
