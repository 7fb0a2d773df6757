//! Rule files on disk: a directory with all `*.rules` in it and below, or one file.
//!
//! Symbolic links to files are followed, those to directories are not: so there is no way in circles. Names that begin with a dot are
//! skipped (editors' and version control's own).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use signalbox_dsl::{SourceFile, SourceSet};

/// The end of a rule file's name.
pub const EXTENSION: &str = "rules";
/// More files than this in one bundle are a mistake, such as a wrong directory.
const MAX_FILES: usize = 10_000;
/// All files of a bundle together.
const MAX_BYTES: u64 = 256 << 20;
const MAX_DEPTH: usize = 16;

/// Why rule files cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RuleFilesError {
    /// Something on disk is not as it must be.
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable {
        /// What.
        path: String,
        /// Why.
        reason: String,
    },
    /// There is nothing to do.
    #[error("`{path}` holds no rule files; their names end in .{EXTENSION}")]
    Empty {
        /// Where.
        path: String,
    },
    /// A bound is exceeded.
    #[error("`{path}` holds more than {bound}; is it the right directory?")]
    TooMuch {
        /// Where.
        path: String,
        /// Which bound.
        bound: String,
    },
}

/// Rule files and where they are.
#[derive(Debug)]
pub struct RuleFiles {
    /// Their texts, by path relative to the root, with `/`.
    pub sources: SourceSet,
    root: PathBuf,
}

impl RuleFiles {
    /// Reads a directory or one file.
    ///
    /// # Errors
    /// [`RuleFilesError`]
    pub fn read(path: &Path) -> Result<Self, RuleFilesError> {
        let paths = paths(path)?;
        let root = if paths.first().is_some_and(|only| only == path) {
            path.parent().unwrap_or(Path::new("")).to_owned()
        } else {
            path.to_owned()
        };
        if paths.is_empty() {
            return Err(RuleFilesError::Empty {
                path: path.display().to_string(),
            });
        }
        let mut bytes = 0;
        let mut files = Vec::with_capacity(paths.len());
        for file in paths {
            bytes += fs::metadata(&file)
                .map_err(|error| unreadable(&file, &error))?
                .len();
            if bytes > MAX_BYTES {
                return Err(too_much(path, format!("{} MiB", MAX_BYTES >> 20)));
            }
            let text = fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
            files.push(SourceFile {
                path: relative(&root, &file).into(),
                text: text.into(),
            });
        }
        Ok(Self {
            sources: SourceSet::new(files),
            root,
        })
    }

    /// Where a file of the set is on disk.
    pub fn path_of(&self, file: &SourceFile) -> PathBuf {
        self.root.join(&*file.path)
    }
}

/// Where the rule files of a directory are, sorted; or the one file itself.
///
/// # Errors
/// [`RuleFilesError`]
pub(crate) fn paths(path: &Path) -> Result<Vec<PathBuf>, RuleFilesError> {
    if !fs::metadata(path)
        .map_err(|error| unreadable(path, &error))?
        .is_dir()
    {
        return Ok(vec![path.to_owned()]);
    }
    let mut paths = Vec::new();
    collect(path, path, 0, &mut paths)?;
    paths.sort_unstable();
    Ok(paths)
}

fn collect(
    top: &Path,
    directory: &Path,
    depth: usize,
    paths: &mut Vec<PathBuf>,
) -> Result<(), RuleFilesError> {
    if depth > MAX_DEPTH {
        return Err(too_much(top, format!("{MAX_DEPTH} levels of directories")));
    }
    let entries = fs::read_dir(directory).map_err(|error| unreadable(directory, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(directory, &error))?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        let kind = entry
            .file_type()
            .map_err(|error| unreadable(&path, &error))?;
        if kind.is_dir() {
            collect(top, &path, depth + 1, paths)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == EXTENSION)
        {
            if paths.len() == MAX_FILES {
                return Err(too_much(top, format!("{MAX_FILES} rule files")));
            }
            paths.push(path);
        }
    }
    Ok(())
}

fn relative(root: &Path, file: &Path) -> String {
    let parts: Vec<_> = file
        .strip_prefix(root)
        .unwrap_or(file)
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

fn unreadable(path: &Path, error: &io::Error) -> RuleFilesError {
    let reason = if error.kind() == io::ErrorKind::InvalidData {
        "it is not UTF-8; save it as UTF-8".to_owned()
    } else {
        error.to_string()
    };
    RuleFilesError::Unreadable {
        path: path.display().to_string(),
        reason,
    }
}

fn too_much(path: &Path, bound: String) -> RuleFilesError {
    RuleFilesError::TooMuch {
        path: path.display().to_string(),
        bound,
    }
}

#[cfg(test)]
mod tests;
