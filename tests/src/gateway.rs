//! The process under test: the real binary, started on a port of its own choice, watched, stopped or killed.

mod binary;
mod log;

use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::deployment::Deployment;
use crate::http::{self, Answer};
use crate::until::PATIENCE;

pub use binary::binary;
pub use log::Log;

/// What the gateway prints when it takes connections, and before the address.
const READY: &str = "signalbox is ready: http://";

/// A running gateway. Dropped, it is killed.
#[derive(Debug)]
pub struct Gateway {
    child: Child,
    address: SocketAddr,
    log: Log,
}

/// A gateway that ended before it was ready.
#[derive(Debug)]
pub struct Refused {
    /// How it ended.
    pub status: ExitStatus,
    /// All that it said.
    pub log: Log,
}

impl Gateway {
    /// Starts the gateway and waits until it is ready.
    ///
    /// # Panics
    /// When it ends instead; its words are in the message.
    pub async fn start(deployment: &Deployment) -> Self {
        match Self::try_start(deployment).await {
            Ok(gateway) => gateway,
            Err(refused) => panic!(
                "the gateway ended with {} instead of becoming ready:\n{}",
                refused.status,
                refused.log.text()
            ),
        }
    }

    /// Starts the gateway and waits until it is ready.
    ///
    /// # Errors
    /// [`Refused`] when it ends first.
    pub async fn try_start(deployment: &Deployment) -> Result<Self, Refused> {
        let mut child = Command::new(binary())
            .args(["serve", "--lang", "en"])
            .arg("--config")
            .arg(deployment.configuration())
            .arg("--data")
            .arg(deployment.data())
            .args(["--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary starts");
        let log = Log::default();
        log.follow(child.stderr.take().expect("stderr is piped"));
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let ready = tokio::time::timeout(PATIENCE, async {
            while let Ok(Some(line)) = lines.next_line().await {
                log.add(&line);
                if let Some(address) = line.strip_prefix(READY) {
                    return Some(parse_address(address));
                }
            }
            None
        });
        let Ok(ready) = ready.await else {
            panic!("not ready within {PATIENCE:?}:\n{}", log.text());
        };
        log.follow(lines.into_inner());
        match ready {
            Some(address) => Ok(Self {
                child,
                address,
                log,
            }),
            None => {
                let status = child.wait().await.expect("its end");
                log.until_read().await;
                Err(Refused { status, log })
            }
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it said so far.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Ends it at once, as the kernel does when memory runs out: SIGKILL, and waits until it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("SIGKILL is sent");
    }

    /// Asks it to end, SIGTERM, without waiting.
    pub async fn terminate(&self) {
        let process = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill")
            .args(["-TERM", &process])
            .status()
            .await
            .expect("kill runs");
        assert!(sent.success(), "SIGTERM is sent");
    }

    /// Waits for its end after [`Gateway::terminate`] and answers how it ended and what it said.
    ///
    /// # Panics
    /// When it is still there after `within`.
    pub async fn ended(mut self, within: Duration) -> (ExitStatus, Log) {
        let Ok(status) = tokio::time::timeout(within, self.child.wait()).await else {
            panic!(
                "still running {within:?} after SIGTERM:\n{}",
                self.log.text()
            );
        };
        self.log.until_read().await;
        (status.expect("its end"), self.log.clone())
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// `GET path`.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn get(&self, path: &str) -> Answer {
        match http::get(self.address, path).await {
            Ok(answer) => answer,
            Err(error) => panic!("GET {path}: {error}\n{}", self.log.text()),
        }
    }

    /// Memory in use, in bytes, as the kernel counts it.
    pub fn resident_bytes(&self) -> u64 {
        let process = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{process}/status"))
            .expect("the kernel tells of a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kibibytes
            .and_then(|text| text.parse::<u64>().ok())
            .expect("VmRSS in kB")
            * 1024
    }

    /// Processor time used, user and system, in the kernel's ticks of 10 ms.
    pub fn processor_time(&self) -> Duration {
        let process = self.child.id().expect("it runs");
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))
            .expect("the kernel tells of a process");
        // The name in brackets may hold spaces; behind it, user and system time are fields 12 and 13.
        let (_, behind) = stat.rsplit_once(") ").expect("a name in brackets");
        let ticks: u64 = behind
            .split(' ')
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().expect("ticks"))
            .sum();
        Duration::from_millis(ticks * 10)
    }
}

fn parse_address(text: &str) -> SocketAddr {
    text.trim()
        .trim_end_matches('/')
        .parse()
        .unwrap_or_else(|_| panic!("the ready line names an address, not `{text}`"))
}
