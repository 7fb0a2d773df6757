//! Every bound on what a bundle may hold, and why.

use std::time::Duration;

/// Ten times what the largest known customer-service team keeps.
pub(super) const MOST_RULES: usize = 100_000;

/// The automaton over this many is built in some ten seconds, off-thread.
pub(super) const MOST_KEYWORDS: usize = 400_000;

/// As many answers as rules.
pub(super) const MOST_TEMPLATES: usize = 100_000;

/// Queues are places where people work.
pub(super) const MOST_QUEUES: usize = 10_000;

/// Ranks are an order that people keep in their heads.
pub(super) const MOST_RANKS: usize = 1_000;

/// Facts are looked up and recorded one by one.
pub(super) const MOST_FIELDS: usize = 10_000;

/// Comparisons in one condition, those of the conditions it names included: each is evaluated for one message at most once a rule.
pub(super) const MOST_COMPARISONS: usize = 1_000;

/// How deep conditions may name each other; each level costs stack.
pub(super) const DEEPEST_CONDITION: usize = 64;

/// A limit's ledger keeps this many moments.
pub(super) const MOST_TIMES: u32 = 1_000;

/// A limit's ledger keeps moments this long.
pub(super) const LONGEST_WINDOW: Duration = Duration::from_secs(30 * 24 * 3600);

/// [`LONGEST_WINDOW`] as an author writes it.
pub(super) const LONGEST_WINDOW_WORDS: &str = "30d";

/// Ten years: longer is for good.
pub(super) const LONGEST_TAG: Duration = Duration::from_secs(3650 * 24 * 3600);

/// [`LONGEST_TAG`] as an author writes it.
pub(super) const LONGEST_TAG_WORDS: &str = "3650d";

/// Bytes of a compiled pattern. A pattern of a page of text stays below; `\w{1000}` does not.
pub(super) const LARGEST_PATTERN: usize = 256 * 1024;

/// Calendars are places and teams; each is asked at most once a message and comparison.
pub(super) const MOST_CALENDARS: usize = 1_000;

/// Lines of opening hours in one calendar, all of which are looked at for a moment.
pub(super) const MOST_OPENING_HOURS: usize = 50;

/// So many days before the holidays of a calendar end `check` warns: China publishes a year's some seven weeks before it begins.
pub(super) const DAYS_OF_WARNING: i64 = 45;

/// Facts of scripts: a message may want all of them, each with its steps.
pub(super) const MOST_FACTS: usize = 50;

/// The most steps that a fact may give its script; the sandbox is built for as many.
pub(super) const MOST_STEPS: u32 = 100_000;

/// Outreach is looked at one by one at every message and event.
pub(super) const MOST_OUTREACH: usize = 1_000;

/// Signals are looked at one by one at every message.
pub(super) const MOST_SIGNALS: usize = 1_000;
