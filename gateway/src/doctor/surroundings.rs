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
use crate::words::{Told, Words, words};

/// 2026-01-01: this program did not exist before.
const EARLIEST: Duration = Duration::from_secs(1_767_225_600);
/// Clocks of one machine and its disk differ by no more.
const TOLERANCE: Duration = Duration::from_secs(60);

pub(super) fn rules(config: &Config) -> Finding {
    let subject = words!("rules", "规则");
    let Some(directory) = config.file.rules.directory.given() else {
        return Finding::look(
            subject,
            words!("the built-in example answers", "由内置示例回答"),
            words!(
                "write rules of your own and name their directory in rules.directory",
                "请编写自己的规则，并在 rules.directory 写明目录"
            ),
        );
    };
    let shown = directory.display();
    let advice = words!(
        "look with `signalbox check {shown}` and `signalbox test {shown}`; a running gateway keeps the last good rules",
        "用 `signalbox check {shown}` 和 `signalbox test {shown}` 查看；运行中的网关会保留上一份可用的规则"
    );
    let files = match RuleFiles::read(&directory) {
        Ok(files) => files,
        Err(error) => return Finding::wrong(subject, error.words(), advice),
    };
    let prefix = files.prefix();
    match prepare(files.sources, &prefix) {
        Ok(bundle) => {
            let count = bundle.rule_names().len();
            Finding::well(
                subject,
                words!(
                    "{count} in `{shown}`, all tests pass",
                    "`{shown}` 里有 {count} 条，测试全部通过"
                ),
            )
        }
        Err(refusal) => Finding::wrong(subject, refusal.summary, advice),
    }
}

pub(super) fn clock(data: &Path) -> Finding {
    let subject = words!("clock", "时钟");
    let advice = words!(
        "set the clock, and keep it right with NTP: timers, limits and tokens go by it",
        "请校准时钟并用 NTP 保持：定时、限额和令牌都以它为准"
    );
    let now = SystemTime::now();
    if now < UNIX_EPOCH + EARLIEST {
        let found = words!(
            "it is before this program was written",
            "早于此程序编写的时间"
        );
        return Finding::wrong(subject, found, advice);
    }
    let newest = fs::read_dir(data)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.metadata().ok()?.modified().ok())
        .max();
    match newest {
        Some(newest) if newest > now + TOLERANCE => Finding::wrong(
            subject,
            words!(
                "it is behind the times of files in the data directory",
                "比数据目录里文件的时间还早"
            ),
            advice,
        ),
        _ => Finding::well(
            subject,
            words!("agrees with the data directory", "与数据目录相符"),
        ),
    }
}

pub(super) fn limits(config: &Config) -> Finding {
    let subject = words!("web chat limits", "网页聊天的限制");
    match config.webchat.what_a_proxy_would_lift(config.listen) {
        Some((found, Words { en, zh })) => Finding::look(
            subject,
            found,
            words!("if there is a proxy, {en}", "如果有代理：{zh}"),
        ),
        None if config.webchat.limits.lifted_on_loopback => Finding::well(
            subject,
            words!(
                "hold for all but clients on this machine",
                "对本机以外的客户端有效"
            ),
        ),
        None => Finding::well(subject, words!("hold for everybody", "对所有人有效")),
    }
}

pub(super) fn port(config: &Config) -> Finding {
    let subject = words!("port", "端口");
    if UnixStream::connect(&config.admin_socket).is_ok() {
        return Finding::well(
            subject,
            words!(
                "a gateway is running on this data directory",
                "有网关正在使用这个数据目录"
            ),
        );
    }
    let address = config.listen;
    match TcpListener::bind(address) {
        Ok(_) => Finding::well(subject, words!("{address} is free", "{address} 可用")),
        Err(error) => {
            let Words { en, zh } = error.words();
            Finding::wrong(
                subject,
                words!("{address} cannot be had: {en}", "无法使用 {address}：{zh}"),
                words!(
                    "stop what listens there, or choose another port with --listen or `listen` in the configuration",
                    "请停掉占用它的程序，或用 --listen、配置里的 `listen` 换一个端口"
                ),
            )
        }
    }
}
