//! `explain RULES --text … [--fact path=value]… [--at TIME] [--disabled RULE]…`, or `explain --message ID` of a running gateway.

mod live;

use jiff::Timestamp;
use serde_json::json;
use signalbox_dsl::Locale;
use signalbox_dsl::bundle::{Bundle, Trigger};
use signalbox_dsl::nearest::nearest;
use signalbox_dsl::value::Value;
use signalbox_rules::conversation::hearing::hear;
use signalbox_rules::conversation::path;
use signalbox_rules::{
    Conversation, DisabledRules, Facts, Inputs, Reference, explain_without, nobody_waits,
};

use super::answer::{Answer, Outcome};
use super::arguments::ExplainOptions;
use super::places;
use super::rules::checked_at;
use super::typed_fact;
use super::typed_moment::moment;
use crate::words::{Failure, Words, words};

const TEXT: &str = "text";
const CHANNEL: &str = "channel";
/// What a message without a channel came in by.
const DEFAULT_CHANNEL: &str = "webchat";

pub(super) fn run(options: &ExplainOptions, locale: Locale) -> Result<Answer, Failure> {
    if let Some(message) = &options.message {
        return live::run(message, &options.installation, locale);
    }
    let (Some(rules), Some(text)) = (&options.rules, &options.text) else {
        return Err(words!(
            "there is nothing to explain; write explain RULES --text \"…\", or explain --message ID for a message that a gateway had",
            "没有要解释的内容；请写 explain RULES --text \"…\"，或用 explain --message ID 解释网关处理过的消息"
        )
        .into());
    };
    let rules = match checked_at(rules, locale)? {
        Ok(rules) => rules,
        Err(findings) => return Ok(findings),
    };
    let now = match &options.at {
        Some(written) => moment("--at", written, &rules.bundle.timezone)?,
        None => Timestamp::now(),
    };
    let mut conversation = Conversation::default();
    conversation.begin(&Trigger::Message, now);
    let mut facts = facts(options, text, &rules.bundle)?;
    // Always, so that it can be seen what a rule on a score would have read.
    let heard = hear(&mut conversation, &mut facts, true, now);
    conversation.facts(now, &mut facts);
    set_given(options, &rules.bundle, &mut facts)?;
    let disabled = disabled(&options.disabled, &rules.bundle)?;
    let reference = Reference::new(rules.bundle)?;
    let explanation = explain_without(
        &reference,
        Inputs {
            trigger: &Trigger::Message,
            facts: &facts,
            ledger: &conversation.ledger,
            now,
        },
        &disabled,
    )
    .with_heard(&heard, &facts);
    let mut json = json!(explanation);
    places::resolve(&mut json, &rules.sources);
    Ok(Answer {
        text: explanation.text(locale),
        json,
        outcome: Outcome::Fine,
    })
}

/// Rules that are to be thought away, by their full names.
fn disabled(names: &[String], bundle: &Bundle) -> Result<DisabledRules, Words> {
    let rules = || bundle.rules.iter().map(|rule| &*rule.name);
    for name in names {
        if rules().any(|rule| rule == name) {
            continue;
        }
        return Err(match nearest(name, rules()) {
            Some(near) => words!(
                "`--disabled {name}`: there is no rule `{name}`; did you mean `{near}`?",
                "`--disabled {name}`：没有规则 `{name}`；是不是想写 `{near}`？"
            ),
            None => words!(
                "`--disabled {name}`: there is no rule `{name}`; write its full name, module and all",
                "`--disabled {name}`：没有规则 `{name}`；请写全名，连同模块"
            ),
        });
    }
    Ok(DisabledRules::named(bundle, names))
}

/// A new customer's first message, and whatever the command line says besides.
fn facts(options: &ExplainOptions, text: &str, bundle: &Bundle) -> Result<Facts, Failure> {
    let mut facts = Facts::default();
    facts.set(
        path::LANGUAGE,
        Value::Language(bundle.default_language.clone()),
    );
    facts.set(CHANNEL, Value::Member(DEFAULT_CHANNEL.into()));
    facts.set(TEXT, Value::Text(text.into()));
    nobody_waits(&bundle.fields, &mut facts);
    set_given(options, bundle, &mut facts)?;
    Ok(facts)
}

/// What the command line says counts before the message is heard, and wins over what the conversation says afterwards.
fn set_given(options: &ExplainOptions, bundle: &Bundle, facts: &mut Facts) -> Result<(), Failure> {
    for fact in &options.facts {
        let (field, value) = typed_fact::fact(fact, bundle)?;
        facts.set(field.path.clone(), value);
    }
    Ok(())
}
