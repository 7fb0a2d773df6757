//! `rules status|history|rollback [--config FILE] [--data DIR]`

use std::fmt::Write as _;

use serde_json::json;

use super::admin_client::AdminClient;
use super::answer::{Answer, Outcome};
use super::arguments::{LiveRulesCommand, LiveRulesOptions};
use crate::admin::RollbackRequest;
use crate::bundles::{Activation, BundleOrigin, StatusReport};

/// So much of a hash is enough for people.
const SHORT_HASH: usize = 12;

pub(super) fn run(options: &LiveRulesOptions) -> anyhow::Result<Answer> {
    let gateway = AdminClient::of(&options.installation.load()?)?;
    match &options.command {
        LiveRulesCommand::Status => gateway.get("/v1/rules/status").map(status),
        LiveRulesCommand::History => gateway.get("/v1/rules/history").map(history),
        LiveRulesCommand::Rollback { bundle } => {
            let request = RollbackRequest { to: bundle.clone() };
            gateway.post("/v1/rules/rollback", &request).map(status)
        }
    }
}

fn status(report: StatusReport) -> Answer {
    let mut text = format!(
        "{} rules are live since {}: bundle {}, {}\n",
        report.rules,
        report.since.strftime("%Y-%m-%d %H:%M:%S UTC"),
        short(&report.bundle),
        origin(report.origin),
    );
    if let Some(refused) = &report.refused {
        // Writing into a string cannot fail.
        let _ = writeln!(
            text,
            "newer files are refused since {}: {}\n{}",
            refused.at.strftime("%Y-%m-%d %H:%M:%S UTC"),
            refused.summary,
            refused.details.trim_end()
        );
    }
    Answer {
        text,
        json: json!(report),
        outcome: Outcome::of_findings(report.refused.is_some()),
    }
}

fn history(activations: Vec<Activation>) -> Answer {
    let mut text = String::new();
    for past in activations.iter().rev() {
        let by_rollback = if past.by_rollback { "  rollback" } else { "" };
        // As above.
        let _ = writeln!(
            text,
            "{}  {}  {:>5} rules{by_rollback}",
            past.at.strftime("%Y-%m-%d %H:%M:%S UTC"),
            short(&past.bundle),
            past.rules,
        );
    }
    if text.is_empty() {
        text.push_str("only the built-in example was live here so far\n");
    }
    Answer {
        text,
        json: json!({"history": activations}),
        outcome: Outcome::Fine,
    }
}

fn origin(origin: BundleOrigin) -> &'static str {
    match origin {
        BundleOrigin::Files => "from the rule files",
        BundleOrigin::LastGood => "the last good ones, since the rule files are refused",
        BundleOrigin::Rollback => "gone back to; the rule files are taken again when they change",
        BundleOrigin::BuiltIn => "the built-in example",
    }
}

fn short(hash: &str) -> &str {
    hash.get(..SHORT_HASH).unwrap_or(hash)
}
