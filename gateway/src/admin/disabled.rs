//! `POST /v1/rules/disable` and `/enable`.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use serde::{Deserialize, Serialize};

use super::{LiveRulesControl, refused};
use crate::bundles::{DisableError, StatusReport};

/// Longer names of people are cut.
const MAX_NAME_CHARACTERS: usize = 64;

/// The body of both requests.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleRequest {
    /// Full name of the rule.
    pub rule: String,
    /// Who asks, as far as the command knows. Nothing proves it; whoever may open the socket may say it.
    pub by: Option<String>,
}

impl RuleRequest {
    /// Who asks, as it may stand in a log and on a terminal.
    fn with_plain_name(self) -> Self {
        let plain = |name: String| {
            let plain = name.chars().filter(|character| !character.is_control());
            plain.take(MAX_NAME_CHARACTERS).collect::<String>()
        };
        let by = self.by.map(plain).filter(|name| !name.trim().is_empty());
        Self { by, ..self }
    }
}

pub(super) fn routes(rules: Arc<dyn LiveRulesControl>) -> Router {
    Router::new()
        .route("/v1/rules/disable", post(disable))
        .route("/v1/rules/enable", post(enable))
        .with_state(rules)
}

async fn disable(
    State(rules): State<Arc<dyn LiveRulesControl>>,
    Json(request): Json<RuleRequest>,
) -> Response {
    answered(rules.disable(request.with_plain_name()).await)
}

async fn enable(
    State(rules): State<Arc<dyn LiveRulesControl>>,
    Json(request): Json<RuleRequest>,
) -> Response {
    answered(rules.enable(request.with_plain_name()).await)
}

fn answered(answer: Result<StatusReport, DisableError>) -> Response {
    match answer {
        Ok(status) => Json(status).into_response(),
        Err(error @ DisableError::Record(_)) => refused(StatusCode::SERVICE_UNAVAILABLE, &error),
        Err(error @ DisableError::Unknown { .. }) => refused(StatusCode::NOT_FOUND, &error),
        Err(error) => refused(StatusCode::CONFLICT, &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_says_of_its_user_cannot_spoil_a_terminal() {
        let named = |by: &str| {
            let request = RuleRequest {
                rule: "m.a".to_owned(),
                by: Some(by.to_owned()),
            };
            request.with_plain_name().by
        };
        assert_eq!(named("小王\u{1b}[2J\n"), Some("小王[2J".to_owned()));
        assert_eq!(named(" \n"), None);
        assert_eq!(named(&"x".repeat(100)).map(|name| name.len()), Some(64));
    }
}
