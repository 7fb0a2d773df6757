//! Rule files as they are handed in, and places in them.
//!
//! `dsl` opens nothing: whoever calls it has read the files.

use std::sync::Arc;

/// Rule files of one bundle, sorted by path.
#[derive(Debug, Clone, Default)]
pub struct SourceSet {
    files: Vec<SourceFile>,
}

/// One rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path relative to the rules directory, with `/`.
    pub path: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
}

impl SourceFile {
    /// What the paths of standard modules begin with. No directory of rules has such files.
    pub const STANDARD: &str = "std:";

    /// Whether it came with the program.
    pub fn is_standard(&self) -> bool {
        self.path.starts_with(Self::STANDARD)
    }
}

/// A file of a [`SourceSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A place in a file, in bytes of its UTF-8 text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Which file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// First byte behind it.
    pub end: u32,
}

impl SourceSet {
    /// Sorts the files by path, so that the order in which they were read cannot matter.
    pub fn new(mut files: Vec<SourceFile>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files }
    }

    /// The files in order; a [`FileId`] is a place in this slice.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The file at `id`, if it is one of this set.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }
}
