//! What must hold between settings.

use std::net::SocketAddr;

use super::section::{Problem, Setting};
use super::sections::FileSection;
use super::values::{StoreKind, TimeSpan};

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
            problems.push(Problem(format!(
                "{key} must be whole seconds, got {}",
                value.shown()
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
        problems.push(Problem(format!(
            "listen is {address}, which others can reach; without a configuration only this machine is served: \
             write a signalbox.yaml with your sites and their origins, and start with --config"
        )));
    }
    if let Some(endpoint) = file.telemetry.otlp_endpoint.given()
        && !(endpoint.starts_with("http://") || endpoint.starts_with("https://"))
    {
        problems.push(Problem(format!(
            "telemetry.otlp_endpoint must be a URL such as http://collector:4318/v1/traces, got `{endpoint}`"
        )));
    }
}

fn store(file: &FileSection, problems: &mut Vec<Problem>) {
    let store = &file.store;
    match (store.kind, store.url.reveal()) {
        (StoreKind::Redis, None) => problems.push(Problem(
            "store.url must not be empty where store.kind is redis; write redis://HOST:PORT".to_owned(),
        )),
        (StoreKind::Embedded, Some(_)) => problems.push(Problem(
            "store.url names a server, but store.kind is embedded; write `kind: redis`, or take the url out".to_owned(),
        )),
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
        problems.push(Problem(format!(
            "{key} must be at least {other} ({}), got {}",
            bound.shown(),
            value.shown()
        )));
    }
}

fn exceeds((key, value): Named, (other, bound): Named, problems: &mut Vec<Problem>) {
    if value <= bound {
        problems.push(Problem(format!(
            "{key} must exceed {other} ({}), got {}",
            bound.shown(),
            value.shown()
        )));
    }
}
