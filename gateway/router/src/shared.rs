//! What every part of the router works with.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use signalbox_adapters::{Adapter, Channel};
use signalbox_store::{Archive, Fence, Offset, PartitionId, PartitionKind, Store, StoreError};
use tokio::sync::{Mutex as AsyncMutex, watch};

use crate::desk::DeskFigures;
use crate::directory::Directory;
use crate::environment::Environment;
use crate::event::ThreadHints;
use crate::homes::Homes;
use crate::mailbox::Mailbox;
use crate::observer::Observer;
use crate::pauses::Pauses;
use crate::rules::Rules;
use crate::settings::RouterSettings;
use crate::vault::Vault;

/// What rules read of queues is no older.
const FIGURES_AGE: SignedDuration = SignedDuration::from_secs(5);

pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) archive: Arc<dyn Archive>,
    pub(crate) environment: Arc<dyn Environment>,
    pub(crate) hints: Arc<dyn ThreadHints>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) settings: RouterSettings,
    pub(crate) directory: Directory,
    pub(crate) vault: Vault,
    pub(crate) homes: Homes,
    /// Owners take it anew for each batch, so a new bundle is adopted at a batch's border.
    pub(crate) rules: ArcSwap<Arc<dyn Rules>>,
    /// Channels that are pushed to. A channel without an adapter is pulled by its sessions: the commit is its delivery.
    pub(crate) adapters: HashMap<Channel, Arc<dyn Adapter>>,
    mailboxes: Vec<Arc<Mailbox>>,
    desk_mailbox: Arc<Mailbox>,
    /// Grows whenever this process has changed the desk, or what an agent reads of a customer: a hint only.
    pub(crate) desk_changes: watch::Sender<u64>,
    /// How the desk stood when somebody here last looked.
    desk_figures: Mutex<Option<(Timestamp, Arc<DeskFigures>)>>,
    /// Where each owned partition stands; for the archiver.
    standings: Mutex<BTreeMap<PartitionId, Standing>>,
    /// Partitions that stand still because their data is damaged.
    damaged: Mutex<BTreeSet<PartitionId>>,
    /// Accounts that take nothing for now.
    pub(crate) pauses: Pauses,
    /// Whose event is being tried, see `owner/care.rs`.
    pub(crate) trying: Arc<AsyncMutex<()>>,
}

/// Where an owned partition stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) fence: Fence,
    pub(crate) position: Offset,
    /// The position when this owner took it.
    pub(crate) taken_at: Offset,
}

/// See [`Shared`].
pub(crate) struct SharedParts {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) archive: Arc<dyn Archive>,
    pub(crate) environment: Arc<dyn Environment>,
    pub(crate) hints: Arc<dyn ThreadHints>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) settings: RouterSettings,
    pub(crate) directory: Directory,
    pub(crate) vault: Vault,
    pub(crate) rules: Arc<dyn Rules>,
    pub(crate) adapters: Vec<Arc<dyn Adapter>>,
}

impl Shared {
    pub(crate) fn new(parts: SharedParts) -> Self {
        let mailboxes = (0..parts.settings.customer_partitions)
            .map(|_| Arc::new(Mailbox::default()))
            .collect();
        Self {
            store: parts.store,
            archive: parts.archive,
            environment: parts.environment,
            hints: parts.hints,
            observer: parts.observer,
            settings: parts.settings,
            directory: parts.directory,
            vault: parts.vault,
            homes: Homes::default(),
            rules: ArcSwap::from_pointee(parts.rules),
            adapters: parts
                .adapters
                .into_iter()
                .map(|adapter| (adapter.channel(), adapter))
                .collect(),
            mailboxes,
            desk_mailbox: Arc::default(),
            desk_changes: watch::Sender::new(0),
            desk_figures: Mutex::new(None),
            standings: Mutex::new(BTreeMap::new()),
            damaged: Mutex::new(BTreeSet::new()),
            pauses: Pauses::default(),
            trying: Arc::default(),
        }
    }

    /// How the desk stands, as somebody has just seen it.
    pub(crate) fn note_desk_figures(&self, figures: Arc<DeskFigures>, at: Timestamp) {
        *self.desk_figures.lock() = Some((at, figures));
    }

    /// How the desk stood within the last [`FIGURES_AGE`]: its owner says it if that is in this process, otherwise the store does.
    pub(crate) async fn desk_figures(&self) -> Result<Arc<DeskFigures>, StoreError> {
        let now = self.environment.now();
        let known = self.desk_figures.lock().clone();
        if let Some((at, figures)) = known
            && now.duration_since(at).abs() <= FIGURES_AGE
        {
            return Ok(figures);
        }
        let figures = Arc::new(self.desk().await?.figures(std::iter::empty(), 0));
        self.note_desk_figures(figures.clone(), now);
        Ok(figures)
    }

    /// Every partition that this process may own.
    pub(crate) fn partitions(&self) -> impl Iterator<Item = PartitionId> {
        (0..self.settings.customer_partitions)
            .map(PartitionId::customer)
            .chain([PartitionId::desk()])
    }

    /// Where a partition's owner in this process hears of new records; `None` for a partition that nobody owns yet.
    pub(crate) fn mailbox(&self, partition: PartitionId) -> Option<&Arc<Mailbox>> {
        match partition.kind {
            PartitionKind::Customer => self.mailboxes.get(usize::from(partition.number)),
            PartitionKind::Desk => Some(&self.desk_mailbox),
            PartitionKind::Account | PartitionKind::Campaign => None,
        }
    }

    /// Lets every owner look in its outbox: what waited there may leave now.
    pub(crate) fn look_in_all_outboxes(&self) {
        for mailbox in self.mailboxes.iter().chain([&self.desk_mailbox]) {
            mailbox.look_in_outbox();
        }
    }

    /// How many partitions this process owns.
    pub(crate) fn owned(&self) -> usize {
        self.standings.lock().len()
    }

    /// Partitions that stand still because their data is damaged.
    pub(crate) fn damaged(&self) -> Vec<PartitionId> {
        self.damaged.lock().iter().copied().collect()
    }

    /// How many partitions are neither owned by this process nor known to be damaged.
    pub(crate) fn missing(&self) -> usize {
        let (standings, damaged) = (self.standings.lock(), self.damaged.lock());
        self.partitions()
            .filter(|partition| !standings.contains_key(partition) && !damaged.contains(partition))
            .count()
    }

    /// Notes whether a partition's data is damaged.
    pub(crate) fn note_damage(&self, partition: PartitionId, is_damaged: bool) {
        if is_damaged {
            self.damaged.lock().insert(partition);
        } else {
            self.damaged.lock().remove(&partition);
        }
    }

    /// Where a partition stands, if this process owns it.
    pub(crate) fn standing(&self, partition: PartitionId) -> Option<Standing> {
        self.standings.lock().get(&partition).copied()
    }

    /// The owner tells where it stands.
    pub(crate) fn stand(&self, partition: PartitionId, fence: Fence, position: Offset) {
        let mut standings = self.standings.lock();
        let known = standings.get(&partition);
        let taken_at = known
            .filter(|known| known.fence == fence)
            .map_or(position, |known| known.taken_at);
        let standing = Standing {
            fence,
            position,
            taken_at,
        };
        standings.insert(partition, standing);
    }

    /// The owner owns no more.
    pub(crate) fn stand_down(&self, partition: PartitionId) {
        self.standings.lock().remove(&partition);
    }
}
