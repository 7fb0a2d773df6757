//! `explain RULES --text … [--fact path=value]… [--at TIME]`

use anyhow::{Context, anyhow, bail};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use signalbox_dsl::Locale;
use signalbox_dsl::bundle::{Bundle, Field, Trigger};
use signalbox_dsl::nearest::nearest;
use signalbox_dsl::value::{Type, Value};
use signalbox_rules::conversation::hearing::hear;
use signalbox_rules::conversation::path;
use signalbox_rules::convert::value_from_json;
use signalbox_rules::{Conversation, Facts, Inputs, Reference, explain};

use super::answer::{Answer, Outcome};
use super::arguments::ExplainOptions;
use super::places;
use super::rules::checked;

const TEXT: &str = "text";
const CHANNEL: &str = "channel";
/// What a message without a channel came in by.
const DEFAULT_CHANNEL: &str = "webchat";

pub(super) fn run(options: &ExplainOptions, locale: Locale) -> anyhow::Result<Answer> {
    let rules = match checked(&options.rules, locale)? {
        Ok(rules) => rules,
        Err(findings) => return Ok(findings),
    };
    let now = match &options.at {
        Some(written) => moment(written, &rules.bundle)?,
        None => Timestamp::now(),
    };
    let mut conversation = Conversation::default();
    conversation.begin(&Trigger::Message, now);
    let mut facts = facts(options, &rules.bundle)?;
    // Always, so that it can be seen what a rule on a score would have read.
    let heard = hear(&mut conversation, &mut facts, true, now);
    conversation.facts(now, &mut facts);
    set_given(options, &rules.bundle, &mut facts)?;
    let reference = Reference::new(rules.bundle).context("the rules cannot be compiled")?;
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
    let mut json = serde_json::to_value(&explanation)?;
    places::resolve(&mut json, &rules.sources);
    Ok(Answer {
        text: explanation.text(locale),
        json,
        outcome: Outcome::Fine,
    })
}

/// A moment with its offset, or one on the clock of the rules' zone.
fn moment(written: &str, bundle: &Bundle) -> anyhow::Result<Timestamp> {
    if let Ok(moment) = written.parse() {
        return Ok(moment);
    }
    let on_the_clock: DateTime = written.parse().map_err(|_| {
        anyhow!(
            "`--at {written}` is no moment; write \"2026-11-11 22:00\" or 2026-11-11T22:00:00+08:00"
        )
    })?;
    let zone =
        TimeZone::get(&bundle.timezone).context("the zone of the rules is not known here")?;
    Ok(on_the_clock.to_zoned(zone)?.timestamp())
}

/// A new customer's first message, and whatever the command line says besides.
fn facts(options: &ExplainOptions, bundle: &Bundle) -> anyhow::Result<Facts> {
    let mut facts = Facts::default();
    facts.set(
        path::LANGUAGE,
        Value::Language(bundle.default_language.clone()),
    );
    facts.set(CHANNEL, Value::Member(DEFAULT_CHANNEL.into()));
    facts.set(TEXT, Value::Text(options.text.as_str().into()));
    set_given(options, bundle, &mut facts)?;
    Ok(facts)
}

/// What the command line says counts before the message is heard, and wins over what the conversation says afterwards.
fn set_given(options: &ExplainOptions, bundle: &Bundle, facts: &mut Facts) -> anyhow::Result<()> {
    for fact in &options.facts {
        let Some((path, written)) = fact.split_once('=') else {
            bail!("`--fact {fact}` has no value; write --fact customer.tier=vip");
        };
        let Some(field) = bundle.fields.iter().find(|field| &*field.path == path) else {
            let fields = bundle.fields.iter().map(|field| &*field.path);
            match nearest(path, fields) {
                Some(near) => bail!(
                    "`--fact {fact}`: there is no field `{path}` in these rules; did you mean `{near}`?"
                ),
                None => bail!("`--fact {fact}`: there is no field `{path}` in these rules"),
            }
        };
        refuse_unknown_member(fact, written, field, bundle)?;
        // A text may look like a number, so the word itself goes first.
        let value = value_from_json(field, &written.into(), bundle).or_else(|wrong| {
            let json = serde_json::from_str(written).map_err(|_| wrong)?;
            value_from_json(field, &json, bundle)
        });
        facts.set(
            field.path.clone(),
            value.with_context(|| format!("`--fact {fact}`"))?,
        );
    }
    Ok(())
}

/// What comes over the wire may be of a later version and becomes `other`; what is typed here is a slip.
fn refuse_unknown_member(
    fact: &str,
    written: &str,
    field: &Field,
    bundle: &Bundle,
) -> anyhow::Result<()> {
    let Type::Enum(name) = &field.value_type else {
        return Ok(());
    };
    let Some(known) = bundle.enums.iter().find(|known| known.name == *name) else {
        return Ok(());
    };
    if known.members.iter().any(|member| &**member == written) {
        return Ok(());
    }
    bail!(
        "`--fact {fact}`: `{written}` is no {}; there are {}",
        known.name,
        known.members.join(", ")
    );
}
