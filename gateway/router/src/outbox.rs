//! What waits in the outboxes and what did not leave, for the people who run the gateway.
//!
//! A list holds no customer's words: only what one entry is asked for shows what leaves. Whatever people decide is written under
//! the owner's fence, so only where the partition is owned.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use signalbox_store::{
    DeadLetter, DeadLetterBounds, DeadLetterVerdict, Destination, EntryId, Fence, OutboxEntry,
    PartitionId, StoreError,
};

use crate::customer::Customer;
use crate::owner::{Outgoing, later};
use crate::pauses::PausedAccount;
use crate::shared::Shared;
use crate::step::PERSONS_WORD_WORTH;
use crate::vault::{SealedKind, VaultError};

/// Entries of one partition that are looked through, at most: so much is in memory at once.
const MOST_LOOKED_THROUGH: usize = 10_000;

/// An entry of an outbox, or a dead letter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxItem {
    /// Its stable key, under which a platform knows it too.
    pub id: String,
    /// Whose outbox it is in.
    pub partition: String,
    /// Whose line it is in.
    pub thread: String,
    /// A channel's name, the partition that it is forwarded to, `erased` (its customer is), or `damaged`.
    pub to: String,
    /// The channel account that it leaves by.
    pub account: Option<String>,
    /// The message's name towards clients.
    pub message: Option<String>,
    /// Attempts so far.
    pub attempts: u32,
    /// Not before.
    pub due: Timestamp,
    /// Worth nothing after this.
    pub not_after: Option<Timestamp>,
    /// Since when and why it is a dead letter.
    pub given_up: Option<GivenUp>,
    /// What leaves; only where one entry is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Why an entry will not leave by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GivenUp {
    /// Since when.
    pub at: Timestamp,
    /// In signalbox's own words.
    pub reason: String,
}

/// Entries, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutboxList {
    /// At most as many as were asked for.
    pub entries: Vec<OutboxItem>,
    /// Whether there are more than these.
    pub is_cut: bool,
    /// Where the next page begins, if there are more.
    #[serde(default)]
    pub next: Option<String>,
    /// Partitions whose entries cannot be read, because stored data are damaged.
    #[serde(default)]
    pub damaged: Vec<String>,
    /// Accounts by which nothing leaves now; only where what waits is asked for.
    #[serde(default)]
    pub paused: Vec<PausedAccount>,
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxPage {
    /// [`OutboxList::next`] of the page before; `None` for the first.
    pub after: Option<String>,
    /// Entries, at most; [`OutboxPage::MOST`] at most.
    pub limit: usize,
}

impl OutboxPage {
    /// Entries in one page, at most.
    pub const MOST: usize = 1_000;
}

impl Default for OutboxPage {
    fn default() -> Self {
        Self {
            after: None,
            limit: Self::MOST,
        }
    }
}

/// Which entries are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxKind {
    /// Those that wait.
    Waiting,
    /// Those that were given up.
    Dead,
}

/// Why nothing can be said or done about an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboxError {
    /// It has left, was let go, or never was.
    #[error("there is no entry `{0}`; the list shows those that are")]
    Missing(String),
    /// The beginning of several.
    #[error("several entries begin with `{0}`; write more of it")]
    Ambiguous(String),
    /// More than are looked through, and none of them is it.
    #[error(
        "there is no entry `{id}` among the first {MOST_LOOKED_THROUGH} of partition {partition}, which has more; try again when fewer wait there"
    )]
    NotAmongFirst {
        /// As asked for.
        id: String,
        /// Where there are more.
        partition: PartitionId,
    },
    /// Not where a page begins.
    #[error("`{0}` is not where a page begins; write what the page before it says")]
    NoPage(String),
    /// The bot said it, and the word has passed on since: it would be dropped when it is to leave.
    #[error(
        "`{0}` is what the bot said before somebody else had the word, so it does not leave any more; discard it, and let whoever has the conversation say it"
    )]
    WordPassed(String),
    /// It cannot be sent.
    #[error(
        "what `{0}` says cannot be read: its customer was erased, or it is damaged; it can be discarded only"
    )]
    Unreadable(String),
    /// Another process may write there.
    #[error(
        "partition {0} is not owned by this gateway now; ask the one that owns it, or try again in a moment"
    )]
    NotOwned(PartitionId),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An entry where it was found.
struct Found {
    partition: PartitionId,
    entry: OutboxEntry,
    given_up: Option<GivenUp>,
}

impl Found {
    /// By what lists are sorted: since when it lies there.
    fn place(&self) -> Place {
        let since = self.given_up.as_ref().map_or(self.entry.due, |up| up.at);
        (since, self.entry.id)
    }
}

/// A place in a list.
type Place = (Timestamp, EntryId);

impl Shared {
    /// A page of all entries of a kind, without what they say. What is damaged is named, and holds up nothing else.
    pub(crate) async fn outbox_list(
        &self,
        kind: OutboxKind,
        page: &OutboxPage,
    ) -> Result<OutboxList, OutboxError> {
        let after = match &page.after {
            Some(after) => {
                Some(read_place(after).ok_or_else(|| OutboxError::NoPage(after.clone()))?)
            }
            None => None,
        };
        let limit = page.limit.clamp(1, OutboxPage::MOST);
        let (mut found, mut list) = (Vec::new(), OutboxList::default());
        for partition in self.partitions() {
            match self.find(partition, kind, MOST_LOOKED_THROUGH).await {
                Ok(entries) => {
                    let behind = |found: &Found| after.is_none_or(|after| found.place() > after);
                    found.extend(entries.into_iter().filter(behind));
                }
                Err(StoreError::Damaged { what }) => {
                    tracing::warn!(%partition, what, "a list of the outbox leaves a damaged partition out");
                    list.damaged.push(partition.to_string());
                }
                Err(error) => return Err(error.into()),
            }
            // So that no more than a page and one partition are in memory.
            found.sort_by_key(Found::place);
            list.is_cut |= found.len() > limit;
            found.truncate(limit);
        }
        let last = found.last().map(Found::place);
        list.next = last.filter(|_| list.is_cut).map(place);
        for one in found {
            list.entries.push(OutboxItem {
                text: None,
                ..self.item(one).await?
            });
        }
        if kind == OutboxKind::Waiting {
            list.paused = self.pauses.all();
        }
        Ok(list)
    }

    /// One entry by the beginning of its key, with what it says.
    pub(crate) async fn outbox_item(
        &self,
        kind: OutboxKind,
        id: &str,
    ) -> Result<OutboxItem, OutboxError> {
        let found = self.one(kind, id).await?;
        Ok(self.item(found).await?)
    }

    /// Gives a dead letter back to its line, or lets it go.
    pub(crate) async fn settle_dead_letter(
        &self,
        id: &str,
        is_retry: bool,
    ) -> Result<OutboxItem, OutboxError> {
        let found = self.one(OutboxKind::Dead, id).await?;
        let (partition, entry) = (found.partition, found.entry.id);
        let standing = self.standing(partition);
        let fence = standing.ok_or(OutboxError::NotOwned(partition))?.fence;
        let now = self.environment.now();
        let verdict = if is_retry {
            DeadLetterVerdict::Retry {
                due: now,
                not_after: self.worth_until(&found, id, now).await?,
            }
        } else {
            DeadLetterVerdict::Discard
        };
        let settled = self
            .store
            .settle_dead_letter(partition, fence, entry, verdict)
            .await?
            .map_err(|_| OutboxError::NotOwned(partition))?;
        if let Some(mailbox) = self.mailbox(partition) {
            mailbox.look_in_outbox();
        }
        if !settled {
            return Err(OutboxError::Missing(id.to_owned()));
        }
        tracing::info!(%partition, entry = %entry, retry = is_retry, "a person decided about a dead letter");
        Ok(OutboxItem {
            text: None,
            ..self.item(found).await?
        })
    }

    /// Until when a dead letter is worth something that goes out again: as long as when it was decided.
    async fn worth_until(
        &self,
        found: &Found,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, OutboxError> {
        let (partition, entry) = (found.partition, &found.entry);
        if entry.destination != Destination::Channel {
            return Ok(entry.not_after);
        }
        let unreadable = || OutboxError::Unreadable(id.to_owned());
        let outgoing = match self.outgoing(partition, entry).await {
            Ok(outgoing) => outgoing.ok_or_else(unreadable)?,
            Err(VaultError::Store(error)) => return Err(error.into()),
            Err(VaultError::Open(_) | VaultError::Unreadable { .. }) => return Err(unreadable()),
        };
        if self.word_has_passed(partition, entry).await? {
            return Err(OutboxError::WordPassed(id.to_owned()));
        }
        let usual = if entry.speaker == Customer::PERSONS_WORD {
            PERSONS_WORD_WORTH
        } else {
            self.settings.reply_not_after
        };
        let worth = outgoing.worth.unwrap_or(usual);
        Ok(entry.not_after.map(|_| later(now, worth)))
    }

    /// Whether the bot said it, and somebody else has had the word since.
    async fn word_has_passed(
        &self,
        partition: PartitionId,
        entry: &OutboxEntry,
    ) -> Result<bool, OutboxError> {
        if entry.speaker == Customer::PERSONS_WORD {
            return Ok(false);
        }
        let stored = self.store.states(partition, &[entry.thread]).await?;
        let key = self.vault.existing_key(partition, entry.thread).await;
        let key = key.map_err(StoreError::from)?;
        let (Some(state), Some(key)) = (stored.into_iter().next().flatten(), key) else {
            return Ok(false);
        };
        let customer = self
            .vault
            .open::<Customer>(&key, SealedKind::State, entry.thread, &state)
            .map_err(StoreError::from)?;
        Ok(customer.speaker != entry.speaker)
    }

    /// Keeps a partition's dead letters within their bounds. What goes is told of; a store that fails is asked again with the
    /// next dead letter, or within the hour.
    pub(crate) async fn bound_dead_letters(&self, partition: PartitionId, fence: Fence) {
        let kept =
            SignedDuration::try_from(self.settings.dead_letters_for).unwrap_or(SignedDuration::MAX);
        let bounds = DeadLetterBounds {
            at_most: self.settings.dead_letters,
            since: self
                .environment
                .now()
                .checked_sub(kept)
                .unwrap_or(Timestamp::MIN),
        };
        match self.store.trim_dead_letters(partition, fence, bounds).await {
            Ok(Ok(0) | Err(_)) => {}
            Ok(Ok(gone)) => {
                self.observer.dead_letters_dropped(gone);
                tracing::error!(%partition, gone, "there are more dead letters than router.dead_letters and router.dead_letters_for keep: the oldest are gone for good");
            }
            Err(error) => {
                tracing::warn!(%partition, %error, "dead letters were not counted; they are later");
            }
        }
    }

    async fn find(
        &self,
        partition: PartitionId,
        kind: OutboxKind,
        limit: usize,
    ) -> Result<Vec<Found>, StoreError> {
        Ok(match kind {
            OutboxKind::Waiting => {
                let entries = self.store.outbox(partition, limit).await?;
                let found = entries.into_iter().map(|entry| Found {
                    partition,
                    entry,
                    given_up: None,
                });
                found.collect()
            }
            OutboxKind::Dead => {
                let letters = self.store.dead_letters(partition, limit).await?;
                let found = letters
                    .into_iter()
                    .map(|DeadLetter { entry, reason, at }| Found {
                        partition,
                        entry,
                        given_up: Some(GivenUp { at, reason }),
                    });
                found.collect()
            }
        })
    }

    async fn one(&self, kind: OutboxKind, id: &str) -> Result<Found, OutboxError> {
        let (mut the_one, mut hidden_by) = (None, None);
        for partition in self.partitions() {
            let found = match self.find(partition, kind, MOST_LOOKED_THROUGH).await {
                Ok(found) => found,
                Err(error @ StoreError::Damaged { .. }) => {
                    hidden_by = Some(OutboxError::Store(error));
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            if found.len() == MOST_LOOKED_THROUGH {
                let id = id.to_owned();
                hidden_by = Some(OutboxError::NotAmongFirst { id, partition });
            }
            for found in found {
                let is_it = !id.is_empty() && found.entry.id.to_string().starts_with(id);
                if is_it && the_one.replace(found).is_some() {
                    return Err(OutboxError::Ambiguous(id.to_owned()));
                }
            }
        }
        let missing = || OutboxError::Missing(id.to_owned());
        the_one.ok_or_else(|| hidden_by.unwrap_or_else(missing))
    }

    async fn item(&self, found: Found) -> Result<OutboxItem, StoreError> {
        let Found {
            partition,
            entry,
            given_up,
        } = found;
        let (outgoing, is_damaged) = match self.outgoing(partition, &entry).await {
            Ok(outgoing) => (outgoing, false),
            Err(VaultError::Store(error)) if !matches!(error, StoreError::Damaged { .. }) => {
                return Err(error);
            }
            Err(error) => {
                tracing::warn!(%partition, entry = %entry.id, %error, "an entry of the outbox cannot be read");
                (None, true)
            }
        };
        let to = match (&outgoing, entry.destination) {
            _ if is_damaged => "damaged".to_owned(),
            (_, Destination::Partition(partition)) => format!("partition {partition}"),
            (Some(outgoing), _) => outgoing.to.channel.name().to_owned(),
            // Whose it was is erased.
            (None, Destination::Channel) => "erased".to_owned(),
        };
        let outgoing = outgoing.as_ref();
        Ok(OutboxItem {
            id: entry.id.to_string(),
            partition: partition.to_string(),
            thread: entry.thread.to_string(),
            to,
            account: outgoing.map(|outgoing| outgoing.to.account.clone()),
            message: outgoing.map(|outgoing| outgoing.message_id.0.to_string()),
            attempts: entry.attempts,
            due: entry.due,
            not_after: entry.not_after,
            given_up,
            text: outgoing.map(|outgoing| outgoing.content.in_words()),
        })
    }

    /// What goes to a channel; nothing for what goes to a partition, or whose customer's key is gone.
    async fn outgoing(
        &self,
        partition: PartitionId,
        entry: &OutboxEntry,
    ) -> Result<Option<Outgoing>, VaultError> {
        let key = self.vault.existing_key(partition, entry.thread).await?;
        let (Some(key), Destination::Channel) = (key, entry.destination) else {
            return Ok(None);
        };
        let kind = SealedKind::Outbox(entry.id);
        let opened = self.vault.open(&key, kind, entry.thread, &entry.payload);
        opened.map(Some)
    }
}

/// As [`OutboxList::next`] names it.
fn place((since, id): Place) -> String {
    format!("{since}_{id}")
}

fn read_place(text: &str) -> Option<Place> {
    let (since, id) = text.split_once('_')?;
    let number = u128::from_str_radix(id, 16)
        .ok()
        .filter(|_| id.len() == 32)?;
    Some((since.parse().ok()?, EntryId(number.to_be_bytes())))
}
