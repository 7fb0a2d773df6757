//! Which agents are there, as the desk's owner hears it.
//!
//! In the owner's memory only: a heartbeat costs its record in the inbox, and nothing of the desk's state is written for it. An
//! owner that starts counts everybody's absence from then on. *Invariant:* absence is counted only while heartbeats could be
//! heard: the time in which the store did not answer, or the process stood still, is taken out ([`Presence::was_deaf`]).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::AGENT_GONE_AFTER;

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Presence {
    /// From when on agents could be heard.
    since: Timestamp,
    /// When each agent was heard last, by their id.
    seen: BTreeMap<String, Timestamp>,
    /// When the agents are looked at next; `None` while nobody has a conversation.
    pub(super) look_at: Option<Timestamp>,
}

impl Presence {
    /// Agents who are remembered, at most; past it the one who was heard longest ago goes.
    const MOST_AGENTS: usize = 1_000;

    /// Nobody was heard yet, and could not be before.
    pub(crate) fn new(since: Timestamp) -> Self {
        Self {
            since,
            seen: BTreeMap::new(),
            look_at: None,
        }
    }

    /// An agent is there.
    pub(crate) fn saw(&mut self, agent: &str, at: Timestamp) {
        let seen = self.seen.entry(agent.to_owned()).or_insert(at);
        *seen = (*seen).max(at);
        if self.seen.len() > Self::MOST_AGENTS {
            let longest_ago = self.seen.iter().min_by_key(|(_, seen)| **seen);
            if let Some(agent) = longest_ago.map(|(agent, _)| agent.clone()) {
                self.seen.remove(&agent);
            }
        }
    }

    /// Nobody could be heard for so long until `now`: everybody's absence is as long as it was before. Negative where the clock
    /// has stepped back.
    pub(crate) fn was_deaf(&mut self, time: SignedDuration, now: Timestamp) {
        let later = |moment: Timestamp| moment.checked_add(time).unwrap_or(now).min(now);
        self.since = later(self.since);
        for seen in self.seen.values_mut() {
            *seen = later(*seen);
        }
    }

    /// When an agent is gone who has something since `held_since`, if nothing is heard of them until then.
    pub(crate) fn gone_at(&self, agent: &str, held_since: Timestamp) -> Timestamp {
        let seen = self.seen.get(agent).copied();
        gone_after(seen.unwrap_or(self.since.max(held_since)))
    }

    /// How many are there.
    pub(crate) fn present(&self, at: Timestamp) -> usize {
        let seen = self.seen.values();
        seen.filter(|seen| gone_after(**seen) > at).count()
    }

    /// Forgets who is gone.
    pub(super) fn forget_gone(&mut self, at: Timestamp) {
        self.seen.retain(|_, seen| gone_after(*seen) > at);
    }
}

/// When somebody is gone who was heard then and never again.
pub(super) fn gone_after(seen: Timestamp) -> Timestamp {
    SignedDuration::try_from(AGENT_GONE_AFTER)
        .ok()
        .and_then(|wait| seen.checked_add(wait).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::Presence;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn time_in_which_nobody_could_be_heard_is_no_absence() {
        let mut presence = Presence::new(at(0));
        presence.saw("lin", at(10));
        // Ten seconds after the heartbeat the store is away for five minutes.
        presence.was_deaf(SignedDuration::from_secs(300), at(320));
        assert_eq!(presence.gone_at("lin", at(0)), at(310 + 45));
        assert_eq!(presence.gone_at("mia", at(0)), at(300 + 45));
        // A heartbeat from the middle of it is none from the future.
        presence.saw("lin", at(400));
        presence.was_deaf(SignedDuration::from_secs(200), at(410));
        assert_eq!(presence.gone_at("lin", at(0)), at(410 + 45));
    }

    #[test]
    fn a_clock_that_steps_back_makes_nobody_immortal() {
        let mut presence = Presence::new(at(0));
        presence.saw("lin", at(3_600));
        presence.was_deaf(SignedDuration::from_secs(-3_600), at(0));
        assert_eq!(presence.gone_at("lin", at(0)), at(45));
    }

    #[test]
    fn remembers_a_bounded_number_of_agents() {
        let mut presence = Presence::new(at(0));
        for number in 0..2 * Presence::MOST_AGENTS {
            presence.saw(&number.to_string(), at(i64::try_from(number).unwrap()));
        }
        assert_eq!(presence.seen.len(), Presence::MOST_AGENTS);
        assert!(!presence.seen.contains_key("0"), "the oldest went");
    }
}
