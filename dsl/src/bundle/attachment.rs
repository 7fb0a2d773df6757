//! What customers send besides words.

/// A kind of attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttachmentKind {
    /// A picture.
    Image,
    /// Something spoken.
    Voice,
    /// A film.
    Video,
    /// Any other file.
    File,
    /// A place on the map.
    Location,
}

impl AttachmentKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Image,
        Self::Voice,
        Self::Video,
        Self::File,
        Self::Location,
    ];

    /// As rules and facts spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::File => "file",
            Self::Location => "location",
        }
    }

    /// Reads what [`Self::name`] writes.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
