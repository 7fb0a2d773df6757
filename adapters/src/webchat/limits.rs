//! How much of anything a client may send. Past a bound a frame is malformed, unless said otherwise.

/// One WebSocket message, and one frame of it; a beacon's body.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// A message's text, in characters, after normalisation. Past it: `nack too_long`.
pub const MAX_TEXT_CHARS: usize = 8_000;
/// The name of a site.
pub const MAX_SITE_BYTES: usize = 128;
/// A user's token.
pub const MAX_USER_TOKEN_BYTES: usize = 16 * 1024;
/// A visitor's token: the longest that we would sign.
pub const MAX_VISITOR_TOKEN_BYTES: usize = 512;
/// A browser profile's id.
pub const MAX_DEVICE_BYTES: usize = 64;
/// A conversation's id.
pub const MAX_CONVERSATION_ID_BYTES: usize = 128;
/// The client's id of a message; those that we accept are UUIDs.
pub const MAX_CID_BYTES: usize = 64;
/// A BCP 47 tag.
pub const MAX_LOCALE_BYTES: usize = 64;
/// An IANA zone.
pub const MAX_ZONE_BYTES: usize = 64;
/// What a client says that it can do: so many words …
pub const MAX_CAPABILITIES: usize = 32;
/// … of so many bytes.
pub const MAX_CAPABILITY_BYTES: usize = 32;
/// A page's address. What is longer is cut: a long address is no reason to end a chat.
pub const MAX_URL_BYTES: usize = 2_048;
/// A page's title. What is longer is cut.
pub const MAX_TITLE_BYTES: usize = 512;
/// Page events in one beacon. What is more is left out.
pub const MAX_BEACON_EVENTS: usize = 50;
/// Events in one answer to `history`; more is not given, whatever was asked.
pub const MAX_HISTORY_EVENTS: usize = 100;
/// Events in an answer to `history` that does not say how many.
pub const DEFAULT_HISTORY_EVENTS: usize = 50;
/// A close frame's reason.
pub const MAX_CLOSE_REASON_BYTES: usize = 123;

/// The longest start of `text` that has at most `max_bytes` and ends between two characters.
pub(crate) fn cut(text: &str, max_bytes: usize) -> &str {
    let mut end = max_bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
