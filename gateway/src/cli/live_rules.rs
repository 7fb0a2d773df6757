//! `rules status|history|rollback|disable|enable [--config FILE] [--data DIR]`

use std::fmt::{Display, Write as _};

use jiff::Timestamp;
use serde_json::json;
use signalbox_dsl::Locale;

use super::admin_client::AdminClient;
use super::answer::{Answer, Outcome};
use super::arguments::{LiveRulesCommand, LiveRulesOptions};
use crate::admin::{RollbackRequest, RuleRequest};
use crate::bundles::{Activation, BundleOrigin, LiveDisabled, StatusReport};
use crate::words::{Failure, Words, words};

/// So much of a hash is enough for people.
const SHORT_HASH: usize = 12;

pub(super) fn run(options: &LiveRulesOptions, locale: Locale) -> Result<Answer, Failure> {
    let gateway = AdminClient::of(&options.installation.load()?)?;
    match &options.command {
        LiveRulesCommand::Status => gateway
            .get("/v1/rules/status")
            .map(|report| status(report, locale)),
        LiveRulesCommand::History => gateway
            .get("/v1/rules/history")
            .map(|past| history(past, locale)),
        LiveRulesCommand::Rollback { bundle } => {
            let request = RollbackRequest { to: bundle.clone() };
            gateway
                .post("/v1/rules/rollback", &request)
                .map(|report| status(report, locale))
        }
        LiveRulesCommand::Disable { rule } => gateway
            .post("/v1/rules/disable", &request_for(rule))
            .map(|report| status(report, locale)),
        LiveRulesCommand::Enable { rule } => gateway
            .post("/v1/rules/enable", &request_for(rule))
            .map(|report| status(report, locale)),
    }
}

fn request_for(rule: &str) -> RuleRequest {
    RuleRequest {
        rule: rule.to_owned(),
        by: user_name(),
    }
}

/// Who runs the command, as the session says: behind `sudo` the person, not `root`.
fn user_name() -> Option<String> {
    let mut names = ["SUDO_USER", "USER", "LOGNAME"].into_iter();
    names.find_map(|variable| std::env::var(variable).ok().filter(|name| !name.is_empty()))
}

fn status(report: StatusReport, locale: Locale) -> Answer {
    let (rules, since) = (report.rules, moment(report.since));
    let (bundle, origin) = (short(&report.bundle), origin(report.origin));
    let (from_en, from_zh) = (origin.en, origin.zh);
    let are_live = match rules {
        1 => "1 rule is live".to_owned(),
        _ => format!("{rules} rules are live"),
    };
    let mut text = words!(
        "{are_live} since {since}: bundle {bundle}, {from_en}\n",
        "{rules} 条规则自 {since} 起生效：规则包 {bundle}，{from_zh}\n"
    )
    .told(locale)
    .to_owned();
    if let Some(refused) = &report.refused {
        let since = moment(refused.at);
        let line = words!(
            "newer files are refused since {since}: ",
            "较新的文件自 {since} 起被拒绝："
        );
        // Writing into a string cannot fail.
        let _ = writeln!(
            text,
            "{}{}\n{}",
            line.told(locale),
            refused.summary.told(locale),
            refused.details.told(locale).trim_end()
        );
    }
    for it in &report.disabled {
        // As above.
        let _ = writeln!(text, "{}", disabled(it).told(locale));
    }
    let mut json = json!(report);
    if let (Some(shown), Some(refused)) = (json.get_mut("refused"), &report.refused) {
        *shown = json!({
            "at": refused.at,
            "summary": refused.summary.told(locale),
            "details": refused.details.told(locale),
        });
    }
    Answer {
        text,
        json,
        outcome: Outcome::of_findings(report.refused.is_some()),
    }
}

/// `disabled since …, by chen: orders.refund`
fn disabled(LiveDisabled { disabled, is_live }: &LiveDisabled) -> Words {
    let (rule, since) = (&disabled.rule, moment(disabled.since));
    let mut line = match &disabled.by {
        Some(by) => words!(
            "disabled since {since}, by {by}: {rule}",
            "自 {since} 起由 {by} 停用：{rule}"
        ),
        None => words!(
            "disabled since {since}: {rule}",
            "自 {since} 起停用：{rule}"
        ),
    };
    if !is_live {
        line.en.push_str(" (not among the live rules)");
        line.zh.push_str("（不在生效的规则中）");
    }
    line
}

fn history(activations: Vec<Activation>, locale: Locale) -> Answer {
    let mut text = String::new();
    for past in activations.iter().rev() {
        let (at, bundle, rules) = (moment(past.at), short(&past.bundle), past.rules);
        let noun = if rules == 1 { "rule " } else { "rules" };
        let mut line = words!(
            "{at}  {bundle}  {rules:>5} {noun}",
            "{at}  {bundle}  {rules:>5} 条规则"
        );
        if past.by_rollback {
            line.en.push_str("  rollback");
            line.zh.push_str("  回退");
        }
        // As above.
        let _ = writeln!(text, "{}", line.told(locale));
    }
    if text.is_empty() {
        let none = words!(
            "only the built-in example was live here so far\n",
            "到现在为止只有内置示例生效过\n"
        );
        text.push_str(none.told(locale));
    }
    Answer {
        text,
        json: json!({"history": activations}),
        outcome: Outcome::Fine,
    }
}

fn moment(at: Timestamp) -> impl Display {
    at.strftime("%Y-%m-%d %H:%M:%S UTC")
}

fn origin(origin: BundleOrigin) -> Words {
    match origin {
        BundleOrigin::Files => words!("from the rule files", "来自规则文件"),
        BundleOrigin::LastGood => words!(
            "the last good ones, since the rule files are refused",
            "规则文件被拒绝，沿用上一份可用的"
        ),
        BundleOrigin::Rollback => words!(
            "gone back to; the rule files are taken again when they change",
            "由人工回退；规则文件改动后会重新采用"
        ),
        BundleOrigin::BuiltIn => words!("the built-in example", "内置示例"),
    }
}

fn short(hash: &str) -> &str {
    hash.get(..SHORT_HASH).unwrap_or(hash)
}
