//! Edges: which counts of signals a turn or event brings to where rules wait for them, and which numbers rise past a bound.
//!
//! A count is reached by the occurrence with which it rises to the number, seen back over the window from that moment; further ones in
//! the same window do not reach it again. What occurred is kept in the ledger, only as often as the highest count asks for. The
//! moment of the occurrence decides: one that comes in late takes its place among the others, but not if it is later than
//! [`MOST_LATE`]; then it counts no more.
//!
//! A number rises with a message only. What it was just before is a fact of its own, [`before`], so that a decision needs nothing besides
//! its facts.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use signalbox_dsl::bundle::{
    AttachmentKind, Bundle, Edge, EdgeId, Reaching, Rising, Scope, SignalId, Trigger,
};
use signalbox_dsl::value::Value;

use crate::conversation::path;
use crate::decision::{Inputs, Reached, Risen};
use crate::describe;
use crate::facts::Facts;
use crate::ledger::{Ledger, LedgerUse};
use crate::limits::count_within;
use crate::snapshot::has_type;

/// How much earlier than the last occurrence one may be.
pub(crate) const MOST_LATE: SignedDuration = SignedDuration::from_mins(2);

/// What a turn or event comes to.
#[derive(Debug, Default)]
pub(crate) struct Signalled {
    /// Counts that it reached, and numbers that it raised.
    pub(crate) edges: Vec<EdgeId>,
    /// To be entered in the ledger.
    pub(crate) uses: Vec<LedgerUse>,
    /// For the trace.
    pub(crate) reached: Vec<Reached>,
    /// For the trace.
    pub(crate) risen: Vec<Risen>,
}

/// The ids of the signals that a trigger can bring.
pub(crate) fn heard_with<'b>(
    bundle: &'b Bundle,
    trigger: &'b Trigger,
) -> impl Iterator<Item = SignalId> + 'b {
    let signals = (0..).map(SignalId).zip(&bundle.signals);
    signals
        .filter(move |(_, signal)| signal.trigger == *trigger)
        .map(|(id, _)| id)
}

/// What follows from the signals that `occurs` says occur with this turn or event.
pub(crate) fn signalled(
    bundle: &Bundle,
    zone: &TimeZone,
    inputs: &Inputs<'_>,
    mut occurs: impl FnMut(SignalId) -> bool,
) -> Signalled {
    let mut signalled = Signalled::default();
    if bundle.edges.is_empty() {
        return signalled;
    }
    for signal in heard_with(bundle, inputs.trigger) {
        if occurs(signal) {
            signalled.add(bundle, zone, inputs, signal);
        }
    }
    if matches!(inputs.trigger, Trigger::Message | Trigger::Attachment) {
        signalled.add_rises(bundle, inputs);
        signalled.add_attached(bundle, inputs);
    }
    signalled
}

/// The path of the fact that holds what a number was just before the turn. It has a space, so no field of an author has it.
pub(crate) fn before(path: &str) -> String {
    format!("{path} before")
}

/// The facts besides [`Bundle::fields`] that a bundle reads: for its edges, and for its outreach.
pub fn facts_besides_fields(bundle: &Bundle) -> impl Iterator<Item = String> {
    let of_outreach = [path::OUTREACH_PLANNED, path::OUTREACH_LATEST];
    let of_outreach = of_outreach
        .into_iter()
        .filter(|_| !bundle.outreach.is_empty());
    let of_edges = bundle.edges.iter().filter_map(|edge| match edge {
        Edge::Rising(rising) => Some(before(&bundle.fields.get(rising.field.index())?.path)),
        Edge::Reaching(_) | Edge::Attached(_) => None,
    });
    of_edges.chain(of_outreach.map(str::to_owned))
}

/// What a number was just before the turn, and what it is.
pub(crate) fn moved<'f>(
    bundle: &Bundle,
    rising: &Rising,
    inputs: &Inputs<'f>,
) -> Option<(&'f Value, &'f Value)> {
    let field = bundle.fields.get(rising.field.index())?;
    let fact = |path: &str| {
        let value = inputs.facts.get(path)?;
        has_type(value, &field.value_type).then_some(value)
    };
    Some((fact(&before(&field.path))?, fact(&field.path)?))
}

/// Whether it goes past the bound.
fn rises(moved: (&Value, &Value), above: &Value) -> bool {
    match (moved, above) {
        ((Value::Percent(from), Value::Percent(to)), Value::Percent(above))
        | ((Value::Number(from), Value::Number(to)), Value::Number(above)) => {
            from <= above && to > above
        }
        _ => false,
    }
}

impl Signalled {
    fn add(&mut self, bundle: &Bundle, zone: &TimeZone, inputs: &Inputs<'_>, signal: SignalId) {
        for scope in [Scope::Customer, Scope::Episode] {
            let edges = || {
                let all = (0..).map(EdgeId).zip(&bundle.edges);
                all.filter_map(|(id, edge)| match edge {
                    Edge::Reaching(it) if it.signal == signal && it.count.scope == scope => {
                        Some((id, it))
                    }
                    Edge::Reaching(_) | Edge::Rising(_) | Edge::Attached(_) => None,
                })
            };
            let Some(most) = edges().map(|(_, edge)| edge.count.times).max() else {
                continue;
            };
            let key = ledger_key(bundle, signal);
            if is_too_late(inputs.ledger, &key, scope, inputs.now) {
                continue;
            }
            for (id, edge) in edges() {
                let before = count_before(bundle, edge, inputs.ledger, inputs.now, zone);
                if before + 1 == edge.count.times as usize {
                    self.edges.push(id);
                    self.reached.push(reached(bundle, edge));
                }
            }
            self.uses.push(LedgerUse {
                key: key.into(),
                scope,
                times: most,
            });
        }
    }

    fn add_attached(&mut self, bundle: &Bundle, inputs: &Inputs<'_>) {
        for (id, edge) in (0..).map(EdgeId).zip(&bundle.edges) {
            if let Edge::Attached(kind) = edge
                && is_attached(inputs.facts, *kind)
            {
                self.edges.push(id);
            }
        }
    }

    fn add_rises(&mut self, bundle: &Bundle, inputs: &Inputs<'_>) {
        for (id, edge) in (0..).map(EdgeId).zip(&bundle.edges) {
            let Edge::Rising(rising) = edge else {
                continue;
            };
            // Without words nothing is felt: of what rises only the turns move with an attachment.
            let field = bundle.fields.get(rising.field.index());
            let is_turns = field.is_some_and(|field| &*field.path == path::EPISODE_TURNS);
            if *inputs.trigger == Trigger::Attachment && !is_turns {
                continue;
            }
            let moved = moved(bundle, rising, inputs);
            if moved.is_some_and(|moved| rises(moved, &rising.above)) {
                self.edges.push(id);
                self.risen.push(risen(bundle, rising, inputs));
            }
        }
    }
}

/// Whether the turn has an attachment of that kind.
fn is_attached(facts: &Facts, kind: AttachmentKind) -> bool {
    let Some(Value::List(kinds)) = facts.get(path::ATTACHMENT_KINDS) else {
        return false;
    };
    let mut kinds = kinds.iter();
    kinds.any(|it| matches!(it, Value::Text(name) if **name == *kind.name()))
}

/// A number that rises, in words.
pub(crate) fn risen(bundle: &Bundle, rising: &Rising, inputs: &Inputs<'_>) -> Risen {
    let moved = moved(bundle, rising, inputs);
    Risen {
        field: describe::path(rising.field, bundle).into(),
        from: moved.map(|(from, _)| describe::value(from).into()),
        to: moved.map(|(_, to)| describe::value(to).into()),
        above: describe::value(&rising.above).into(),
    }
}

/// Under which name the ledger keeps a signal. No rule's effect has one with a space.
fn ledger_key(bundle: &Bundle, signal: SignalId) -> String {
    let signal = bundle.signals.get(signal.index());
    format!("{KEY}{}", signal.map_or("?", |signal| &signal.name))
}

/// What the ledger's names of signals begin with.
pub(crate) const KEY: &str = "signal ";

/// How often the signal of an edge occurred in its window that ends at `now`.
pub(crate) fn count_before(
    bundle: &Bundle,
    edge: &Reaching,
    ledger: &Ledger,
    now: Timestamp,
    zone: &TimeZone,
) -> usize {
    let key = ledger_key(bundle, edge.signal);
    let uses = ledger.uses(&key, edge.count.scope);
    let until = uses.partition_point(|it| *it <= now);
    count_within(
        uses.get(..until).unwrap_or_default(),
        edge.count.window,
        now,
        zone,
    )
}

fn is_too_late(ledger: &Ledger, key: &str, scope: Scope, now: Timestamp) -> bool {
    let last = ledger.uses(key, scope).last();
    last.is_some_and(|last| last.duration_since(now) > MOST_LATE)
}

/// A count in words.
pub(crate) fn reached(bundle: &Bundle, edge: &Reaching) -> Reached {
    let signal = bundle.signals.get(edge.signal.index());
    Reached {
        signal: signal.map_or_else(|| "?".into(), |signal| signal.name.clone()),
        times: edge.count.times,
        window: describe::window(edge.count.window).into(),
        scope: edge.count.scope,
    }
}

#[cfg(test)]
mod tests;
