//! A05: two rules of one rank that answer one and the same message differently.
//!
//! Looked for are pairs with the same evidence: neither needs a word of the customer, or one word is enough for both (a
//! shared keyword, or one keyword inside the other). Two separate words in one message are a matter for the rank's tie-break,
//! and so is one keyword inside the other where the tie-break tells them apart.
//! For each pair a message with facts is made up and both conditions are worked out on it; only what fires both is reported.
//!
//! The work stays near-linear: rules meet only through a word they share, and the number of pairs that are looked at is bounded
//! ([`MOST_MEETINGS`], [`MOST_PAIRS`]). Each rule is reported at most once; a bundle with one such pair is not loaded anyway.

mod evidence;
mod witness;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::bundle::{
    Effect, Guard, Operand, PeopleState, QueueId, RankId, Rule, TemplateId, TieBreak, Trigger,
};
use crate::diagnostic::Diagnostic;
use crate::problem::{MeaningProblem, Related};

use super::Checker;
use evidence::{Alternative, Evidence, alternatives};
use witness::Witness;

/// How many pairs of rules are looked at; past it the analysis ends without a word, as it promises to be right, not complete.
const MOST_PAIRS: usize = 200_000;

/// How often the words of two rules are laid side by side for each rank and trigger, with the same end: a word that
/// thousands of rules share makes millions of pairs, most of which do not conflict.
const MOST_MEETINGS: usize = 1_000_000;

/// Longer keywords are not searched for shorter ones inside them.
const LONGEST_SEARCHED: usize = 24;

/// What a rule does with the floor.
#[derive(PartialEq, Eq)]
struct Floor<'r> {
    reply: Option<(TemplateId, &'r [Operand])>,
    hand_over: Option<QueueId>,
}

/// Rules that can meet: one rank, one trigger, both `otherwise` or neither, and both while the bot answers or in one state of people.
type Meeting = (RankId, bool, Trigger, Option<PeopleState>);

/// When the rules of a meeting are tried out.
type Moment<'m> = (&'m Trigger, Option<PeopleState>);

/// One alternative of one rule.
#[derive(Clone, Copy)]
struct Candidate {
    rule: usize,
    alternative: usize,
}

#[derive(Default)]
struct Group {
    /// Candidates that need no word of the customer.
    wordless: Vec<Candidate>,
    by_evidence: BTreeMap<Evidence, Vec<Candidate>>,
}

/// The state of one search.
struct Search<'r> {
    rules: &'r [Rule],
    floors: Vec<Option<Floor<'r>>>,
    alternatives: Vec<Vec<Alternative<'r>>>,
    reported: HashSet<usize>,
    pairs: usize,
}

impl Checker<'_> {
    /// Reports overlaps between rules of a bundle without other errors.
    pub(super) fn find_overlaps(&mut self, rules: &[Rule]) {
        let mut search = Search {
            rules,
            floors: rules.iter().map(floor).collect(),
            alternatives: rules
                .iter()
                .map(|rule| guard_alternatives(&rule.guard))
                .collect(),
            reported: HashSet::new(),
            pairs: 0,
        };
        for ((rank, _, trigger, state), group) in search.groups() {
            let at = (&trigger, state);
            self.try_pairs(&mut search, at, &group.wordless, &group.wordless, None);
            for (first, second, word) in self.meeting_words(rank, &group) {
                let candidates = |evidence| group.by_evidence.get(evidence).map(Vec::as_slice);
                if let (Some(left), Some(right)) = (candidates(first), candidates(second)) {
                    self.try_pairs(&mut search, at, left, right, Some(&word));
                }
            }
        }
    }

    /// Pairs of evidence that one word satisfies, with that word as its author wrote it.
    fn meeting_words<'g>(
        &self,
        rank: RankId,
        group: &'g Group,
    ) -> Vec<(&'g Evidence, &'g Evidence, Arc<str>)> {
        let ranks = self.settings.ranks.get(rank.index());
        let ties = ranks.map_or(&[][..], |rank| &rank.ties);
        let mut by_word: HashMap<String, Vec<(&Evidence, Arc<str>)>> = HashMap::new();
        for evidence in group.by_evidence.keys() {
            for (folded, written) in evidence.words(&self.lists.lists) {
                by_word.entry(folded).or_default().push((evidence, written));
            }
        }
        let mut words: Vec<&String> = by_word.keys().collect();
        words.sort();
        let mut met: HashSet<(&Evidence, &Evidence)> = HashSet::new();
        let mut meeting = Vec::new();
        let mut looks = 0;
        for word in words {
            let Some(here) = by_word.get(word) else {
                continue;
            };
            for part in parts_of(word).filter(|part| !tells_apart(ties, word, part)) {
                let Some(inside) = by_word.get(part) else {
                    continue;
                };
                for (longer, written) in here {
                    for (shorter, _) in inside {
                        if looks == MOST_MEETINGS {
                            return meeting;
                        }
                        looks += 1;
                        // One list with itself meets in its first word; the rest adds nothing.
                        let pair = (*longer.min(shorter), *longer.max(shorter));
                        if longer.field() == shorter.field() && met.insert(pair) {
                            meeting.push((pair.0, pair.1, Arc::clone(written)));
                        }
                    }
                }
            }
        }
        meeting
    }

    fn try_pairs(
        &mut self,
        search: &mut Search<'_>,
        at: Moment<'_>,
        left: &[Candidate],
        right: &[Candidate],
        word: Option<&Arc<str>>,
    ) {
        // Of a group with itself each pair comes up once.
        let is_one_group = std::ptr::eq(left, right);
        for first in left {
            for second in right {
                if is_one_group && second.rule <= first.rule {
                    continue;
                }
                if search.pairs >= MOST_PAIRS {
                    return;
                }
                if search.is_worth_a_look(first.rule, second.rule) {
                    search.pairs += 1;
                    self.try_pair(search, at, *first, *second, word);
                }
            }
        }
    }

    fn try_pair(
        &mut self,
        search: &mut Search<'_>,
        (trigger, state): Moment<'_>,
        first: Candidate,
        second: Candidate,
        word: Option<&Arc<str>>,
    ) {
        let (Some(one), Some(other)) = (search.alternative(first), search.alternative(second))
        else {
            return;
        };
        let Some(witness) = Witness::imagine(&self.schema, trigger, word, one, other) else {
            return;
        };
        let witness = witness.owned_by(&self.schema, state);
        let (Some(left), Some(right)) =
            (search.rules.get(first.rule), search.rules.get(second.rule))
        else {
            return;
        };
        let fires = |rule: &Rule| match &rule.guard {
            Guard::When(condition) => witness.fires(condition, &self.lists.lists),
            Guard::Always | Guard::Otherwise => true,
        };
        if !fires(left) || !fires(right) {
            return;
        }
        search.reported.extend([first.rule, second.rule]);
        let (here, there) = if left.span < right.span {
            (right, left)
        } else {
            (left, right)
        };
        let rank = self.settings.ranks.get(here.rank.index());
        let problem = MeaningProblem::Overlap {
            rule: Arc::clone(&here.name),
            other: Arc::clone(&there.name),
            rank: rank.map_or_else(|| "".into(), |rank| Arc::clone(&rank.name)),
            witness: witness.written(&self.schema, trigger),
        };
        let related = Related::OtherRule {
            rule: Arc::clone(&there.name),
        };
        self.findings
            .push(Diagnostic::new(problem, here.span).with_related(there.span, related));
    }
}

impl<'r> Search<'r> {
    fn groups(&self) -> Vec<(Meeting, Group)> {
        let mut groups: HashMap<Meeting, Group> = HashMap::new();
        for (place, rule) in self.rules.iter().enumerate() {
            if self.floors.get(place).is_none_or(Option::is_none) {
                continue;
            }
            let is_otherwise = matches!(rule.guard, Guard::Otherwise);
            for (trigger, state) in speaking(rule) {
                let group = groups
                    .entry((rule.rank, is_otherwise, trigger.clone(), state))
                    .or_default();
                for (alternative, one) in self
                    .alternatives
                    .get(place)
                    .into_iter()
                    .flatten()
                    .enumerate()
                {
                    let candidate = Candidate {
                        rule: place,
                        alternative,
                    };
                    match &one.evidence {
                        None => group.wordless.push(candidate),
                        Some(evidence) => group
                            .by_evidence
                            .entry(evidence.clone())
                            .or_default()
                            .push(candidate),
                    }
                }
            }
        }
        let mut groups: Vec<(Meeting, Group)> = groups.into_iter().collect();
        groups.sort_by_cached_key(|((rank, otherwise, trigger, state), _)| {
            (*rank, *otherwise, format!("{trigger:?}"), *state)
        });
        groups
    }

    /// Whether the two answer differently and have not been dealt with. Pairs of alternatives are told apart, pairs of rules reported once.
    fn is_worth_a_look(&self, first: usize, second: usize) -> bool {
        let differ = self.floors.get(first) != self.floors.get(second);
        let is_reported = self.reported.contains(&first) && self.reported.contains(&second);
        first != second && differ && !is_reported
    }

    fn alternative(&self, candidate: Candidate) -> Option<&Alternative<'r>> {
        self.alternatives
            .get(candidate.rule)?
            .get(candidate.alternative)
    }
}

/// The triggers of a rule, in each of the states in which it may speak.
fn speaking(rule: &Rule) -> Vec<(&Trigger, Option<PeopleState>)> {
    let states: Vec<Option<PeopleState>> = match rule.during.as_slice() {
        [] => vec![None],
        during => during.iter().copied().map(Some).collect(),
    };
    let triggers = rule.triggers.iter();
    let pairs = triggers.flat_map(|trigger| states.iter().map(move |state| (trigger, *state)));
    pairs.collect()
}

fn guard_alternatives(guard: &Guard) -> Vec<Alternative<'_>> {
    match guard {
        Guard::Always | Guard::Otherwise => vec![Alternative::default()],
        Guard::When(condition) => alternatives(condition),
    }
}

fn floor(rule: &Rule) -> Option<Floor<'_>> {
    let mut floor = Floor {
        reply: None,
        hand_over: None,
    };
    for limited in &rule.effects {
        match &limited.effect {
            Effect::Reply {
                template,
                arguments,
            } => floor.reply = Some((*template, arguments)),
            Effect::HandOver { queue, .. } => floor.hand_over = Some(*queue),
            _ => {}
        }
    }
    (floor.reply.is_some() || floor.hand_over.is_some()).then_some(floor)
}

/// Whether a tie-break decides between a keyword and a shorter one inside it, wherever they stand in a message.
fn tells_apart(ties: &[TieBreak], longer: &str, shorter: &str) -> bool {
    ties.iter().any(|tie| match tie {
        TieBreak::LongestKeyword => shorter.len() < longer.len(),
        TieBreak::FirstMentioned => !longer.starts_with(shorter),
    })
}

/// The word itself, then every shorter stretch of it.
fn parts_of(word: &str) -> impl Iterator<Item = &str> {
    let mut cuts: Vec<usize> = word.char_indices().map(|(start, _)| start).collect();
    cuts.push(word.len());
    if cuts.len() > LONGEST_SEARCHED {
        cuts = vec![0, word.len()];
    }
    let ends = cuts.clone();
    let stretches = cuts.into_iter().flat_map(move |start| {
        let ends: Vec<usize> = ends
            .iter()
            .copied()
            .filter(|end| *end > start)
            .rev()
            .collect();
        ends.into_iter().map(move |end| start..end)
    });
    stretches.filter_map(|stretch| word.get(stretch))
}
