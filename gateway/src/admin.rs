//! The admin API: a unix socket in the data directory, for this user only.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Json;
use axum::routing::get;
use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;

use crate::bundles::{RulesStatus, StatusReport};

/// The socket cannot be made.
#[derive(Debug, thiserror::Error)]
#[error(
    "the admin socket `{path}` cannot be made: {reason}; admin_socket in the configuration puts it elsewhere"
)]
pub struct AdminError {
    path: String,
    reason: io::Error,
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
    pub async fn serve(self, rules: Arc<RulesStatus>, stop: CancellationToken) {
        let app = Router::new()
            .route("/v1/rules/status", get(rules_status))
            .with_state(rules);
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

async fn rules_status(State(rules): State<Arc<RulesStatus>>) -> Json<StatusReport> {
    Json(rules.report())
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
