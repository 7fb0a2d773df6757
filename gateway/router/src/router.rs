//! The router as the gateway holds it: started with all that it needs, asked by sessions and webhooks, stopped in order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use signalbox_adapters::{Adapter, Address, Inbound};
use signalbox_sealed::DeploymentKey;
use signalbox_store::{
    Archive, MessageId, PartitionId, Sequence, Store, ThreadId, TranscriptRange,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::archiver;
use crate::customer::Customer;
use crate::decision_record::DecisionRecord;
use crate::desk::{
    Agent, Asked, Decided, Desk, DeskError, RequestId, Saying, Spoken, Whisper, Wish,
};
use crate::directory::Directory;
use crate::environment::Environment;
use crate::event::{ThreadEvent, ThreadHints};
use crate::homes::LoggedIn;
use crate::ingest::{AcceptError, Accepted};
use crate::observer::Observer;
use crate::outbox::{OutboxError, OutboxItem, OutboxKind, OutboxList, OutboxPage};
use crate::owner;
use crate::pauses::PausedAccount;
use crate::report::{Report, ReportError};
use crate::rules::Rules;
use crate::settings::RouterSettings;
use crate::shared::{Shared, SharedParts};
use crate::transcript::ReadError;
use crate::vault::Vault;

/// What a router is made of.
pub struct RouterParts {
    /// Keeps everything.
    pub store: Arc<dyn Store>,
    /// Takes over what the store lets go.
    pub archive: Arc<dyn Archive>,
    /// The active bundle.
    pub rules: Arc<dyn Rules>,
    /// Clock and randomness.
    pub environment: Arc<dyn Environment>,
    /// Seals and hashes.
    pub deployment_key: Arc<DeploymentKey>,
    /// Hears of new entries of threads.
    pub hints: Arc<dyn ThreadHints>,
    /// Hears what the router does.
    pub observer: Arc<dyn Observer>,
    /// Channels that are pushed to.
    pub adapters: Vec<Arc<dyn Adapter>>,
    /// Bounds and times.
    pub settings: RouterSettings,
}

/// The router. Clones are the same router.
#[derive(Clone)]
pub struct Router {
    shared: Arc<Shared>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Router {
    /// Starts owning partitions. Must be called inside a tokio runtime.
    pub fn start(parts: RouterParts) -> Self {
        let directory = Directory::new(
            parts.deployment_key.clone(),
            parts.settings.customer_partitions,
        );
        let vault = Vault::new(
            parts.deployment_key,
            parts.store.clone(),
            parts.environment.clone(),
        );
        let shared = Arc::new(Shared::new(SharedParts {
            store: parts.store,
            archive: parts.archive,
            environment: parts.environment,
            hints: parts.hints,
            observer: parts.observer,
            settings: parts.settings,
            directory,
            vault,
            rules: parts.rules,
            adapters: parts.adapters,
        }));
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        for partition in shared.partitions() {
            tasks.spawn(owner::own(shared.clone(), partition, stop.clone()));
        }
        tasks.spawn(archiver::archive(shared.clone(), stop.clone()));
        tasks.close();
        Self {
            shared,
            tasks,
            stop,
        }
    }

    /// Keeps an inbound message or event; durable when it answers. What was begun comes to its end even if the caller goes away,
    /// so that whatever was written is also handled at once.
    ///
    /// # Errors
    /// See [`AcceptError`].
    pub async fn accept(&self, inbound: Inbound) -> Result<Accepted, AcceptError> {
        let shared = self.shared.clone();
        to_its_end(async move { shared.accept(inbound).await }).await
    }

    /// Keeps what another system reports; the same promises as [`Router::accept`].
    ///
    /// # Errors
    /// See [`ReportError`].
    pub async fn report(&self, report: Report) -> Result<Accepted, ReportError> {
        let shared = self.shared.clone();
        to_its_end(async move { shared.report(report).await }).await
    }

    /// The thread of an address, whether anything was said there or not.
    pub fn thread(&self, address: &Address) -> ThreadId {
        self.shared.directory.thread(address)
    }

    /// The thread in which is kept what comes from an address: its own, or that of the visitor who has become this user.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn home(&self, address: &Address) -> Result<ThreadId, ReadError> {
        Ok(self.shared.home(address).await?)
    }

    /// Makes what a visitor said a user's. Durable when it answers; may be repeated.
    ///
    /// # Errors
    /// See [`AcceptError`].
    pub async fn log_in(&self, visitor: &Address, user: &Address) -> Result<LoggedIn, AcceptError> {
        let (shared, visitor, user) = (self.shared.clone(), visitor.clone(), user.clone());
        to_its_end(async move { shared.log_in(&visitor, &user).await }).await
    }

    /// Whether a visitor has become a user: then nobody is this visitor any more.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn has_logged_in(&self, visitor: &Address) -> Result<bool, ReadError> {
        self.shared.has_logged_in(visitor).await
    }

    /// Entries of a thread, oldest first, at most `limit`, from wherever they are.
    ///
    /// # Errors
    /// The store or the archive does not answer.
    pub async fn entries(
        &self,
        thread: ThreadId,
        range: TranscriptRange,
        limit: usize,
    ) -> Result<Vec<Arc<ThreadEvent>>, ReadError> {
        self.shared.entries(thread, range, limit).await
    }

    /// The last sequence of a thread; `None` if nothing was ever said there.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn last_sequence(&self, thread: ThreadId) -> Result<Option<Sequence>, ReadError> {
        self.shared.last_sequence(thread).await
    }

    /// The desk as it was committed last.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn desk(&self) -> Result<Desk, ReadError> {
        Ok(self.shared.desk().await?)
    }

    /// The queues of the live rules: name in rules, name for people.
    pub fn queues(&self) -> Vec<(Arc<str>, Arc<str>)> {
        self.shared.rules.load().queues()
    }

    /// Hears when something at the desk may have changed in this process: a hint, as [`ThreadHints`] are.
    pub fn desk_hints(&self) -> watch::Receiver<u64> {
        self.shared.desk_hints()
    }

    /// Customers as they were committed last, those that are known.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn customers(
        &self,
        threads: &[ThreadId],
    ) -> Result<BTreeMap<ThreadId, Customer>, ReadError> {
        Ok(self.shared.customers(threads).await?)
    }

    /// The record of a decision, from wherever it is; `None` if it is nowhere.
    ///
    /// # Errors
    /// The store or the archive does not answer.
    pub async fn decision(
        &self,
        thread: ThreadId,
        decided: Decided,
    ) -> Result<Option<DecisionRecord>, ReadError> {
        self.shared.decision(thread, decided).await
    }

    /// The record of the decision on a customer's message, whichever of its turn it was; `None` if nothing is decided on it yet,
    /// or its record is nowhere.
    ///
    /// # Errors
    /// The store or the archive does not answer.
    pub async fn decision_on(
        &self,
        thread: ThreadId,
        message: MessageId,
    ) -> Result<Option<DecisionRecord>, ReadError> {
        self.shared.decision_on(thread, message).await
    }

    /// The same for a message of which nobody knows whose it is. Looks through all partitions' journals: for people, not for every
    /// message.
    ///
    /// # Errors
    /// The store or the archive does not answer.
    pub async fn decision_of(
        &self,
        message: MessageId,
    ) -> Result<Option<DecisionRecord>, ReadError> {
        self.shared.decision_of(message).await
    }

    /// Asks the desk for something on an agent's behalf, and waits a while for what becomes of it. `request` names it: the same
    /// again is a repeat.
    ///
    /// # Errors
    /// See [`DeskError`].
    pub async fn wish(
        &self,
        agent: Agent,
        thread: ThreadId,
        wish: Wish,
        request: RequestId,
    ) -> Result<Asked, DeskError> {
        let shared = self.shared.clone();
        to_its_end(async move { shared.wish(agent, thread, wish, request).await }).await
    }

    /// Notes that an agent is there; `beat` names the moment.
    ///
    /// # Errors
    /// See [`DeskError`].
    pub async fn agent_seen(&self, agent: &str, beat: RequestId) -> Result<(), DeskError> {
        self.shared.agent_seen(agent, beat).await
    }

    /// Lets an agent say something to a customer, and waits a while for what becomes of it. `request` names it: the same again
    /// is a repeat.
    ///
    /// # Errors
    /// See [`DeskError`].
    pub async fn agent_says(
        &self,
        agent: Agent,
        thread: ThreadId,
        text: String,
        request: RequestId,
    ) -> Result<Spoken, DeskError> {
        let shared = self.shared.clone();
        let saying = Saying::Customer { text };
        to_its_end(async move { shared.agent_says(agent, thread, saying, request).await }).await
    }

    /// Keeps a note for colleagues; durable when it answers.
    ///
    /// # Errors
    /// See [`DeskError`].
    pub async fn whisper(
        &self,
        agent: Agent,
        thread: ThreadId,
        text: Whisper,
        request: RequestId,
    ) -> Result<(), DeskError> {
        let shared = self.shared.clone();
        to_its_end(async move { shared.whisper(agent, thread, text, request).await }).await
    }

    /// Decides by another bundle from each partition's next batch on.
    pub fn adopt(&self, rules: Arc<dyn Rules>) {
        self.shared.rules.store(Arc::new(rules));
    }

    /// How many partitions this process owns now.
    pub fn owned(&self) -> usize {
        self.shared.owned()
    }

    /// How many partitions this process should own and does not, those left out whose data is damaged.
    pub fn missing(&self) -> usize {
        self.shared.missing()
    }

    /// Partitions that stand still because their data is damaged; the others go on.
    pub fn damaged(&self) -> Vec<PartitionId> {
        self.shared.damaged()
    }

    /// Accounts by which nothing leaves, because their platform does not take who we are, by name.
    pub fn paused_accounts(&self) -> Vec<PausedAccount> {
        self.shared.pauses.all()
    }

    /// How many partitions there are.
    pub fn partitions(&self) -> usize {
        self.shared.partitions().count()
    }

    /// A page of what waits in the outboxes, or of what was given up; without what it says.
    ///
    /// # Errors
    /// The store does not answer, or there is no such page.
    pub async fn outbox_list(
        &self,
        kind: OutboxKind,
        page: &OutboxPage,
    ) -> Result<OutboxList, OutboxError> {
        self.shared.outbox_list(kind, page).await
    }

    /// One such entry by the beginning of its key, with what it says.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub async fn outbox_item(&self, kind: OutboxKind, id: &str) -> Result<OutboxItem, OutboxError> {
        self.shared.outbox_item(kind, id).await
    }

    /// Gives a dead letter back to the end of its thread's line, under its old key, with all its attempts still to come.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub async fn retry_dead_letter(&self, id: &str) -> Result<OutboxItem, OutboxError> {
        self.shared.settle_dead_letter(id, true).await
    }

    /// Lets a dead letter go.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub async fn discard_dead_letter(&self, id: &str) -> Result<OutboxItem, OutboxError> {
        self.shared.settle_dead_letter(id, false).await
    }

    /// Stops in order: batches and sends under way come to their end, leases are given back. Answers whether it was done
    /// within `deadline`; whatever was not goes on from the store at the next start.
    pub async fn stop(&self, deadline: Duration) -> bool {
        self.stop.cancel();
        tokio::select! {
            () = self.tasks.wait() => true,
            () = self.shared.environment.sleep(deadline) => false,
        }
    }
}

/// Runs in a task of its own, so that nothing ends it but its own end.
async fn to_its_end<T, E>(keep: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<AcceptError> + Send + 'static,
{
    tokio::spawn(keep.in_current_span())
        .await
        .unwrap_or_else(|_| {
            // Without the words of a panic: they may quote the message.
            Err(E::from(AcceptError::Unavailable {
                reason: "signalbox stopped with an error on it; please report it".to_owned(),
            }))
        })
}
