//! What the tests here stand on: a desk over a real router and a store in memory, asked without a socket, and a clock that tests move.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router as Routes;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Value, json};
use signalbox_adapters::{Address, Channel, Content, Inbound, InboundBody, Profile};
use signalbox_dsl::{SourceFile, SourceSet};
use signalbox_router::{Router, RouterParts, RouterSettings};
use signalbox_sealed::DeploymentKey;
use signalbox_store::{MemoryArchive, MemoryStore, ThreadId};
use signalbox_telemetry::Metrics;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::bundles::prepare;
use crate::config::source::Sources;
use crate::config::{Config, ConfigError, Overrides};
use crate::desk::{Agents, ChannelAccount, Desk, DeskParts, hash_password, router};
use crate::environment::RealEnvironment;
use crate::observer::MetricsObserver;
use crate::webchat::{self, Hub};

const RULES: &str = r#"language 1
module shop
ranks answers
queue people "People" default
queue money "Money"
defaults
  language en
  zone "UTC"
list asked
  "person"
rule asked_for
  rank answers
  on message
  when text has any of asked
  then hand over to people
       set priority to high
"#;

/// What somebody outside seems to come from.
pub(super) const OUTSIDE: &str = "203.0.113.9:4711";
const POLL: Duration = Duration::from_millis(2);
pub(super) const PASSWORD: &str = "correct horse";

pub(super) struct Bed {
    routes: Routes,
    pub(super) router: Router,
    now: Arc<AtomicI64>,
    pub(super) data: tempfile::TempDir,
}

/// A request, from the desk's own page unless it says otherwise.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    pub(super) peer: &'static str,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

pub(super) fn get(path: &str) -> Ask {
    Ask {
        method: "GET",
        path: path.to_owned(),
        headers: vec![("x-signalbox-desk", "1".to_owned())],
        body: String::new(),
        peer: OUTSIDE,
    }
}

pub(super) fn post(path: &str, body: &Value) -> Ask {
    let mut ask = get(path);
    ask.method = "POST";
    ask.headers
        .push(("content-type", "application/json".to_owned()));
    ask.body = body.to_string();
    ask
}

pub(super) fn sign_in(name: &str, password: &str) -> Ask {
    post(
        "/v1/desk/session",
        &json!({"name": name, "password": password}),
    )
}

impl Ask {
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    pub(super) fn from(mut self, peer: &'static str) -> Self {
        self.peer = peer;
        self
    }
}

impl Answer {
    pub(super) fn error(&self) -> (u16, &str) {
        let error = self.body["error"].as_str().unwrap_or_default();
        (self.status.as_u16(), error)
    }

    /// What the browser is told to keep: one line a cookie.
    pub(super) fn cookies(&self) -> Vec<String> {
        let lines = self.headers.get_all(header::SET_COOKIE).iter();
        lines
            .map(|line| line.to_str().unwrap().to_owned())
            .collect()
    }

    /// What it sends back from then on.
    pub(super) fn kept(&self) -> String {
        let pairs = self.cookies();
        let pairs = pairs.iter().filter_map(|line| line.split(';').next());
        pairs.collect::<Vec<_>>().join("; ")
    }
}

/// A configuration in which `${HASH}` is `hash`.
pub(super) fn parsed(config: &str, hash: &str) -> Result<Config, ConfigError> {
    let sources = Sources {
        folder: Path::new(""),
        variable: &|_| Some(hash.to_owned()),
    };
    let file = Path::new("signalbox.yaml");
    Config::parse(config, file, &sources, &Overrides::default())
}

impl Bed {
    /// With the agents lin and mei.
    pub(super) fn start() -> Self {
        Self::with(
            "desk: {agents: {lin: {name: Lin, password: '${HASH}'}, mei: {password: '${HASH}'}}}\n\
             webchat: {trusted_proxies: [10.0.0.0/8], sites: {other: {}, shop: {}}}",
        )
    }

    pub(super) fn with(config: &str) -> Self {
        let hash = hash_password(PASSWORD, &RealEnvironment).unwrap();
        let config = parsed(config, &hash).unwrap();
        let rules = SourceSet::new(vec![SourceFile {
            path: "shop.rules".into(),
            text: RULES.into(),
        }]);
        let bundle = prepare(rules, "").unwrap_or_else(|refusal| panic!("{refusal}"));
        let metrics = Arc::new(Metrics::new().unwrap());
        let observer = MetricsObserver::new(metrics, bundle.hash(), bundle.rule_names());
        let key = Arc::new(DeploymentKey::from_bytes(&[7; 32]));
        let messages = Router::start(RouterParts {
            store: Arc::new(MemoryStore::new()),
            archive: Arc::new(MemoryArchive::new()),
            rules: bundle.active(),
            environment: Arc::new(RealEnvironment),
            deployment_key: key.clone(),
            hints: Arc::new(Hub::default()),
            observer: Arc::new(observer),
            adapters: Vec::new(),
            settings: RouterSettings {
                customer_partitions: 2,
                gather: Duration::ZERO,
                ..RouterSettings::default()
            },
        });
        let data = tempfile::tempdir().unwrap();
        let (agents, _) = Agents::load(&config.file.desk, data.path(), &RealEnvironment).unwrap();
        let now = Arc::new(AtomicI64::new(Timestamp::now().as_second()));
        let clock = now.clone();
        let desk = Desk::new(DeskParts {
            router: messages.clone(),
            agents,
            key,
            session_lasts: config.file.desk.session.0,
            proxies: webchat::proxies(&config.webchat).unwrap(),
            accounts: ChannelAccount::all(&config.file),
            clock: Arc::new(move || Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap()),
            leaving: CancellationToken::new(),
        });
        Self {
            routes: router(desk),
            router: messages,
            now,
            data,
        }
    }

    pub(super) fn pass_seconds(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(super) async fn ask(&self, ask: &Ask) -> Answer {
        let mut request = Request::builder().method(ask.method).uri(&ask.path);
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(Body::from(ask.body.clone())).unwrap();
        let peer: SocketAddr = ask.peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let is_stream = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes() == b"text/event-stream");
        let body = if is_stream {
            Value::Null
        } else {
            let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            serde_json::from_slice(&bytes).unwrap_or_default()
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// The cookies of somebody who has signed in.
    pub(super) async fn signed_in(&self, name: &str) -> String {
        let answer = self.ask(&sign_in(name, PASSWORD)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.kept()
    }

    /// Lets a customer say something, and waits until it is handled.
    pub(super) async fn say(&self, external_id: &str, text: &str) -> ThreadId {
        let address = Address {
            channel: Channel::Webchat,
            account: "shop".to_owned(),
            external_id: external_id.to_owned(),
        };
        let thread = self.router.thread(&address);
        let inbound = Inbound {
            id: format!("{external_id}: {text}"),
            address,
            profile: Profile::default(),
            body: InboundBody::Message(Content::Text {
                text: text.to_owned(),
            }),
        };
        while self.router.accept(inbound.clone()).await.is_err() {
            tokio::time::sleep(POLL).await;
        }
        loop {
            let customers = self.router.customers(&[thread]).await.unwrap();
            if customers.contains_key(&thread) {
                return thread;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Lets a customer ask for a person, and waits until they wait at the desk.
    pub(super) async fn hand_over(&self, external_id: &str) -> String {
        let thread = self.say(external_id, "a person, please").await;
        while self.router.desk().await.unwrap().case(thread).is_none() {
            tokio::time::sleep(POLL).await;
        }
        thread.to_string()
    }
}
