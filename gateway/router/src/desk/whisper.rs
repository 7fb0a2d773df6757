//! A note between colleagues, as a type that nothing which leaves for a customer can be made of.

use serde::{Deserialize, Serialize};

/// What one colleague tells another about a customer.
///
/// It can be written out for the desk and that is all: there is no way to its text as a string, so it cannot become a
/// [`Content`](signalbox_adapters::Content), a transcript's entry or an outgoing message, not even by mistake.
///
/// ```compile_fail
/// use signalbox_adapters::Content;
/// use signalbox_router::Whisper;
///
/// let whisper = Whisper::new("he is angry").unwrap();
/// let content = Content::Text { text: whisper.into() };
/// ```
///
/// ```compile_fail
/// use signalbox_router::Whisper;
///
/// let text: String = Whisper::new("he is angry").unwrap().to_string();
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Whisper(String);

/// Why a text is no note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhisperError {
    /// Nothing is in it.
    #[error("a note needs words")]
    Empty,
    /// Too much is in it.
    #[error(
        "a note has at most {} characters; shorten it",
        Whisper::MOST_CHARACTERS
    )]
    TooLong,
}

impl Whisper {
    /// Characters of one note, at most.
    pub const MOST_CHARACTERS: usize = 2_000;

    /// Takes a text as a note.
    ///
    /// # Errors
    /// [`WhisperError`]
    pub fn new(text: &str) -> Result<Self, WhisperError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(WhisperError::Empty);
        }
        if text.chars().count() > Self::MOST_CHARACTERS {
            return Err(WhisperError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// A rule's note, cut where it is too long.
    pub(crate) fn of_rule(text: &str) -> Self {
        Self(text.chars().take(Self::MOST_CHARACTERS).collect())
    }
}

/// Without the words: they are not for logs.
impl std::fmt::Debug for Whisper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Whisper({} bytes)", self.0.len())
    }
}
