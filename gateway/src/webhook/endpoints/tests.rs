//! What is said of endpoints that cannot be.

use std::path::Path;

use signalbox_dsl::Locale;

use crate::config::source::Sources;
use crate::config::{Config, ConfigError, Overrides};
use crate::words::Words;

fn problems(reply: &str) -> Vec<Words> {
    let sources = Sources {
        folder: Path::new("/nowhere"),
        variable: &|name| {
            let secret = match name {
                "SEED" => "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                "SHORT" => "whsec_AAEC",
                _ => "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            };
            Some(secret.to_owned())
        },
    };
    let yaml =
        format!("webhook: {{accounts: {{app: {{secrets: ['${{S}}'], reply: {{{reply}}}}}}}}}\n");
    let file = Path::new("signalbox.yaml");
    match Config::parse(&yaml, file, &sources, &Overrides::default()) {
        Ok(_) => Vec::new(),
        Err(ConfigError::Invalid { problems, .. }) => {
            problems.into_iter().map(|problem| problem.0).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_whole_endpoint_is_taken() {
    for reply in [
        "url: 'https://app.shop.example/in', secrets: ['${S}']",
        "url: 'https://app.shop.example/in', secrets: ['${SEED}', '${S}'], at_once: 3",
        "url: 'http://10.1.2.3:8080/in', secrets: ['${S}'], allow_http: true, internal: ['10.1.0.0/16']",
    ] {
        assert_eq!(problems(reply), [], "{reply}");
    }
}

#[test]
fn each_mistake_is_told_by_its_key_in_both_languages() {
    let url = "url: 'https://app.shop.example/in'";
    for (reply, en, zh) in [
        (url.to_owned(), "secrets must be 1 to 4", "需要 1 到 4 个"),
        (
            format!("{url}, secrets: ['${{SHORT}}']"),
            "secrets must hold 24 to 64 random bytes",
            "secrets 有误",
        ),
        (
            "secrets: ['${S}']".to_owned(),
            "url must not be empty",
            "url 不能为空",
        ),
        (
            "url: 'app.shop.example', secrets: ['${S}']".to_owned(),
            "url must be a URL such as",
            "必须是网址",
        ),
        (
            "url: 'http://app.shop.example', secrets: ['${S}']".to_owned(),
            "url must begin with https://",
            "必须以 https:// 开头",
        ),
        (
            "url: 'https://192.168.0.7/', secrets: ['${S}']".to_owned(),
            "url leads to an address inside the network",
            "指向内网地址",
        ),
        (
            format!("{url}, secrets: ['${{S}}'], internal: [intranet]"),
            "internal must be a network",
            "必须是网段",
        ),
        (
            format!("{url}, secrets: ['${{S}}'], ca_file: ca.pem"),
            "ca_file `/nowhere/ca.pem` cannot be read",
            "无法读取",
        ),
        (
            format!("{url}, secrets: ['${{S}}'], answer_within: 1m"),
            "answer_within must be at most 45s",
            "最多为",
        ),
    ] {
        let found = problems(&reply);
        assert_eq!(found.len(), 1, "{reply}: {found:?}");
        let told = found[0].told(Locale::English);
        let key = "webhook.accounts.app.reply.";
        assert!(told.starts_with(key) && told.contains(en), "{told}");
        assert!(found[0].told(Locale::Chinese).contains(zh), "{found:?}");
    }
}

#[test]
fn an_account_needs_somebody_to_speak_of() {
    let found = problems("");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].en.contains("or write `reply` for its own"),
        "{found:?}"
    );
}
