//! A real redis-server for the gateway under test, on a unix socket, set up as `fsync` needs it; killed and started again.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::{Child, Command};

/// Every answer is on the disk before it leaves.
const DURABLE: &[&str] = &[
    "--appendonly",
    "yes",
    "--appendfsync",
    "always",
    "--save",
    "",
];

/// What the kernel takes for a socket's path, less its end.
const MOST_SOCKET_BYTES: usize = 107;

/// A running server. Dropped, it is killed.
#[derive(Debug)]
pub struct RedisServer {
    directory: PathBuf,
    options: Vec<&'static str>,
    process: Option<Child>,
    /// Removes the directory at the end; a server that is kept has none.
    _temporary: Option<TempDir>,
}

impl RedisServer {
    /// A server of this test's own.
    pub fn start() -> Self {
        Self::start_with(DURABLE)
    }

    /// A server that is set up otherwise.
    pub fn start_with(options: &[&'static str]) -> Self {
        let temporary = TempDir::new().expect("a temporary directory");
        let directory = temporary.path().to_owned();
        Self::started(directory, options, Some(temporary))
    }

    /// A server on data that outlives the process.
    ///
    /// # Panics
    /// When a server of an earlier run still runs there.
    pub fn kept_in(directory: &Path) -> Self {
        std::fs::create_dir_all(directory).expect("a directory for the server");
        Self::started(directory.to_owned(), DURABLE, None)
    }

    fn started(directory: PathBuf, options: &[&'static str], temporary: Option<TempDir>) -> Self {
        let mut server = Self {
            directory,
            options: options.to_vec(),
            process: None,
            _temporary: temporary,
        };
        let socket = server.socket();
        assert!(
            socket.as_os_str().len() <= MOST_SOCKET_BYTES,
            "{} is too long for a socket; set CARGO_TARGET_DIR to something shorter",
            socket.display()
        );
        assert!(
            UnixStream::connect(&socket).is_err(),
            "a server of an earlier run still runs at {}; end it first",
            socket.display()
        );
        server.start_again();
        server
    }

    /// Starts a killed server on what it has kept. It may not take connections yet.
    ///
    /// # Panics
    /// When redis-server is not installed.
    pub fn start_again(&mut self) {
        let process = Command::new("redis-server")
            .args(["--port", "0", "--daemonize", "no"])
            .arg("--unixsocket")
            .arg(self.socket())
            .arg("--dir")
            .arg(&self.directory)
            .args(&self.options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("redis-server is installed; .ci/install-test-tools does it");
        self.process = Some(process);
    }

    /// kill -9, and waits until it is gone.
    pub async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await.expect("SIGKILL is sent");
        }
    }

    /// Where it is, as `store.url` takes it.
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    fn socket(&self) -> PathBuf {
        self.directory.join("socket")
    }
}
