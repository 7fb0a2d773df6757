//! What the tests here stand on: a router over a store in memory that can go away, the listener of the process, and a
//! sender that signs.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};
use signalbox_adapters::{Address, Channel, Content};
use signalbox_dsl::{SourceFile, SourceSet};
use signalbox_router::{Router, RouterParts, RouterSettings, Shown, Speaker};
use signalbox_sealed::DeploymentKey;
use signalbox_store::{
    FaultSchedule, FaultyStore, MemoryArchive, MemoryStore, Sequence, TranscriptRange,
};
use signalbox_telemetry::Metrics;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::bundles::prepare;
use crate::config::source::Sources;
use crate::config::{Config, Overrides};
use crate::environment::RealEnvironment;
use crate::listener::Listener;
use crate::observer::MetricsObserver;
use crate::webchat::Hub;
use crate::webhook::{Accounts, Webhook, router};

const RULES: &str = r#"language 1
module shop
ranks answers
queue people "People" default
defaults
  language en
  zone "UTC"
schema event order.delivered
  no: text
  amount: money
template delivered (no: text, amount: money)
  en "Order {no} has arrived: {amount}."
rule delivered
  rank answers
  on event order.delivered
  then reply delivered (no: order.no, amount: order.amount)
"#;

const CONFIG: &str = "
webchat: {sites: {shop: {}, other: {}}}
webhook:
  body_within: 100ms
  accounts:
    shop: {secrets: ['${SHOP}'], about: ['webchat:shop']}
    warehouse: {secrets: ['${WAREHOUSE}', '${OLD_WAREHOUSE}'], about: ['webchat:shop']}
    slow: {secrets: ['${SLOW}'], about: ['webchat:shop'], burst: 1, per_second: 0.01}
    closed: {secrets: ['${CLOSED}'], closed: true}
    app:
      secrets: ['${APP}']
      burst: 1000
      reply: {url: 'http://localhost:9/', allow_http: true, secrets: ['${APP}']}
";

const POLL: Duration = Duration::from_millis(5);

pub(super) struct Bed {
    address: SocketAddr,
    router: Router,
    metrics: Arc<Metrics>,
    store: FaultyStore<MemoryStore>,
    _stop: DropGuard,
}

/// A request to an account, signed with the secret of one, so long ago; or with `signature` instead.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) account: &'static str,
    pub(super) secret_of: &'static str,
    pub(super) id: String,
    pub(super) seconds_ago: i64,
    pub(super) signature: Option<String>,
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: Value,
}

impl Request {
    /// An order of the shop's customer `u-1` has arrived.
    pub(super) fn order(id: &str, no: &str) -> Self {
        let body = json!({
            "type": "order.delivered",
            "timestamp": "2026-01-02T03:04:05Z",
            "data": {
                "contact": {"channel": "webchat:shop", "external_id": "user:u-1"},
                "no": no,
                "amount": {"amount": "300.00", "currency": "CNY"},
            },
        });
        Self {
            account: "shop",
            secret_of: "shop",
            id: id.to_owned(),
            seconds_ago: 0,
            signature: None,
            content_type: "application/json",
            body: body.to_string(),
        }
    }
}

impl Request {
    /// The customer `u-1` of the account `app` says something.
    pub(super) fn message(id: &str, text: &str) -> Self {
        let body = json!({
            "type": "message.created",
            "timestamp": "2026-01-02T03:04:05Z",
            "data": {
                "id": format!("of {id}"),
                "contact": {"external_id": "u-1", "name": "Li Lei"},
                "content": {"type": "text", "text": text},
            },
        });
        Self {
            account: "app",
            secret_of: "app",
            body: body.to_string(),
            ..Self::order(id, "")
        }
    }
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

impl Bed {
    pub(super) async fn start() -> Self {
        let sources = Sources {
            folder: Path::new(""),
            variable: &|name| Some(secret(&name.to_lowercase().replace('_', " "))),
        };
        let file = Path::new("signalbox.yaml");
        let config = Config::parse(CONFIG, file, &sources, &Overrides::default()).unwrap();
        let bundle = prepare(
            SourceSet::new(vec![SourceFile {
                path: "shop.rules".into(),
                text: RULES.into(),
            }]),
            "",
        )
        .unwrap_or_else(|refusal| panic!("{refusal}"));
        let metrics = Arc::new(Metrics::new().unwrap());
        let store = FaultyStore::new(MemoryStore::new(), FaultSchedule::default());
        let observer = MetricsObserver::new(metrics.clone(), bundle.hash(), bundle.rule_names());
        let messages = Router::start(RouterParts {
            store: Arc::new(store.clone()),
            archive: Arc::new(MemoryArchive::new()),
            rules: bundle.active(),
            environment: Arc::new(RealEnvironment),
            deployment_key: Arc::new(DeploymentKey::from_bytes(&[7; 32])),
            hints: Arc::new(Hub::default()),
            observer: Arc::new(observer),
            adapters: Vec::new(),
            settings: RouterSettings {
                customer_partitions: 2,
                ..RouterSettings::default()
            },
        });
        let webhook = Webhook::new(
            config.file.webhook.clone(),
            Accounts::new(&config.file.webhook, &config.webchat, &config.file.email).unwrap(),
            messages.clone(),
            metrics.clone(),
            Arc::new(Timestamp::now),
        );
        let listener = Listener::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.address();
        let stop = CancellationToken::new();
        tokio::spawn(listener.serve(router(webhook), stop.clone()));
        Self {
            address,
            router: messages,
            metrics,
            store,
            _stop: stop.drop_guard(),
        }
    }

    pub(super) async fn send(&self, request: &Request) -> Answer {
        let at = Timestamp::now().as_second() - request.seconds_ago;
        let signature = request.signature.clone().unwrap_or_else(|| {
            let content = format!("{}.{at}.{}", request.id, request.body);
            format!("v1,{}", mac(request.secret_of, content.as_bytes()))
        });
        let text = format!(
            "POST /v1/channels/webhook/{} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: {}\r\n\
             Webhook-Id: {}\r\nWebhook-Timestamp: {at}\r\nWebhook-Signature: {signature}\r\n\
             Content-Length: {}\r\n\r\n{}",
            request.account,
            request.content_type,
            request.id,
            request.body.len(),
            request.body
        );
        self.raw(text.as_bytes()).await
    }

    /// Sends these bytes and reads one answer. A server that refuses a body may close before it has all of it.
    pub(super) async fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let (mut reading, mut writing) = stream.split();
        let mut answer = Vec::new();
        let reads = async {
            let mut buffer = [0; 4_096];
            while let Ok(count @ 1..) = reading.read(&mut buffer).await {
                answer.extend_from_slice(&buffer[..count]);
                if is_whole(&answer) {
                    break;
                }
            }
        };
        // Whether all was taken is not the question.
        let _ = tokio::join!(writing.write_all(bytes), reads);
        let text = String::from_utf8(answer).unwrap();
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {text}"));
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: serde_json::from_str(body).unwrap_or_default(),
        }
    }

    /// What was said to a customer of the shop, once it is so many entries.
    pub(super) async fn entries(&self, external_id: &str, count: usize) -> Vec<String> {
        let thread = self.router.thread(&Address {
            channel: Channel::Webchat,
            account: "shop".to_owned(),
            external_id: external_id.to_owned(),
        });
        loop {
            let range = TranscriptRange::After(Sequence(0));
            let entries = self.router.entries(thread, range, 100).await.unwrap();
            if entries.len() >= count {
                let texts = entries.iter().map(|entry| match &entry.shown {
                    Shown::Message {
                        content: Content::Text { text },
                        ..
                    } => text.clone(),
                    other => panic!("{other:?}"),
                });
                return texts.collect();
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// What the customer `u-1` of `app` has said so far.
    pub(super) async fn said(&self) -> Vec<String> {
        let thread = self.router.thread(&Address {
            channel: Channel::Webhook,
            account: "app".to_owned(),
            external_id: "u-1".to_owned(),
        });
        let range = TranscriptRange::After(Sequence(0));
        let entries = self.router.entries(thread, range, 100).await.unwrap();
        let said = entries.iter().filter_map(|entry| match &entry.shown {
            Shown::Message {
                from: Speaker::Customer,
                content: Content::Text { text },
                ..
            } => Some(text.clone()),
            _ => None,
        });
        said.collect()
    }

    pub(super) fn metrics(&self) -> String {
        String::from_utf8(self.metrics.encode().unwrap()).unwrap()
    }

    pub(super) fn store_is_back(&self) {
        self.store.reschedule(FaultSchedule::default());
    }

    pub(super) fn store_is_away(&self) {
        self.store.reschedule(FaultSchedule {
            unavailable: 1_000,
            ..FaultSchedule::default()
        });
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
        header(head, "content-length").and_then(|length| length.parse().ok()) == Some(body.len())
    })
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// Each account has its own, 32 bytes that follow from its name.
fn secret(name: &str) -> String {
    format!("whsec_{}", STANDARD.encode(secret_bytes(name)))
}

fn secret_bytes(name: &str) -> [u8; 32] {
    let mut bytes = [7; 32];
    for (byte, letter) in bytes.iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    bytes
}

fn mac(name: &str, content: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &secret_bytes(name));
    STANDARD.encode(hmac::sign(&key, content))
}
