//! How much of anything a sender may send.

/// The body of one event.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// The sender's id of an event.
pub const MAX_ID_BYTES: usize = 256;
/// Signatures of one request: more than any rotation needs.
pub const MAX_SIGNATURES: usize = 10;
/// The name of an event.
pub const MAX_TYPE_BYTES: usize = 128;
/// Where an attachment lies.
pub const MAX_URL_BYTES: usize = 2_048;
/// What an attachment or a place is called.
pub const MAX_MEDIA_NAME_BYTES: usize = 512;
/// An attachment's media type.
pub const MAX_MIME_BYTES: usize = 128;
/// The sender's id of a message.
pub const MAX_MESSAGE_ID_BYTES: usize = 256;
/// What a contact is called, in characters.
pub const MAX_NAME_CHARS: usize = 200;
/// What the sender says of a contact besides, as JSON.
pub const MAX_ATTRIBUTES_BYTES: usize = 8 * 1024;
/// Who a contact is.
pub const MAX_EXTERNAL_ID_BYTES: usize = 300;
/// Whose id that is.
pub const MAX_CHANNEL_BYTES: usize = 256;
