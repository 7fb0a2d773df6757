//! Outreach: what a turn or event plans and takes back, and what becomes of what is due. Both evaluators share it.
//!
//! Planning looks at `on … where …`; all else is looked at when it is due, since by then a person may have the conversation, the customer may
//! have opted out, and the caps may be used up. What was planned keeps the values of the facts that it reads, as far as they are
//! gone by then: the order number of the event that planned it.

use jiff::civil::{DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use signalbox_dsl::bundle::{
    Limit, Operand, Outreach, OutreachId, QuietHours, Scope, SendTime, Trigger, Zone,
};
use signalbox_dsl::value::Value;

use crate::conversation::{after, path};
use crate::decision::{DecidedEffect, Decision, DropReason, Inputs, OutreachStep};
use crate::engine::needs;
use crate::facts::Facts;
use crate::floor::people_state;
use crate::ledger::LedgerUse;
use crate::limits;
use crate::prepared::Prepared;
use crate::render;
use crate::snapshot::Snapshot;

/// A customer with this tag gets no outreach.
pub const OPTED_OUT: &str = "opt-out";

/// The ledger's name of what counts towards the cap, without the `#` and what follows.
pub const MARKETING: &str = "marketing";

/// Which condition of an outreach is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// `where`
    Filter,
    /// `when`
    Condition,
}

/// An evaluator at work on one turn or event.
pub(crate) trait Evaluating<'a> {
    /// What it reads.
    fn snapshot(&self) -> &Snapshot<'a>;

    /// Whether a condition of an outreach is true, or there is none.
    fn outreach_holds(&mut self, id: OutreachId, part: Part) -> bool;
}

/// Decides what becomes of a due outreach.
pub(crate) fn due<'a>(
    evaluating: &mut impl Evaluating<'a>,
    inputs: &Inputs<'_>,
    name: &str,
) -> Decision {
    let mut decision = Decision::default();
    let step = match send(evaluating, inputs, name, &mut decision) {
        Ok(()) => OutreachStep::Sent {
            outreach: name.into(),
        },
        Err(Hindrance::Until(due)) => OutreachStep::Postponed {
            outreach: name.into(),
            due,
        },
        Err(Hindrance::Dropped(because)) => OutreachStep::Dropped {
            outreach: name.into(),
            because,
        },
    };
    decision.outreach.push(step);
    decision.trace.computed = evaluating.snapshot().computed();
    decision
}

/// Why it is not sent now.
enum Hindrance {
    Until(Timestamp),
    Dropped(DropReason),
}

fn send<'a>(
    evaluating: &mut impl Evaluating<'a>,
    inputs: &Inputs<'_>,
    name: &str,
    decision: &mut Decision,
) -> Result<(), Hindrance> {
    let dropped = |because| Err(Hindrance::Dropped(because));
    let prepared = evaluating.snapshot().prepared;
    let bundle = &prepared.bundle;
    let mut known = all(prepared);
    let Some((id, outreach)) = known.find(|(_, outreach)| *outreach.name == *name) else {
        return dropped(DropReason::NotInRules);
    };
    let latest = match inputs.facts.get(path::OUTREACH_LATEST) {
        Some(Value::Timestamp(latest)) => *latest,
        _ => Timestamp::MAX,
    };
    if inputs.now > latest {
        return dropped(DropReason::TooLate);
    }
    if people_state(inputs.facts).is_some() {
        return dropped(DropReason::PersonOwns);
    }
    if has_opted_out(inputs.facts) {
        return dropped(DropReason::OptedOut);
    }
    let quiet = outreach.quiet.as_ref();
    if let Some(end) = quiet.and_then(|quiet| quiet_until(quiet, evaluating.snapshot())) {
        return Err(match end > latest {
            true => Hindrance::Dropped(DropReason::TooLate),
            false => Hindrance::Until(end),
        });
    }
    if !evaluating.outreach_holds(id, Part::Condition) {
        return dropped(DropReason::ConditionNotTrue);
    }
    let is_used_up = |limit: &Limit, key: &str| {
        let zone = &prepared.zone;
        limits::is_used_up(limit, inputs.ledger, key, inputs.now, zone)
    };
    let own = format!("{name}#outreach");
    if outreach.limit.is_some_and(|limit| is_used_up(&limit, &own)) {
        return dropped(DropReason::LimitReached);
    }
    let cap = bundle.marketing_cap.filter(|_| outreach.marketing);
    let shared = format!("{MARKETING}#cap");
    if cap.is_some_and(|cap| is_used_up(&cap, &shared)) {
        return dropped(DropReason::MarketingCap);
    }
    let Some(template) = bundle.templates.get(outreach.template.index()) else {
        return dropped(DropReason::NotInRules);
    };
    let action = match render::reply(template, &outreach.arguments, evaluating.snapshot()) {
        Ok(action) => action,
        Err(missing) => {
            return dropped(DropReason::ValueMissing {
                parameter: missing.parameter,
            });
        }
    };
    let counted = |limit: Limit, key: String| LedgerUse {
        key: key.into(),
        scope: Scope::Customer,
        times: limit.times,
    };
    decision.effects.push(DecidedEffect {
        rule: outreach.name.clone(),
        action,
        ledger_use: outreach.limit.map(|limit| counted(limit, own)),
    });
    decision.uses.extend(cap.map(|cap| counted(cap, shared)));
    Ok(())
}

/// What a turn or event takes back, then what it plans.
pub(crate) fn happened<'a>(
    evaluating: &mut impl Evaluating<'a>,
    inputs: &Inputs<'_>,
    decision: &mut Decision,
) {
    let steps = &mut decision.outreach;
    for (id, outreach) in all(evaluating.snapshot().prepared) {
        let mut is_planned = is_planned(inputs.facts, &outreach.name);
        if is_planned && takes_back(outreach, inputs.trigger) {
            is_planned = false;
            steps.push(OutreachStep::Cancelled {
                outreach: outreach.name.clone(),
            });
        }
        if !outreach.triggers.contains(inputs.trigger)
            || !evaluating.outreach_holds(id, Part::Filter)
        {
            continue;
        }
        steps.push(match is_planned {
            true => OutreachStep::AlreadyPlanned {
                outreach: outreach.name.clone(),
            },
            false => plan(outreach, evaluating.snapshot(), inputs),
        });
    }
    decision.trace.computed = evaluating.snapshot().computed();
}

/// Whether it is taken back by what came. Who sends a picture without a word has written too.
fn takes_back(outreach: &Outreach, trigger: &Trigger) -> bool {
    let trigger = match trigger {
        Trigger::Attachment => &Trigger::Message,
        other => other,
    };
    outreach.unless.contains(trigger)
}

fn plan(outreach: &Outreach, snapshot: &Snapshot<'_>, inputs: &Inputs<'_>) -> OutreachStep {
    let now = inputs.now;
    let due = match &outreach.time {
        SendTime::After(delay) => after(now, *delay),
        SendTime::NextDay { at, zone } => next_day(now, *at, &zone_of(zone, snapshot)),
    };
    let latest = match outreach.latest {
        Some(latest) => after(now, latest),
        None => after(due, Outreach::WORTH),
    };
    let bundle = &snapshot.prepared.bundle;
    let mut facts = Facts::default();
    for field in needs::of_outreach(outreach) {
        if let Some(field) = bundle.fields.get(field.index())
            && let Some(value) = inputs.facts.get(&field.path)
        {
            facts.set(field.path.clone(), value.clone());
        }
    }
    OutreachStep::Planned {
        outreach: outreach.name.clone(),
        due,
        latest,
        facts,
    }
}

fn all(prepared: &Prepared) -> impl Iterator<Item = (OutreachId, &Outreach)> {
    (0..).map(OutreachId).zip(&prepared.bundle.outreach)
}

fn is_planned(facts: &Facts, name: &str) -> bool {
    has_text(facts.get(path::OUTREACH_PLANNED), name)
}

fn has_opted_out(facts: &Facts) -> bool {
    has_text(facts.get(path::CUSTOMER_TAGS), OPTED_OUT)
}

fn has_text(list: Option<&Value>, wanted: &str) -> bool {
    let Some(Value::List(values)) = list else {
        return false;
    };
    values
        .iter()
        .any(|value| matches!(value, Value::Text(text) if **text == *wanted))
}

/// The customer's zone where it is known and exists, otherwise the one that the author named.
fn zone_of(zone: &Zone, snapshot: &Snapshot<'_>) -> TimeZone {
    let database = TimeZoneDatabase::bundled();
    let theirs = zone.field.and_then(|field| snapshot.value(field));
    let theirs = theirs.and_then(|value| match value {
        Value::Timezone(name) => database.get(name).ok(),
        _ => None,
    });
    let fallback = || database.get(&zone.fallback).ok();
    theirs
        .or_else(fallback)
        .unwrap_or_else(|| snapshot.prepared.zone.clone())
}

fn next_day(now: Timestamp, at: Time, zone: &TimeZone) -> Timestamp {
    let today = now.to_zoned(zone.clone()).date();
    let tomorrow = today.checked_add(1.day()).unwrap_or(today);
    moment(tomorrow.to_datetime(at), zone)
}

/// When the quiet hours that hold now end; `None` if none do.
fn quiet_until(quiet: &QuietHours, snapshot: &Snapshot<'_>) -> Option<Timestamp> {
    let zone = zone_of(&quiet.zone, snapshot);
    let here = snapshot.now.to_zoned(zone.clone());
    let (today, time) = (here.date(), here.time());
    let past_midnight = quiet.from >= quiet.to;
    let is_quiet = match past_midnight {
        false => (quiet.from..quiet.to).contains(&time),
        true => time >= quiet.from || time < quiet.to,
    };
    if !is_quiet {
        return None;
    }
    let day = match time < quiet.to {
        true => today,
        false => today.checked_add(1.day()).unwrap_or(today),
    };
    Some(moment(day.to_datetime(quiet.to), &zone))
}

/// A time that the clocks leave out is the next one that there is.
fn moment(here: DateTime, zone: &TimeZone) -> Timestamp {
    zone.to_ambiguous_zoned(here)
        .compatible()
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// The fields that zones and arguments read.
pub(crate) fn zones_and_arguments(
    outreach: &Outreach,
) -> impl Iterator<Item = signalbox_dsl::bundle::FieldId> {
    let of_time = match &outreach.time {
        SendTime::After(_) => None,
        SendTime::NextDay { zone, .. } => zone.field,
    };
    let of_quiet = outreach.quiet.as_ref().and_then(|quiet| quiet.zone.field);
    let arguments = outreach
        .arguments
        .iter()
        .filter_map(|argument| match argument {
            Operand::Field { field, .. } => Some(*field),
            Operand::Constant(_) => None,
        });
    of_time.into_iter().chain(of_quiet).chain(arguments)
}

/// As [`Outreach::triggers`], for whoever asks whether anything concerns a trigger.
pub(crate) fn concerns(outreach: &[Outreach], trigger: &Trigger) -> bool {
    matches!(trigger, Trigger::Outreach(_))
        || outreach
            .iter()
            .any(|one| one.triggers.contains(trigger) || takes_back(one, trigger))
}
