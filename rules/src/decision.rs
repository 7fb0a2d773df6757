//! What the rules answered: effects as data, and the trace of how it came about.
//!
//! A decision is read long after its bundle was replaced, so it speaks in names, never in ids, and
//! replies are rendered. *Invariant:* it is a pure function of [`Inputs`] and the bundle.

use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use signalbox_dsl::bundle::{Priority, Scope, Trigger};

use crate::facts::Facts;
use crate::ledger::{Ledger, LedgerUse};
use crate::scripts::ComputedFact;

/// All that a decision depends on, besides the bundle.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// What just happened.
    pub trigger: &'a Trigger,
    /// What is true now.
    pub facts: &'a Facts,
    /// Which limited effects were carried out when.
    pub ledger: &'a Ledger,
    /// The turn's moment: log time, never the wall clock's.
    pub now: Timestamp,
}

/// The answer to one turn or event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What to do, in a fixed order: by rank, then rule name, then as written.
    pub effects: Vec<DecidedEffect>,
    /// Limited effects that act inside the decision only (`no other replies`), and the signals that occurred: to be entered in
    /// the ledger as [`DecidedEffect::ledger_use`] is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<LedgerUse>,
    /// What became of outreach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outreach: Vec<OutreachStep>,
    /// How it came about.
    pub trace: Trace,
}

/// What became of one outreach, by its full name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum OutreachStep {
    /// It waits.
    Planned {
        /// Which.
        outreach: Arc<str>,
        /// When it is looked at.
        due: Timestamp,
        /// Worth nothing after this.
        latest: Timestamp,
        /// What it reads of this moment.
        facts: Facts,
    },
    /// It waits already; of each there is one.
    AlreadyPlanned {
        /// Which.
        outreach: Arc<str>,
    },
    /// What stands behind its `unless` happened. (What rules take back is an effect of theirs.)
    Cancelled {
        /// Which.
        outreach: Arc<str>,
    },
    /// It was due in quiet hours and waits on.
    Postponed {
        /// Which.
        outreach: Arc<str>,
        /// When it is looked at again.
        due: Timestamp,
    },
    /// It leaves; its reply is among the effects.
    Sent {
        /// Which.
        outreach: Arc<str>,
    },
    /// It was due and does not leave.
    Dropped {
        /// Which.
        outreach: Arc<str>,
        /// Why.
        because: DropReason,
    },
}

/// Why a due outreach does not leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum DropReason {
    /// The live rules have none of this name.
    NotInRules,
    /// Its time is over, or will be before the quiet hours end.
    TooLate,
    /// People have the conversation.
    PersonOwns,
    /// The customer wants none: the tag `opt-out`.
    OptedOut,
    /// Its `when` is not true.
    ConditionNotTrue,
    /// Its limit is used up.
    LimitReached,
    /// The cap of all marketing is used up.
    MarketingCap,
    /// A value that it needs is absent.
    ValueMissing {
        /// The parameter of the template.
        parameter: Arc<str>,
    },
    /// signalbox failed on it; see the log.
    Failed,
}

/// One effect, and the rule that asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedEffect {
    /// Full name of the rule; for what the language itself prescribes (a tie that nothing decides), `signalbox`.
    pub rule: Arc<str>,
    /// What to do.
    pub action: Action,
    /// To be entered in the ledger when the effect is committed; `None` for unlimited effects.
    pub ledger_use: Option<LedgerUse>,
}

/// What the router carries out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Say this.
    Reply {
        /// Name of the template.
        template: Arc<str>,
        /// Language of the body that was chosen.
        language: Arc<str>,
        /// The rendered text.
        text: String,
    },
    /// Pass the conversation to people.
    HandOver {
        /// Name of the queue.
        queue: Arc<str>,
        /// A note for them.
        note: Option<Arc<str>>,
    },
    /// Set the priority.
    SetPriority {
        /// To this.
        priority: Priority,
    },
    /// Set where the conversation stands among those of its priority.
    SetScore {
        /// 0 to 100, the higher the sooner.
        score: Decimal,
    },
    /// Put a tag on.
    Tag {
        /// Where.
        scope: Scope,
        /// The tag.
        tag: Arc<str>,
        /// Until when; `None`: it stays.
        until: Option<Timestamp>,
    },
    /// Take a tag off.
    Untag {
        /// Where.
        scope: Scope,
        /// The tag.
        tag: Arc<str>,
    },
    /// A note for people.
    Note {
        /// Its text.
        text: Arc<str>,
    },
    /// Change the conversation's language.
    SetLanguage {
        /// Language tag.
        language: Arc<str>,
    },
    /// Take planned outreach back.
    CancelOutreach {
        /// Which, by full name; `None`: all of it.
        outreach: Option<Arc<str>>,
    },
}

/// Why it came out so. Small enough to be kept with every decision; the verdict on each rule that did not fire is
/// worked out again from the recorded facts when somebody asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Counts of signals that were reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<Reached>,
    /// Numbers that rose past where rules wait for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risen: Vec<Risen>,
    /// Facts of scripts that were worked out. Which ones the rules ask for is the evaluator's affair, their values are not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub computed: Vec<ComputedFact>,
    /// Rules that fired, by rank, then name.
    pub fired: Vec<Fired>,
    /// Full name of the rule that had the floor.
    pub floor: Option<Arc<str>>,
    /// Rules of one rank that wanted the floor and that no tie-break told apart.
    pub tied: Vec<Arc<str>>,
    /// The conversation was handed over to a queue in which nobody is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<ClosedQueue>,
    /// Rules that would have fired, had people not switched them off; by full name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disabled: Vec<Arc<str>>,
}

/// A hand-over to a queue outside its hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedQueue {
    /// The queue that the rule names.
    pub queue: Arc<str>,
    /// The open queue that takes its overflow; `None`: the customer waits in the closed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<Arc<str>>,
}

/// A count that was reached: `愤怒 reaching 2 within 10m per customer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// Full name of the signal.
    pub signal: Arc<str>,
    /// To how many.
    pub times: u32,
    /// In what time, as rule files write it.
    pub window: Arc<str>,
    /// Counted for what.
    pub scope: Scope,
}

/// A number that rose: `customer.anger rising above 60%`. Values as rule files write them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risen {
    /// Path of the field.
    pub field: Arc<str>,
    /// Just before this turn; `None`: nobody knows.
    pub from: Option<Arc<str>>,
    /// With this turn.
    pub to: Option<Arc<str>>,
    /// The bound.
    pub above: Arc<str>,
}

/// A rule that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// Full name.
    pub rule: Arc<str>,
    /// Keywords that the customer wrote, as the list spells them.
    pub keywords: Vec<Arc<str>>,
    /// Its effects that were not carried out, and why.
    pub withheld: Vec<Withheld>,
}

/// An effect that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// Place in the rule's list of effects.
    pub effect: usize,
    /// Why not.
    pub reason: WithheldReason,
}

/// Why an effect of a rule that fired was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum WithheldReason {
    /// Another rule had the floor.
    Overridden {
        /// Which.
        by: Arc<str>,
    },
    /// A rule of higher rank said `no other replies`.
    Silenced {
        /// Which.
        by: Arc<str>,
    },
    /// Its limit is used up.
    LimitReached,
    /// Several rules wanted the floor and nothing told them apart.
    Tied,
    /// The conversation is queued for a person or with one: the bot is silent.
    PersonOwns,
    /// The queue is closed, and what it says then was said in its place.
    QueueClosed {
        /// The queue.
        queue: Arc<str>,
    },
    /// A value that it needs is absent.
    ValueMissing {
        /// The parameter of the template.
        parameter: Arc<str>,
    },
}
