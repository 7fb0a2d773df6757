//! One log line a decision, for whoever asks for it: target `signalbox::decision`, level DEBUG.
//!
//! It names what can be looked up by `explain` and never shows what a customer said, what was answered, or a note. Nothing of
//! it is worked out unless the log filter lets it pass.

use std::fmt;

use signalbox_router::DecisionPlace;
use signalbox_rules::{DecidedEffect, Decision};
use signalbox_telemetry::metrics::label::Label;

use super::effect_kind;

/// By this the log filter turns it on: `info,signalbox::decision=debug`.
const TARGET: &str = "signalbox::decision";

/// Writes the line of one decision. The log adds the trace's id.
pub(super) fn write(decision: &Decision, place: DecisionPlace) {
    tracing::debug!(
        target: TARGET,
        conversation = %place.thread,
        partition = %place.partition,
        offset = %place.offset,
        rules = %Rules(&decision.effects),
        effects = %Kinds(&decision.effects),
        "decided"
    );
}

/// The rules that asked for these effects, each once, in order.
struct Rules<'d>(&'d [DecidedEffect]);

impl fmt::Display for Rules<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let new = self.0.iter().enumerate().filter(|(place, effect)| {
            let before = self.0.get(..*place).unwrap_or_default();
            before.iter().all(|earlier| earlier.rule != effect.rule)
        });
        list(f, new.map(|(_, effect)| &*effect.rule))
    }
}

/// The kinds of these effects, in order.
struct Kinds<'d>(&'d [DecidedEffect]);

impl fmt::Display for Kinds<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.0.iter();
        list(f, kinds.map(|effect| effect_kind(&effect.action).value()))
    }
}

fn list<'w>(f: &mut fmt::Formatter<'_>, words: impl Iterator<Item = &'w str>) -> fmt::Result {
    for (place, word) in words.enumerate() {
        if place > 0 {
            f.write_str(",")?;
        }
        f.write_str(word)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
