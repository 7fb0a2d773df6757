//! What is said of accounts that cannot be.

use std::path::Path;

use signalbox_dsl::Locale;

use crate::config::source::Sources;
use crate::config::{Config, ConfigError, Overrides};
use crate::words::Words;

fn problems(accounts: &str) -> Vec<Words> {
    let sources = Sources {
        folder: Path::new("/nowhere"),
        variable: &|_| Some("secret".to_owned()),
    };
    let yaml = format!("email:\n  accounts:\n    {accounts}\n");
    let file = Path::new("signalbox.yaml");
    match Config::parse(&yaml, file, &sources, &Overrides::default()) {
        Ok(_) => Vec::new(),
        Err(ConfigError::Invalid { problems, .. }) => {
            problems.into_iter().map(|problem| problem.0).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

const WELL: &str = "from: care@shop.example, host: localhost, tls: none";

#[test]
fn a_whole_account_is_taken() {
    let all = format!(
        "care: {{{WELL}, name: 客服, user: care, password: '${{PASSWORD}}', port: 2525, hello: gateway.shop.example}}"
    );
    assert_eq!(problems(&all), []);
}

#[test]
fn each_mistake_is_told_by_its_key_in_both_languages() {
    for (account, en, zh) in [
        (
            format!("'a b': {{{WELL}}}"),
            "email.accounts.a b must be named with",
            "名称只能由",
        ),
        (
            "care: {host: localhost, tls: none}".to_owned(),
            "email.accounts.care.from must be a mail address",
            "必须是邮件地址",
        ),
        (
            "care: {from: care@shop.example, tls: none}".to_owned(),
            "email.accounts.care.host must be",
            "必须是邮件服务器",
        ),
        (
            "care: {from: care@shop.example, host: mail.shop.example, tls: none}".to_owned(),
            "email.accounts.care.tls must be implicit or starttls",
            "只有发往本机",
        ),
        (
            format!("care: {{{WELL}, hello: localhost}}"),
            "email.accounts.care.hello must be a full name",
            "必须是完整域名",
        ),
        (
            format!("care: {{{WELL}, user: care}}"),
            "email.accounts.care must have both `user` and `password`",
            "要么都写",
        ),
        (
            format!("care: {{{WELL}, password: geheim}}"),
            "email.accounts.care.password must not stand in the file itself",
            "不能直接写在文件里",
        ),
        (
            format!("care: {{{WELL}, name: \"a\\r\\nBcc: b@c.d\"}}"),
            "email.accounts.care.name must be one line",
            "只能写一行",
        ),
        (
            "care: {from: care@shop.example, host: localhost, ca_file: ca.pem}".to_owned(),
            "email.accounts.care.ca_file `/nowhere/ca.pem` cannot be read",
            "无法读取",
        ),
        (
            format!("care: {{{WELL}, port: 65536}}"),
            "email.accounts.care.port must be at most 65535",
            "最多为",
        ),
    ] {
        let found = problems(&account);
        assert_eq!(found.len(), 1, "{account}: {found:?}");
        assert!(found[0].told(Locale::English).starts_with(en), "{found:?}");
        assert!(found[0].told(Locale::Chinese).contains(zh), "{found:?}");
    }
}

#[test]
fn a_password_is_in_no_debug_output() {
    let sources = Sources {
        folder: Path::new(""),
        variable: &|_| Some("geheim-42".to_owned()),
    };
    let yaml = format!("email: {{accounts: {{care: {{{WELL}, user: care, password: '${{P}}'}}}}}}");
    let file = Path::new("signalbox.yaml");
    let config = Config::parse(&yaml, file, &sources, &Overrides::default()).unwrap();
    assert!(!format!("{config:?}").contains("geheim"));
}
