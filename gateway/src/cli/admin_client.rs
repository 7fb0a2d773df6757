//! Asks a running gateway through the admin socket in its data directory.

use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::words::{Failure, Told, Words, words};

/// An answer takes as long as checking all rules, at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a gateway answers when it does not do it.
#[derive(Deserialize)]
struct Refused {
    error: Words,
}

pub(super) struct AdminClient {
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

impl AdminClient {
    /// A client of the gateway that runs with this configuration.
    pub(super) fn of(config: &Config) -> Result<Self, Failure> {
        refuse_if_nobody_listens(&config.admin_socket)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| no_client(&error))?;
        let http = reqwest::Client::builder()
            .unix_socket(config.admin_socket.as_path())
            .timeout(PATIENCE)
            .build()
            .map_err(|error| no_client(&error))?;
        Ok(Self { http, runtime })
    }

    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.ask(self.http.get(address(path)))
    }

    pub(super) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        self.ask(self.http.post(address(path)).json(body))
    }

    fn ask<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Failure> {
        self.runtime.block_on(async {
            let response = request
                .send()
                .await
                .map_err(|error| {
                    words!(
                        "the gateway does not answer: {error}; look at its log, and at `signalbox doctor`",
                        "网关没有应答：{error}；请查看它的日志，并运行 `signalbox doctor`"
                    )
                })?;
            if !response.status().is_success() {
                let status = response.status();
                // Whatever else answers there says nothing of this kind.
                return Err(match response.json::<Refused>().await {
                    Ok(Refused { error }) => error,
                    Err(_) => words!(
                        "the gateway answered {status}; is it of this version?",
                        "网关的应答是 {status}；它和这个命令是同一版本吗？"
                    ),
                }
                .into());
            }
            response
                .json()
                .await
                .map_err(|_| {
                    words!(
                        "the gateway's answer cannot be read; is it of this version?",
                        "读不懂网关的应答；它和这个命令是同一版本吗？"
                    )
                    .into()
                })
        })
    }
}

/// The host means nothing on a unix socket.
fn address(path: &str) -> String {
    format!("http://signalbox{path}")
}

fn refuse_if_nobody_listens(socket: &Path) -> Result<(), Failure> {
    if let Err(error) = std::os::unix::net::UnixStream::connect(socket) {
        let (socket, Words { en, zh }) = (socket.display(), error.words());
        return Err(words!(
            "no gateway answers at {socket}: {en}; is it running, as this user, with this configuration? Name it with --config or --data",
            "{socket} 上没有网关应答：{zh}；它是否在以当前用户、用这份配置运行？请用 --config 或 --data 指明"
        )
        .into());
    }
    Ok(())
}

fn no_client(error: &dyn std::fmt::Display) -> Words {
    words!(
        "the gateway cannot be asked: {error}; look at the limits of this user",
        "无法询问网关：{error}；请检查当前用户的资源限制"
    )
}
