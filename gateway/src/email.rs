//! The mail accounts of the configuration, made ready: each with its sender, server and certificates read once, at start.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use signalbox_adapters::SendError;
use signalbox_email::{
    Account, AccountError, AccountSettings, Encryption, Login, MailAddress, Sender,
};

use crate::config::account_name;
use crate::config::sections::{EmailAccountSection, EmailSection};
use crate::config::values::MailEncryption;
use crate::words::{Told, Words, words};

/// Longer ones no mail program shows.
const MAX_SHOWN_CHARACTERS: usize = 100;

/// RFC 1035, 2.3.4.
const MAX_LABEL_BYTES: usize = 63;
/// RFC 5321, 4.5.3.1.2.
const MAX_HELLO_BYTES: usize = 255;

/// What is wrong with the section `email`, a line each.
#[derive(Debug)]
pub struct EmailError(pub Vec<Words>);

impl fmt::Display for EmailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<_> = self.0.iter().map(|words| &*words.en).collect();
        f.write_str(&sentences.join("; "))
    }
}

impl std::error::Error for EmailError {}

impl Told for EmailError {
    fn chinese(&self) -> String {
        let sentences: Vec<_> = self.0.iter().map(|words| &*words.zh).collect();
        sentences.join("；")
    }
}

/// All accounts, by name. Connects to nothing.
///
/// # Errors
/// [`EmailError`] with everything that is wrong.
pub fn accounts(section: &EmailSection) -> Result<BTreeMap<String, Account>, EmailError> {
    let (mut accounts, mut wrong) = (BTreeMap::new(), Vec::new());
    for (name, section) in &section.accounts.0 {
        match account(name, section) {
            Ok(account) => {
                accounts.insert(name.clone(), account);
            }
            Err(EmailError(found)) => wrong.extend(found),
        }
    }
    if wrong.is_empty() {
        Ok(accounts)
    } else {
        Err(EmailError(wrong))
    }
}

/// Looks at each account once, so that the log says at the start what would keep mail from leaving, and not with the first
/// customer's.
pub(crate) async fn look_at_all(accounts: BTreeMap<String, Account>) {
    for (name, account) in accounts {
        match account.check().await {
            Ok(()) => tracing::info!(account = name, "the mail server lets the account in"),
            Err(error @ SendError::Unauthorized { .. }) => {
                tracing::error!(account = name, %error, "no mail leaves by the account until this is mended; what is to leave waits");
            }
            Err(error) => {
                tracing::warn!(account = name, %error, "the mail server cannot be used now; what is to leave is tried again");
            }
        }
    }
}

/// One account.
///
/// # Errors
/// [`EmailError`] with everything that is wrong.
pub(crate) fn account(name: &str, section: &EmailAccountSection) -> Result<Account, EmailError> {
    let key = format!("email.accounts.{name}");
    let mut wrong = Vec::new();
    wrong.extend(account_name::flaw(&key, name));
    shown(&key, "name", &section.name.0, &mut wrong);
    shown(&key, "subject", &section.subject.0, &mut wrong);
    host(&key, &section.host.0, &mut wrong);
    hello(&key, section.hello.given(), &mut wrong);
    let login = login(&key, section, &mut wrong);
    let authorities = authorities(&key, section, &mut wrong);
    let from = section.from.0.parse::<MailAddress>();
    if from.is_err() {
        let got = &section.from.0;
        wrong.push(words!(
            "{key}.from must be a mail address such as care@shop.example, got `{got}`",
            "{key}.from 必须是邮件地址，如 care@shop.example，现在是 `{got}`"
        ));
    }
    let (Ok(address), true) = (from, wrong.is_empty()) else {
        return Err(EmailError(wrong));
    };
    let called = match section.hello.given() {
        Some(name) => name.to_owned(),
        None => this_machine().unwrap_or_else(|| address.domain().to_owned()),
    };
    let sender = Sender {
        address,
        name: section.name.given().map(str::to_owned),
        subject: section.subject.given().map(str::to_owned),
    };
    Account::new(settings(section, sender, called, login, authorities))
        .map_err(|error| EmailError(vec![told(&key, error)]))
}

/// INVARIANT: the bounds of `config/sections/email.rs` fit the types.
fn settings(
    section: &EmailAccountSection,
    sender: Sender,
    hello: String,
    login: Option<Login>,
    authorities: Option<Vec<u8>>,
) -> AccountSettings {
    let (encryption, usual) = match section.tls {
        MailEncryption::Implicit => (Encryption::Implicit, 465),
        MailEncryption::StartTls => (Encryption::StartTls, 587),
        MailEncryption::None => (Encryption::None, 25),
    };
    let port = match section.port {
        0 => usual,
        port => u16::try_from(port).unwrap_or(usual),
    };
    AccountSettings {
        sender,
        host: section.host.0.clone(),
        port,
        hello,
        encryption,
        authorities,
        login,
        answer_within: section.answer_within.0,
        accept_within: section.accept_within.0,
        connections: usize::try_from(section.connections).unwrap_or(1),
        per_minute: section.per_minute,
        burst: u32::try_from(section.burst).unwrap_or(u32::MAX),
    }
}

fn shown(key: &str, setting: &str, text: &str, wrong: &mut Vec<Words>) {
    if text.chars().any(char::is_control) || text.chars().count() > MAX_SHOWN_CHARACTERS {
        wrong.push(words!(
            "{key}.{setting} must be one line of at most {MAX_SHOWN_CHARACTERS} characters",
            "{key}.{setting} 只能写一行，最多 {MAX_SHOWN_CHARACTERS} 个字"
        ));
    }
}

fn host(key: &str, host: &str, wrong: &mut Vec<Words>) {
    let is_odd =
        |letter: char| letter.is_control() || letter.is_whitespace() || "/@".contains(letter);
    if host.is_empty() || host.contains(is_odd) {
        wrong.push(words!(
            "{key}.host must be the mail server's name or address, such as smtp.shop.example, got `{host}`",
            "{key}.host 必须是邮件服务器的名称或地址，如 smtp.shop.example，现在是 `{host}`"
        ));
    }
}

fn hello(key: &str, hello: Option<&str>, wrong: &mut Vec<Words>) {
    let is_fine = |name: &str| is_full_name(name) || name.parse::<IpAddr>().is_ok();
    if let Some(got) = hello.filter(|name| !is_fine(name)) {
        wrong.push(words!(
            "{key}.hello must be a full name such as gateway.shop.example, or an address, got `{got}`",
            "{key}.hello 必须是完整域名，如 gateway.shop.example，或 IP 地址，现在是 `{got}`"
        ));
    }
}

/// What Linux calls this machine, where that is a name that others could look up.
fn this_machine() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let name = name.trim();
    is_full_name(name).then(|| name.to_owned())
}

fn is_full_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL_BYTES).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.len() <= MAX_HELLO_BYTES && name.contains('.') && name.split('.').all(is_label)
}

fn login(key: &str, section: &EmailAccountSection, wrong: &mut Vec<Words>) -> Option<Login> {
    match (section.user.given(), section.password.reveal()) {
        (None, None) => None,
        (Some(user), Some(password)) => Some(Login {
            user: user.to_owned(),
            password: password.to_owned(),
        }),
        (Some(_), None) | (None, Some(_)) => {
            wrong.push(words!(
                "{key} must have both `user` and `password`, or neither",
                "{key} 的 `user` 与 `password` 要么都写，要么都不写"
            ));
            None
        }
    }
}

fn authorities(
    key: &str,
    section: &EmailAccountSection,
    wrong: &mut Vec<Words>,
) -> Option<Vec<u8>> {
    let path = section.ca_file.given()?;
    let shown = path.display();
    match std::fs::read(&path) {
        Ok(pem) => Some(pem),
        Err(error) => {
            let Words { en, zh } = error.words();
            wrong.push(words!(
                "{key}.ca_file `{shown}` cannot be read: {en}",
                "{key}.ca_file `{shown}` 无法读取：{zh}"
            ));
            None
        }
    }
}

fn told(key: &str, error: AccountError) -> Words {
    match error {
        AccountError::NotLoopback => words!(
            "{key}.tls must be implicit or starttls: unencrypted mail may go to a server on this machine only (localhost, 127.0.0.1, ::1)",
            "{key}.tls 必须是 implicit 或 starttls：只有发往本机服务器（localhost、127.0.0.1、::1）的邮件可以不加密"
        ),
        AccountError::NoCertificates => words!(
            "{key}.ca_file holds no certificates; write a PEM file",
            "{key}.ca_file 里没有证书；请写 PEM 文件"
        ),
        AccountError::NoSystemCertificates => words!(
            "{key}: the operating system's certificates cannot be used; install ca-certificates, or write ca_file",
            "{key}：无法使用操作系统的证书；请安装 ca-certificates，或写 ca_file"
        ),
    }
}

#[cfg(test)]
mod tests;
