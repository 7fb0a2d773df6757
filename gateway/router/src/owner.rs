//! The one writer of a partition: takes the lease, handles the inbox in order, fires timers, delivers, gives up when
//! another takes over.
//!
//! One task a partition, so that a slow customer, look-up or channel holds up no other partition; deliveries run beside
//! it, so that they hold up nobody at all. A store that does not answer is asked again in place: an ownership that ended
//! for it would gain nothing and forget what is under way. *Invariant:* whatever it writes carries its fence; a `Fenced`
//! answer ends it.

use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use lru::LruCache;
use signalbox_store::{
    Fence, LeaseRequest, Leased, Nonce, Offset, PartitionHead, PartitionId, PartitionKind,
    StoreError, ThreadId,
};
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

use crate::customer::Customer;
use crate::desk::{Desk, Presence};
use crate::environment::random;
use crate::mailbox::Mailbox;
use crate::owner::deliveries::Deliveries;
use crate::shared::Shared;

mod batch;
mod care;
mod commit;
mod deliver;
mod deliveries;
mod desk;
mod outcome;
mod settle;

pub(crate) use deliver::Outgoing;

/// Wait before asking for a lease again after the store did not answer, and before starting again on a partition that
/// was lost.
const RETRY: Duration = Duration::from_millis(500);
/// Wait before looking at a damaged partition again: somebody has to mend it first.
const DAMAGED_RETRY: Duration = Duration::from_secs(30);
/// Timers turned into events in one step, at most.
const TIMERS_AT_ONCE: usize = 256;

/// Why an owner stopped owning.
#[derive(Debug)]
enum Ended {
    /// It was asked to.
    Stopped,
    /// Somebody else owns the partition.
    Fenced,
    /// The partition does not stand where this owner left it: start again from what the store holds.
    Astray { position: Offset },
    /// The store could not do what was asked.
    Failed(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Owns a partition whenever it can, until `stop`, and until whatever it was sending then is settled.
pub(crate) async fn own(shared: Arc<Shared>, partition: PartitionId, stop: CancellationToken) {
    let Some(mailbox) = shared.mailbox(partition).cloned() else {
        return;
    };
    // They outlive an ownership that failed: the next one settles what it did not send itself.
    let mut deliveries = Deliveries::default();
    // Whether it is known that the last owner did not end by what it handled.
    let mut outlived = false;
    while !stop.is_cancelled() || deliveries.is_sending() {
        let owning = own_once(
            &shared,
            partition,
            &mailbox,
            &mut deliveries,
            &mut outlived,
            &stop,
        );
        let wait = match AssertUnwindSafe(owning).catch_unwind().await {
            Ok(wait) => wait,
            Err(_) => after_panic(&shared, partition),
        };
        if stop.is_cancelled() {
            // Only what is being sent keeps it here.
            shared.environment.sleep(wait).await;
            continue;
        }
        tokio::select! {
            () = shared.environment.sleep(wait) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Takes the partition and owns it until something ends that. Answers how long to wait before asking for it again.
async fn own_once(
    shared: &Arc<Shared>,
    partition: PartitionId,
    mailbox: &Mailbox,
    deliveries: &mut Deliveries,
    outlived: &mut bool,
    stop: &CancellationToken,
) -> Duration {
    match take(shared, partition).await {
        Ok(Some(mut head)) => {
            // A panic leaves it as it is here.
            if std::mem::take(outlived) {
                head.ended_here = 0;
            }
            let (fence, position) = (head.fence, head.position);
            let mut owner = Owner::new(shared, partition, mailbox, head, deliveries);
            // Before it counts as owned: once all is ready, it is known who waits for a person.
            let ended = match owner.tell_figures().await {
                Ok(()) => {
                    shared.stand(partition, fence, position);
                    shared.observer.partitions_owned(shared.owned());
                    owner.run(stop).await
                }
                Err(ended) => ended,
            };
            shared.note_damage(partition, false);
            shared.stand_down(partition);
            tell_stood_down(shared, partition);
            *outlived = !matches!(ended, Ended::Fenced);
            owner.leave(ended).await
        }
        Ok(None) => {
            *outlived = false;
            deliveries.abandon();
            RETRY
        }
        Err(error) => after_failure(shared, partition, &error),
    }
}

async fn take(
    shared: &Shared,
    partition: PartitionId,
) -> Result<Option<PartitionHead>, StoreError> {
    let now = shared.environment.now();
    let request = LeaseRequest {
        node: shared.settings.node,
        nonce: Nonce(random(&*shared.environment)),
        now,
        until: later(now, shared.settings.lease),
    };
    match shared.store.lease(partition, request).await? {
        Leased::Granted(head) => Ok(Some(head)),
        Leased::Held { .. } => Ok(None),
    }
}

/// Tells why the partition is not owned now. Answers how long to wait before asking for it again.
fn after_failure(shared: &Shared, partition: PartitionId, error: &StoreError) -> Duration {
    if let StoreError::Damaged { .. } = error {
        shared.note_damage(partition, true);
        tracing::error!(%partition, %error, "the partition stands still until its data is mended; the others go on");
        return DAMAGED_RETRY;
    }
    tracing::warn!(%partition, %error, "the partition starts again from what the store holds");
    RETRY
}

/// An error of ours must not leave the partition behind, acknowledged and unanswered, while everything looks well.
fn after_panic(shared: &Shared, partition: PartitionId) -> Duration {
    shared.stand_down(partition);
    // Whoever listens may be what broke.
    let _ = std::panic::catch_unwind(AssertUnwindSafe(|| {
        tell_stood_down(shared, partition);
    }));
    tracing::error!(%partition, "the partition's owner stopped with an error of signalbox and starts again; please report it");
    RETRY
}

fn tell_stood_down(shared: &Shared, partition: PartitionId) {
    shared.observer.partitions_owned(shared.owned());
    if partition.kind == PartitionKind::Desk {
        shared.observer.desk_left();
    }
}

struct Owner<'a> {
    shared: &'a Arc<Shared>,
    partition: PartitionId,
    mailbox: &'a Mailbox,
    fence: Fence,
    position: Offset,
    /// Grows only, whatever the wall clock does.
    log_time: Timestamp,
    /// The store may hold records behind `position` that nobody handed over.
    look: bool,
    renew_at: Timestamp,
    poll_at: Timestamp,
    next_timer: Option<Timestamp>,
    /// Whether `next_timer` is what the store says.
    knows_timers: bool,
    /// Up to here each event is handled alone, see `care.rs`.
    alone_until: Offset,
    /// This process's turn to try an event, if it came while this owner waited for it.
    trying: Option<OwnedMutexGuard<()>>,
    customers: LruCache<ThreadId, Customer>,
    /// Of the desk's owner: the desk, once it was read.
    desk: Option<Desk>,
    /// Of the desk's owner: which agents are there.
    presence: Presence,
    /// Of the desk's owner: when to tell how it stands.
    figures_at: Timestamp,
    /// When the owner was last known to be at work, with a store that answers.
    could_hear_at: Timestamp,
    deliveries: &'a mut Deliveries,
}

impl<'a> Owner<'a> {
    fn new(
        shared: &'a Arc<Shared>,
        partition: PartitionId,
        mailbox: &'a Mailbox,
        head: PartitionHead,
        deliveries: &'a mut Deliveries,
    ) -> Self {
        let now = shared.environment.now();
        let cached =
            NonZeroUsize::new(shared.settings.cached_customers).unwrap_or(NonZeroUsize::MIN);
        Self {
            shared,
            partition,
            mailbox,
            fence: head.fence,
            position: head.position,
            log_time: Timestamp::MIN,
            look: head.tail > head.position,
            renew_at: later(now, shared.settings.lease / 3),
            poll_at: later(now, shared.settings.poll),
            next_timer: None,
            knows_timers: false,
            alone_until: care::alone_until(&head, shared.settings.batch_records),
            trying: None,
            customers: LruCache::new(cached),
            desk: None,
            presence: Presence::new(now),
            could_hear_at: now,
            figures_at: Timestamp::MIN,
            deliveries,
        }
    }

    async fn run(&mut self, stop: &CancellationToken) -> Ended {
        self.deliveries.look();
        let ended = match self.own_until(stop).await {
            Ok(()) => Ended::Stopped,
            Err(ended) => ended,
        };
        match ended {
            Ended::Stopped => match self.finish_deliveries().await {
                Ok(()) => Ended::Stopped,
                Err(ended) => ended,
            },
            ended => ended,
        }
    }

    async fn own_until(&mut self, stop: &CancellationToken) -> Result<(), Ended> {
        while !stop.is_cancelled() {
            match self.round(stop).await {
                Err(Ended::Failed(
                    error @ (StoreError::Unavailable { .. } | StoreError::Unknown { .. }),
                )) => self.ask_again(&error, stop).await?,
                done => done?,
            }
        }
        Ok(())
    }

    async fn round(&mut self, stop: &CancellationToken) -> Result<(), Ended> {
        self.renew_if_due().await?;
        self.fire_timers_if_due().await?;
        self.can_hear(Duration::ZERO);
        let handled = self.handle_next_batch(stop).await?;
        // Here too: a partition that never rests must not leave outcomes lying.
        while let Some(sent) = self.deliveries.take_sent() {
            self.settle(sent).await?;
        }
        if self.mailbox.take_outbox_look() {
            self.deliveries.look();
        }
        self.start_due_deliveries().await?;
        self.can_hear(Duration::ZERO);
        self.tell_figures().await?;
        if !handled {
            // All that waited could be read.
            self.shared.note_damage(self.partition, false);
            self.wait(stop).await?;
            self.can_hear(self.shared.settings.poll);
        }
        Ok(())
    }

    /// Waits a moment, and forgets what may have changed in the store without an answer.
    async fn ask_again(
        &mut self,
        error: &StoreError,
        stop: &CancellationToken,
    ) -> Result<(), Ended> {
        tracing::warn!(partition = %self.partition, %error, "the store did not answer the partition's owner; asking again");
        self.look = true;
        self.knows_timers = false;
        self.trying = None;
        self.pause(stop).await
    }

    /// Waits for a record, a timer, a delivery's end, its turn to try an event, or the time to look again.
    async fn wait(&mut self, stop: &CancellationToken) -> Result<(), Ended> {
        let now = self.shared.environment.now();
        let next = [
            self.next_timer,
            self.deliveries.next_start(),
            Some(self.renew_at),
            Some(self.poll_at),
        ];
        let until = next.into_iter().flatten().min().unwrap_or(now);
        let sleep = Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO);
        // The clock may have stepped back since these were set.
        let sleep = sleep.min(self.shared.settings.poll);
        let environment = self.shared.environment.clone();
        let (is_careful, trying) = (self.is_careful(), self.shared.trying.clone());
        tokio::select! {
            turn = trying.lock_owned(), if is_careful => self.trying = Some(turn),
            () = self.mailbox.woken() => {}
            Some(sent) = self.deliveries.next_sent(), if self.deliveries.is_sending() => self.settle(sent).await?,
            () = environment.sleep(sleep) => self.poll_if_due(),
            () = stop.cancelled() => {}
        }
        Ok(())
    }

    fn poll_if_due(&mut self) {
        let now = self.shared.environment.now();
        let next = later(now, self.shared.settings.poll);
        if now >= self.poll_at || self.poll_at > next {
            self.look = true;
            self.poll_at = next;
        }
    }

    async fn renew_if_due(&mut self) -> Result<(), Ended> {
        let now = self.shared.environment.now();
        if now < self.renew_at {
            return Ok(());
        }
        let until = later(now, self.shared.settings.lease);
        self.shared
            .store
            .renew(self.partition, self.fence, until)
            .await?
            .map_err(|_| Ended::Fenced)?;
        self.renew_at = later(now, self.shared.settings.lease / 3);
        Ok(())
    }

    async fn fire_timers_if_due(&mut self) -> Result<(), Ended> {
        if !self.knows_timers {
            self.next_timer = self.shared.store.next_timer(self.partition).await?;
            self.knows_timers = true;
        }
        let now = self.shared.environment.now();
        let Some(due) = self.next_timer.filter(|due| *due <= now) else {
            return Ok(());
        };
        let fired = self
            .shared
            .store
            .fire_timers(self.partition, self.fence, now, TIMERS_AT_ONCE)
            .await?;
        let fired = fired.map_err(|_| Ended::Fenced)?;
        self.look |= fired > 0;
        self.next_timer = self.shared.store.next_timer(self.partition).await?;
        let lateness = Duration::try_from(now.duration_since(due)).unwrap_or_default();
        self.shared.observer.timers_fired(fired, lateness);
        Ok(())
    }

    /// Ends the ownership in order. Answers how long to wait before asking for the partition again.
    async fn leave(&mut self, ended: Ended) -> Duration {
        let partition = self.partition;
        match ended {
            Ended::Stopped => {
                // A lease that is not given back runs out: the next owner only waits a little longer.
                match self.shared.store.release(partition, self.fence).await {
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(%partition, %error, "the lease was not given back; it runs out by itself")
                    }
                }
                Duration::ZERO
            }
            Ended::Fenced => {
                // The new owner sends them, and only the new owner can write down what became of them.
                self.deliveries.abandon();
                tracing::warn!(%partition, "another node took the partition over");
                RETRY
            }
            Ended::Astray { position } => {
                tracing::warn!(%partition, from = %self.position, %position, "the partition does not stand where it was left; it starts again from what the store holds");
                RETRY
            }
            Ended::Failed(error) => after_failure(self.shared, partition, &error),
        }
    }
}

/// `moment + duration`; the end of time where there is none.
pub(crate) fn later(moment: Timestamp, duration: Duration) -> Timestamp {
    jiff::SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| moment.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}
