//! What must hold between settings.

use std::net::SocketAddr;

use super::section::{Problem, Setting};
use super::sections::FileSection;
use super::values::{StoreKind, TimeSpan};
use crate::words::words;

/// Checks settings against each other.
pub(super) fn across(
    file: &FileSection,
    listen: Option<SocketAddr>,
    has_file: bool,
    problems: &mut Vec<Problem>,
) {
    let router = &file.router;
    at_least(
        ("router.gather_at_most", router.gather_at_most),
        ("router.gather", router.gather),
        problems,
    );
    at_least(
        (
            "router.delivery_backoff_at_most",
            router.delivery_backoff_at_most,
        ),
        ("router.delivery_backoff", router.delivery_backoff),
        problems,
    );
    exceeds(
        ("stop_within", file.stop_within),
        ("webchat.leave_within", file.webchat.leave_within),
        problems,
    );
    for (key, value) in [
        ("webchat.ping_every", file.webchat.ping_every),
        ("webchat.idle_after", file.webchat.idle_after),
        ("webchat.leave_within", file.webchat.leave_within),
    ] {
        if value.0.subsec_nanos() != 0 {
            let got = value.shown();
            problems.push(Problem(words!(
                "{key} must be whole seconds, got {got}",
                "{key} 必须是整秒，现在是 {got}"
            )));
        }
    }
    exceeds(
        ("webchat.idle_after", file.webchat.idle_after),
        ("webchat.ping_every", file.webchat.ping_every),
        problems,
    );
    exceeds(
        ("router.lease", router.lease),
        ("router.poll", router.poll),
        problems,
    );
    store(file, problems);
    let outside = listen.filter(|address| !address.ip().is_loopback());
    if let (Some(address), false) = (outside, has_file) {
        problems.push(Problem(words!(
            "listen is {address}, which others can reach; without a configuration only this machine is served: \
             write a signalbox.yaml with your sites and their origins, and start with --config",
            "listen 是 {address}，其他机器也能访问；没有配置文件时只服务本机：\
             请写一个 signalbox.yaml，列出各站点及其来源，再用 --config 启动"
        )));
    }
    if let Some(endpoint) = file.telemetry.otlp_endpoint.given()
        && !(endpoint.starts_with("http://") || endpoint.starts_with("https://"))
    {
        problems.push(Problem(words!(
            "telemetry.otlp_endpoint must be a URL such as http://collector:4318/v1/traces, got `{endpoint}`",
            "telemetry.otlp_endpoint 必须是网址，如 http://collector:4318/v1/traces，现在是 `{endpoint}`"
        )));
    }
}

fn store(file: &FileSection, problems: &mut Vec<Problem>) {
    let store = &file.store;
    match (store.kind, store.url.reveal()) {
        (StoreKind::Redis, None) => problems.push(Problem(words!(
            "store.url must not be empty where store.kind is redis; write redis://HOST:PORT",
            "store.kind 是 redis 时 store.url 不能为空；请写 redis://主机:端口"
        ))),
        (StoreKind::Embedded, Some(_)) => problems.push(Problem(words!(
            "store.url names a server, but store.kind is embedded; write `kind: redis`, or take the url out",
            "store.url 写了服务器，但 store.kind 是 embedded；请写 `kind: redis`，或删掉 url"
        ))),
        (StoreKind::Redis, Some(_)) => exceeds(
            ("router.lease", file.router.lease),
            ("store.timeout", store.timeout),
            problems,
        ),
        (StoreKind::Embedded, None) => {}
    }
}

type Named = (&'static str, TimeSpan);

fn at_least((key, value): Named, (other, bound): Named, problems: &mut Vec<Problem>) {
    if value < bound {
        let (bound, got) = (bound.shown(), value.shown());
        problems.push(Problem(words!(
            "{key} must be at least {other} ({bound}), got {got}",
            "{key} 不能小于 {other}（{bound}），现在是 {got}"
        )));
    }
}

fn exceeds((key, value): Named, (other, bound): Named, problems: &mut Vec<Problem>) {
    if value <= bound {
        let (bound, got) = (bound.shown(), value.shown());
        problems.push(Problem(words!(
            "{key} must exceed {other} ({bound}), got {got}",
            "{key} 必须大于 {other}（{bound}），现在是 {got}"
        )));
    }
}
