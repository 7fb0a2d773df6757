//! `Sec-WebSocket-Protocol`: which protocol is spoken, and a user's token where a client brings it there.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::webchat::limits::MAX_USER_TOKEN_BYTES;

/// The one protocol that is spoken, and the only value that is ever echoed.
pub const SUBPROTOCOL: &str = "signalbox.chat.v1";

const BEARER_PREFIX: &str = "bearer.";

/// What a client offered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offered {
    /// It offered [`SUBPROTOCOL`]: that is then echoed. If not, nothing is.
    pub speaks_ours: bool,
    /// The user's token of a `bearer.` entry. Never echoed: it would stand in logs.
    pub bearer: Option<String>,
}

/// Reads the header's values, each a list with commas.
pub fn read<'h>(values: impl Iterator<Item = &'h str>) -> Offered {
    let mut offered = Offered::default();
    for entry in values.flat_map(|value| value.split(',')).map(str::trim) {
        if entry == SUBPROTOCOL {
            offered.speaks_ours = true;
        } else if let Some(encoded) = entry.strip_prefix(BEARER_PREFIX)
            && encoded.len() <= 2 * MAX_USER_TOKEN_BYTES
        {
            offered.bearer.get_or_insert_with(|| decoded(encoded));
        }
    }
    offered
}

/// What is not base64url is taken as it stands: a token's own characters are allowed in the header too. Whatever comes
/// out is proven or refused later, so a damaged token never makes somebody anonymous.
fn decoded(encoded: &str) -> String {
    URL_SAFE_NO_PAD
        .decode(encoded.trim_end_matches('='))
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_else(|| encoded.to_owned())
}
