//! From the rules that hold to the decision: who has the floor. Both evaluators share all of it.
//!
//! The floor is what replies and hand-overs contend for; one rule a turn has it. The highest rank
//! wins, then the tie-breaks of that rank in their order. Rules that would say exactly the same do
//! not conflict. If nothing tells different answers apart, nobody has the floor and a person decides: guessing
//! would make the order of files matter.
//!
//! While people own the conversation only rules that say `while` contend, if there are any; the others are heard by nobody.

use std::cmp::Reverse;
use std::sync::Arc;

use signalbox_dsl::bundle::{Bundle, Effect, ListId, PeopleState, RankId, Rule, RuleId, TieBreak};
use signalbox_dsl::folding::Folded;
use signalbox_dsl::value::Value;

use crate::conversation::{ConversationState, path};
use crate::decision::{Decision, Inputs};
use crate::disabled::DisabledRules;
use crate::effects;
use crate::facts::Facts;
use crate::keywords::{Hit, Mention};
use crate::limits;
use crate::prepared::Prepared;
use crate::reference::wants_floor;
use crate::signals::Signalled;
use crate::snapshot::Snapshot;

/// A rule whose condition is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) rule: RuleId,
    /// What the customer wrote that made it true.
    pub(crate) mentions: Vec<Mention>,
}

impl Held {
    pub(crate) fn without_keywords(rule: RuleId) -> Self {
        Self {
            rule,
            mentions: Vec::new(),
        }
    }
}

/// A rule that fires, with its place among the others.
#[derive(Debug)]
pub(crate) struct Firing<'a> {
    pub(crate) rule: &'a Rule,
    pub(crate) held: Held,
}

/// Who has the floor. Numbers are places among the firing rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Floor {
    /// No rule wants it, or all that do are silenced.
    Nobody,
    /// This rule.
    Rule(usize),
    /// These want it, and nothing tells them apart.
    Tied(Vec<usize>),
}

/// The rules that fire, highest rank first, then by name; who has the floor; who silences.
#[derive(Debug)]
pub(crate) struct Resolved<'a> {
    pub(crate) firing: Vec<Firing<'a>>,
    pub(crate) floor: Floor,
    pub(crate) silencer: Option<usize>,
}

/// The rules that may come to speak in one decision.
#[derive(Debug)]
pub(crate) struct Answering<'a> {
    /// Those whose conditions are true.
    pub(crate) held: Vec<Held>,
    /// Those of the trigger that say `otherwise`.
    pub(crate) otherwise: &'a [RuleId],
    /// Those among both that people have switched off.
    pub(crate) disabled: &'a DisabledRules,
}

/// Decides, given what was signalled and which rules may speak.
pub(crate) fn decide(
    snapshot: &Snapshot<'_>,
    inputs: &Inputs<'_>,
    signalled: Signalled,
    mut answering: Answering<'_>,
) -> Decision {
    let rules = &snapshot.prepared.bundle.rules;
    let state = people_state(snapshot.facts);
    let mut left_out: Vec<RuleId> = Vec::new();
    answering.held.retain(|held| {
        let rule = rules.get(held.rule.index());
        let fires = rule.is_some_and(|rule| fires_in(rule, state));
        let is_disabled = fires && answering.disabled.has(held.rule);
        if is_disabled {
            left_out.push(held.rule);
        }
        fires && !is_disabled
    });
    let mut decision = if answering.held.is_empty() && answering.otherwise.is_empty() {
        Decision::default()
    } else {
        let resolved = resolve(snapshot, inputs, answering, &mut left_out);
        effects::carry_out(snapshot, inputs, &resolved)
    };
    left_out.sort_unstable();
    let left_out = left_out.iter().filter_map(|rule| rules.get(rule.index()));
    decision.trace.disabled = left_out.map(|rule| rule.name.clone()).collect();
    decision.uses.extend(signalled.uses);
    decision.trace.reached = signalled.reached;
    decision.trace.risen = signalled.risen;
    decision.trace.computed = snapshot.computed();
    decision
}

fn resolve<'a>(
    snapshot: &Snapshot<'a>,
    inputs: &Inputs<'_>,
    answering: Answering<'_>,
    left_out: &mut Vec<RuleId>,
) -> Resolved<'a> {
    let resolved = contest(snapshot, inputs, answering.held);
    let state = people_state(snapshot.facts);
    let is_heard = resolved.is_heard(state);
    let nobody_wants_it = resolved.floor == Floor::Nobody;
    let waited_for_that = |id: &&RuleId| {
        let rule = snapshot.prepared.bundle.rules.get(id.index());
        rule.is_some_and(|rule| {
            let is_silent = match may_speak_in(rule, state) {
                true => !is_heard,
                false => nobody_wants_it,
            };
            fires_in(rule, state) && is_silent
        })
    };
    let otherwise = answering.otherwise.iter().filter(waited_for_that).copied();
    let (disabled, otherwise): (Vec<RuleId>, Vec<RuleId>) =
        otherwise.partition(|rule| answering.disabled.has(*rule));
    left_out.extend(disabled);
    if otherwise.is_empty() {
        return resolved;
    }
    // Nobody took the floor, so the rules that wait for that fire as well, and contend under the same law.
    let held = resolved.firing.into_iter().map(|firing| firing.held);
    let otherwise = otherwise.into_iter().map(Held::without_keywords);
    contest(snapshot, inputs, held.chain(otherwise).collect())
}

impl Resolved<'_> {
    /// Whether those who have the floor, or are tied for it, may speak.
    fn is_heard(&self, state: Option<PeopleState>) -> bool {
        let first = match &self.floor {
            Floor::Nobody => None,
            Floor::Rule(winner) => Some(winner),
            Floor::Tied(places) => places.first(),
        };
        let first = first.and_then(|place| self.firing.get(*place));
        first.is_some_and(|firing| may_speak_in(firing.rule, state))
    }
}

/// How people own the conversation; `None`: the bot answers.
pub(crate) fn people_state(facts: &Facts) -> Option<PeopleState> {
    let Some(Value::Member(state)) = facts.get(path::STATE) else {
        return None;
    };
    match ConversationState::from_name(state)? {
        ConversationState::Bot => None,
        ConversationState::Queued => Some(PeopleState::Queued),
        ConversationState::Assigned => Some(PeopleState::Assigned),
    }
}

/// Whether a rule fires in a state: one that says `while` only in those that it names.
pub(crate) fn fires_in(rule: &Rule, state: Option<PeopleState>) -> bool {
    rule.during.is_empty() || state.is_some_and(|state| rule.during.contains(&state))
}

/// Whether a rule that fires may reply and hand over.
pub(crate) fn may_speak_in(rule: &Rule, state: Option<PeopleState>) -> bool {
    state.is_none_or(|state| rule.during.contains(&state))
}

fn contest<'a>(snapshot: &Snapshot<'a>, inputs: &Inputs<'_>, held: Vec<Held>) -> Resolved<'a> {
    let bundle = &snapshot.prepared.bundle;
    let mut firing: Vec<Firing<'a>> = held
        .into_iter()
        .filter_map(|held| {
            let rule = bundle.rules.get(held.rule.index())?;
            Some(Firing { rule, held })
        })
        .collect();
    firing.sort_by_key(|firing| (firing.rule.rank, firing.held.rule));
    let state = people_state(snapshot.facts);
    // While people own the conversation, a rule that may not speak keeps nobody else from it either.
    let silencer = firing.iter().position(|firing| {
        may_speak_in(firing.rule, state) && silences(firing.rule, snapshot, inputs)
    });
    let silenced_below = silencer
        .and_then(|place| firing.get(place))
        .map(|by| by.rule.rank);
    let contenders: Vec<usize> = firing
        .iter()
        .enumerate()
        .filter(|(_, firing)| wants_floor(firing.rule))
        .filter(|(_, firing)| !is_silenced(firing.rule, silenced_below))
        .map(|(place, _)| place)
        .collect();
    let contenders = those_who_may_speak(&firing, contenders, state);
    let floor = match strongest(bundle, &firing, contenders).as_slice() {
        [] => Floor::Nobody,
        [only] => Floor::Rule(*only),
        [first, rest @ ..] => {
            let answer = |place: usize| {
                firing
                    .get(place)
                    .map(|firing| effects::answer(firing.rule, snapshot))
            };
            let first_answer = answer(*first);
            if rest.iter().all(|place| answer(*place) == first_answer) {
                Floor::Rule(*first)
            } else {
                Floor::Tied([&[*first], rest].concat())
            }
        }
    };
    Resolved {
        firing,
        floor,
        silencer,
    }
}

/// Of the contenders those who may speak, or all where nobody may.
fn those_who_may_speak(
    firing: &[Firing<'_>],
    contenders: Vec<usize>,
    state: Option<PeopleState>,
) -> Vec<usize> {
    let may_speak = |place: &usize| {
        let firing = firing.get(*place);
        firing.is_some_and(|firing| may_speak_in(firing.rule, state))
    };
    match contenders.iter().any(may_speak) {
        true => contenders.into_iter().filter(may_speak).collect(),
        false => contenders,
    }
}

/// Whether the rank of a silencing rule keeps this one from the floor.
pub(crate) fn is_silenced(rule: &Rule, silenced_below: Option<RankId>) -> bool {
    silenced_below.is_some_and(|rank| rule.rank > rank)
}

fn silences(rule: &Rule, snapshot: &Snapshot<'_>, inputs: &Inputs<'_>) -> bool {
    rule.effects.iter().enumerate().any(|(place, limited)| {
        limited.effect == Effect::NoOtherReplies && !is_used_up(rule, place, snapshot, inputs)
    })
}

/// Whether the limit of an effect leaves no further use.
pub(crate) fn is_used_up(
    rule: &Rule,
    effect: usize,
    snapshot: &Snapshot<'_>,
    inputs: &Inputs<'_>,
) -> bool {
    let limit = rule.effects.get(effect).and_then(|limited| limited.limit);
    limit.is_some_and(|limit| {
        let key = limits::ledger_key(rule, effect);
        limits::is_used_up(
            &limit,
            inputs.ledger,
            &key,
            inputs.now,
            &snapshot.prepared.zone,
        )
    })
}

/// Of the contenders (in the order of the firing rules) those of the highest rank that its tie-breaks leave.
pub(crate) fn strongest(
    bundle: &Bundle,
    firing: &[Firing<'_>],
    mut contenders: Vec<usize>,
) -> Vec<usize> {
    let rank_of = |place: usize| firing.get(place).map(|firing| firing.rule.rank);
    let Some(rank) = contenders.first().and_then(|first| rank_of(*first)) else {
        return Vec::new();
    };
    contenders.retain(|place| rank_of(*place) == Some(rank));
    let ties = bundle
        .ranks
        .get(rank.index())
        .map_or(&[][..], |rank| &rank.ties);
    for tie in ties {
        // The smaller key is the stronger claim.
        let claim = |place: &usize| {
            let mentions = firing
                .get(*place)
                .map_or(&[][..], |firing| &firing.held.mentions);
            match tie {
                TieBreak::LongestKeyword => {
                    let longest = mentions.iter().map(|mention| mention.characters).max();
                    (Reverse(longest.unwrap_or(0)), 0)
                }
                TieBreak::FirstMentioned => {
                    let first = mentions.iter().map(|mention| mention.place).min();
                    (Reverse(0), first.unwrap_or(usize::MAX))
                }
            }
        };
        if let Some(best) = contenders.iter().map(claim).min() {
            contenders.retain(|place| claim(place) == best);
        }
    }
    contenders
}

/// A hit as the trace and the tie-breaks see it.
pub(crate) fn mention(
    prepared: &Prepared,
    list: ListId,
    hit: Hit,
    folded: &Folded,
) -> Option<Mention> {
    let phrase = prepared.list(list)?.keywords.get(hit.keyword as usize)?;
    let written = prepared.bundle.keyword_lists.get(list.index())?;
    let keyword: &Arc<str> = written.keywords.get(hit.keyword as usize)?;
    let range = hit.start..hit.start + phrase.text.len();
    Some(Mention {
        keyword: keyword.clone(),
        characters: phrase.characters(),
        place: folded.original_range(range).start,
    })
}

#[cfg(test)]
mod tests;
