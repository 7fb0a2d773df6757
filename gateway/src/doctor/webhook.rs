//! The endpoints of signed webhooks: whether they can be reached.

use signalbox_adapters::SendError;
use signalbox_webhook::Endpoint;

use super::Finding;
use crate::config::sections::WebhookSection;
use crate::webhook;
use crate::words::{Told, Words, words};

pub(super) fn endpoints(section: &WebhookSection) -> Vec<Finding> {
    let accounts = section.accounts.0.iter();
    accounts
        .filter_map(|(name, account)| {
            let subject = words!("webhook account {name}", "webhook 账号 {name}");
            // A valid configuration has valid endpoints; this is about the files it names, which may have changed since.
            match webhook::endpoint(name, &account.reply) {
                Ok(endpoint) => Some(finding(subject, &endpoint?)),
                Err(error) => Some(Finding::wrong(subject, error.words(), correct())),
            }
        })
        .collect()
}

fn finding(subject: Words, endpoint: &Endpoint) -> Finding {
    let host = endpoint.host();
    match look(endpoint) {
        Ok(Ok(())) => Finding::well(
            subject,
            words!(
                "{host} answers; whether it knows our signature shows the first message",
                "{host} 有应答；是否认得我们的签名，要到第一条消息才知道"
            ),
        ),
        Ok(Err(error)) => Finding::wrong(
            subject,
            words!(
                "answers cannot leave to {host}: {error}",
                "回复无法发往 {host}：{error}"
            ),
            match error {
                SendError::Unauthorized { .. } => correct(),
                SendError::Busy { .. }
                | SendError::HeldBack { .. }
                | SendError::Unanswered { .. }
                | SendError::Refused { .. } => words!(
                    "look whether the receiver runs, and whether a firewall stands between",
                    "请检查接收方是否在运行，中间是否有防火墙"
                ),
            },
        ),
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
}

/// Asks on a runtime of its own, since doctor itself waits for nothing else.
fn look(endpoint: &Endpoint) -> std::io::Result<Result<(), SendError>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(endpoint.check()))
}

fn correct() -> Words {
    words!(
        "correct url, internal and ca_file under `reply` of the account, see docs/webhook.md",
        "请改正该账号 `reply` 下的 url、internal 和 ca_file，见 docs/webhook.zh.md"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn an_endpoint_is_well_only_where_somebody_answers() {
        // A port that was free a moment ago.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let yaml = format!(
            "webhook: {{accounts: {{app: {{secrets: ['${{S}}'], reply: {{url: 'http://127.0.0.1:{port}/', secrets: ['${{S}}'], allow_http: true, internal: [127.0.0.1]}}}}}}}}"
        );
        let sources = crate::config::source::Sources {
            folder: std::path::Path::new(""),
            variable: &|_| Some("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned()),
        };
        let path = std::path::Path::new("signalbox.yaml");
        let overrides = crate::config::Overrides::default();
        let config = crate::config::Config::parse(&yaml, path, &sources, &overrides).unwrap();
        let findings = endpoints(&config.file.webhook);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].state, State::Wrong);
        assert!(
            findings[0].found.en.contains("cannot be reached"),
            "{findings:?}"
        );
    }
}
