//! The gateway from start to stop, on a port of its own choice.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::binary::{command, repository, shown};

/// Far above what anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
const READY: &str = "signalbox is ready: ";

/// A folder with configuration, rules and data.
pub(crate) struct Deployment(TempDir);

impl Deployment {
    pub(crate) fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("rules")).unwrap();
        let deployment = Self(folder);
        deployment.write_rules(&hello());
        let config = format!(
            "listen: 127.0.0.1:0\nrules: {{directory: rules}}\nrouter: {{gather: 0, partitions: 8}}\n{settings}\n"
        );
        fs::write(deployment.path("signalbox.yaml"), config).unwrap();
        deployment
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write_rules(&self, text: &str) {
        fs::write(self.path("rules/hello.rules"), text).unwrap();
    }

    fn serve(&self) -> Command {
        let config = self.path("signalbox.yaml");
        let mut command = command(&[
            "serve",
            "--log-format",
            "json",
            "--config",
            config.to_str().unwrap(),
        ]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A start that is refused.
    fn refused(&self) -> Output {
        let output = self.serve().output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
        output
    }
}

pub(crate) fn hello() -> String {
    fs::read_to_string(repository().join("examples/hello/rules/hello.rules")).unwrap()
}

/// A running gateway; dropped, it is killed.
pub(crate) struct Gateway {
    child: Child,
    url: String,
}

impl Gateway {
    pub(crate) fn start(deployment: &Deployment) -> Self {
        let mut child = deployment.serve().spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let Some(url) = line.trim().strip_prefix(READY).map(str::to_owned) else {
            let _ = child.kill();
            let output = child.wait_with_output().unwrap();
            panic!(
                "not ready: {line}{}",
                String::from_utf8_lossy(&output.stderr)
            );
        };
        Self { child, url }
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let address = self.url.trim_start_matches("http://").trim_end_matches('/');
        let stream = std::net::TcpStream::connect(address).unwrap();
        request(stream, path, "")
    }

    fn get_forwarded(&self, path: &str) -> (u16, String) {
        let address = self.url.trim_start_matches("http://").trim_end_matches('/');
        let stream = std::net::TcpStream::connect(address).unwrap();
        request(stream, path, "X-Forwarded-For: 203.0.113.9\r\n")
    }

    /// The machines' port, out of the log.
    fn machines_address(&mut self) -> String {
        let log = BufReader::new(self.child.stderr.as_mut().unwrap());
        let told = log
            .lines()
            .map(|line| line.unwrap())
            .find(|line| line.contains("machines have a port of their own"))
            .unwrap();
        let told: Value = serde_json::from_str(&told).unwrap();
        told["address"].as_str().unwrap().to_owned()
    }

    pub(crate) fn readiness(&self) -> Value {
        serde_json::from_str(&self.get("/readyz").1).unwrap()
    }

    /// SIGTERM, and all that it wrote to its log.
    pub(crate) fn stop(mut self) -> String {
        let process = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &process])
                .status()
                .unwrap()
                .success()
        );
        let mut log = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut log)
            .unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{log}");
        log
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn request<S: Read + Write>(mut stream: S, path: &str, headers: &str) -> (u16, String) {
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    (status, body)
}

pub(crate) fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(
            Instant::now() < deadline,
            "still not after {PATIENCE:?}: {what}"
        );
        std::thread::yield_now();
    }
}

#[test]
fn it_starts_tells_of_itself_and_stops() {
    let deployment = Deployment::new("");
    let gateway = Gateway::start(&deployment);
    assert_eq!(gateway.get("/healthz"), (200, "ok\n".to_owned()));
    let ready = gateway.readiness();
    assert_eq!(ready["ready"], true, "{ready}");
    // Eight of customers, and the desk's.
    assert_eq!(ready["partitions"]["owned"], 9);
    assert_eq!(ready["rules"]["origin"], "files");
    let (status, metrics) = gateway.get("/metrics");
    assert_eq!(status, 200);
    for line in [
        "signalbox_partitions_owned 9",
        "signalbox_store_ready 1",
        "signalbox_rules_refused 0",
    ] {
        assert!(metrics.contains(line), "`{line}` is missing in {metrics}");
    }
    let log = gateway.stop();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["message"].is_string(), "{line}");
    }
    assert!(
        log.contains("made a deployment key; keep a copy elsewhere"),
        "{log}"
    );
    assert!(log.contains("\"stopped\""), "{log}");
    assert!(!deployment.path("data/admin.sock").exists());
}

#[test]
fn figures_and_reasons_stay_on_this_machine() {
    let gateway = Gateway::start(&Deployment::new(""));
    assert_eq!(gateway.get_forwarded("/metrics").0, 404);
    assert_eq!(
        gateway.get_forwarded("/readyz"),
        (200, "{\"ready\":true}".to_owned())
    );
    assert_eq!(gateway.get_forwarded("/healthz").0, 200);
}

#[test]
fn one_gateway_a_data_directory() {
    let deployment = Deployment::new("");
    let first = Gateway::start(&deployment);
    let error = String::from_utf8(deployment.refused().stderr).unwrap();
    assert!(
        error.contains("is in use by another signalbox process; stop it"),
        "{error}"
    );
    assert_eq!(
        first.readiness()["ready"],
        true,
        "the first one is not disturbed"
    );
    assert!(
        deployment.path("data/admin.sock").exists(),
        "nor is its socket"
    );
}

#[test]
fn changed_rules_are_live_and_broken_ones_refused() {
    let deployment = Deployment::new("");
    let gateway = Gateway::start(&deployment);
    let first = gateway.readiness()["rules"]["bundle"].clone();

    deployment.write_rules(&hello().replace("You said:", "You wrote:"));
    until("the changed rules are live", || {
        gateway.readiness()["rules"]["bundle"] != first
    });
    let second = gateway.readiness()["rules"]["bundle"].clone();

    deployment.write_rules(&hello().replace("rank answers\n", "rank anwsers\n"));
    until("the broken rules are refused", || {
        gateway.readiness()["rules"]["refused"].is_object()
    });
    let (status, body) = admin(&deployment.path("data/admin.sock"), "/v1/rules/status");
    assert_eq!(status, 200);
    let report: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(report["bundle"], second, "the live ones stay");
    assert!(
        report["refused"]["details"]["en"]
            .as_str()
            .unwrap()
            .contains("anwsers"),
        "{report}"
    );
    assert_eq!(
        gateway.readiness()["ready"],
        true,
        "and messages are still decided"
    );
    let metrics = gateway.get("/metrics").1;
    assert!(metrics.contains("signalbox_rules_refused 1"), "{metrics}");
    assert!(
        metrics.contains("signalbox_rule_reloads_total{result=\"refused\"} 1"),
        "{metrics}"
    );

    deployment.write_rules(&hello().replace("You said:", "You wrote:"));
    until("nothing is refused any more", || {
        gateway.readiness()["rules"]["refused"].is_null()
    });
    assert_eq!(gateway.readiness()["rules"]["bundle"], second);
}

fn admin(socket: &Path, path: &str) -> (u16, String) {
    request(UnixStream::connect(socket).unwrap(), path, "")
}

#[test]
fn a_start_with_broken_rules_goes_on_with_the_last_good_ones() {
    let deployment = Deployment::new("");
    let gateway = Gateway::start(&deployment);
    let bundle = gateway.readiness()["rules"]["bundle"].clone();
    gateway.stop();

    deployment.write_rules("nothing that anybody could read");
    let gateway = Gateway::start(&deployment);
    let ready = gateway.readiness();
    assert_eq!(ready["ready"], true);
    assert_eq!(ready["rules"]["origin"], "last_good");
    assert_eq!(ready["rules"]["bundle"], bundle);
    assert!(
        ready["rules"]["refused"]["summary"]["en"].is_string(),
        "{ready}"
    );

    deployment.write_rules(&hello());
    until("the repaired files are taken", || {
        gateway.readiness()["rules"]["origin"] == "files"
    });
}

#[test]
fn a_first_start_with_broken_rules_is_refused() {
    let deployment = Deployment::new("");
    deployment.write_rules(&hello().replace("rank answers\n", "rank anwsers\n"));
    let error = String::from_utf8(deployment.refused().stderr).unwrap();
    assert!(error.contains("anwsers"), "{error}");
    assert!(
        error.contains("repair them, and look with `signalbox check`"),
        "{error}"
    );
}

#[test]
fn a_start_that_would_break_what_is_kept_is_refused() {
    let deployment = Deployment::new("");
    Gateway::start(&deployment).stop();
    let config = fs::read_to_string(deployment.path("signalbox.yaml")).unwrap();
    fs::write(
        deployment.path("signalbox.yaml"),
        config.replace("partitions: 8", "partitions: 16"),
    )
    .unwrap();
    let error = String::from_utf8(deployment.refused().stderr).unwrap();
    assert!(error.contains("router.partitions must stay 8"), "{error}");

    fs::write(deployment.path("signalbox.yaml"), config).unwrap();
    fs::remove_file(deployment.path("data/deployment.key")).unwrap();
    let error = String::from_utf8(deployment.refused().stderr).unwrap();
    assert!(error.contains("put the key back from your copy"), "{error}");
}

#[test]
fn below_fsync_the_log_says_what_can_be_lost() {
    let deployment = Deployment::new("store: {durability: everysec}");
    let log = Gateway::start(&deployment).stop();
    assert!(
        log.contains("up to a second of acknowledged messages is lost when the machine stops"),
        "{log}"
    );
}

#[test]
fn machines_may_have_a_port_of_their_own() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let deployment = Deployment::new(&format!("telemetry: {{listen: '{address}'}}"));
    let error = String::from_utf8(deployment.refused().stderr).unwrap();
    assert!(
        error.contains(&format!("cannot listen on {address}")),
        "{error}"
    );

    let deployment = Deployment::new("telemetry: {listen: '127.0.0.1:0'}");
    let mut gateway = Gateway::start(&deployment);
    let address = gateway.machines_address();
    assert_eq!(gateway.get("/metrics").0, 404, "not on the customers' port");
    let (status, metrics) = request(
        std::net::TcpStream::connect(&address).unwrap(),
        "/metrics",
        "",
    );
    assert_eq!(status, 200);
    assert!(metrics.contains("signalbox_build_info"));
}
