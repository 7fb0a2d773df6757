//! The mail accounts: whether their servers answer and let us in.

use signalbox_adapters::SendError;
use signalbox_email::Account;

use super::Finding;
use crate::config::sections::EmailSection;
use crate::email;
use crate::words::{Told, Words, words};

pub(super) fn accounts(section: &EmailSection) -> Vec<Finding> {
    let accounts = section.accounts.0.iter();
    accounts
        .map(|(name, section)| {
            let subject = words!("mail account {name}", "邮件账号 {name}");
            // A valid configuration has valid accounts; this is about the files it names, which may have changed since.
            let account = match email::account(name, section) {
                Ok(account) => account,
                Err(error) => return Finding::wrong(subject, error.words(), correct()),
            };
            let host = &section.host.0;
            match look(&account) {
                Ok(Ok(())) => Finding::well(
                    subject,
                    words!(
                        "{host} answers, lets us in and takes mail from us",
                        "{host} 有应答，可以登录，接受本账号发信"
                    ),
                ),
                Ok(Err(error)) => Finding::wrong(subject, found(host, &error), advice(&error)),
                Err(error) => {
                    let Words { en, zh } = error.words();
                    Finding::wrong(
                        subject,
                        words!("{host} cannot be looked at: {en}", "无法检查 {host}：{zh}"),
                        words!(
                            "look at the limits of this user, and run doctor again",
                            "请检查当前用户的资源限制，再运行 doctor"
                        ),
                    )
                }
            }
        })
        .collect()
}

/// Asks on a runtime of its own, since doctor itself waits for nothing else.
fn look(account: &Account) -> std::io::Result<Result<(), SendError>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(account.check()))
}

fn found(host: &str, error: &SendError) -> Words {
    match error {
        SendError::Unauthorized { .. } => words!(
            "{host} lets no mail of ours leave: {error}",
            "{host} 不让本账号发信：{error}"
        ),
        SendError::Busy { .. }
        | SendError::HeldBack { .. }
        | SendError::Unanswered { .. }
        | SendError::Refused { .. } => {
            words!(
                "{host} cannot be used now: {error}",
                "{host} 目前无法使用：{error}"
            )
        }
    }
}

fn advice(error: &SendError) -> Words {
    match error {
        SendError::Unauthorized { .. } => correct(),
        SendError::Busy { .. }
        | SendError::HeldBack { .. }
        | SendError::Unanswered { .. }
        | SendError::Refused { .. } => words!(
            "look whether host, port and tls are the provider's, and whether a firewall stands between",
            "请检查 host、port、tls 是否与邮箱服务商一致，中间是否有防火墙"
        ),
    }
}

fn correct() -> Words {
    words!(
        "correct the account, see docs/email.md: user and password (with many providers an app password), from, host, port, tls, ca_file, hello",
        "请改正该账号，见 docs/email.zh.md：user 和 password（许多服务商要求授权码）、from、host、port、tls、ca_file、hello"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn a_server_that_is_not_there_is_wrong() {
        // A port that was free a moment ago.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let yaml = format!(
            "email: {{accounts: {{care: {{from: care@shop.example, host: 127.0.0.1, port: {port}, tls: none}}}}}}"
        );
        let sources = crate::config::source::Sources {
            folder: std::path::Path::new(""),
            variable: &|_| None,
        };
        let path = std::path::Path::new("signalbox.yaml");
        let overrides = crate::config::Overrides::default();
        let config = crate::config::Config::parse(&yaml, path, &sources, &overrides).unwrap();
        let findings = accounts(&config.file.email);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].state, State::Wrong);
        assert!(
            findings[0]
                .found
                .en
                .contains("nothing takes connections there"),
            "{findings:?}"
        );
    }
}
