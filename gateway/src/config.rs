//! `signalbox.yaml`: read, resolved and validated whole, before a port is bound.
//!
//! A [`Config`] exists only validated. Each setting is declared once in `config/sections/`, from which
//! `docs/configuration.md` is written too ([`manual`]).

pub(crate) mod account_name;
pub mod manual;
pub mod section;
pub mod sections;
pub mod source;
mod validate;
pub mod values;
mod yaml;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use section::{Problem, Section};
use sections::FileSection;
use source::Sources;

use crate::data_directory::SOCKET_NAME;
use crate::desk;
use crate::email::{self, EmailError};
use crate::webchat::settings::WebchatSettings;
use crate::webhook::{self, Accounts, AccountsError, EndpointsError};
use crate::words::{Told, Words, words};

/// A validated configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// As written, with defaults for the rest.
    pub file: FileSection,
    /// Where the web chat is served.
    pub listen: SocketAddr,
    /// The directory of everything that is kept.
    pub data: PathBuf,
    /// The unix socket for commands.
    pub admin_socket: PathBuf,
    /// The web chat's settings.
    pub webchat: WebchatSettings,
    /// The configuration's path; `None` for the built-in defaults.
    pub origin: Option<PathBuf>,
}

/// What the command line says instead of the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Instead of `data`; counts from the working directory.
    pub data: Option<PathBuf>,
    /// Instead of `listen`.
    pub listen: Option<SocketAddr>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration `{path}` cannot be read: {reason}")]
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        reason: std::io::Error,
    },
    /// It is not YAML, or not of the right form.
    #[error(
        "the configuration `{path}` is not right:\n{reason}\ndocs/configuration.md lists every setting"
    )]
    Malformed {
        /// Which.
        path: String,
        /// What is wrong, where, and what to write.
        reason: Words,
    },
    /// Values are out of bounds, or contradict each other.
    #[error("the configuration `{path}` is not right:{}", bulleted(.problems))]
    Invalid {
        /// Which.
        path: String,
        /// All of them.
        problems: Vec<Problem>,
    },
}

impl Config {
    /// Reads `path`, or takes the built-in defaults.
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn load(path: Option<&Path>, overrides: &Overrides) -> Result<Self, ConfigError> {
        let Some(path) = path else {
            let sources = Sources {
                folder: Path::new(""),
                variable: &environment_variable,
            };
            return Self::settle(FileSection::default(), None, &sources, overrides);
        };
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
            path: path.display().to_string(),
            reason: error,
        })?;
        let sources = Sources {
            folder: path.parent().unwrap_or(Path::new("")),
            variable: &environment_variable,
        };
        Self::parse(&text, path, &sources, overrides)
    }

    /// Reads a configuration that is already in memory.
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn parse(
        text: &str,
        path: &Path,
        sources: &Sources<'_>,
        overrides: &Overrides,
    ) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let file = yaml::read(text, &name)
            .map_err(|reason| ConfigError::Malformed { path: name, reason })?;
        Self::settle(file, Some(path), sources, overrides)
    }

    fn settle(
        mut file: FileSection,
        origin: Option<&Path>,
        sources: &Sources<'_>,
        overrides: &Overrides,
    ) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        file.settle("", sources, &mut problems);
        let listen = overrides.listen.or(file.listen.0);
        let data = overrides.data.clone().or_else(|| file.data.given());
        validate::across(&file, listen, origin.is_some(), &mut problems);
        let webchat = file.webchat.settings();
        // The web chat's own words speak of seconds; where the same is said above, once is enough.
        let is_said = problems
            .iter()
            .any(|problem| problem.0.en.starts_with("webchat."));
        if let (false, Err(wrong)) = (is_said, webchat.validate()) {
            problems.extend(wrong.into_iter().map(Problem));
        }
        let mail = &file.email;
        if !is_said && let Err(AccountsError(wrong)) = Accounts::new(&file.webhook, &webchat, mail)
        {
            problems.extend(wrong.into_iter().map(Problem));
        }
        // A password that could not be read has been told already.
        let is_said = problems
            .iter()
            .any(|problem| problem.0.en.starts_with("desk."));
        if !is_said {
            problems.extend(desk::flaws(&file.desk).into_iter().map(Problem));
        }
        // A value that is out of bounds has been told already.
        let is_said = problems
            .iter()
            .any(|problem| problem.0.en.starts_with("email."));
        if !is_said && let Err(EmailError(wrong)) = email::accounts(mail) {
            problems.extend(wrong.into_iter().map(Problem));
        }
        let is_said = problems
            .iter()
            .any(|problem| problem.0.en.starts_with("webhook."));
        if !is_said && let Err(EndpointsError(wrong)) = webhook::endpoints(&file.webhook) {
            problems.extend(wrong.into_iter().map(Problem));
        }
        match (listen, data) {
            (Some(listen), Some(data)) if problems.is_empty() => Ok(Self {
                admin_socket: file
                    .admin_socket
                    .given()
                    .unwrap_or_else(|| data.join(SOCKET_NAME)),
                file,
                webchat,
                listen,
                data,
                origin: origin.map(Path::to_owned),
            }),
            (listen, data) => {
                if listen.is_none() {
                    problems.push(Problem(words!(
                        "listen must not be empty; write HOST:PORT",
                        "listen 不能为空；请写 主机:端口"
                    )));
                }
                if data.is_none()
                    && !problems
                        .iter()
                        .any(|problem| problem.0.en.starts_with("data "))
                {
                    problems.push(Problem(words!(
                        "data must not be empty; write a directory",
                        "data 不能为空；请写一个目录"
                    )));
                }
                Err(ConfigError::Invalid {
                    path: origin.map_or("built in".to_owned(), |path| path.display().to_string()),
                    problems,
                })
            }
        }
    }
}

fn environment_variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Told for ConfigError {
    fn chinese(&self) -> String {
        match self {
            Self::Unreadable { path, reason } => {
                format!("无法读取配置 `{path}`：{}", reason.chinese())
            }
            Self::Malformed { path, reason } => {
                format!(
                    "配置 `{path}` 有误：\n{}\n全部设置见 docs/configuration.zh.md",
                    reason.zh
                )
            }
            Self::Invalid { path, problems } => {
                problems
                    .iter()
                    .fold(format!("配置 `{path}` 有误："), |mut text, problem| {
                        let _ = write!(text, "\n  - {}", problem.0.zh);
                        text
                    })
            }
        }
    }
}

fn bulleted(problems: &[Problem]) -> String {
    problems.iter().fold(String::new(), |mut text, problem| {
        let _ = write!(text, "\n  - {problem}");
        text
    })
}

#[cfg(test)]
mod tests;
