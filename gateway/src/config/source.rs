//! Where values may come from besides the file: environment variables and other files.
//!
//! `${NAME}` is an environment variable, `${file:path}` the content of a file without its last line end, and `$${` a
//! plain `${`. What they hold is put in as it is; it is not read as YAML.

use std::fs;
use std::path::{Path, PathBuf};

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
    pub fn expand(&self, text: &str) -> Result<String, String> {
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
                return Err("has a `${` without its `}`".to_owned());
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

    fn look_up(&self, reference: &str) -> Result<String, String> {
        if let Some(path) = reference.strip_prefix("file:") {
            return self.read(&self.path(path));
        }
        (self.variable)(reference).ok_or_else(|| {
            format!("reads the environment variable `{reference}`, which is not set")
        })
    }

    fn read(&self, path: &Path) -> Result<String, String> {
        let wrong = |reason: &dyn std::fmt::Display| {
            format!(
                "reads the file `{}`, which cannot be read: {reason}",
                path.display()
            )
        };
        let size = fs::metadata(path).map_err(|error| wrong(&error))?.len();
        if size > MAX_FILE_BYTES {
            return Err(wrong(&format_args!(
                "it has {size} bytes, at most {MAX_FILE_BYTES} are allowed"
            )));
        }
        let mut content = fs::read_to_string(path).map_err(|error| wrong(&error))?;
        content.truncate(content.trim_end_matches(['\n', '\r']).len());
        Ok(content)
    }
}
