//! `explain RULES --text … [--fact path=value]… [--at TIME]`

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::json;
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
use crate::words::{Failure, Told, Words, words};

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

/// A moment with its offset, or one on the clock of the rules' zone.
fn moment(written: &str, bundle: &Bundle) -> Result<Timestamp, Failure> {
    if let Ok(moment) = written.parse() {
        return Ok(moment);
    }
    let on_the_clock: DateTime = written.parse().map_err(|_| {
        words!(
            "`--at {written}` is no moment; write \"2026-11-11 22:00\" or 2026-11-11T22:00:00+08:00",
            "`--at {written}` 不是时刻；请写 \"2026-11-11 22:00\" 或 2026-11-11T22:00:00+08:00"
        )
    })?;
    let zone = &bundle.timezone;
    let moment = TimeZone::get(zone).and_then(|zone| on_the_clock.to_zoned(zone));
    let moment = moment.map_err(|error| {
        words!(
            "`--at {written}` is no moment in {zone}: {error}",
            "`--at {written}` 不是 {zone} 的时刻：{error}"
        )
    })?;
    Ok(moment.timestamp())
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
    set_given(options, bundle, &mut facts)?;
    Ok(facts)
}

/// What the command line says counts before the message is heard, and wins over what the conversation says afterwards.
fn set_given(options: &ExplainOptions, bundle: &Bundle, facts: &mut Facts) -> Result<(), Failure> {
    for fact in &options.facts {
        let Some((path, written)) = fact.split_once('=') else {
            return Err(words!(
                "`--fact {fact}` has no value; write --fact customer.tier=vip",
                "`--fact {fact}` 没有值；请写成 --fact customer.tier=vip"
            )
            .into());
        };
        let Some(field) = bundle.fields.iter().find(|field| &*field.path == path) else {
            let fields = bundle.fields.iter().map(|field| &*field.path);
            return Err(match nearest(path, fields) {
                Some(near) => words!(
                    "`--fact {fact}`: there is no field `{path}` in these rules; did you mean `{near}`?",
                    "`--fact {fact}`：这些规则里没有字段 `{path}`；是不是想写 `{near}`？"
                ),
                None => words!(
                    "`--fact {fact}`: there is no field `{path}` in these rules; declare it in a `schema`, or look at its name there",
                    "`--fact {fact}`：这些规则里没有字段 `{path}`；请在 `schema` 里声明它，或核对那里的名称"
                ),
            }
            .into());
        };
        refuse_unknown_member(fact, written, field, bundle)?;
        // A text may look like a number, so the word itself goes first.
        let value = value_from_json(field, &written.into(), bundle).or_else(|wrong| {
            let json = serde_json::from_str(written).map_err(|_| wrong)?;
            value_from_json(field, &json, bundle)
        });
        facts.set(
            field.path.clone(),
            value.map_err(|wrong| {
                let Words { en, zh } = wrong.words();
                words!("`--fact {fact}`: {en}", "`--fact {fact}`：{zh}")
            })?,
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
) -> Result<(), Failure> {
    let Type::Enum(name) = &field.value_type else {
        return Ok(());
    };
    let Some(known) = bundle.enums.iter().find(|known| known.name == *name) else {
        return Ok(());
    };
    if known.members.iter().any(|member| &**member == written) {
        return Ok(());
    }
    let (kind, members) = (&known.name, known.members.join(", "));
    Err(words!(
        "`--fact {fact}`: `{written}` is no {kind}; there are {members}",
        "`--fact {fact}`：`{written}` 不是 {kind}；可以是 {members}"
    )
    .into())
}
