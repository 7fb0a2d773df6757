//! What a customer's text may hold.
//!
//! Bidirectional controls stay: they are part of some scripts' ordinary text, and whoever draws the text isolates it.
//! HTML is not looked at: it is text like any other.

use crate::webchat::limits::MAX_TEXT_CHARS;

/// Why a text is no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing to read is in it.
    #[error("the text is empty")]
    Empty,
    /// More than [`MAX_TEXT_CHARS`] characters.
    #[error("the text is longer than {MAX_TEXT_CHARS} characters")]
    TooLong,
}

/// Makes CRLF and CR to LF and takes control characters out, except LF and tab.
///
/// # Errors
/// [`TextError`], counted after that.
pub fn normalise(text: &str) -> Result<String, TextError> {
    let mut normal = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                normal.push('\n');
            }
            '\n' | '\t' => normal.push(character),
            control if control.is_control() => {}
            other => normal.push(other),
        }
    }
    if normal.trim().is_empty() {
        return Err(TextError::Empty);
    }
    // Bytes are at least as many as characters: short texts need no counting.
    if normal.len() > MAX_TEXT_CHARS && normal.chars().count() > MAX_TEXT_CHARS {
        return Err(TextError::TooLong);
    }
    Ok(normal)
}
