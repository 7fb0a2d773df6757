//! What the whole bundle has once: ranks, the default queue, the default language and zone.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::ast;
use crate::bundle::{Limit, Queue, QueueId, Rank, RankId, TieBreak};
use crate::diagnostic::Diagnostic;
use crate::problem::{ItemKind, MeaningProblem, Related};
use crate::source::{FileId, Span};

use super::Checker;
use super::findings::Findings;
use super::limits::{MOST_QUEUES, MOST_RANKS};
use super::names::shown_names;
use super::standard::SAFETY;
use crate::nearest::nearest;

/// Falls back to it where no file says another.
const LANGUAGE: &str = "en";

/// As [`LANGUAGE`].
const ZONE: &str = "UTC";

/// Settings of the whole bundle.
pub(super) struct Settings {
    pub(super) language: Arc<str>,
    pub(super) zone: Arc<str>,
    pub(super) timezone: TimeZone,
    pub(super) ranks: Vec<Rank>,
    pub(super) queues: Vec<Queue>,
    pub(super) default_queue: Option<QueueId>,
    pub(super) marketing_cap: Option<Limit>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: LANGUAGE.into(),
            zone: ZONE.into(),
            timezone: TimeZone::UTC,
            ranks: Vec::new(),
            queues: Vec::new(),
            default_queue: None,
            marketing_cap: None,
        }
    }
}

/// What is missing from all files is shown at the beginning of the first.
const BEGINNING: Span = Span {
    file: FileId(0),
    start: 0,
    end: 0,
};

impl Checker<'_> {
    /// Reads `defaults`, `ranks` and queues of all files.
    pub(super) fn check_settings(&mut self) {
        self.read_defaults();
        self.read_ranks();
        self.read_queues();
    }

    fn read_defaults(&mut self) {
        let mut language: Option<Span> = None;
        let mut zone: Option<Span> = None;
        let mut marketing: Option<Span> = None;
        for item in self.files.iter().flat_map(|tree| &tree.items) {
            let ast::ItemKind::Defaults(defaults) = &item.kind else {
                continue;
            };
            if let Some(tag) = &defaults.language
                && self.is_first("language", &mut language, tag.span)
            {
                if self.check_language(tag) {
                    self.settings.language = Arc::clone(&tag.tag);
                } else if let Some(meant) = super::constants::language_meant(&tag.tag) {
                    // What follows is checked against what was meant, not against the default of the default.
                    self.settings.language = meant.into();
                }
            }
            if let Some(text) = &defaults.zone
                && self.is_first("zone", &mut zone, text.span)
                && let Some(known) = self.timezone(&text.value, text.span)
            {
                self.settings.timezone = bundled_zone(&known).unwrap_or(TimeZone::UTC);
                self.settings.zone = known;
            }
            if let Some(cap) = &defaults.marketing
                && self.is_first("marketing", &mut marketing, cap.span)
            {
                self.settings.marketing_cap = self.limit(cap);
            }
        }
    }

    fn is_first(&mut self, setting: &'static str, first: &mut Option<Span>, span: Span) -> bool {
        match first {
            None => {
                *first = Some(span);
                true
            }
            Some(first) => {
                let finding = Diagnostic::new(MeaningProblem::SecondSetting { setting }, span);
                self.findings
                    .push(finding.with_related(*first, Related::FirstHere));
                false
            }
        }
    }

    /// Whether a tag is one of a language that rules can use; if not, that is reported.
    pub(super) fn check_language(&mut self, tag: &ast::LanguageTag) -> bool {
        let is_language = super::constants::is_language(&tag.tag);
        if !is_language {
            self.report_language(&tag.tag, tag.span);
        }
        is_language
    }

    /// The zone, if it exists; if not, that is reported.
    pub(super) fn timezone(&mut self, zone: &Arc<str>, span: Span) -> Option<Arc<str>> {
        if bundled_zone(zone).is_some() {
            return Some(Arc::clone(zone));
        }
        let problem = MeaningProblem::UnknownTimezone {
            zone: zone.to_string(),
        };
        self.findings.add(problem, span);
        None
    }

    fn read_ranks(&mut self) {
        let mut first: Option<Span> = None;
        for item in self.files.iter().flat_map(|tree| &tree.items) {
            let ast::ItemKind::Ranks(declared) = &item.kind else {
                continue;
            };
            if let Some(first) = first {
                let finding = Diagnostic::new(MeaningProblem::SecondRanks {}, item.span);
                self.findings
                    .push(finding.with_related(first, Related::FirstHere));
                continue;
            }
            first = Some(item.span);
            self.settings.ranks = ranks(declared, &mut self.findings);
        }
        // An item that could not be read may have been the one.
        if first.is_none() && self.all_complete() {
            self.findings.add(MeaningProblem::NoRanks {}, BEGINNING);
        }
    }

    /// The rank of that name; if there is none, that is reported.
    pub(super) fn rank(&mut self, name: &ast::Name) -> Option<RankId> {
        let found = self
            .settings
            .ranks
            .iter()
            .position(|rank| rank.name == name.text);
        if found.is_none() && !self.settings.ranks.is_empty() {
            let problem = unknown_rank(name, &self.settings.ranks);
            self.findings.add(problem, name.span);
        }
        found
            .and_then(|place| u32::try_from(place).ok())
            .map(RankId)
    }

    fn read_queues(&mut self) {
        let mut first: Option<Span> = None;
        for one in self.names.of_kind(ItemKind::Queue) {
            let ast::ItemKind::Queue(queue) = &one.item.kind else {
                continue;
            };
            self.settings.queues.push(Queue {
                name: Arc::clone(&queue.name.text),
                title: Arc::clone(&queue.title.value),
                hours: None,
                overflow: None,
                closed_reply: None,
            });
            match (queue.default, first) {
                (None, _) => {}
                (Some(span), None) => {
                    first = Some(span);
                    self.settings.default_queue = Some(QueueId(one.id));
                }
                (Some(span), Some(first)) => {
                    let finding = Diagnostic::new(MeaningProblem::SecondDefaultQueue {}, span);
                    self.findings
                        .push(finding.with_related(first, Related::FirstHere));
                }
            }
        }
        if self.settings.queues.len() > MOST_QUEUES {
            let problem = MeaningProblem::TooMany {
                kind: ItemKind::Queue,
                most: MOST_QUEUES,
            };
            self.findings.add(problem, BEGINNING);
        }
        if first.is_none() && self.all_complete() {
            self.findings
                .add(MeaningProblem::NoDefaultQueue {}, BEGINNING);
        }
    }

    fn all_complete(&self) -> bool {
        self.files
            .iter()
            .flat_map(|tree| &tree.items)
            .all(|item| item.complete)
    }
}

fn ranks(declared: &ast::Ranks, findings: &mut Findings) -> Vec<Rank> {
    let mut ranks: Vec<Rank> = Vec::with_capacity(declared.names.len());
    for name in &declared.names {
        if ranks.len() == MOST_RANKS {
            let problem = MeaningProblem::TooMany {
                kind: ItemKind::Rank,
                most: MOST_RANKS,
            };
            findings.add(problem, name.span);
            break;
        }
        if ranks.iter().any(|rank| rank.name == name.text) {
            let problem = MeaningProblem::DuplicateName {
                kind: ItemKind::Rank,
                name: name.text.to_string(),
            };
            findings.add(problem, name.span);
            continue;
        }
        ranks.push(Rank {
            name: Arc::clone(&name.text),
            ties: Vec::new(),
        });
    }
    for tie in &declared.ties {
        match ranks.iter_mut().find(|rank| rank.name == tie.rank.text) {
            Some(rank) if rank.ties.is_empty() => rank.ties.clone_from(&tie.breaks),
            Some(_) => findings.add(MeaningProblem::SecondSetting { setting: "tie" }, tie.span),
            None => findings.add(unknown_rank(&tie.rank, &ranks), tie.rank.span),
        }
    }
    for rank in ranks.iter_mut().filter(|rank| rank.ties.is_empty()) {
        rank.ties = vec![TieBreak::LongestKeyword, TieBreak::FirstMentioned];
    }
    ranks
}

fn unknown_rank(name: &ast::Name, ranks: &[Rank]) -> MeaningProblem {
    // The rank of `std` is not for the author's rules.
    let own: Vec<&str> = ranks
        .iter()
        .map(|rank| &*rank.name)
        .filter(|name| *name != SAFETY)
        .collect();
    MeaningProblem::UnknownName {
        kind: ItemKind::Rank,
        name: name.text.to_string(),
        nearest: nearest(&name.text, ranks.iter().map(|rank| &*rank.name)).map(str::to_owned),
        module: None,
        known: shown_names(&own),
    }
}

/// From the tables compiled into the program, never from the machine's, so that a bundle means the same everywhere.
fn bundled_zone(name: &str) -> Option<TimeZone> {
    jiff::tz::TimeZoneDatabase::bundled().get(name).ok()
}
