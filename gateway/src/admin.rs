//! The admin API: a unix socket in the data directory, for this user only.
//!
//! `GET /v1/rules/status`, `GET /v1/rules/history`, `POST /v1/rules/rollback`; switching rules off and on is in `admin/disabled.rs`,
//! outbox and dead letters are in `admin/outbox.rs`, what was decided on a message in `admin/decisions.rs`.
//! The command line is its client.

mod decisions;
mod disabled;
mod outbox;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::json;
use signalbox_dsl::SourceSet;
use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;

use crate::bundles::{Activation, DisableError, RecordError, Refusal, StatusReport};
use crate::words::Told;

pub use decisions::ExplainedDecision;
pub use disabled::RuleRequest;

/// The socket cannot be made.
#[derive(Debug, thiserror::Error)]
#[error(
    "the admin socket `{path}` cannot be made: {reason}; admin_socket in the configuration puts it elsewhere"
)]
pub struct AdminError {
    path: String,
    reason: io::Error,
}

impl Told for AdminError {
    fn chinese(&self) -> String {
        format!(
            "无法建立管理套接字 `{}`：{}；可用配置里的 admin_socket 换一个位置",
            self.path,
            self.reason.chinese()
        )
    }
}

/// What the live bundle's people may ask for.
#[async_trait]
pub trait LiveRulesControl: Send + Sync + 'static {
    /// What is live, and what stands against newer rule files.
    fn status(&self) -> StatusReport;

    /// Which bundles became live when, oldest first.
    async fn history(&self) -> Result<Vec<Activation>, RecordError>;

    /// Goes back to a bundle by the beginning of its hash, or to the one before the live one.
    async fn roll_back(&self, to: Option<String>) -> Result<StatusReport, RollbackError>;

    /// The sources of a bundle that was ever live, by its hash.
    async fn sources(&self, bundle: &str) -> Result<Option<SourceSet>, RecordError>;

    /// Switches a rule of the live bundle off, for this bundle and all that have it.
    async fn disable(&self, request: RuleRequest) -> Result<StatusReport, DisableError>;

    /// Switches it on again.
    async fn enable(&self, request: RuleRequest) -> Result<StatusReport, DisableError>;
}

/// Why the live bundle stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RollbackError {
    /// There was only ever this one.
    #[error("no other rules were live before; there is nothing to go back to")]
    NothingBefore,
    /// Never live, or forgotten.
    #[error("no bundle `{0}` was live here; `signalbox rules history` lists those that were")]
    Unknown(String),
    /// The beginning of several hashes.
    #[error("several bundles begin with `{0}`; write more of the hash")]
    Ambiguous(String),
    /// This version does not take it any more.
    #[error("those rules are not taken by this version: {0}")]
    Refused(Refusal),
    /// The store does not answer.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Told for RollbackError {
    fn chinese(&self) -> String {
        match self {
            Self::NothingBefore => "之前没有别的规则生效过，无处可退".to_owned(),
            Self::Unknown(bundle) => {
                format!("`{bundle}` 没有在这里生效过；`signalbox rules history` 列出生效过的")
            }
            Self::Ambiguous(bundle) => {
                format!("有几个规则包都以 `{bundle}` 开头；请把哈希写长一些")
            }
            Self::Refused(refusal) => format!("此版本不接受那些规则：{}", refusal.chinese()),
            Self::Record(error) => error.chinese(),
        }
    }
}

/// The body of `POST /v1/rules/rollback`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollbackRequest {
    /// The beginning of a bundle's hash; `null` for the one before the live one.
    pub to: Option<String>,
}

/// A bound socket. Its file goes when this is dropped.
pub struct AdminSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl AdminSocket {
    /// Binds the socket. One that an earlier process left behind is replaced: call this when the store is locked.
    ///
    /// # Errors
    /// [`AdminError`]
    pub fn bind(path: &Path) -> Result<Self, AdminError> {
        let listener = bind(path).map_err(|reason| AdminError {
            path: path.display().to_string(),
            reason,
        })?;
        Ok(Self {
            listener,
            path: path.to_owned(),
        })
    }

    /// Answers until `stop`.
    pub async fn serve(
        self,
        rules: Arc<dyn LiveRulesControl>,
        messages: signalbox_router::Router,
        stop: CancellationToken,
    ) {
        let app = Router::new()
            .route("/v1/rules/status", get(rules_status))
            .route("/v1/rules/history", get(rules_history))
            .route("/v1/rules/rollback", post(rules_rollback))
            .with_state(rules.clone())
            .merge(disabled::routes(rules.clone()))
            .merge(outbox::routes(messages.clone()))
            .merge(decisions::routes(messages, rules));
        let served = axum::serve(self.listener, app)
            .with_graceful_shutdown(stop.cancelled_owned())
            .await;
        if let Err(error) = served {
            tracing::error!(%error, "the admin socket is gone; restart signalbox to get it back");
        }
        // It may be gone already; the next start replaces it anyway.
        let _ = fs::remove_file(&self.path);
    }
}

async fn rules_status(State(rules): State<Arc<dyn LiveRulesControl>>) -> Json<StatusReport> {
    Json(rules.status())
}

async fn rules_history(State(rules): State<Arc<dyn LiveRulesControl>>) -> Response {
    match rules.history().await {
        Ok(history) => Json(history).into_response(),
        Err(error) => refused(StatusCode::SERVICE_UNAVAILABLE, &error),
    }
}

async fn rules_rollback(
    State(rules): State<Arc<dyn LiveRulesControl>>,
    Json(request): Json<RollbackRequest>,
) -> Response {
    match rules.roll_back(request.to).await {
        Ok(status) => Json(status).into_response(),
        Err(error @ RollbackError::Record(_)) => refused(StatusCode::SERVICE_UNAVAILABLE, &error),
        Err(error) => refused(StatusCode::CONFLICT, &error),
    }
}

fn refused(status: StatusCode, error: &dyn Told) -> Response {
    (status, Json(json!({"error": error.words()}))).into_response()
}

fn bind(path: &Path) -> io::Result<UnixListener> {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    if let Ok(metadata) = fs::symlink_metadata(path)
        && metadata.file_type().is_socket()
    {
        fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}
