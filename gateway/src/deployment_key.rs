//! The deployment's key: from the configuration, or made once beside the data.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use signalbox_router::Environment;
use signalbox_sealed::{DeploymentKey, KeyError};

use crate::config::Config;
use crate::data_directory;
use crate::words::{Told, Words, words};

/// The name of the file that holds a generated key, in the data directory.
pub const FILE_NAME: &str = "deployment.key";

/// Where a key came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOrigin {
    /// From the configuration.
    Configured,
    /// From the file beside the data, made at an earlier start.
    Beside(PathBuf),
    /// From the file beside the data, made just now.
    Generated(PathBuf),
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum DeploymentKeyError {
    /// It is not a key.
    #[error("{origin}: {reason}")]
    Wrong {
        /// Where it stands.
        origin: Words,
        /// What is wrong.
        reason: KeyError,
    },
    /// The file cannot be read or written.
    #[error("the deployment key `{path}` cannot be {tried}: {reason}")]
    File {
        /// Which.
        path: String,
        /// What was tried.
        tried: Words,
        /// Why it failed.
        reason: io::Error,
    },
    /// Others than the owner may read it.
    #[error(
        "the deployment key `{path}` may be read by others (mode {mode:o}); run `chmod 600 {path}`"
    )]
    Open {
        /// Which.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// What stands in the file beside the data is no key any more.
    #[error(
        "the deployment key `{path}` is damaged; what lies beside it was sealed with the key that stood there: put the key \
         back from your copy, or start with an empty data directory"
    )]
    Damaged {
        /// Which.
        path: String,
    },
    /// There is data, and the key that sealed it is gone.
    #[error(
        "`{path}` is missing, but `{data}` holds data that was sealed with it; put the key back from your copy, \
         or start with an empty data directory"
    )]
    Lost {
        /// Where the key should be.
        path: String,
        /// The data directory.
        data: String,
    },
}

impl Told for DeploymentKeyError {
    fn chinese(&self) -> String {
        match self {
            Self::Wrong { origin, reason } => format!("{}：{}", origin.zh, reason.chinese()),
            Self::File {
                path,
                tried,
                reason,
            } => {
                format!("无法{}部署密钥 `{path}`：{}", tried.zh, reason.chinese())
            }
            Self::Open { path, mode } => {
                format!(
                    "部署密钥 `{path}` 能被其他用户读取（权限 {mode:o}）；请运行 `chmod 600 {path}`"
                )
            }
            Self::Damaged { path } => format!(
                "部署密钥 `{path}` 已损坏；旁边的数据是用原来的密钥加密的：请从备份放回密钥，或换一个空的数据目录启动"
            ),
            Self::Lost { path, data } => format!(
                "缺少 `{path}`，而 `{data}` 里有用它加密的数据；请从备份放回密钥，或换一个空的数据目录启动"
            ),
        }
    }
}

/// Takes the configured key or the one beside the data, and makes one where there is neither data nor key.
///
/// # Errors
/// [`DeploymentKeyError`]
pub fn load_or_generate(
    config: &Config,
    environment: &dyn Environment,
) -> Result<(DeploymentKey, KeyOrigin), DeploymentKeyError> {
    if let Some(loaded) = load(config)? {
        return Ok(loaded);
    }
    let path = config.data.join(FILE_NAME);
    if data_directory::has_data(&config.data) {
        return Err(DeploymentKeyError::Lost {
            path: path.display().to_string(),
            data: config.data.display().to_string(),
        });
    }
    let mut secret = [0; 32];
    environment.fill_random(&mut secret);
    write(&path, &secret).map_err(|reason| DeploymentKeyError::File {
        path: path.display().to_string(),
        tried: words!("written", "写入"),
        reason,
    })?;
    Ok((
        DeploymentKey::from_bytes(&secret),
        KeyOrigin::Generated(path),
    ))
}

/// Takes the configured key or the one beside the data; `None` where there is neither.
///
/// # Errors
/// [`DeploymentKeyError`]
pub fn load(config: &Config) -> Result<Option<(DeploymentKey, KeyOrigin)>, DeploymentKeyError> {
    if let Some(secret) = config.file.deployment_key.reveal() {
        let wrong = |reason| DeploymentKeyError::Wrong {
            origin: words!(
                "deployment_key in the configuration",
                "配置里的 deployment_key"
            ),
            reason,
        };
        let key = DeploymentKey::from_hex(secret).map_err(wrong)?;
        return Ok(Some((key, KeyOrigin::Configured)));
    }
    let path = config.data.join(FILE_NAME);
    let unreadable = |reason| DeploymentKeyError::File {
        path: path.display().to_string(),
        tried: words!("read", "读取"),
        reason,
    };
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    refuse_if_open(&path, &fs::metadata(&path).map_err(unreadable)?)?;
    let text = String::from_utf8(bytes).unwrap_or_default();
    match DeploymentKey::from_hex(&text) {
        Ok(key) => Ok(Some((key, KeyOrigin::Beside(path)))),
        Err(_) => Err(DeploymentKeyError::Damaged {
            path: path.display().to_string(),
        }),
    }
}

#[cfg(unix)]
fn refuse_if_open(path: &Path, metadata: &fs::Metadata) -> Result<(), DeploymentKeyError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(DeploymentKeyError::Open {
        path: path.display().to_string(),
        mode,
    })
}

#[cfg(not(unix))]
fn refuse_if_open(_path: &Path, _metadata: &fs::Metadata) -> Result<(), DeploymentKeyError> {
    Ok(())
}

/// Durable before anything is sealed with it: a key that a power failure takes with it would take the data too.
fn write(path: &Path, secret: &[u8; 32]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let digits: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(file, "{digits}")?;
    file.sync_all()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests;
