//! What waits in the outboxes and what did not leave, for the people who run the gateway.
//!
//! A list holds no customer's words: only what one entry is asked for shows what leaves. Whatever people decide is written under
//! the owner's fence, so only where the partition is owned.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use signalbox_adapters::Content;
use signalbox_store::{
    DeadLetter, DeadLetterBounds, DeadLetterVerdict, Destination, Fence, OutboxEntry, PartitionId,
    StoreError,
};

use crate::owner::Outgoing;
use crate::pauses::PausedAccount;
use crate::shared::Shared;
use crate::vault::{SealedKind, VaultError};

/// Entries in one list, at most.
const MOST_LISTED: usize = 1_000;

/// An entry of an outbox, or a dead letter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxItem {
    /// Its stable key, under which a platform knows it too.
    pub id: String,
    /// Whose outbox it is in.
    pub partition: String,
    /// Whose line it is in.
    pub thread: String,
    /// A channel's name, or the partition that it is forwarded to.
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
    /// At most 1,000.
    pub entries: Vec<OutboxItem>,
    /// Whether there are more than these.
    pub is_cut: bool,
    /// Accounts by which nothing leaves now; only where what waits is asked for.
    #[serde(default)]
    pub paused: Vec<PausedAccount>,
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

impl Shared {
    /// All entries of a kind, without what they say.
    pub(crate) async fn outbox_list(&self, kind: OutboxKind) -> Result<OutboxList, OutboxError> {
        let mut found = Vec::new();
        for partition in self.partitions() {
            found.extend(self.find(partition, kind, MOST_LISTED + 1).await?);
        }
        let since = |found: &Found| found.given_up.as_ref().map_or(found.entry.due, |up| up.at);
        found.sort_by_key(since);
        let is_cut = found.len() > MOST_LISTED;
        found.truncate(MOST_LISTED);
        let mut entries = Vec::with_capacity(found.len());
        for one in found {
            entries.push(OutboxItem {
                text: None,
                ..self.item(one).await?
            });
        }
        let paused = match kind {
            OutboxKind::Waiting => self.pauses.all(),
            OutboxKind::Dead => Vec::new(),
        };
        Ok(OutboxList {
            entries,
            is_cut,
            paused,
        })
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
                // It is worth as much again as when it was decided.
                not_after: found.entry.not_after.map(|_| self.later(now)),
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

    fn later(&self, now: Timestamp) -> Timestamp {
        SignedDuration::try_from(self.settings.reply_not_after)
            .ok()
            .and_then(|worth| now.checked_add(worth).ok())
            .unwrap_or(Timestamp::MAX)
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
        let mut the_one = None;
        for partition in self.partitions() {
            let found = self.find(partition, kind, usize::MAX).await?;
            for found in found {
                let is_it = !id.is_empty() && found.entry.id.to_string().starts_with(id);
                if is_it && the_one.replace(found).is_some() {
                    return Err(OutboxError::Ambiguous(id.to_owned()));
                }
            }
        }
        the_one.ok_or_else(|| OutboxError::Missing(id.to_owned()))
    }

    async fn item(&self, found: Found) -> Result<OutboxItem, StoreError> {
        let Found {
            partition,
            entry,
            given_up,
        } = found;
        let outgoing = self.outgoing(partition, &entry).await?;
        let to = match (&outgoing, entry.destination) {
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
            text: outgoing.map(|outgoing| {
                let Content::Text { text } = &outgoing.content;
                text.clone()
            }),
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
