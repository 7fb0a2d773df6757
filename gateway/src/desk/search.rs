//! Finds conversations: those at the desk, those that were ended last, and any customer by their address.
//!
//! Not by what customers wrote: that is sealed, each under their own key, and there is no index of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use signalbox_adapters::{Address, Channel};
use signalbox_router::{Customer, Ended};
use signalbox_store::ThreadId;

use super::Desk;
use super::list::{Face, MOST_ROWS, row};
use super::refusal::Refusal;
use super::session::SignedIn;
use crate::config::sections::FileSection;

/// Characters of a search, at most.
const MOST_SEARCH: usize = 200;
/// In front of a web chat's users and visitors: an agent knows the rest.
const WEBCHAT_PREFIXES: [&str; 3] = ["", "user:", "visitor:"];

/// A place where customers have addresses.
pub struct ChannelAccount {
    channel: Channel,
    account: String,
}

impl ChannelAccount {
    /// All that are configured.
    pub fn all(file: &FileSection) -> Vec<Self> {
        let sites = Self::on(Channel::Webchat, file.webchat.sites.0.keys());
        let senders = Self::on(Channel::Webhook, file.webhook.accounts.0.keys());
        let mailboxes = Self::on(Channel::Email, file.email.accounts.0.keys());
        sites.chain(senders).chain(mailboxes).collect()
    }

    fn on<'a>(
        channel: Channel,
        accounts: impl Iterator<Item = &'a String>,
    ) -> impl Iterator<Item = Self> {
        accounts.map(move |account| Self {
            channel,
            account: account.clone(),
        })
    }

    /// The addresses that a text may mean here: `ID`, `ACCOUNT/ID` or `CHANNEL:ACCOUNT/ID`.
    fn meant(&self, text: &str) -> Vec<Address> {
        let here = format!("{}:{}/", self.channel.name(), self.account);
        let id = text
            .strip_prefix(&here)
            .or_else(|| text.strip_prefix(&self.account)?.strip_prefix('/'))
            .unwrap_or(text);
        let address = |external_id| Address {
            channel: self.channel,
            account: self.account.clone(),
            external_id,
        };
        match self.channel {
            Channel::Webchat => WEBCHAT_PREFIXES
                .iter()
                .map(|prefix| address(format!("{prefix}{id}")))
                .collect(),
            // As the channel itself writes it, and whatever stands in the search in capitals.
            Channel::Email => {
                let small = id.to_lowercase();
                let mut ids = vec![id.to_owned()];
                ids.extend(Some(small).filter(|small| small != id));
                ids.into_iter().map(address).collect()
            }
            Channel::Webhook => vec![address(id.to_owned())],
        }
    }
}

/// What is searched for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// A name, an agent, or a customer's id on a channel.
    #[serde(default)]
    q: String,
    /// A day, `2026-11-20`, by UTC.
    #[serde(default)]
    day: String,
}

pub(super) async fn search(
    State(desk): State<Arc<Desk>>,
    SignedIn(_): SignedIn,
    Query(asked): Query<Search>,
) -> Result<Json<Value>, Refusal> {
    let text = asked.q.trim();
    for (field, value) in [("q", text), ("day", asked.day.as_str())] {
        if value.chars().count() > MOST_SEARCH {
            return Err(Refusal::Unfit(field));
        }
    }
    let mut found = desk.at_the_desk(&text.to_lowercase(), &asked.day).await?;
    if found.is_empty() && asked.day.is_empty() && !text.is_empty() {
        found = desk.by_address(text).await?;
    }
    found.truncate(MOST_ROWS);
    Ok(Json(json!({"found": found})))
}

impl Desk {
    /// Conversations at the desk, then those that were ended, the last first.
    async fn at_the_desk(&self, words: &str, day: &str) -> Result<Vec<Value>, Refusal> {
        let known = self.router.desk().await?;
        let mut last: BTreeMap<ThreadId, &Ended> = BTreeMap::new();
        for ended in &known.ended {
            last.insert(ended.thread, ended);
        }
        let at_desk = known.cases.iter().map(|case| case.thread);
        let threads: Vec<ThreadId> = last.keys().copied().chain(at_desk).collect();
        let customers = self.router.customers(&threads).await?;
        let fits = |thread: &ThreadId, agent: Option<&str>, queue: &str, on: String| {
            let customer = customers.get(thread);
            let name = customer.and_then(|customer| customer.profile.name.as_deref());
            let address = customer.and_then(|customer| customer.desk.address.as_ref());
            let id = address.map(|address| address.external_id.as_str());
            let has_words = [name, id, agent, Some(queue)]
                .into_iter()
                .flatten()
                .any(|text| text.to_lowercase().contains(words));
            (words.is_empty() || has_words) && (day.is_empty() || on.starts_with(day))
        };
        let mut found = Vec::new();
        for case in &known.cases {
            let agent = case.held.as_ref().map(|held| held.agent.name.as_str());
            if fits(&case.thread, agent, &case.queue, case.since.to_string()) {
                let face = customers.get(&case.thread).map(Face::of);
                found.push(row(case, face.as_ref()));
            }
        }
        let mut ended: Vec<&Ended> = last.into_values().collect();
        ended.sort_by_key(|ended| std::cmp::Reverse(ended.at));
        for ended in ended {
            let agent = Some(ended.agent.name.as_str());
            if known.case(ended.thread).is_none()
                && fits(&ended.thread, agent, &ended.queue, ended.at.to_string())
            {
                let customer = customers.get(&ended.thread);
                found.push(json!({
                    "thread": ended.thread.to_string(),
                    "queue": ended.queue,
                    "since": ended.since,
                    "ended": ended.at,
                    "closed": ended.closed,
                    "agent": ended.agent,
                    "name": customer.and_then(|customer| customer.profile.name.clone()),
                }));
            }
        }
        Ok(found)
    }

    /// Customers whose address it is, on any account of any channel; of one who goes on elsewhere, there.
    async fn by_address(&self, text: &str) -> Result<Vec<Value>, Refusal> {
        let mut threads = Vec::new();
        for address in self.accounts.iter().flat_map(|account| account.meant(text)) {
            threads.push(self.router.home(&address).await?);
        }
        let mut customers = self.router.customers(&threads).await?;
        let moved = customers
            .values()
            .filter_map(|customer| customer.goes_on_in);
        let moved: Vec<ThreadId> = moved.collect();
        customers.retain(|_, customer| customer.goes_on_in.is_none());
        customers.extend(self.router.customers(&moved).await?);
        let told = |(thread, customer): (&ThreadId, &Customer)| {
            let address = customer.desk.address.as_ref();
            json!({
                "thread": thread.to_string(),
                "name": customer.profile.name,
                "channel": address.map(|address| address.channel.name()),
                "id": address.map(|address| &address.external_id),
            })
        };
        Ok(customers.iter().map(told).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(channel: Channel, account: &str, text: &str) -> Vec<String> {
        let account = ChannelAccount {
            channel,
            account: account.to_owned(),
        };
        let addresses = account.meant(text).into_iter();
        addresses.map(|address| address.external_id).collect()
    }

    #[test]
    fn an_address_is_found_however_an_agent_writes_it() {
        let users = ["u-1", "user:u-1", "visitor:u-1"];
        for text in ["u-1", "shop/u-1", "webchat:shop/u-1"] {
            assert_eq!(meant(Channel::Webchat, "shop", text), users, "{text}");
        }
        assert_eq!(
            meant(Channel::Email, "service", "Li@Shop.Example"),
            ["Li@Shop.Example", "li@shop.example"]
        );
        assert_eq!(meant(Channel::Webhook, "crm", "crm/77"), ["77"]);
        assert_eq!(
            meant(Channel::Webhook, "crm", "shop/77"),
            ["shop/77"],
            "an id may have a stroke in it"
        );
    }
}
