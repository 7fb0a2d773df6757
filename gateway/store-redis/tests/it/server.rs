//! A real redis-server of a test's own, in a temporary directory, on a unix socket: no port, so nothing to collide with.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use signalbox_store::Durability;
use signalbox_store_redis::{OpenError, RedisSettings, RedisStore, ServerSettings};
use tempfile::TempDir;

/// How a server keeps every promise.
pub(crate) const DURABLE: &[&str] = &["--appendonly", "yes", "--appendfsync", "always"];

/// A server. Dropped, it is killed.
pub(crate) struct Server {
    directory: TempDir,
    options: Vec<String>,
    process: Option<Child>,
}

impl Server {
    /// Starts a server with these options; it may not take connections yet.
    pub(crate) fn start(options: &[&str]) -> Self {
        let mut server = Self {
            directory: TempDir::new().expect("a temporary directory"),
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            process: None,
        };
        server.start_again();
        server
    }

    /// Starts a killed server on what it has kept.
    pub(crate) fn start_again(&mut self) {
        let process = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--daemonize", "no"])
            .arg("--unixsocket")
            .arg(self.socket())
            .arg("--dir")
            .arg(self.directory.path())
            .args(&self.options)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed; .ci/install-test-tools does it");
        self.process = Some(process);
    }

    /// As [`Self::start_again`], with other options.
    pub(crate) fn start_again_with(&mut self, options: &[&str]) {
        self.options = options.iter().map(|option| (*option).to_owned()).collect();
        self.start_again();
    }

    /// Asks the server one thing, as somebody who looks after it does.
    pub(crate) fn command(&self, words: &[&str]) {
        let asked = Command::new("redis-cli")
            .arg("-e")
            .arg("-s")
            .arg(self.socket())
            .args(words)
            .stdout(Stdio::null())
            .status()
            .expect("redis-cli is installed with redis-server");
        assert!(asked.success(), "{words:?}: {asked}");
    }

    fn socket(&self) -> PathBuf {
        self.directory.path().join("socket")
    }

    /// kill -9, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it can be killed");
            process.wait().expect("it is gone");
        }
    }

    /// Stops it as it is: connections stay, nothing is answered.
    pub(crate) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let process = self.process.as_ref().expect("it runs");
        kill_process(Pid::from_child(process), signal).expect("the signal is sent");
    }

    pub(crate) fn settings(&self, namespace: &str) -> RedisSettings {
        RedisSettings {
            url: format!("redis+unix://{}", self.socket().display()),
            namespace: namespace.to_owned(),
            durability: Durability::Fsync,
            server: ServerSettings::Read,
            timeout: Duration::from_secs(20),
        }
    }

    /// Opens a store on it, which waits until it takes connections.
    pub(crate) async fn open(&self, namespace: &str) -> RedisStore {
        let store = RedisStore::open(self.settings(namespace)).await;
        store.expect("the store opens")
    }

    pub(crate) async fn refuses(&self, settings: RedisSettings) -> OpenError {
        match RedisStore::open(settings).await {
            Ok(_) => panic!("a server that breaks a promise was taken"),
            Err(error) => error,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
