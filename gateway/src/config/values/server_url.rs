//! Addresses of servers, which may hold a password.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use crate::config::section::{Sentence, Setting};
use crate::config::source::Sources;
use crate::words::{Words, words};

/// The address of a server. It has no `Display`, and its `Debug` shows what was written, never what a reference stands for.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ServerUrl {
    written: String,
    resolved: Option<String>,
}

impl ServerUrl {
    /// The address with its password, unless nothing was written.
    pub fn reveal(&self) -> Option<&str> {
        self.resolved.as_deref()
    }
}

impl FromStr for ServerUrl {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self {
            written: text.to_owned(),
            resolved: None,
        })
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if holds_password(&self.written) {
            return f.write_str("[secret]");
        }
        self.written.fmt(f)
    }
}

impl Setting for ServerUrl {
    const KIND: Sentence = Sentence {
        en: "address such as `redis://host:6379`",
        zh: "地址，如 `redis://host:6379`",
    };

    fn shown(&self) -> String {
        self.written.clone()
    }

    fn resolve(&mut self, sources: &Sources<'_>) -> Result<(), Words> {
        if holds_password(&self.written) {
            return Err(words!(
                "must not hold a password in the file itself; write ${{NAME}} for an environment variable or ${{file:path}}",
                "不能把密码写在文件里；环境变量写 ${{NAME}}，文件写 ${{file:path}}"
            ));
        }
        let address = sources.expand(&self.written)?;
        self.resolved = (!address.is_empty()).then_some(address);
        Ok(())
    }
}

/// Whether a password stands there as it is: `redis://user:password@host`.
fn holds_password(written: &str) -> bool {
    let behind_scheme = written.split_once("://").map_or(written, |(_, rest)| rest);
    let Some((user, _)) = behind_scheme.rsplit_once('@') else {
        return false;
    };
    user.split_once(':')
        .is_some_and(|(_, password)| !password.is_empty() && !password.starts_with("${"))
}

super::deserialized_from_text!(ServerUrl);
