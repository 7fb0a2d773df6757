//! From the rules that fire and the floor to effects and trace: limits, joining, rendering. Both evaluators share it.
//!
//! * Reply and hand-over leave only from the rule that has the floor; while people own the conversation only if it says `while`.
//! * Priority and score are joined: the highest asked for, in the name of the first rule that asked.
//! * The language is one: the highest rank's; if its tie-breaks leave two, none is set.
//! * Tags and notes accumulate, each once. Of a tag and its removal the higher rule's word counts.
//! * An effect whose limit is used up is withheld; the rule keeps the floor and its other effects.
//!
//! A limited effect that another rule has already asked for alike leaves once, and counts for the other rule only.

use std::sync::Arc;

use rust_decimal::Decimal;
use signalbox_dsl::bundle::{Effect, Operand, PeopleState, Priority, Rule, Scope};
use signalbox_dsl::value::Value;

use crate::closed_queue::look_at_hours;
use crate::conversation::after;
use crate::decision::{
    Action, DecidedEffect, Decision, Fired, Inputs, Trace, Withheld, WithheldReason,
};
use crate::floor::{self, Firing, Floor, Resolved};
use crate::ledger::LedgerUse;
use crate::limits;
use crate::render::{self, MissingValue};
use crate::snapshot::Snapshot;

/// The rule name of what the language itself prescribes.
pub const SIGNALBOX: &str = "signalbox";

/// What `set score to` lacks where its value is absent.
const SCORE: &str = "score";

/// Works out what leaves and what is withheld.
pub(crate) fn carry_out(
    snapshot: &Snapshot<'_>,
    inputs: &Inputs<'_>,
    resolved: &Resolved<'_>,
) -> Decision {
    let carrying = Carrying {
        snapshot,
        inputs,
        resolved,
        people: floor::people_state(snapshot.facts),
        priority: highest(snapshot, inputs, resolved, |effect| match effect {
            Effect::SetPriority(priority) => Some(*priority),
            _ => None,
        }),
        score: highest(snapshot, inputs, resolved, |effect| match effect {
            Effect::SetScore(operand) => score(operand, snapshot),
            _ => None,
        }),
        language: language_contest(snapshot, inputs, resolved),
    };
    carrying.decision()
}

/// What a rule would say with the floor, its limits aside: rules with the same answer do not conflict.
pub(crate) fn answer(rule: &Rule, snapshot: &Snapshot<'_>) -> Vec<Result<Action, MissingValue>> {
    rule.effects
        .iter()
        .filter(|limited| limited.effect.contends_for_floor())
        .filter_map(|limited| action(&limited.effect, snapshot).transpose())
        .collect()
}

/// The effect as data; `None` for those that only act inside the decision.
fn action(effect: &Effect, snapshot: &Snapshot<'_>) -> Result<Option<Action>, MissingValue> {
    let bundle = &snapshot.prepared.bundle;
    Ok(Some(match effect {
        Effect::Reply {
            template,
            arguments,
        } => {
            let Some(template) = bundle.templates.get(template.index()) else {
                return Ok(None);
            };
            render::reply(template, arguments, snapshot)?
        }
        Effect::HandOver { queue, note } => match bundle.queues.get(queue.index()) {
            Some(queue) => Action::HandOver {
                queue: queue.name.clone(),
                note: note.clone(),
            },
            None => return Ok(None),
        },
        Effect::SetPriority(priority) => Action::SetPriority {
            priority: *priority,
        },
        Effect::SetScore(operand) => Action::SetScore {
            score: score(operand, snapshot).ok_or(MissingValue {
                parameter: SCORE.into(),
            })?,
        },
        Effect::Tag {
            scope,
            tag,
            lifetime,
        } => Action::Tag {
            scope: *scope,
            tag: tag.clone(),
            until: lifetime.map(|lifetime| after(snapshot.now, lifetime)),
        },
        Effect::Untag { scope, tag } => Action::Untag {
            scope: *scope,
            tag: tag.clone(),
        },
        Effect::Note(text) => Action::Note { text: text.clone() },
        Effect::SetLanguage(language) => Action::SetLanguage {
            language: language.clone(),
        },
        Effect::NoOtherReplies => return Ok(None),
        Effect::CancelOutreach(None) => Action::CancelOutreach { outreach: None },
        Effect::CancelOutreach(Some(id)) => match bundle.outreach.get(id.index()) {
            Some(outreach) => Action::CancelOutreach {
                outreach: Some(outreach.name.clone()),
            },
            None => return Ok(None),
        },
    }))
}

fn score(operand: &Operand, snapshot: &Snapshot<'_>) -> Option<Decimal> {
    match snapshot.operand(operand)? {
        Value::Percent(score) => Some(*score),
        _ => None,
    }
}

/// Place of a firing rule, place of its effect.
type Place = (usize, usize);

struct Carrying<'a> {
    snapshot: &'a Snapshot<'a>,
    inputs: &'a Inputs<'a>,
    resolved: &'a Resolved<'a>,
    /// How people own the conversation.
    people: Option<PeopleState>,
    priority: Option<(Priority, Place)>,
    score: Option<(Decimal, Place)>,
    language: LanguageContest,
}

/// Who sets the language.
enum LanguageContest {
    /// This effect, if any rule wants to.
    Effect(Option<Place>),
    /// Nothing tells the highest apart.
    Tied,
}

impl Carrying<'_> {
    fn decision(&self) -> Decision {
        let mut decision = Decision::default();
        for (place, firing) in self.resolved.firing.iter().enumerate() {
            let mut withheld = Vec::new();
            for effect in 0..firing.rule.effects.len() {
                if let Err(reason) = self.carry((place, effect), firing, &mut decision) {
                    withheld.push(Withheld { effect, reason });
                }
            }
            decision.trace.fired.push(Fired {
                rule: firing.rule.name.clone(),
                keywords: keywords(firing),
                withheld,
            });
        }
        self.settle_floor(&mut decision);
        look_at_hours(self.snapshot, &mut decision);
        decision
    }

    /// Adds the effect at `place` to the decision, if there is anything to carry out.
    fn carry(
        &self,
        place: Place,
        firing: &Firing<'_>,
        decision: &mut Decision,
    ) -> Result<(), WithheldReason> {
        let Some(limited) = firing.rule.effects.get(place.1) else {
            return Ok(());
        };
        if limited.effect.contends_for_floor() {
            self.may_use_floor(place.0, firing.rule)?;
        }
        if floor::is_used_up(firing.rule, place.1, self.snapshot, self.inputs) {
            return Err(WithheldReason::LimitReached);
        }
        match &limited.effect {
            Effect::SetPriority(_) if self.priority.map(|(_, at)| at) != Some(place) => {
                return Ok(());
            }
            Effect::SetScore(operand)
                if self.score.map(|(_, at)| at) != Some(place)
                    && score(operand, self.snapshot).is_some() =>
            {
                return Ok(());
            }
            Effect::SetLanguage(language) => match self.may_set_language(place, language)? {
                true => {}
                false => return Ok(()),
            },
            _ => {}
        }
        let action = action(&limited.effect, self.snapshot).map_err(|missing| {
            WithheldReason::ValueMissing {
                parameter: missing.parameter,
            }
        })?;
        let ledger_use = limited.limit.map(|limit| LedgerUse {
            key: limits::ledger_key(firing.rule, place.1).into(),
            scope: limit.scope,
            times: limit.times,
        });
        let Some(action) = action else {
            decision.uses.extend(ledger_use);
            return Ok(());
        };
        accumulate(
            &mut decision.effects,
            DecidedEffect {
                rule: firing.rule.name.clone(),
                action,
                ledger_use,
            },
        )
    }

    fn may_use_floor(&self, place: usize, rule: &Rule) -> Result<(), WithheldReason> {
        let silencer = self.firing(self.resolved.silencer);
        if let Some(by) = silencer
            && floor::is_silenced(rule, Some(by.rule.rank))
        {
            return Err(WithheldReason::Silenced {
                by: by.rule.name.clone(),
            });
        }
        if !floor::may_speak_in(rule, self.people) {
            return Err(WithheldReason::PersonOwns);
        }
        match self.resolved.floor {
            Floor::Rule(winner) if winner == place => Ok(()),
            Floor::Rule(winner) => Err(self.overridden(winner)),
            // INVARIANT: whoever wants the floor and is not silenced contends for it, so somebody has it or it is tied.
            Floor::Tied(_) | Floor::Nobody => Err(WithheldReason::Tied),
        }
    }

    /// `Ok(false)` if another rule already sets the same language.
    fn may_set_language(&self, place: Place, language: &str) -> Result<bool, WithheldReason> {
        match self.language {
            LanguageContest::Tied => Err(WithheldReason::Tied),
            LanguageContest::Effect(Some(winner)) if winner != place => {
                if self.language_at(winner) == Some(language) {
                    Ok(false)
                } else {
                    Err(self.overridden(winner.0))
                }
            }
            LanguageContest::Effect(_) => Ok(true),
        }
    }

    fn language_at(&self, place: Place) -> Option<&str> {
        set_language(self.firing(Some(place.0))?.rule, place.1)
    }

    fn overridden(&self, winner: usize) -> WithheldReason {
        WithheldReason::Overridden {
            by: self
                .firing(Some(winner))
                .map_or_else(|| SIGNALBOX.into(), |firing| firing.rule.name.clone()),
        }
    }

    fn firing(&self, place: Option<usize>) -> Option<&Firing<'_>> {
        self.resolved.firing.get(place?)
    }

    /// Names who has the floor; where nothing decided that, a person does.
    fn settle_floor(&self, decision: &mut Decision) {
        let Decision { effects, trace, .. } = decision;
        let name = |place: usize| Some(self.firing(Some(place))?.rule.name.clone());
        match &self.resolved.floor {
            Floor::Nobody => {}
            Floor::Rule(winner) => trace.floor = name(*winner),
            Floor::Tied(places) => {
                trace.tied = places.iter().filter_map(|place| name(*place)).collect();
                if self.people.is_none() {
                    effects.extend(self.tie_hand_over(trace));
                }
            }
        }
    }

    fn tie_hand_over(&self, trace: &Trace) -> Option<DecidedEffect> {
        let bundle = &self.snapshot.prepared.bundle;
        let queue = bundle.queues.get(bundle.default_queue.index())?;
        let note = render::tie_note(&trace.tied, &bundle.default_language);
        Some(DecidedEffect {
            rule: SIGNALBOX.into(),
            action: Action::HandOver {
                queue: queue.name.clone(),
                note: Some(note.into()),
            },
            ledger_use: None,
        })
    }
}

/// Adds an effect unless an equal one, or the opposite of a higher rule, is already there.
fn accumulate(
    effects: &mut Vec<DecidedEffect>,
    effect: DecidedEffect,
) -> Result<(), WithheldReason> {
    if let Some((scope, tag)) = tag_of(&effect.action) {
        let scope_and_tag = Some((scope, tag.clone()));
        let standing = effects.iter_mut().find(|standing| {
            tag_of(&standing.action).map(|(s, t)| (s, t.clone())) == scope_and_tag
        });
        if let Some(standing) = standing {
            return join_tags(standing, &effect.action);
        }
    }
    let can_repeat = matches!(
        effect.action,
        Action::Note { .. } | Action::CancelOutreach { .. }
    );
    let repeats = can_repeat && effects.iter().any(|other| other.action == effect.action);
    if !repeats {
        effects.push(effect);
    }
    Ok(())
}

fn tag_of(action: &Action) -> Option<(Scope, &Arc<str>)> {
    match action {
        Action::Tag { scope, tag, .. } | Action::Untag { scope, tag } => Some((*scope, tag)),
        _ => None,
    }
}

/// The same tag twice stays for the longer of the two times.
fn join_tags(standing: &mut DecidedEffect, asked: &Action) -> Result<(), WithheldReason> {
    match (&mut standing.action, asked) {
        (Action::Tag { until, .. }, Action::Tag { until: other, .. }) => {
            *until = until.zip(*other).map(|(one, other)| one.max(other));
            Ok(())
        }
        (Action::Untag { .. }, Action::Untag { .. }) => Ok(()),
        _ => Err(WithheldReason::Overridden {
            by: standing.rule.clone(),
        }),
    }
}

/// The highest of what the rules ask for, and who asked first.
fn highest<T: Ord + Copy>(
    snapshot: &Snapshot<'_>,
    inputs: &Inputs<'_>,
    resolved: &Resolved<'_>,
    asked: impl Fn(&Effect) -> Option<T>,
) -> Option<(T, Place)> {
    let mut highest: Option<(T, Place)> = None;
    for (place, firing) in resolved.firing.iter().enumerate() {
        for (effect, limited) in firing.rule.effects.iter().enumerate() {
            if let Some(wanted) = asked(&limited.effect)
                && highest.is_none_or(|(so_far, _)| wanted > so_far)
                && !floor::is_used_up(firing.rule, effect, snapshot, inputs)
            {
                highest = Some((wanted, (place, effect)));
            }
        }
    }
    highest
}

fn language_contest(
    snapshot: &Snapshot<'_>,
    inputs: &Inputs<'_>,
    resolved: &Resolved<'_>,
) -> LanguageContest {
    let first_available = |place: usize| {
        let rule = resolved.firing.get(place)?.rule;
        (0..rule.effects.len()).find(|effect| {
            set_language(rule, *effect).is_some()
                && !floor::is_used_up(rule, *effect, snapshot, inputs)
        })
    };
    let contenders = (0..resolved.firing.len())
        .filter(|place| first_available(*place).is_some())
        .collect();
    let strongest = floor::strongest(&snapshot.prepared.bundle, &resolved.firing, contenders);
    let mut wishes = strongest
        .iter()
        .filter_map(|place| Some((*place, first_available(*place)?)));
    let wish = |(place, effect): Place| set_language(resolved.firing.get(place)?.rule, effect);
    let Some(first) = wishes.next() else {
        return LanguageContest::Effect(None);
    };
    if wishes.all(|other| wish(other) == wish(first)) {
        LanguageContest::Effect(Some(first))
    } else {
        LanguageContest::Tied
    }
}

fn set_language(rule: &Rule, effect: usize) -> Option<&str> {
    match &rule.effects.get(effect)?.effect {
        Effect::SetLanguage(language) => Some(language),
        _ => None,
    }
}

/// What the customer wrote, in the order written, each keyword once.
fn keywords(firing: &Firing<'_>) -> Vec<Arc<str>> {
    let mut mentions: Vec<_> = firing.held.mentions.iter().collect();
    mentions.sort_by_key(|mention| (mention.place, mention.keyword.clone()));
    let mut keywords: Vec<Arc<str>> = Vec::new();
    for mention in mentions {
        if !keywords.contains(&mention.keyword) {
            keywords.push(mention.keyword.clone());
        }
    }
    keywords
}

#[cfg(test)]
mod tests;
