//! What every test here stands on: a router over a store that outlives it, rules that are easy to foresee, a clock that
//! tests move, randomness that repeats, and adapters that answer as told.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use signalbox_adapters::{
    Adapter, Address, Channel, Content, Inbound, InboundBody, Part, Profile, Receipt, SendError,
    WhenUnanswered,
};
use signalbox_dsl::bundle::Trigger;
use signalbox_dsl::value::Value;
use signalbox_router::{
    Accepted, Deaf, Environment, Observer, Router, RouterParts, RouterSettings, Rules, Shown,
    ThreadEvent, ThreadHints,
};
use signalbox_rules::{Action, DecidedEffect, Decision, Facts, Inputs};
use signalbox_sealed::DeploymentKey;
use signalbox_store::{
    Archive, ArchiveBatch, ArchivedDecision, ArchivedEvent, MemoryArchive, MemoryStore, MessageId,
    NodeId, Offset, PartitionId, Sequence, Store, StoreError, ThreadId, TranscriptRange,
};

pub(crate) const NOON: &str = "2026-11-20T12:00:00Z";

/// Few, so that tests are quick.
pub(crate) const PARTITIONS: u16 = 4;

/// Tokio's clock, paused by the test, as the world's.
pub(crate) struct TestWorld {
    epoch: Timestamp,
    started: tokio::time::Instant,
    /// So many seconds the wall clock is ahead of the world's time.
    ahead: AtomicI64,
    drawn: AtomicU64,
}

impl TestWorld {
    pub(crate) fn new() -> Self {
        Self {
            epoch: NOON.parse().unwrap(),
            started: tokio::time::Instant::now(),
            ahead: AtomicI64::new(0),
            drawn: AtomicU64::new(0),
        }
    }

    /// Sets the wall clock so many seconds ahead.
    pub(crate) fn set_ahead(&self, seconds: i64) {
        self.ahead.store(seconds, Ordering::Relaxed);
    }
}

#[async_trait]
impl Environment for TestWorld {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead.load(Ordering::Relaxed));
        let now = self.epoch.checked_add(self.started.elapsed()).unwrap();
        now.checked_add(ahead).unwrap()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            // SplitMix64: well spread, and the same in every run.
            let mut z = self
                .drawn
                .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// Answers `echo: TEXT`, or the name of an attachment that comes without a word. `human` hands over with a last word, `panic` is an error of the engine.
pub(crate) struct Echo;

impl Rules for Echo {
    fn bundle(&self) -> &str {
        "echo"
    }

    fn default_queue(&self) -> Arc<str> {
        "everybody".into()
    }

    fn default_language(&self) -> Arc<str> {
        "en".into()
    }

    fn decide(&self, inputs: Inputs<'_>) -> Decision {
        let text = match inputs.trigger {
            Trigger::Message => inputs.facts.get("text"),
            Trigger::Attachment => inputs.facts.get("attachment.file_name"),
            _ => return Decision::default(),
        };
        let Some(Value::Text(text)) = text else {
            panic!("a message has text, an attachment a name")
        };
        let queued = inputs.facts.get("conversation.state") != Some(&Value::Member("bot".into()));
        let effect = |action| DecidedEffect {
            rule: "echo".into(),
            action,
            ledger_use: None,
        };
        let reply = |text: String| {
            effect(Action::Reply {
                template: "echo".into(),
                language: "en".into(),
                text,
            })
        };
        let effects = match &**text {
            _ if queued => Vec::new(),
            "panic" => panic!("an error of the engine"),
            "human" => vec![
                reply("somebody will come".into()),
                effect(Action::HandOver {
                    queue: "everybody".into(),
                    note: None,
                }),
            ],
            text => vec![reply(format!("echo: {text}"))],
        };
        Decision {
            effects,
            ..Decision::default()
        }
    }

    fn read_facts(&self, facts: &Facts) -> Facts {
        facts.clone()
    }
}

/// Sessions that do not listen.
pub(crate) struct NoSessions;

impl ThreadHints for NoSessions {
    fn entries(&self, _: ThreadId, _: &[Arc<ThreadEvent>]) {}
    fn stale(&self, _: ThreadId) {}
}

/// An adapter that answers as told, then takes everything; remembers what it was sent.
pub(crate) struct ToldAdapter {
    pub(crate) answers: Mutex<VecDeque<Result<Receipt, SendError>>>,
    pub(crate) sent: Mutex<Vec<Part>>,
    pub(crate) policy: WhenUnanswered,
    /// How long the platform takes for whatever contains the text.
    pub(crate) slow: Mutex<Option<(String, Duration)>>,
}

impl ToldAdapter {
    pub(crate) fn new(answers: impl IntoIterator<Item = Result<Receipt, SendError>>) -> Arc<Self> {
        Self::with_policy(answers, WhenUnanswered::Hold)
    }

    pub(crate) fn with_policy(
        answers: impl IntoIterator<Item = Result<Receipt, SendError>>,
        policy: WhenUnanswered,
    ) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.into_iter().collect()),
            sent: Mutex::default(),
            policy,
            slow: Mutex::default(),
        })
    }

    pub(crate) fn takes(&self, duration: Duration, containing: &str) {
        *self.slow.lock() = Some((containing.to_owned(), duration));
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.sent
            .lock()
            .iter()
            .map(|part| part.content.in_words())
            .collect()
    }
}

#[async_trait]
impl Adapter for ToldAdapter {
    fn channel(&self) -> Channel {
        Channel::Webchat
    }

    fn when_unanswered(&self) -> WhenUnanswered {
        self.policy
    }

    async fn send(&self, part: &Part) -> Result<Receipt, SendError> {
        self.sent.lock().push(part.clone());
        let text = part.content.in_words();
        assert!(
            !text.contains("breaks the adapter"),
            "an error of the adapter"
        );
        let slow = self.slow.lock().clone();
        if let Some((_, duration)) = slow.filter(|(containing, _)| text.contains(containing)) {
            tokio::time::sleep(duration).await;
        }
        self.answers
            .lock()
            .pop_front()
            .unwrap_or_else(|| Ok(Receipt::default()))
    }
}

/// An archive whose disk is away.
struct FailingArchive;

impl FailingArchive {
    fn away<T>() -> Result<T, StoreError> {
        Err(StoreError::Unavailable {
            reason: "the archive's disk is away".into(),
        })
    }
}

#[async_trait]
impl Archive for FailingArchive {
    async fn cursor(&self, _: PartitionId) -> Result<Offset, StoreError> {
        Self::away()
    }

    async fn last_sequence(&self, _: ThreadId) -> Result<Sequence, StoreError> {
        Self::away()
    }

    async fn keep(&self, _: ArchiveBatch) -> Result<(), StoreError> {
        Self::away()
    }

    async fn transcript_before(
        &self,
        _: ThreadId,
        _: Sequence,
        _: usize,
    ) -> Result<Vec<ArchivedEvent>, StoreError> {
        Self::away()
    }

    async fn decision(&self, _: MessageId) -> Result<Option<ArchivedDecision>, StoreError> {
        Self::away()
    }

    async fn decision_at(
        &self,
        _: MessageId,
        _: Offset,
    ) -> Result<Option<ArchivedDecision>, StoreError> {
        Self::away()
    }
}

/// A store that outlives routers.
pub(crate) struct Bed {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) archive: Arc<MemoryArchive>,
    pub(crate) world: Arc<TestWorld>,
    pub(crate) settings: RouterSettings,
    pub(crate) adapter: Option<Arc<dyn Adapter>>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) rules: Arc<dyn Rules>,
    /// The archive answers nothing.
    pub(crate) archive_fails: bool,
}

impl Bed {
    pub(crate) fn new() -> Self {
        Self::on(Arc::new(MemoryStore::new()))
    }

    pub(crate) fn on(store: Arc<dyn Store>) -> Self {
        let settings = RouterSettings {
            customer_partitions: PARTITIONS,
            gather: Duration::ZERO,
            ..RouterSettings::default()
        };
        Self {
            store,
            archive: Arc::new(MemoryArchive::new()),
            world: Arc::new(TestWorld::new()),
            settings,
            adapter: None,
            observer: Arc::new(Deaf),
            rules: Arc::new(Echo),
            archive_fails: false,
        }
    }

    pub(crate) fn gathering(mut self) -> Self {
        self.settings.gather = RouterSettings::default().gather;
        self
    }

    pub(crate) fn pushing(mut self, adapter: &Arc<ToldAdapter>) -> Self {
        self.adapter = Some(adapter.clone());
        self
    }

    pub(crate) fn start(&self) -> Router {
        self.start_as(self.settings.node)
    }

    pub(crate) fn start_as(&self, node: NodeId) -> Router {
        Router::start(RouterParts {
            store: self.store.clone(),
            archive: if self.archive_fails {
                Arc::new(FailingArchive)
            } else {
                self.archive.clone()
            },
            rules: self.rules.clone(),
            environment: self.world.clone(),
            deployment_key: Arc::new(DeploymentKey::from_bytes(&[7; 32])),
            hints: Arc::new(NoSessions),
            observer: self.observer.clone(),
            adapters: self.adapter.iter().cloned().collect(),
            settings: RouterSettings {
                node,
                ..self.settings.clone()
            },
        })
    }
}

pub(crate) fn address(who: &str) -> Address {
    Address {
        channel: Channel::Webchat,
        account: "hello".into(),
        external_id: who.into(),
    }
}

pub(crate) fn message(who: &str, id: &str, text: &str) -> Inbound {
    let body = InboundBody::Message(Content::Text { text: text.into() });
    Inbound {
        address: address(who),
        id: id.into(),
        body,
        profile: Profile::default(),
    }
}

/// Says something and has it accepted.
pub(crate) async fn say(router: &Router, who: &str, id: &str, text: &str) -> Accepted {
    router
        .accept(message(who, id, text))
        .await
        .expect("the store takes it")
}

/// All that was said in somebody's thread, as `from: text`.
pub(crate) async fn transcript(router: &Router, who: &str) -> Vec<String> {
    let thread = router.home(&address(who)).await.expect("readable");
    let entries = router
        .entries(thread, TranscriptRange::After(Sequence(0)), 10_000)
        .await
        .expect("readable");
    for (entry, expected) in entries.iter().zip(1..) {
        assert_eq!(entry.sequence, Sequence(expected), "sequences have no gaps");
    }
    entries.iter().map(|entry| line(&entry.shown)).collect()
}

fn line(shown: &Shown) -> String {
    match shown {
        Shown::Message { from, content, .. } => format!(
            "{}: {}",
            serde_json::to_value(from).unwrap().as_str().unwrap(),
            content.in_words()
        ),
        Shown::Status { status, queue, .. } => {
            format!("status: {status} {}", queue.as_deref().unwrap_or("-"))
        }
    }
}

/// Waits until somebody's thread has so many entries. The clock moves by itself while everybody waits.
pub(crate) async fn entries_of(router: &Router, who: &str, count: usize) -> Vec<String> {
    until(|| async { Some(transcript(router, who).await).filter(|lines| lines.len() >= count) })
        .await
}

/// Asks until there is an answer; gives up after an hour of the test's clock.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(ask: impl Fn() -> F) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(3_600), asking)
        .await
        .expect("it happens within an hour of the test's clock")
}
