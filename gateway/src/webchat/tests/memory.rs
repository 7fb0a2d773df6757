//! Conversations that are kept in memory, and the web chat on top of them.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use parking_lot::Mutex;
use signalbox_adapters::{Address, Content, Inbound, InboundBody};
use signalbox_router::{Shown, Speaker, ThreadEvent, ThreadHints};
use signalbox_store::{MessageId, Sequence, StoreError, ThreadId, TranscriptRange};
use signalbox_telemetry::Metrics;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::webchat::conversations::{AcceptError, Accepted, Conversations, LoggedIn, ReadError};
use crate::webchat::hub::Hub;
use crate::webchat::settings::WebchatSettings;
use crate::webchat::{Webchat, router};

pub(super) const KEY: [u8; 32] = [7; 32];

/// A gateway with a web chat and nothing else.
pub(super) struct Gateway {
    pub(super) webchat: Arc<Webchat>,
    pub(super) conversations: Arc<MemoryConversations>,
    pub(super) address: SocketAddr,
}

pub(super) struct MemoryConversations {
    hub: Arc<Hub>,
    threads: Mutex<Threads>,
    /// Answers every message, at once.
    pub(super) answers: AtomicBool,
    /// Keeps no hints back from sessions, or all.
    pub(super) hints: AtomicBool,
    pub(super) is_down: AtomicBool,
}

#[derive(Default)]
struct Threads {
    entries: HashMap<ThreadId, Vec<Arc<ThreadEvent>>>,
    accepted: HashMap<(ThreadId, bool, String), (InboundBody, Accepted)>,
    pages: Vec<(String, String)>,
    /// Visitors' threads, with the users that they have become.
    users: HashMap<ThreadId, String>,
    homes: HashMap<ThreadId, ThreadId>,
}

impl Gateway {
    pub(super) async fn start(settings: WebchatSettings) -> Self {
        let clock = Arc::new(Timestamp::now);
        let (webchat, conversations) = webchat(settings, clock);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let service =
            router(Arc::clone(&webchat)).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self {
            webchat,
            conversations,
            address,
        }
    }
}

pub(super) fn webchat(
    settings: WebchatSettings,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
) -> (Arc<Webchat>, Arc<MemoryConversations>) {
    let hub = Arc::<Hub>::default();
    let conversations = Arc::new(MemoryConversations {
        hub: Arc::clone(&hub),
        threads: Mutex::default(),
        answers: AtomicBool::new(false),
        hints: AtomicBool::new(true),
        is_down: AtomicBool::new(false),
    });
    let metrics = Arc::new(Metrics::new().unwrap());
    let webchat = Webchat::new(
        settings,
        Arc::<MemoryConversations>::clone(&conversations),
        hub,
        metrics,
        &KEY,
        clock,
    );
    (webchat.unwrap(), conversations)
}

/// Settings in which no limit is met by chance.
pub(super) fn generous() -> WebchatSettings {
    let mut settings = WebchatSettings::default();
    settings.limits.lifted_on_loopback = true;
    settings
}

impl MemoryConversations {
    /// Somebody of the company says something.
    pub(super) fn say(&self, thread: ThreadId, text: &str, in_reply_to: Option<String>) -> u64 {
        let mut threads = self.threads.lock();
        let event = threads.push(thread, |_| Shown::Message {
            from: Speaker::Bot,
            name: None,
            cid: None,
            in_reply_to,
            content: Content::Text {
                text: text.to_owned(),
            },
        });
        drop(threads);
        self.hint(thread, &event);
        event.sequence.0
    }

    pub(super) fn only_thread(&self) -> ThreadId {
        let threads = self.threads.lock();
        let mut named = threads.entries.keys();
        let thread = *named.next().unwrap();
        assert_eq!(named.next(), None);
        thread
    }

    pub(super) fn texts(&self, thread: ThreadId) -> Vec<String> {
        let threads = self.threads.lock();
        let text = |event: &Arc<ThreadEvent>| match &event.shown {
            Shown::Message { content, .. } => content.in_words(),
            Shown::Status { status, .. } => status.clone(),
        };
        threads
            .entries
            .get(&thread)
            .into_iter()
            .flatten()
            .map(text)
            .collect()
    }

    /// Kept page events: of whom, which address.
    pub(super) fn pages(&self) -> Vec<(String, String)> {
        self.threads.lock().pages.clone()
    }

    fn hint(&self, thread: ThreadId, event: &Arc<ThreadEvent>) {
        if self.hints.load(Ordering::SeqCst) {
            self.hub.entries(thread, std::slice::from_ref(event));
        }
    }

    fn check(&self) -> Result<(), ReadError> {
        if self.is_down.load(Ordering::SeqCst) {
            let reason = "down".to_owned();
            return Err(StoreError::Unavailable { reason }.into());
        }
        Ok(())
    }
}

impl Threads {
    fn push(&mut self, thread: ThreadId, shown: impl FnOnce(u64) -> Shown) -> Arc<ThreadEvent> {
        let entries = self.entries.entry(thread).or_default();
        let sequence = entries.len() as u64 + 1;
        let event = Arc::new(ThreadEvent {
            sequence: Sequence(sequence),
            message_id: MessageId(Uuid::new_v4()),
            at: Timestamp::now(),
            shown: shown(sequence),
        });
        entries.push(Arc::clone(&event));
        event
    }
}

#[async_trait]
impl Conversations for MemoryConversations {
    fn thread(&self, address: &Address) -> ThreadId {
        let mut hash = std::hash::DefaultHasher::new();
        std::hash::Hash::hash(address, &mut hash);
        let mut id = [0; 16];
        id[..8].copy_from_slice(&std::hash::Hasher::finish(&hash).to_be_bytes());
        ThreadId(id)
    }

    async fn home(&self, address: &Address) -> Result<ThreadId, ReadError> {
        self.check()?;
        let own = self.thread(address);
        Ok(self.threads.lock().homes.get(&own).copied().unwrap_or(own))
    }

    /// Only as far as sessions see it: the router tells again what was said, and tests it.
    async fn log_in(&self, visitor: &Address, user: &Address) -> Result<LoggedIn, AcceptError> {
        self.check().map_err(|error| AcceptError::Unavailable {
            reason: error.to_string(),
        })?;
        let (from, own) = (self.thread(visitor), self.thread(user));
        {
            let mut threads = self.threads.lock();
            let user = user.external_id.clone();
            if *threads.users.entry(from).or_insert(user.clone()) != user {
                return Ok(LoggedIn::AsAnotherBefore);
            }
            threads.homes.entry(own).or_insert(from);
        }
        if self.hints.load(Ordering::SeqCst) {
            self.hub.stale(from);
            self.hub.stale(own);
            // The sessions look before whoever logs in is answered.
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
        }
        Ok(LoggedIn::AsUser)
    }

    async fn has_logged_in(&self, visitor: &Address) -> Result<bool, ReadError> {
        self.check()?;
        let thread = self.thread(visitor);
        Ok(self.threads.lock().users.contains_key(&thread))
    }

    async fn accept(&self, inbound: Inbound) -> Result<Accepted, AcceptError> {
        // Another session may come in between.
        tokio::task::yield_now().await;
        self.check().map_err(|error| AcceptError::Unavailable {
            reason: error.to_string(),
        })?;
        let own = self.thread(&inbound.address);
        let mut threads = self.threads.lock();
        let thread = *threads.homes.entry(own).or_insert(own);
        let is_message = matches!(inbound.body, InboundBody::Message(_));
        let key = (thread, is_message, inbound.id.clone());
        if let Some((body, accepted)) = threads.accepted.get(&key) {
            let same = *body == inbound.body;
            return if same {
                Ok(Accepted {
                    repeated: true,
                    ..*accepted
                })
            } else {
                Err(AcceptError::Conflict)
            };
        }
        let mut event = None;
        match &inbound.body {
            InboundBody::Message(content) => {
                event = Some(threads.push(thread, |_| Shown::Message {
                    from: Speaker::Customer,
                    name: None,
                    cid: Some(inbound.id.clone()),
                    in_reply_to: None,
                    content: content.clone(),
                }));
            }
            InboundBody::Page(page) => threads
                .pages
                .push((inbound.address.external_id.clone(), page.url.clone())),
            InboundBody::Relayed(_) => panic!("no web chat relays anything"),
        }
        let accepted = Accepted {
            thread,
            message_id: event
                .as_ref()
                .map_or(MessageId(Uuid::new_v4()), |event| event.message_id),
            sequence: event.as_ref().map(|event| event.sequence),
            accepted_at: event.as_ref().map_or_else(Timestamp::now, |event| event.at),
            repeated: false,
        };
        threads.accepted.insert(key, (inbound.body, accepted));
        drop(threads);
        if let Some(event) = event {
            self.hint(thread, &event);
            if self.answers.load(Ordering::SeqCst) {
                self.say(thread, &format!("re {}", inbound.id), Some(inbound.id));
            }
        }
        Ok(accepted)
    }

    async fn entries(
        &self,
        thread: ThreadId,
        range: TranscriptRange,
        limit: usize,
    ) -> Result<Vec<Arc<ThreadEvent>>, ReadError> {
        self.check()?;
        let threads = self.threads.lock();
        let all = threads
            .entries
            .get(&thread)
            .map(Vec::as_slice)
            .unwrap_or_default();
        Ok(match range {
            TranscriptRange::After(Sequence(after)) => all
                .iter()
                .skip(after as usize)
                .take(limit)
                .cloned()
                .collect(),
            TranscriptRange::Before(Sequence(before)) => {
                let end = all.len().min(before.saturating_sub(1) as usize);
                all[end.saturating_sub(limit)..end].to_vec()
            }
        })
    }

    async fn last_sequence(&self, thread: ThreadId) -> Result<Option<Sequence>, ReadError> {
        self.check()?;
        let threads = self.threads.lock();
        Ok(threads
            .entries
            .get(&thread)
            .map(|entries| Sequence(entries.len() as u64)))
    }
}
