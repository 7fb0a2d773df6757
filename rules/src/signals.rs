//! Signals: what occurs with a turn or event, and which counts it brings to where rules wait for them.
//!
//! A count is reached by the occurrence with which it rises to the number, seen back over the window from that moment; further ones in
//! the same window do not reach it again. What occurred is kept in the ledger, only as often as the highest count asks for. The
//! moment of the occurrence decides: one that comes in late takes its place among the others, but not if it is later than
//! [`MOST_LATE`]; then it counts no more.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use signalbox_dsl::bundle::{Bundle, Edge, EdgeId, Scope, SignalId, Trigger};

use crate::decision::{Inputs, Reached};
use crate::ledger::{Ledger, LedgerUse};
use crate::limits::count_within;

/// How much earlier than the last occurrence one may be.
pub(crate) const MOST_LATE: SignedDuration = SignedDuration::from_mins(2);

/// What a turn or event comes to.
#[derive(Debug, Default)]
pub(crate) struct Signalled {
    /// Counts that it reached.
    pub(crate) edges: Vec<EdgeId>,
    /// To be entered in the ledger.
    pub(crate) uses: Vec<LedgerUse>,
    /// For the trace.
    pub(crate) reached: Vec<Reached>,
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
    signalled
}

impl Signalled {
    fn add(&mut self, bundle: &Bundle, zone: &TimeZone, inputs: &Inputs<'_>, signal: SignalId) {
        for scope in [Scope::Customer, Scope::Episode] {
            let edges = || {
                let all = (0..).map(EdgeId).zip(&bundle.edges);
                all.filter(|(_, it)| it.signal == signal && it.reaching.scope == scope)
            };
            let Some(most) = edges().map(|(_, edge)| edge.reaching.times).max() else {
                continue;
            };
            let key = ledger_key(bundle, signal);
            if is_too_late(inputs.ledger, &key, scope, inputs.now) {
                continue;
            }
            for (id, edge) in edges() {
                let before = count_before(bundle, edge, inputs.ledger, inputs.now, zone);
                if before + 1 == edge.reaching.times as usize {
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
    edge: &Edge,
    ledger: &Ledger,
    now: Timestamp,
    zone: &TimeZone,
) -> usize {
    let key = ledger_key(bundle, edge.signal);
    let uses = ledger.uses(&key, edge.reaching.scope);
    let until = uses.partition_point(|it| *it <= now);
    count_within(
        uses.get(..until).unwrap_or_default(),
        edge.reaching.window,
        now,
        zone,
    )
}

fn is_too_late(ledger: &Ledger, key: &str, scope: Scope, now: Timestamp) -> bool {
    let last = ledger.uses(key, scope).last();
    last.is_some_and(|last| last.duration_since(now) > MOST_LATE)
}

/// An edge in words.
pub(crate) fn reached(bundle: &Bundle, edge: &Edge) -> Reached {
    let signal = bundle.signals.get(edge.signal.index());
    Reached {
        signal: signal.map_or_else(|| "?".into(), |signal| signal.name.clone()),
        times: edge.reaching.times,
        window: crate::describe::window(edge.reaching.window).into(),
        scope: edge.reaching.scope,
    }
}

#[cfg(test)]
mod tests;
