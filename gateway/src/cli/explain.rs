//! `explain RULES --text … [--fact path=value]… [--at TIME]`

use jiff::Timestamp;
use serde_json::json;
use signalbox_dsl::Locale;
use signalbox_dsl::bundle::{Bundle, Trigger};
use signalbox_dsl::value::Value;
use signalbox_rules::conversation::hearing::hear;
use signalbox_rules::conversation::path;
use signalbox_rules::{Conversation, Facts, Inputs, Reference, explain, nobody_waits};

use super::answer::{Answer, Outcome};
use super::arguments::ExplainOptions;
use super::places;
use super::rules::checked;
use super::typed_fact;
use super::typed_moment::moment;
use crate::words::Failure;

const TEXT: &str = "text";
const CHANNEL: &str = "channel";
/// What a message without a channel came in by.
const DEFAULT_CHANNEL: &str = "webchat";

pub(super) fn run(options: &ExplainOptions, locale: Locale) -> Result<Answer, Failure> {
    let rules = match checked(&options.rules, locale)? {
        Ok(rules) => rules,
        Err(findings) => return Ok(findings),
    };
    let now = match &options.at {
        Some(written) => moment("--at", written, &rules.bundle.timezone)?,
        None => Timestamp::now(),
    };
    let mut conversation = Conversation::default();
    conversation.begin(&Trigger::Message, now);
    let mut facts = facts(options, &rules.bundle)?;
    // Always, so that it can be seen what a rule on a score would have read.
    let heard = hear(&mut conversation, &mut facts, true, now);
    conversation.facts(now, &mut facts);
    set_given(options, &rules.bundle, &mut facts)?;
    let reference = Reference::new(rules.bundle)?;
    let explanation = explain(
        &reference,
        Inputs {
            trigger: &Trigger::Message,
            facts: &facts,
            ledger: &conversation.ledger,
            now,
        },
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

/// A new customer's first message, and whatever the command line says besides.
fn facts(options: &ExplainOptions, bundle: &Bundle) -> Result<Facts, Failure> {
    let mut facts = Facts::default();
    facts.set(
        path::LANGUAGE,
        Value::Language(bundle.default_language.clone()),
    );
    facts.set(CHANNEL, Value::Member(DEFAULT_CHANNEL.into()));
    facts.set(TEXT, Value::Text(options.text.as_str().into()));
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
