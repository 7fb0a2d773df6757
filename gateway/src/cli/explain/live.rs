//! `explain --message ID [--config FILE] [--data DIR]`: what a running gateway decided on a message, and why.

use serde_json::json;
use signalbox_dsl::Locale;

use crate::admin::ExplainedDecision;
use crate::cli::admin_client::AdminClient;
use crate::cli::answer::{Answer, Outcome};
use crate::cli::arguments::InstallationOptions;
use crate::words::{Failure, words};

pub(super) fn run(
    message: &str,
    installation: &InstallationOptions,
    locale: Locale,
) -> Result<Answer, Failure> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if message.is_empty() || !message.chars().all(is_name) {
        return Err(words!(
            "`{message}` is no message; its name is m_ and a UUID, as the chat and the desk know it",
            "`{message}` 不是消息；消息的名称是 m_ 加 UUID，与聊天和坐席台里的一致"
        )
        .into());
    }
    let gateway = AdminClient::of(&installation.load()?)?;
    let decision: ExplainedDecision = gateway.get(&format!("/v1/decisions/{message}"))?;
    Ok(Answer {
        text: decision.text.told(locale).to_owned(),
        json: json!({
            "bundle": decision.bundle,
            "engine": decision.engine,
            "at": decision.at,
            "explanation": decision.explanation,
            "facts": decision.facts,
        }),
        outcome: Outcome::Fine,
    })
}
