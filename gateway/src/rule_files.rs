//! Rule files on disk: a directory with all `*.rules` and the scripts (`*.rhai`) in it and below, or one file and the scripts that it calls.
//!
//! A file that is not UTF-8 is read too ([`encoding`]): that is for `check` to say, among all else.
//!
//! Symbolic links to files are followed, those to directories are not: so there is no way in circles. Names that begin with a dot are
//! skipped (editors' and version control's own).

mod encoding;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use signalbox_dsl::ast::ItemKind;
use signalbox_dsl::{FileId, ForeignFile, SourceFile, SourceSet, parse};

use crate::words::{Told, Words, words};

/// The end of a rule file's name.
pub const EXTENSION: &str = "rules";
/// The end of a script's name.
const SCRIPT_EXTENSION: &str = "rhai";
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
        reason: io::Error,
    },
    /// There is nothing to do.
    #[error("`{path}` holds no rule files; their names end in .{EXTENSION}")]
    Empty {
        /// Where.
        path: String,
    },
    /// Rules, perhaps, but an editor or Windows gave the file another name.
    #[error("`{path}` is not read: the names of rule files end in .{EXTENSION}; rename it")]
    Misnamed {
        /// Which.
        path: String,
    },
    /// `.rules`: all end and no name, so it is hidden.
    #[error(
        "`{path}` is not read: a name that begins with a dot is a hidden file; rename it, to shop.{EXTENSION} for instance"
    )]
    Nameless {
        /// Which.
        path: String,
    },
    /// A pipe, a device or a directory under the name of a rule file: reading it might never end.
    #[error(
        "`{path}` is named like a rule file, but is none; take it away, or put a file in its place"
    )]
    NoFile {
        /// Which.
        path: String,
    },
    /// A bound is exceeded.
    #[error("`{path}` holds more than {bound}; is it the right directory?")]
    TooMuch {
        /// Where.
        path: String,
        /// Which bound.
        bound: Words,
    },
}

impl Told for RuleFilesError {
    fn chinese(&self) -> String {
        match self {
            Self::Unreadable { path, reason } => {
                format!("无法读取 `{path}`：{}", reason.chinese())
            }
            Self::Empty { path } => {
                format!("`{path}` 里没有规则文件；规则文件的名称以 .{EXTENSION} 结尾")
            }
            Self::Misnamed { path } => {
                format!("不读取 `{path}`：规则文件的名称以 .{EXTENSION} 结尾；请改名")
            }
            Self::Nameless { path } => {
                format!("不读取 `{path}`：以点开头的是隐藏文件；请改名，例如 shop.{EXTENSION}")
            }
            Self::NoFile { path } => {
                format!("`{path}` 的名称像规则文件，却不是普通文件；请移走它，或换成文件")
            }
            Self::TooMuch { path, bound } => {
                format!("`{path}` 里超过 {}；目录是否写错了？", bound.zh)
            }
        }
    }
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
    /// [`RuleFilesError`]; of several files that cannot be read, the first.
    pub fn read(path: &Path) -> Result<Self, RuleFilesError> {
        let (files, unreadable) = Self::read_what_can_be(path)?;
        match unreadable.into_iter().next() {
            Some(first) => Err(first),
            None => Ok(files),
        }
    }

    /// As [`Self::read`], with those files of a directory that can be read and what stands against the others, for whoever looks for all
    /// that is wrong.
    ///
    /// # Errors
    /// [`RuleFilesError`]
    pub fn read_what_can_be(path: &Path) -> Result<(Self, Vec<RuleFilesError>), RuleFilesError> {
        let paths = paths(path)?;
        let is_alone = paths.first().is_some_and(|only| only == path);
        let root = if is_alone {
            path.parent().unwrap_or(Path::new("")).to_owned()
        } else {
            path.to_owned()
        };
        if !is_alone && !paths.iter().any(|path| is_rule_file(path)) {
            return Err(nothing_in(path));
        }
        let mut reading = Reading {
            left: MAX_BYTES,
            root: &root,
            files: Vec::with_capacity(paths.len()),
            foreign: Vec::new(),
        };
        let mut unreadable = Vec::new();
        for file in paths {
            match reading.take_in(&file) {
                Err(RuleFilesError::TooMuch { bound, .. }) => return Err(too_much(path, bound)),
                Err(wrong) => unreadable.push(wrong),
                Ok(()) => {}
            }
        }
        if let Some(only) = reading.files.first().filter(|_| is_alone) {
            let text = only.text.clone();
            for script in scripts_of(path, &text) {
                reading.take_in(&script)?;
            }
        }
        let sources = SourceSet::new(reading.files).with_foreign(reading.foreign);
        Ok((Self { sources, root }, unreadable))
    }

    /// What to print in front of the files' paths, so that they can be opened from the working directory.
    pub fn prefix(&self) -> String {
        let root = self.root.to_string_lossy();
        match &*root {
            "" | "." => String::new(),
            root if root.ends_with('/') => root.to_owned(),
            root => format!("{root}/"),
        }
    }

    /// Where a file of the set is on disk.
    pub fn path_of(&self, file: &SourceFile) -> PathBuf {
        self.root.join(&*file.path)
    }
}

/// The files whose change may change what is read: of a directory its rule files and scripts, sorted; of one file itself and all
/// scripts beside it, whichever it calls.
///
/// # Errors
/// [`RuleFilesError`]
pub(crate) fn watched(path: &Path) -> Result<Vec<PathBuf>, RuleFilesError> {
    let mut paths = paths(path)?;
    if paths.first().is_some_and(|only| only == path) {
        paths.extend(scripts_beside(path));
    }
    Ok(paths)
}

/// Files on the way to a [`SourceSet`].
struct Reading<'a> {
    /// Bytes that all files together may still have.
    left: u64,
    root: &'a Path,
    files: Vec<SourceFile>,
    foreign: Vec<ForeignFile>,
}

impl Reading<'_> {
    fn take_in(&mut self, file: &Path) -> Result<(), RuleFilesError> {
        let metadata = fs::metadata(file).map_err(|error| unreadable(file, error))?;
        if !metadata.is_file() {
            return Err(RuleFilesError::NoFile {
                path: file.display().to_string(),
            });
        }
        let bytes = read_at_most(file, self.left).map_err(|error| unreadable(file, error))?;
        let Some(left) = self.left.checked_sub(bytes.len() as u64) else {
            let bound = Words::plain(format!("{} MiB", MAX_BYTES >> 20));
            return Err(too_much(file, bound));
        };
        self.left = left;
        let path: Arc<str> = relative(self.root, file).into();
        let decoded = encoding::decode(bytes);
        self.foreign
            .extend(decoded.foreign.map(|(encoding, first)| ForeignFile {
                path: path.clone(),
                encoding,
                first,
            }));
        self.files.push(SourceFile {
            path,
            text: decoded.text.into(),
        });
        Ok(())
    }
}

/// Where the rule files and scripts of a directory are, sorted; or the one file itself.
fn paths(path: &Path) -> Result<Vec<PathBuf>, RuleFilesError> {
    if !fs::metadata(path)
        .map_err(|error| unreadable(path, error))?
        .is_dir()
    {
        return match is_rule_file(path) {
            true => Ok(vec![path.to_owned()]),
            false => Err(misnamed(path)),
        };
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
        return Err(too_much(
            top,
            words!("{MAX_DEPTH} levels of directories", "{MAX_DEPTH} 层目录"),
        ));
    }
    let entries = fs::read_dir(directory).map_err(|error| unreadable(directory, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(directory, error))?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        let kind = entry
            .file_type()
            .map_err(|error| unreadable(&path, error))?;
        if kind.is_dir() {
            collect(top, &path, depth + 1, paths)?;
        } else if is_rule_file(&path) || has_end(&path, SCRIPT_EXTENSION) {
            if paths.len() == MAX_FILES {
                return Err(too_much(
                    top,
                    words!("{MAX_FILES} rule files", "{MAX_FILES} 个规则文件"),
                ));
            }
            paths.push(path);
        }
    }
    Ok(())
}

fn is_rule_file(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == EXTENSION)
}

/// Names the file that was meant, if one looks like it: `a.rule`, `a.rules.txt`, `A.RULES`.
fn nothing_in(directory: &Path) -> RuleFilesError {
    let names = fs::read_dir(directory).into_iter().flatten().flatten();
    let meant = names
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // As where files are collected: whoever hides one does not mean it.
            !name.starts_with('.') && path.is_file() && name.to_lowercase().contains(".rule")
        })
        .min();
    match meant {
        Some(path) => RuleFilesError::Misnamed {
            path: path.display().to_string(),
        },
        None => RuleFilesError::Empty {
            path: directory.display().to_string(),
        },
    }
}

/// The content of a file; one byte more than `limit` if there is more, which is not read.
fn read_at_most(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(limit + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The scripts beside a rule file whose functions its facts call, by name. One that is missing is for `check` to tell of.
fn scripts_of(file: &Path, text: &str) -> Vec<PathBuf> {
    let (tree, _) = parse(FileId(0), text);
    let functions = tree.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Fact(fact) => Some(&*fact.function.text),
        _ => None,
    });
    let called: BTreeSet<&str> = functions.collect();
    let is_called = |script: &PathBuf| {
        let stem = script.file_stem().map(|stem| stem.to_string_lossy());
        stem.is_some_and(|stem| called.contains(&*stem))
    };
    scripts_beside(file).into_iter().filter(is_called).collect()
}

/// All scripts beside a file, sorted. A directory that cannot be listed has none.
fn scripts_beside(file: &Path) -> Vec<PathBuf> {
    let directory = file.parent().unwrap_or(Path::new(""));
    let directory = match directory.as_os_str().is_empty() {
        true => Path::new("."),
        false => directory,
    };
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut scripts: Vec<PathBuf> = entries
        .map(|entry| entry.file_name())
        .filter(|name| has_end(Path::new(name), SCRIPT_EXTENSION))
        .map(|name| file.with_file_name(name))
        .take(MAX_FILES)
        .collect();
    scripts.sort_unstable();
    scripts
}

fn has_end(path: &Path, end: &str) -> bool {
    path.extension().is_some_and(|extension| extension == end)
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

fn misnamed(path: &Path) -> RuleFilesError {
    let name = path.file_name().map(|name| name.to_string_lossy());
    let is_all_end = name.is_some_and(|name| name.strip_prefix('.') == Some(EXTENSION));
    let path = path.display().to_string();
    match is_all_end {
        true => RuleFilesError::Nameless { path },
        false => RuleFilesError::Misnamed { path },
    }
}

fn unreadable(path: &Path, reason: io::Error) -> RuleFilesError {
    RuleFilesError::Unreadable {
        path: path.display().to_string(),
        reason,
    }
}

fn too_much(path: &Path, bound: Words) -> RuleFilesError {
    RuleFilesError::TooMuch {
        path: path.display().to_string(),
        bound,
    }
}

#[cfg(test)]
mod tests;
