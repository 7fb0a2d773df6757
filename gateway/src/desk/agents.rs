//! Who may sign in: the agents of the configuration, or the one who is made at the first start.

mod hash;
mod made;

use std::collections::BTreeMap;
use std::path::Path;

use signalbox_router::{Agent, Environment};

use crate::config::sections::DeskSection;
use crate::words::{Told, Words, words};

pub use hash::hash_password;
pub use made::{FirstPassword, MADE_NAME};

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
    /// A file of the agent who is made at the first start.
    #[error(
        "the desk's password `{path}` cannot be kept: {reason}; make room, or give this user the right to the data directory"
    )]
    File {
        /// Which.
        path: String,
        /// Why.
        reason: std::io::Error,
    },
    /// What stands in that file is no password's hash.
    #[error(
        "the desk's password `{path}` is damaged; delete the file, and the next start makes a new password"
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
    #[error("a password needs at least {} characters", hash::MIN_CHARACTERS)]
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
            Self::Short => format!("密码至少需要 {} 个字符", hash::MIN_CHARACTERS),
            Self::Unreadable => "无法从标准输入读取密码；请通过管道传入一行文字".to_owned(),
            Self::Hashing(reason) => format!("无法计算密码哈希：{reason}"),
        }
    }
}

impl Told for AgentsError {
    fn chinese(&self) -> String {
        match self {
            Self::File { path, reason } => {
                format!(
                    "无法保存坐席台密码 `{path}`：{}；请腾出空间，或给当前用户写数据目录的权限",
                    reason.chinese()
                )
            }
            Self::Damaged { path } => {
                format!("坐席台密码 `{path}` 已损坏；删除这个文件，下次启动会生成新密码")
            }
            Self::Password(error) => error.chinese(),
        }
    }
}

/// One sentence for each agent of the configuration whom no password could let in.
pub fn flaws(section: &DeskSection) -> Vec<Words> {
    let flaw = |(id, hash): (&String, &str)| {
        let Words { en, zh } = hash::flaw(hash)?;
        Some(words!(
            "desk.agents.{id}.password lets nobody in: {en}; make it with `signalbox desk password`",
            "desk.agents.{id}.password 无法用任何密码登录：{zh}；请用 `signalbox desk password` 生成"
        ))
    };
    section
        .agents
        .0
        .iter()
        .map(|(id, agent)| (id, agent.password.reveal().unwrap_or_default()))
        .filter_map(flaw)
        .collect()
}

impl Agents {
    /// Those of the configuration; without any the one who is made at the first start, with the password as long as it stands
    /// in its file.
    ///
    /// # Errors
    /// [`AgentsError`]
    pub fn load(
        section: &DeskSection,
        data: &Path,
        environment: &dyn Environment,
    ) -> Result<(Self, Option<FirstPassword>), AgentsError> {
        if section.agents.0.is_empty() {
            let (hash, password) = made::load_or_make(data, environment)?;
            let agent = Agent {
                id: MADE_NAME.to_owned(),
                name: MADE_NAME.to_owned(),
            };
            let made = Self {
                by_id: [(MADE_NAME.to_owned(), Account { agent, hash })].into(),
                are_made: true,
            };
            return Ok((made, password));
        }
        let accounts = section.agents.0.iter().map(|(id, agent)| {
            let name = Some(agent.name.0.trim()).filter(|name| !name.is_empty());
            let account = Account {
                agent: Agent {
                    id: id.clone(),
                    name: name.unwrap_or(id).to_owned(),
                },
                hash: agent.password.reveal().unwrap_or_default().to_owned(),
            };
            (id.clone(), account)
        });
        let configured = Self {
            by_id: accounts.collect(),
            are_made: false,
        };
        Ok((configured, None))
    }

    /// Checks a password; as slow for a name that nobody has. Call it where it may take its time.
    pub(super) fn check(&self, id: &str, password: &str) -> Option<&Agent> {
        let account = self.by_id.get(id);
        let matches = hash::matches(password, account.map(|account| account.hash.as_str()));
        account.filter(|_| matches).map(|account| &account.agent)
    }

    /// An agent and the hash of their password.
    pub(super) fn get(&self, id: &str) -> Option<(&Agent, &str)> {
        self.by_id
            .get(id)
            .map(|account| (&account.agent, account.hash.as_str()))
    }

    /// The names that they sign in with.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(String::as_str)
    }
}
