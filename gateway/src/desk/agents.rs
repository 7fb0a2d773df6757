//! Who may sign in: the agents of the configuration, or the one who is made at the first start.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use signalbox_router::{Agent, Environment};

use crate::config::sections::DeskSection;
use crate::words::Told;

/// The file of the agent who is made at the first start, in the data directory: the hash of the password.
const FILE_NAME: &str = "desk-agent.hash";
/// The name that this agent signs in with.
const MADE_NAME: &str = "agent";
/// Checked in place of the hash of somebody who does not exist, so that it takes as long. Nobody knows its password.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2lnbmFsYm94ZGVzaw$WYg2LlTNhQRnBBuvYhgSsJvnU0pMdNVhmVlGqT9vqv0";

/// Shortest password.
const MIN_CHARACTERS: usize = 8;

/// The agents.
pub struct Agents {
    by_id: BTreeMap<String, Account>,
    /// There is only the one who was made at the first start.
    pub(super) are_made: bool,
}

struct Account {
    agent: Agent,
    hash: String,
}

/// The agents cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub enum AgentsError {
    /// A password's hash is none.
    #[error("desk.agents.{0}.password is no argon2 hash; make one with `signalbox desk password`")]
    Hash(String),
    /// The file of the agent who is made at the first start.
    #[error("the desk's password `{path}` cannot be kept: {reason}")]
    File {
        /// Which.
        path: String,
        /// Why.
        reason: std::io::Error,
    },
    /// What stands in that file is no password's hash.
    #[error(
        "the desk's password `{path}` is damaged; delete the file, and the next start makes a new password and prints it"
    )]
    Damaged {
        /// Which.
        path: String,
    },
    /// The password cannot be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
}

/// A password cannot be hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// It is too easy to guess.
    #[error("a password needs at least {} characters", MIN_CHARACTERS)]
    Short,
    /// It was not readable text.
    #[error("the password cannot be read from standard input; pipe one line of text")]
    Unreadable,
    /// The library would not.
    #[error("the password cannot be hashed: {0}")]
    Hashing(String),
}

impl Told for PasswordError {
    fn chinese(&self) -> String {
        match self {
            Self::Short => format!("密码至少需要 {MIN_CHARACTERS} 个字符"),
            Self::Unreadable => "无法从标准输入读取密码；请通过管道传入一行文字".to_owned(),
            Self::Hashing(reason) => format!("无法计算密码哈希：{reason}"),
        }
    }
}

impl Told for AgentsError {
    fn chinese(&self) -> String {
        match self {
            Self::Hash(name) => format!(
                "desk.agents.{name}.password 不是 argon2 哈希；请用 `signalbox desk password` 生成"
            ),
            Self::File { path, reason } => {
                format!("无法保存坐席台密码 `{path}`：{}", reason.chinese())
            }
            Self::Damaged { path } => {
                format!("坐席台密码 `{path}` 已损坏；删除这个文件，下次启动会生成新密码并打印出来")
            }
            Self::Password(error) => error.chinese(),
        }
    }
}

impl Agents {
    /// Those of the configuration; without any the one who is made at the first start, with the password if that was just now.
    ///
    /// # Errors
    /// [`AgentsError`]
    pub fn load(
        section: &DeskSection,
        data: &Path,
        environment: &dyn Environment,
    ) -> Result<(Self, Option<String>), AgentsError> {
        let mut by_id = BTreeMap::new();
        for (id, agent) in &section.agents.0 {
            let hash = agent.password.reveal().unwrap_or_default().to_owned();
            if PasswordHash::new(&hash).is_err() {
                return Err(AgentsError::Hash(id.clone()));
            }
            let name = Some(agent.name.0.trim()).filter(|name| !name.is_empty());
            let account = Account {
                agent: Agent {
                    id: id.clone(),
                    name: name.unwrap_or(id).to_owned(),
                },
                hash,
            };
            by_id.insert(id.clone(), account);
        }
        if !by_id.is_empty() {
            let are_made = false;
            return Ok((Self { by_id, are_made }, None));
        }
        let (hash, password) = made(&data.join(FILE_NAME), environment)?;
        let agent = Agent {
            id: MADE_NAME.to_owned(),
            name: MADE_NAME.to_owned(),
        };
        let by_id = [(MADE_NAME.to_owned(), Account { agent, hash })].into();
        Ok((
            Self {
                by_id,
                are_made: true,
            },
            password,
        ))
    }

    /// Checks a password; as slow for a name that nobody has. Call it where it may take its time.
    pub(super) fn check(&self, id: &str, password: &str) -> Option<&Agent> {
        let account = self.by_id.get(id);
        let hash = account.map_or(NOBODYS_HASH, |account| &account.hash);
        let matches = PasswordHash::new(hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        });
        account.filter(|_| matches).map(|account| &account.agent)
    }

    /// An agent and the hash of their password.
    pub(super) fn get(&self, id: &str) -> Option<(&Agent, &str)> {
        self.by_id
            .get(id)
            .map(|account| (&account.agent, account.hash.as_str()))
    }
}

/// Hashes a password with argon2id, for `desk.agents.NAME.password`.
///
/// # Errors
/// [`PasswordError`]
pub fn hash_password(
    password: &str,
    environment: &dyn Environment,
) -> Result<String, PasswordError> {
    if password.chars().count() < MIN_CHARACTERS {
        return Err(PasswordError::Short);
    }
    let mut salt = [0; 16];
    environment.fill_random(&mut salt);
    let wrong = |error: argon2::password_hash::Error| PasswordError::Hashing(error.to_string());
    let salt = SaltString::encode_b64(&salt).map_err(wrong)?;
    let hash = Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map_err(wrong)?;
    Ok(hash.to_string())
}

fn made(
    path: &Path,
    environment: &dyn Environment,
) -> Result<(String, Option<String>), AgentsError> {
    let wrong = |reason| AgentsError::File {
        path: path.display().to_string(),
        reason,
    };
    match fs::read(path) {
        Ok(bytes) => return kept(bytes, path).map(|hash| (hash, None)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(wrong(error)),
    }
    let password = new_password(environment);
    let hash = hash_password(&password, environment)?;
    // Whole or not at all: a torn hash would lock everybody out.
    let draft: PathBuf = path.with_extension("new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .map_err(wrong)?;
    writeln!(file, "{hash}")
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&draft, path))
        .map_err(wrong)?;
    Ok((hash, Some(password)))
}

/// The hash that an earlier start has kept.
fn kept(bytes: Vec<u8>, path: &Path) -> Result<String, AgentsError> {
    let hash = String::from_utf8(bytes).ok();
    let hash = hash.map(|text| text.trim().to_owned());
    hash.filter(|hash| PasswordHash::new(hash).is_ok())
        .ok_or_else(|| AgentsError::Damaged {
            path: path.display().to_string(),
        })
}

/// Four groups of letters and digits that are not mistaken for one another: 79 bits.
fn new_password(environment: &dyn Environment) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789z";
    let mut bytes = [0; 16];
    environment.fill_random(&mut bytes);
    let letters: Vec<char> = bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect();
    letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}
