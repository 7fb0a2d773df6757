//! Takes what is decided over into the archive, and only then lets the hot store trim it.
//!
//! One task for all partitions, beside the owners: a slow archive delays trimming and nothing else.
//!
//! *Invariant:* the archive is never ahead of what the hot store keeps through a power failure, or records that never
//! happened would take the places of those that come after it. A store that syncs each step may be archived at once; of
//! another only what the round before saw is archived, and rounds are further apart than its syncs.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use signalbox_store::{Durability, Fence, Offset, PartitionId, StoreError, Trim};
use tokio_util::sync::CancellationToken;

use self::batch::{Reach, next_batch, survey};
use crate::shared::{Shared, Standing};

mod batch;

/// How often dedupe rows that are too old go from partitions in which nothing happens.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);
/// Rounds are at least so far apart while the store syncs every second.
const SYNCED_AFTER: Duration = Duration::from_secs(2);
/// Threads whose last sequence is remembered from one round to the next, at most, over all partitions; 60 bytes each.
const THREADS_REMEMBERED: usize = 65_536;

/// Archives every owned partition now and then, until `stop`.
pub(crate) async fn archive(shared: Arc<Shared>, stop: CancellationToken) {
    let mut archiver = Archiver::new(&shared);
    loop {
        tokio::select! {
            () = shared.environment.sleep(archiver.every) => {}
            () = stop.cancelled() => return,
        }
        let round = archiver.round(&stop);
        if AssertUnwindSafe(round).catch_unwind().await.is_err() {
            tracing::error!(
                "the archiver stopped with an error of signalbox and goes on with its next round; please report it"
            );
        }
    }
}

struct Archiver<'a> {
    shared: &'a Shared,
    every: Duration,
    /// Whether what is committed may be lost with the machine.
    may_lose: bool,
    sweep_at: Timestamp,
    partitions: BTreeMap<PartitionId, Progress>,
}

/// How far a partition is.
struct Progress {
    fence: Fence,
    cursor: Offset,
    /// Nothing behind this is trimmed.
    trim_at_most: Offset,
    /// What the round before saw.
    seen: Option<Reach>,
}

impl<'a> Archiver<'a> {
    fn new(shared: &'a Shared) -> Self {
        let may_lose = match shared.store.durability() {
            Durability::Memory | Durability::EverySecond => true,
            Durability::Fsync | Durability::Replicated => false,
        };
        let every = shared.settings.archive_every;
        Self {
            shared,
            every: if may_lose {
                every.max(SYNCED_AFTER)
            } else {
                every
            },
            may_lose,
            sweep_at: Timestamp::MIN,
            partitions: BTreeMap::new(),
        }
    }

    async fn round(&mut self, stop: &CancellationToken) {
        let now = self.shared.environment.now();
        let sweep = now >= self.sweep_at;
        if sweep {
            self.sweep_at = now.checked_add(SWEEP_EVERY).unwrap_or(Timestamp::MAX);
        }
        let mut lag = 0;
        for partition in self.shared.partitions() {
            let Some(standing) = self.shared.standing(partition) else {
                continue;
            };
            if let Err(error) = self.archive(partition, standing, sweep, stop).await {
                tracing::warn!(%partition, %error, "the archive did not take the partition over; trying again later");
            }
            if sweep {
                self.shared
                    .bound_dead_letters(partition, standing.fence)
                    .await;
            }
            lag += self.lag(partition, standing.position).await;
        }
        self.shared.observer.archive_lag(lag);
    }

    /// Decided records of a partition that the archive does not have.
    async fn lag(&self, partition: PartitionId, position: Offset) -> u64 {
        let archived = match self.partitions.get(&partition) {
            Some(progress) => progress.cursor,
            // The archive does not answer: the hot store knows what it has let go.
            None => self
                .shared
                .store
                .trimmed(partition)
                .await
                .unwrap_or_default(),
        };
        position.0.saturating_sub(archived.0)
    }

    /// Archives a partition and trims it, if there is anything new or a `sweep` is due.
    async fn archive(
        &mut self,
        partition: PartitionId,
        standing: Standing,
        sweep: bool,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        let shared = self.shared;
        let (fence, position) = (standing.fence, standing.position);
        let threads = THREADS_REMEMBERED / usize::from(shared.settings.customer_partitions.max(1));
        let may_lose = self.may_lose;
        let progress = match self.partitions.entry(partition) {
            Entry::Vacant(place) => place.insert(begin(shared, partition, standing, None).await?),
            Entry::Occupied(mut known) => {
                if known.get().fence != fence {
                    let anew = begin(shared, partition, standing, Some(known.get()));
                    known.insert(anew.await?);
                }
                known.into_mut()
            }
        };
        let reach = match progress.seen.take() {
            _ if !may_lose => Reach {
                position,
                sequences: None,
            },
            Some(seen) => seen,
            None => Reach {
                position: progress.cursor,
                sequences: None,
            },
        };
        while progress.cursor < reach.position && !stop.is_cancelled() {
            let batch = next_batch(shared, partition, progress.cursor, &reach).await?;
            let cursor = batch.cursor;
            shared.archive.keep(batch).await?;
            progress.cursor = cursor;
            // With each batch: whatever waits for the store waits for one batch's rows, however long the archive was away.
            let archived = cursor.min(progress.trim_at_most);
            trim(shared, partition, fence, archived).await?;
        }
        if may_lose {
            let seen = survey(shared, partition, progress.cursor, position, threads.max(1));
            progress.seen = Some(seen.await?);
        }
        let archived = progress.cursor.min(progress.trim_at_most);
        if sweep || shared.store.trimmed(partition).await? < archived {
            trim(shared, partition, fence, archived).await?;
        }
        Ok(())
    }
}

/// Lets the store go of what is archived.
async fn trim(
    shared: &Shared,
    partition: PartitionId,
    fence: Fence,
    archived: Offset,
) -> Result<(), StoreError> {
    let trim = Trim {
        archived,
        keep_per_thread: shared.settings.keep_per_thread,
        dedupe_before: dedupe_before(shared),
    };
    // Fenced: the new owner archives from where the cursor stands.
    let _fenced = shared.store.trim(partition, fence, trim).await?;
    Ok(())
}

/// How far a partition is that was just taken. `known` is what this process knew of it before.
async fn begin(
    shared: &Shared,
    partition: PartitionId,
    standing: Standing,
    known: Option<&Progress>,
) -> Result<Progress, StoreError> {
    let archived = shared.archive.cursor(partition).await?;
    // By then it may have gone on past what it had lost.
    let position = standing.taken_at;
    let mut trim_at_most = known.map_or(Offset(u64::MAX), |known| known.trim_at_most);
    if archived > position {
        tracing::error!(%partition, %position, %archived, "the store has lost the records behind its position that the archive has: what was answered to them is gone, and may have been sent. What comes in their place is archived only where the archive has nothing else, and stays in the store while this process runs; to get the lost records back, restore a backup of store and archive");
        trim_at_most = trim_at_most.min(position);
    }
    Ok(Progress {
        fence: standing.fence,
        cursor: archived.min(trim_at_most),
        trim_at_most,
        seen: None,
    })
}

fn dedupe_before(shared: &Shared) -> Timestamp {
    let kept = jiff::SignedDuration::try_from(shared.settings.dedupe_for)
        .unwrap_or(jiff::SignedDuration::MAX);
    shared
        .environment
        .now()
        .checked_sub(kept)
        .unwrap_or(Timestamp::MIN)
}
