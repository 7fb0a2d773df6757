//! Where values may come from besides the file: environment variables and other files.
//!
//! `${NAME}` is an environment variable, `${file:path}` the content of a file without its last line end, and `$${` a
//! plain `${`. What they hold is put in as it is; it is not read as YAML.

use std::fs;
use std::path::{Path, PathBuf};

use crate::words::{Told, Words, words};

/// A secret has at most so many bytes.
const MAX_FILE_BYTES: u64 = 64 << 10;

/// See the module.
pub struct Sources<'e> {
    /// Relative paths count from here: the folder of the configuration.
    pub folder: &'e Path,
    /// Reads an environment variable.
    pub variable: &'e dyn Fn(&str) -> Option<String>,
}

impl Sources<'_> {
    /// `text` with its references replaced.
    ///
    /// # Errors
    /// Which reference leads nowhere, and why.
    pub fn expand(&self, text: &str) -> Result<String, Words> {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(place) = rest.find("${") {
            let (before, reference) = rest.split_at(place);
            if let Some(before) = before.strip_suffix('$') {
                expanded.push_str(before);
                expanded.push_str("${");
                rest = &reference[2..];
                continue;
            }
            let Some(end) = reference.find('}') else {
                return Err(words!(
                    "has a `${{` without its `}}`",
                    "有 `${{` 却没有对应的 `}}`"
                ));
            };
            expanded.push_str(before);
            expanded.push_str(&self.look_up(&reference[2..end])?);
            rest = &reference[end + 1..];
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    /// `path`, counted from the configuration's folder.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    fn look_up(&self, reference: &str) -> Result<String, Words> {
        if let Some(path) = reference.strip_prefix("file:") {
            return self.read(&self.path(path));
        }
        (self.variable)(reference).ok_or_else(|| {
            words!(
                "reads the environment variable `{reference}`, which is not set",
                "引用了环境变量 `{reference}`，但它没有设置"
            )
        })
    }

    fn read(&self, path: &Path) -> Result<String, Words> {
        let wrong = |reason: &dyn Told| {
            let (path, Words { en, zh }) = (path.display(), reason.words());
            words!(
                "reads the file `{path}`, which cannot be read: {en}",
                "引用了文件 `{path}`，但无法读取：{zh}"
            )
        };
        let size = fs::metadata(path).map_err(|error| wrong(&error))?.len();
        if size > MAX_FILE_BYTES {
            return Err(wrong(&words!(
                "it has {size} bytes, at most {MAX_FILE_BYTES} are allowed",
                "它有 {size} 字节，最多 {MAX_FILE_BYTES} 字节"
            )));
        }
        let mut content = fs::read_to_string(path).map_err(|error| wrong(&error))?;
        content.truncate(content.trim_end_matches(['\n', '\r']).len());
        Ok(content)
    }
}
