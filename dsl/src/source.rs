//! Rule files as they are handed in, and places in them.
//!
//! `dsl` opens nothing: whoever calls it has read the files.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::problem::SyntaxProblem;

/// Rule files of one bundle, sorted by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceSet {
    files: Vec<SourceFile>,
    foreign: Vec<ForeignFile>,
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

    /// What the names of scripts end in. They belong to the bundle but are not rule files: facts call what is in them.
    pub const SCRIPT_END: &str = ".rhai";

    /// Whether it is a script.
    pub fn is_script(&self) -> bool {
        self.path.ends_with(Self::SCRIPT_END)
    }

    /// Whether it came with the program.
    pub fn is_standard(&self) -> bool {
        self.path.starts_with(Self::STANDARD)
    }
}

/// A file that is not UTF-8. Its text was read as well as could be, so that all else that is wrong can be told too; but no bundle is
/// made of it, since nobody knows that it was read as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignFile {
    /// [`SourceFile::path`]
    pub path: Arc<str>,
    /// How it seems to be written.
    pub encoding: Encoding,
    /// The first character that is not as in UTF-8, as a byte of [`SourceFile::text`].
    pub first: u32,
}

/// How the bytes of a file seem to stand for characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// What Chinese Windows calls ANSI: GBK, or GB18030, which contains it.
    Gb18030,
    /// What Windows calls Unicode.
    Utf16,
    /// None of these: what is behind [`ForeignFile::first`] could not be read.
    Unknown,
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
        Self {
            files,
            foreign: Vec::new(),
        }
    }

    /// The same, of which these files are not UTF-8.
    #[must_use]
    pub fn with_foreign(self, foreign: Vec<ForeignFile>) -> Self {
        Self { foreign, ..self }
    }

    /// The files that are not UTF-8.
    pub fn foreign(&self) -> &[ForeignFile] {
        &self.foreign
    }

    /// What is to be told about the files that are not UTF-8.
    pub fn foreign_findings(&self) -> Vec<Diagnostic> {
        let found = self.foreign.iter().filter_map(|foreign| {
            let file = (0..)
                .zip(&self.files)
                .find(|(_, file)| file.path == foreign.path);
            let start = foreign.first;
            let (id, file) = file?;
            let line = file.text.get(start as usize..)?.lines().next()?;
            let span = Span {
                file: FileId(id),
                start,
                end: start + u32::try_from(line.len()).ok()?,
            };
            let encoding = foreign.encoding;
            Some(Diagnostic::new(SyntaxProblem::NotUtf8 { encoding }, span))
        });
        found.collect()
    }

    /// The first byte of a file's text that is no more than a guess; what is wrong behind it is not its author's doing.
    pub(crate) fn readable_until(&self, file: &SourceFile) -> u32 {
        let unknown = self
            .foreign
            .iter()
            .find(|foreign| foreign.path == file.path && foreign.encoding == Encoding::Unknown);
        unknown.map_or(u32::MAX, |foreign| foreign.first)
    }

    /// The same set for printing: `prefix` stands in front of every path but those of standard modules. The order stays, so that a
    /// [`FileId`] means the same file in both.
    #[must_use]
    pub fn shown_below(&self, prefix: &str) -> Self {
        let mut shown = self.clone();
        for file in shown.files.iter_mut().filter(|file| !file.is_standard()) {
            file.path = format!("{prefix}{}", file.path).into();
        }
        for file in &mut shown.foreign {
            file.path = format!("{prefix}{}", file.path).into();
        }
        shown
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
