//! A bundle with everything worked out once that both evaluators need for every message: folded keywords, compiled
//! patterns, the time zone. What a keyword, a pattern or a day *is* is settled here, so the two evaluators can only differ
//! in how they find the rules that hold.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use regex::{Regex, RegexBuilder};
use signalbox_dsl::bundle::{
    Bundle, CalendarId, Condition, EdgeId, FieldId, Folding, Guard, Predicate, Rule, Trigger,
};
use signalbox_dsl::folding::fold;

use crate::calendar::OpeningHours;
use crate::keywords::MatchedList;
use crate::scripts::Scripts;

/// The fact that is the same moment for the whole decision, whatever the facts say.
pub(crate) const NOW: &str = "now";

/// The most that one compiled pattern may take, in bytes. The same at every load, so a bundle never works on one machine only.
pub const MOST_PATTERN_BYTES: usize = 1 << 20;

/// Why a bundle cannot be run. All of these are found at load, none while deciding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// `today` and times of day cannot be read.
    #[error("unknown time zone `{zone}`; write an IANA name such as Asia/Shanghai")]
    UnknownTimezone {
        /// As written.
        zone: String,
    },
    /// A pattern of `matches` does not compile, or takes more than [`MOST_PATTERN_BYTES`].
    #[error("pattern `{pattern}` cannot be used: {reason}; write a simpler one")]
    BadPattern {
        /// As written.
        pattern: String,
        /// What the regex crate says.
        reason: String,
    },
    /// The keywords cannot be put into one automaton.
    #[error(
        "the keyword lists are too large together: {reason}; split the rules into several deployments"
    )]
    TooManyKeywords {
        /// What the automaton builder says.
        reason: String,
    },
    /// The script of a fact cannot be read; [`check`](crate::check) tells where.
    #[error("the script of fact `{fact}` cannot be used: {reason}; correct it")]
    BadScript {
        /// The fact.
        fact: Arc<str>,
        /// What the sandbox says.
        reason: String,
    },
    /// More rules, conditions or keywords than 32-bit ids can tell apart.
    #[error("the bundle has more than {most} {things}; split the rules into several deployments")]
    TooLarge {
        /// Of what.
        things: &'static str,
        /// The bound.
        most: u32,
    },
}

/// See the module's comment.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) bundle: Arc<Bundle>,
    pub(crate) zone: TimeZone,
    /// In the order of [`Bundle::keyword_lists`].
    pub(crate) lists: Vec<MatchedList>,
    /// In the order of [`Bundle::calendars`].
    calendars: Vec<OpeningHours>,
    pub(crate) scripts: Scripts,
    pub(crate) now_field: Option<FieldId>,
    patterns: HashMap<Arc<str>, Regex>,
    phrases: HashMap<Arc<str>, Box<str>>,
}

impl Prepared {
    pub(crate) fn new(bundle: Arc<Bundle>) -> Result<Self, CompileError> {
        let zone = timezone(&bundle.timezone)?;
        let lists = bundle.keyword_lists.iter().map(MatchedList::new).collect();
        let now_field = bundle
            .fields
            .iter()
            .position(|field| &*field.path == NOW)
            .map(|place| FieldId(u32::try_from(place).unwrap_or(u32::MAX)));
        let calendars = bundle
            .calendars
            .iter()
            .map(|it| Ok(OpeningHours::new(it.clone(), timezone(&it.zone)?)))
            .collect::<Result<_, CompileError>>()?;
        let mut prepared = Self {
            zone,
            lists,
            calendars,
            scripts: Scripts::new(&bundle)?,
            now_field,
            patterns: HashMap::new(),
            phrases: HashMap::new(),
            bundle: bundle.clone(),
        };
        for rule in &bundle.rules {
            if let Guard::When(condition) = &rule.guard {
                prepared.prepare(condition)?;
            }
        }
        for signal in &bundle.signals {
            if let Some(condition) = &signal.condition {
                prepared.prepare(condition)?;
            }
        }
        for outreach in &bundle.outreach {
            for condition in outreach.filter.iter().chain(&outreach.condition) {
                prepared.prepare(condition)?;
            }
        }
        Ok(prepared)
    }

    fn prepare(&mut self, condition: &Condition) -> Result<(), CompileError> {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().try_for_each(|part| self.prepare(part))
            }
            Condition::Not(inner) => self.prepare(inner),
            Condition::Named { body, .. } => self.prepare(body),
            Condition::Atom(atom) => self.prepare_predicate(&atom.predicate),
        }
    }

    fn prepare_predicate(&mut self, predicate: &Predicate) -> Result<(), CompileError> {
        match predicate {
            Predicate::Matches { pattern, .. } if !self.patterns.contains_key(pattern) => {
                self.patterns.insert(pattern.clone(), compile(pattern)?);
            }
            Predicate::StartsWith { prefix: text, .. } | Predicate::IsExactly { text, .. } => {
                // Not trimmed: the same words may stand in a `starts with` and in an `is exactly`, which trim differently.
                let folded = fold(text, Folding::DEFAULT);
                self.phrases.insert(text.clone(), folded.text().into());
            }
            _ => {}
        }
        Ok(())
    }

    /// The compiled form of a pattern of this bundle.
    pub(crate) fn pattern(&self, pattern: &str) -> Option<&Regex> {
        self.patterns.get(pattern)
    }

    /// The words of a `starts with` or `is exactly` of this bundle, folded.
    pub(crate) fn phrase(&self, text: &str) -> &str {
        self.phrases.get(text).map_or("", |folded| folded)
    }

    pub(crate) fn calendar(&self, calendar: CalendarId) -> Option<&OpeningHours> {
        self.calendars.get(calendar.index())
    }

    pub(crate) fn list(&self, list: signalbox_dsl::bundle::ListId) -> Option<&MatchedList> {
        self.lists.get(list.index())
    }

    /// The rules that `trigger` concerns, or one of the counts it reached, by full name.
    pub(crate) fn triggered<'a>(
        &'a self,
        trigger: &'a Trigger,
        reached: &'a [EdgeId],
    ) -> impl Iterator<Item = (signalbox_dsl::bundle::RuleId, &'a Rule)> {
        rules(&self.bundle).filter(move |(_, rule)| {
            rule.triggers.contains(trigger) || rule.edges.iter().any(|edge| reached.contains(edge))
        })
    }
}

/// The rules with their ids, by full name.
pub(crate) fn rules(
    bundle: &Bundle,
) -> impl Iterator<Item = (signalbox_dsl::bundle::RuleId, &Rule)> {
    (0..).map(signalbox_dsl::bundle::RuleId).zip(&bundle.rules)
}

/// Zones come with the binary and not from the machine, so that a decision is the same everywhere.
fn timezone(name: &str) -> Result<TimeZone, CompileError> {
    TimeZoneDatabase::bundled()
        .get(name)
        .map_err(|_| CompileError::UnknownTimezone { zone: name.into() })
}

fn compile(pattern: &str) -> Result<Regex, CompileError> {
    RegexBuilder::new(pattern)
        .size_limit(MOST_PATTERN_BYTES)
        .build()
        .map_err(|error| CompileError::BadPattern {
            pattern: pattern.into(),
            reason: error.to_string(),
        })
}
