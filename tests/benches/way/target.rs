//! What is measured: a process on a fresh directory, its port, its memory, its processor time.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::ceiling;

pub(crate) enum Target {
    Gateway { binary: PathBuf },
    Ceiling,
}

impl Target {
    pub(crate) fn gateway() -> Self {
        let built = workspace().join("target/release/signalbox");
        let binary = std::env::var_os("SIGNALBOX_BIN").map_or(built, PathBuf::from);
        assert!(
            binary.exists(),
            "{} is not there; run `cargo build --release -p signalbox`",
            binary.display()
        );
        Self::Gateway { binary }
    }

    pub(crate) fn ceiling() -> Self {
        Self::Ceiling
    }

    /// Starts it and waits until it takes connections.
    pub(crate) fn start(&self) -> Server {
        let data = tempfile::tempdir_in(workspace().join("target")).unwrap();
        let mut command = match self {
            Self::Gateway { binary } => {
                let mut command = Command::new(binary);
                command
                    .arg("serve")
                    .arg("--config")
                    .arg(workspace().join("examples/hello/signalbox.yaml"));
                command
                    .arg("--data")
                    .arg(data.path())
                    .args(["--listen", "127.0.0.1:0"]);
                command
            }
            Self::Ceiling => {
                let mut command = Command::new(std::env::current_exe().unwrap());
                command.arg(ceiling::ARGUMENT).arg(data.path());
                command
            }
        };
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| port_in(&line))
            .expect("the server says its address");
        Server {
            port,
            child,
            _data: data,
        }
    }
}

pub(crate) struct Server {
    pub(crate) port: u16,
    child: Child,
    _data: TempDir,
}

impl Server {
    /// Memory that it holds now.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .expect("VmRSS");
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
    }

    /// Processor time that it has used, in all its threads.
    pub(crate) fn cpu(&self) -> Duration {
        /// Fixed on Linux for what /proc shows, whatever the kernel's own clock.
        const TICKS_PER_SECOND: u64 = 100;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        let ticks: u64 = [11, 12]
            .map(|field: usize| fields[field].parse::<u64>().unwrap())
            .iter()
            .sum();
        Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What it kept is thrown away with its directory, so how it ends does not matter.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

fn port_in(line: &str) -> Option<u16> {
    let (_, address) = line.split_once("http://127.0.0.1:")?;
    address
        .split(|character: char| !character.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}
