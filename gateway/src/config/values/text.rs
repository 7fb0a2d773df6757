//! Texts, paths and secrets. References in them are resolved.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

use crate::config::section::{Sentence, Setting};
use crate::config::source::Sources;
use crate::words::{Words, words};

/// A text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Text(pub String);

/// A path; `None` where nothing is written. Relative ones count from the configuration's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilePath {
    written: String,
    resolved: Option<PathBuf>,
}

/// Something that nobody may see: it has no `Display`, and its `Debug` hides it. Only ever read through a reference.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret {
    written: String,
    resolved: Option<String>,
}

impl Text {
    /// The text, unless it is empty.
    pub fn given(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }
}

impl FilePath {
    /// A default.
    pub fn of(path: &str) -> Self {
        Self {
            written: path.to_owned(),
            resolved: None,
        }
    }

    /// The path, unless nothing was written.
    pub fn given(&self) -> Option<PathBuf> {
        self.resolved.clone()
    }
}

impl Secret {
    /// The secret, unless nothing was written.
    pub fn reveal(&self) -> Option<&str> {
        self.resolved.as_deref()
    }
}

impl FromStr for FilePath {
    type Err = Infallible;

    fn from_str(path: &str) -> Result<Self, Infallible> {
        Ok(Self::of(path))
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self {
            written: text.to_owned(),
            resolved: None,
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl Setting for Text {
    const KIND: Sentence = Sentence {
        en: "text",
        zh: "文本",
    };

    fn shown(&self) -> String {
        self.0.clone()
    }

    fn resolve(&mut self, sources: &Sources<'_>) -> Result<(), Words> {
        self.0 = sources.expand(&self.0)?;
        Ok(())
    }
}

impl Setting for FilePath {
    const KIND: Sentence = Sentence {
        en: "path, from the folder of this file",
        zh: "路径，从本文件所在目录算起",
    };

    fn shown(&self) -> String {
        self.written.clone()
    }

    fn resolve(&mut self, sources: &Sources<'_>) -> Result<(), Words> {
        let path = sources.expand(&self.written)?;
        self.resolved = (!path.is_empty()).then(|| sources.path(&path));
        Ok(())
    }
}

impl Setting for Secret {
    const KIND: Sentence = Sentence {
        en: "secret: `${NAME}` or `${file:path}`",
        zh: "机密：`${NAME}` 或 `${file:path}`",
    };

    fn shown(&self) -> String {
        self.written.clone()
    }

    fn resolve(&mut self, sources: &Sources<'_>) -> Result<(), Words> {
        if self.written.is_empty() {
            return Ok(());
        }
        if !self.written.contains("${") {
            return Err(words!(
                "must not stand in the file itself; write ${{NAME}} for an environment variable or ${{file:path}}",
                "不能直接写在文件里；环境变量写 ${{NAME}}，文件写 ${{file:path}}"
            ));
        }
        let secret = sources.expand(&self.written)?;
        if secret.is_empty() {
            return Err(words!(
                "refers to something that is empty",
                "引用的内容为空"
            ));
        }
        self.resolved = Some(secret);
        Ok(())
    }
}

super::deserialized_from_text!(FilePath);
super::deserialized_from_text!(Secret);
