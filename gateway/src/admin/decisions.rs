//! What was decided on a message, and why: `GET /v1/decisions/{message}`, as of the rules that were live then.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use signalbox_dsl::{Locale, SourceSet};
use signalbox_router::{DecisionOutcome, DecisionRecord, Router as Messages};
use signalbox_rules::explain::{ReadValue, read_values};
use signalbox_rules::{DisabledRules, Inputs, Reference, check, explain_without};
use signalbox_store::MessageId;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::{LiveRulesControl, refused};
use crate::words::{Told, Words, words};

/// Towards clients a message is called `m_` and this.
const MESSAGE_PREFIX: &str = "m_";

/// A decision as it was made, explained.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExplainedDecision {
    /// Hash of the rules that decided it.
    pub bundle: String,
    /// Version of signalbox that did.
    pub engine: String,
    /// When.
    pub at: Timestamp,
    /// As `explain` prints it.
    pub text: Words,
    /// The same for programs; places count from the directory of the rules.
    pub explanation: Value,
    /// The values of the facts that the rules read then.
    pub facts: Vec<ReadValue>,
}

#[derive(Clone)]
struct Asked {
    messages: Messages,
    rules: Arc<dyn LiveRulesControl>,
}

pub(super) fn routes(messages: Messages, rules: Arc<dyn LiveRulesControl>) -> Router {
    Router::new()
        .route("/v1/decisions/{message}", get(decision))
        .with_state(Asked { messages, rules })
}

async fn decision(State(asked): State<Asked>, Path(written): Path<String>) -> Response {
    let Some(message) = message_id(&written) else {
        return refused(
            StatusCode::BAD_REQUEST,
            &words!(
                "`{written}` is no message; its name is m_ and a UUID, as the chat and the desk know it",
                "`{written}` 不是消息；消息的名称是 m_ 加 UUID，与聊天和坐席台里的一致"
            ),
        );
    };
    let record = match asked.messages.decision_of(message).await {
        Ok(Some(record)) => record,
        Ok(None) => {
            return refused(
                StatusCode::NOT_FOUND,
                &words!(
                    "nothing is known of a decision on `{written}`: it is not a customer's message, it still waits, or it was decided elsewhere",
                    "没有关于 `{written}` 的决定：它不是客户的消息、还在等待，或不是在这里决定的"
                ),
            );
        }
        Err(error) => return refused(StatusCode::SERVICE_UNAVAILABLE, &store_silent(&error)),
    };
    let sources = match asked.rules.sources(&record.bundle).await {
        Ok(Some(sources)) => sources,
        Ok(None) => {
            let bundle = &record.bundle;
            return refused(
                StatusCode::NOT_FOUND,
                &words!(
                    "the rules {bundle} that decided it are not kept here",
                    "当时的规则 {bundle} 没有保存在这里"
                ),
            );
        }
        Err(error) => return refused(StatusCode::SERVICE_UNAVAILABLE, &error),
    };
    match spawn_blocking(move || explained(&record, &sources)).await {
        Ok(Ok(explained)) => Json(explained).into_response(),
        Ok(Err(wrong)) => refused(StatusCode::CONFLICT, &wrong),
        Err(_) => refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            &words!(
                "explaining it stopped with an error of signalbox itself; please report it",
                "解释它时 signalbox 自身出错而中止；请报告此问题"
            ),
        ),
    }
}

/// As clients write it, or the bare UUID.
fn message_id(written: &str) -> Option<MessageId> {
    let id = written.strip_prefix(MESSAGE_PREFIX).unwrap_or(written);
    Uuid::parse_str(id).ok().map(MessageId)
}

fn store_silent(error: &dyn std::fmt::Display) -> Words {
    words!(
        "the store does not answer: {error}; try again in a moment",
        "存储没有应答：{error}；请稍后再试"
    )
}

/// Takes a while: not for a thread that serves.
fn explained(record: &DecisionRecord, sources: &SourceSet) -> Result<ExplainedDecision, Words> {
    let Some(bundle) = check(sources).bundle.map(Arc::new) else {
        let (bundle, engine) = (&record.bundle, &record.engine);
        return Err(words!(
            "the rules {bundle} do not check with this version any more; explain it with signalbox {engine}",
            "规则 {bundle} 在此版本中已通不过检查；请用 signalbox {engine} 来解释"
        ));
    };
    let reference = Reference::new(bundle.clone()).map_err(|error| error.words())?;
    let inputs = Inputs {
        trigger: &record.trigger,
        facts: &record.facts,
        ledger: &record.ledger,
        now: record.now,
    };
    let disabled = DisabledRules::named(&bundle, &record.disabled);
    let explanation = explain_without(&reference, inputs, &disabled);
    let facts = read_values(&record.facts);
    let remark = match &record.outcome {
        DecisionOutcome::Decided(decision) if **decision == explanation.decision => None,
        DecisionOutcome::Decided(_) => Some(words!(
            "This version of signalbox would decide otherwise; what follows is its reading.",
            "此版本的 signalbox 会作出不同的决定；以下是按此版本的解释。"
        )),
        DecisionOutcome::Quarantined { reason } => Some(words!(
            "It was set aside and handed to people: {reason}.",
            "它被搁置并转给了人工：{reason}。"
        )),
    };
    let told = |locale| {
        let mut text = head(record, locale);
        if let Some(remark) = &remark {
            text.push_str(&format!("{}\n", remark.told(locale)));
        }
        text.push_str(&explanation.text(locale));
        text.push_str(match locale {
            Locale::English => "Facts then:\n",
            Locale::Chinese => "当时的事实：\n",
        });
        for ReadValue { path, value } in &facts {
            let value = value.as_deref().unwrap_or_default();
            text.push_str(&format!("  {path} = {value}\n"));
        }
        text
    };
    Ok(ExplainedDecision {
        bundle: record.bundle.clone(),
        engine: record.engine.clone(),
        at: record.now,
        text: Words {
            en: told(Locale::English),
            zh: told(Locale::Chinese),
        },
        explanation: json!(explanation),
        facts,
    })
}

fn head(record: &DecisionRecord, locale: Locale) -> String {
    let (at, bundle, engine) = (record.now, &record.bundle, &record.engine);
    match locale {
        Locale::English => format!("Decided at {at} by the rules {bundle} (signalbox {engine})\n"),
        Locale::Chinese => format!("决定于 {at}，规则 {bundle}（signalbox {engine}）\n"),
    }
}
