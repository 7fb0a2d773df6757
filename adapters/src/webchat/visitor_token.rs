//! The token by which an anonymous visitor is known again: signed by us, kept by the browser.
//!
//! `v1.<payload>.<mac>`, both base64url: the payload is the visitor's id (16 random bytes), the time of issue
//! (milliseconds, 8 bytes, big-endian) and the site's name; the MAC is HMAC-SHA-256 over a purpose and the payload. The
//! same visitor, site and time give the same token, so whoever remembers the time need not remember the token.
//!
//! Here a token is proven genuine and not too old. Whether a later one has taken its place is for the gateway to know:
//! nobody can read that from the token.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use crate::webchat::limits::{MAX_SITE_BYTES, MAX_VISITOR_TOKEN_BYTES};

/// How long after its issue a token is good for.
pub const VISITOR_TOKEN_LIFETIME: Duration = Duration::from_secs(180 * 24 * 60 * 60);

const VERSION: &str = "v1";
const PURPOSE: &[u8] = b"signalbox webchat visitor token v1\0";
const ID_BYTES: usize = 16;
const TIME_BYTES: usize = 8;

/// Signs and proves visitors' tokens.
pub struct VisitorTokenKey {
    key: hmac::Key,
}

/// What a token says, and only [`VisitorTokenKey::prove`] or we ourselves say it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VisitorToken {
    /// Who: random, made by us.
    pub visitor: [u8; ID_BYTES],
    /// On which site; no other accepts it.
    pub site: String,
    /// When it was issued, to the millisecond.
    pub issued_at: Timestamp,
}

/// Why a token proves nothing. Whoever brings it is a new visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VisitorTokenError {
    /// Not a token of ours.
    #[error("not a visitor token")]
    Malformed,
    /// Not signed by us, or changed since.
    #[error("the visitor token is not genuine")]
    Forged,
    /// Older than [`VISITOR_TOKEN_LIFETIME`].
    #[error("the visitor token has expired")]
    Expired,
}

impl VisitorTokenKey {
    /// Takes the deployment's key for visitor tokens.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, secret),
        }
    }

    /// Writes the token.
    pub fn sign(&self, token: &VisitorToken) -> String {
        let payload = payload(token);
        let mac = hmac::sign(&self.key, &signed(&payload));
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        format!("{VERSION}.{}.{}", encode(&payload), encode(mac.as_ref()))
    }

    /// Reads a token and proves it, the MAC in constant time.
    ///
    /// # Errors
    /// [`VisitorTokenError`]
    pub fn prove(&self, text: &str, now: Timestamp) -> Result<VisitorToken, VisitorTokenError> {
        let (payload, mac) = parts(text).ok_or(VisitorTokenError::Malformed)?;
        hmac::verify(&self.key, &signed(&payload), &mac).map_err(|_| VisitorTokenError::Forged)?;
        let token = read(&payload).ok_or(VisitorTokenError::Malformed)?;
        let age = now.as_millisecond() - token.issued_at.as_millisecond();
        if u128::try_from(age).is_ok_and(|age| age >= VISITOR_TOKEN_LIFETIME.as_millis()) {
            return Err(VisitorTokenError::Expired);
        }
        Ok(token)
    }
}

impl VisitorToken {
    /// The visitor as an external id: no user's can be equal to it.
    pub fn external_id(&self) -> String {
        format!("visitor:{}", URL_SAFE_NO_PAD.encode(self.visitor))
    }
}

fn signed(payload: &[u8]) -> Vec<u8> {
    [PURPOSE, payload].concat()
}

fn payload(token: &VisitorToken) -> Vec<u8> {
    let millis = u64::try_from(token.issued_at.as_millisecond()).unwrap_or_default();
    [
        &token.visitor[..],
        &millis.to_be_bytes(),
        token.site.as_bytes(),
    ]
    .concat()
}

fn parts(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    if text.len() > MAX_VISITOR_TOKEN_BYTES {
        return None;
    }
    let mut parts = text.split('.');
    let (version, payload, mac) = (parts.next()?, parts.next()?, parts.next()?);
    if version != VERSION || parts.next().is_some() {
        return None;
    }
    Some((
        URL_SAFE_NO_PAD.decode(payload).ok()?,
        URL_SAFE_NO_PAD.decode(mac).ok()?,
    ))
}

fn read(payload: &[u8]) -> Option<VisitorToken> {
    let (visitor, rest) = payload.split_first_chunk::<ID_BYTES>()?;
    let (millis, site) = rest.split_first_chunk::<TIME_BYTES>()?;
    if site.len() > MAX_SITE_BYTES {
        return None;
    }
    Some(VisitorToken {
        visitor: *visitor,
        site: std::str::from_utf8(site).ok()?.to_owned(),
        issued_at: Timestamp::from_millisecond(i64::try_from(u64::from_be_bytes(*millis)).ok()?)
            .ok()?,
    })
}

#[cfg(test)]
mod tests;
