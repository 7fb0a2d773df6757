//! Asks a running gateway through the admin socket in its data directory.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::Config;

/// An answer takes as long as checking all rules, at most.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct AdminClient {
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

impl AdminClient {
    /// A client of the gateway that runs with this configuration.
    pub(super) fn of(config: &Config) -> anyhow::Result<Self> {
        refuse_if_nobody_listens(&config.admin_socket)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let http = reqwest::Client::builder()
            .unix_socket(config.admin_socket.as_path())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self { http, runtime })
    }

    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        self.ask(self.http.get(address(path)))
    }

    pub(super) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<T> {
        self.ask(self.http.post(address(path)).json(body))
    }

    fn ask<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> anyhow::Result<T> {
        self.runtime.block_on(async {
            let response = request
                .send()
                .await
                .context("the gateway does not answer")?;
            if !response.status().is_success() {
                let status = response.status();
                let reason: Value = response.json().await.unwrap_or_default();
                match reason.get("error").and_then(Value::as_str) {
                    Some(reason) => bail!("{reason}"),
                    None => bail!("the gateway answered {status}; is it of this version?"),
                }
            }
            response
                .json()
                .await
                .context("the gateway's answer cannot be read; is it of this version?")
        })
    }
}

/// The host means nothing on a unix socket.
fn address(path: &str) -> String {
    format!("http://signalbox{path}")
}

fn refuse_if_nobody_listens(socket: &Path) -> anyhow::Result<()> {
    if let Err(error) = std::os::unix::net::UnixStream::connect(socket) {
        bail!(
            "no gateway answers at {}: {error}; is it running, as this user, with this configuration? Name it with --config or --data",
            socket.display()
        );
    }
    Ok(())
}
