//! Rules, clock, limits, port.

use std::fs;
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Finding;
use crate::bundles::prepare;
use crate::config::Config;
use crate::rule_files::RuleFiles;

/// 2026-01-01: this program did not exist before.
const EARLIEST: Duration = Duration::from_secs(1_767_225_600);
/// Clocks of one machine and its disk differ by no more.
const TOLERANCE: Duration = Duration::from_secs(60);

pub(super) fn rules(config: &Config) -> Finding {
    const SUBJECT: &str = "rules";
    let Some(directory) = config.file.rules.directory.given() else {
        return Finding::look(
            SUBJECT,
            "the built-in example answers",
            "write rules of your own and name their directory in rules.directory",
        );
    };
    let advice = format!(
        "look with `signalbox check {0}` and `signalbox test {0}`; a running gateway keeps the last good rules",
        directory.display()
    );
    let files = match RuleFiles::read(&directory) {
        Ok(files) => files,
        Err(error) => return Finding::wrong(SUBJECT, error.to_string(), advice),
    };
    let prefix = files.prefix();
    match prepare(files.sources, &prefix) {
        Ok(bundle) => Finding::well(
            SUBJECT,
            format!(
                "{} in `{}`, all tests pass",
                bundle.rule_names().len(),
                directory.display()
            ),
        ),
        Err(refusal) => Finding::wrong(SUBJECT, refusal.summary, advice),
    }
}

pub(super) fn clock(data: &Path) -> Finding {
    const SUBJECT: &str = "clock";
    let advice = "set the clock, and keep it right with NTP: timers, limits and tokens go by it";
    let now = SystemTime::now();
    if now < UNIX_EPOCH + EARLIEST {
        return Finding::wrong(SUBJECT, "it is before this program was written", advice);
    }
    let newest = fs::read_dir(data)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.metadata().ok()?.modified().ok())
        .max();
    match newest {
        Some(newest) if newest > now + TOLERANCE => Finding::wrong(
            SUBJECT,
            "it is behind the times of files in the data directory",
            advice,
        ),
        _ => Finding::well(SUBJECT, "agrees with the data directory"),
    }
}

pub(super) fn limits(config: &Config) -> Finding {
    const SUBJECT: &str = "web chat limits";
    match config.webchat.what_a_proxy_would_lift(config.listen) {
        Some((found, advice)) => {
            Finding::look(SUBJECT, found, format!("if there is a proxy, {advice}"))
        }
        None if config.webchat.limits.lifted_on_loopback => {
            Finding::well(SUBJECT, "hold for all but clients on this machine")
        }
        None => Finding::well(SUBJECT, "hold for everybody"),
    }
}

pub(super) fn port(config: &Config) -> Finding {
    const SUBJECT: &str = "port";
    if UnixStream::connect(&config.admin_socket).is_ok() {
        return Finding::well(SUBJECT, "a gateway is running on this data directory");
    }
    match TcpListener::bind(config.listen) {
        Ok(_) => Finding::well(SUBJECT, format!("{} is free", config.listen)),
        Err(error) => Finding::wrong(
            SUBJECT,
            format!("{} cannot be had: {error}", config.listen),
            "stop what listens there, or choose another port with --listen or `listen` in the configuration",
        ),
    }
}
