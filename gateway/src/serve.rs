//! The gateway: everything put together in flow order, and taken down in flow order under one deadline.
//!
//! Start: data directory, key, store, rules, router, web chat, ports. Stop: ports, sessions, router, store.

mod adopter;
mod conversations;
mod disabling;
mod first_bundle;
mod namespace;
mod panics;
mod signals;
pub(crate) mod storage;

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use signalbox_adapters::Adapter;
use signalbox_dsl::Locale;
use signalbox_email::Email;
use signalbox_router::{DeliveryMode, Environment, Router, RouterParts, RouterSettings};
use signalbox_sealed::DeploymentKey;
use signalbox_store::NodeId;
use signalbox_telemetry::{LogFormat, Metrics, Telemetry, TelemetrySettings};
use signalbox_webhook::Webhooks;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::admin::AdminSocket;
use crate::bundles::{BundleRecords, RulesStatus, Watch};
use crate::config::Config;
use crate::config::values::{self, Delivery};
use crate::deployment_key::{self, KeyOrigin};
use crate::desk::{self, Agents, ChannelAccount, Desk, DeskParts, FirstPassword, MADE_NAME};
use crate::email;
use crate::environment::RealEnvironment;
use crate::listener::Listener;
use crate::node::Node;
use crate::observer::MetricsObserver;
use crate::pages::{self, Audience, Pages};
use crate::webchat::{self, Hub, Webchat};
use crate::webhook::{self, Accounts, Webhook};
use crate::words::{Failure, Told, Words, words};

use adopter::LiveRules;
use conversations::RouterConversations;
use first_bundle::FirstBundle;
use namespace::Namespace;
use signals::Signals;
use storage::Storage;

/// Partitions are taken within moments; a start that takes longer says so.
const READY_WITHIN: Duration = Duration::from_secs(30);
const READY_POLL: Duration = Duration::from_millis(5);

/// Runs the gateway until a signal ends it.
///
/// # Errors
/// It cannot start; the message says what to do.
pub fn run(config: Config, log_format: Option<LogFormat>, locale: Locale) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            let Words { en, zh } = error.words();
            words!(
                "the operating system gives no threads: {en}; look at the limits of this user",
                "操作系统不给线程：{zh}；请检查当前用户的资源限制"
            )
        })?;
    runtime.block_on(serve(config, log_format, locale))
}

async fn serve(
    config: Config,
    log_format: Option<LogFormat>,
    locale: Locale,
) -> Result<(), Failure> {
    let metrics = Arc::new(Metrics::new()?);
    let telemetry = Telemetry::start(&telemetry_settings(&config, log_format), &metrics)?;
    panics::keep_text_out_of_logs();
    let mut signals = Signals::listen()?;
    let gateway = Gateway::start(config, metrics, locale).await?;
    let (stop_within, lost) = (gateway.stop_within, gateway.lost.clone());
    tokio::select! {
        () = gateway.say_ready(locale) => ended(&mut signals, &lost).await,
        () = ended(&mut signals, &lost) => {}
    }
    tracing::info!("stopping");
    tokio::select! {
        () = gateway.stop() => {}
        () = signals.second() => tracing::warn!("stopped at once; the next start goes on from the store"),
    }
    telemetry.stop(stop_within).await;
    if lost.is_cancelled() {
        return Err(namespace::lost().into());
    }
    Ok(())
}

/// Waits until somebody ends the gateway, or the store is another gateway's.
async fn ended(signals: &mut Signals, lost: &CancellationToken) {
    tokio::select! {
        () = signals.first() => {}
        () = lost.cancelled() => {}
    }
}

/// A running gateway.
struct Gateway {
    pages: Arc<Pages>,
    webchat: Arc<Webchat>,
    router: Router,
    storage: Storage,
    /// Held to the end.
    node: Option<Node>,
    /// The right to a store that others can reach; given up at the end.
    namespace: Option<Arc<Namespace>>,
    /// Another gateway has taken the store.
    lost: CancellationToken,
    /// Ends the ports.
    stop_ports: CancellationToken,
    ports: Vec<JoinHandle<()>>,
    /// Ends what only helps: the watch on rules, the admin socket.
    stop_helpers: CancellationToken,
    helpers: Vec<JoinHandle<()>>,
    url: String,
    /// Of the desk's agent who was made at the first start, as long as it stands in its file.
    desk_password: Option<FirstPassword>,
    /// Not only this machine reaches it.
    is_everywhere: bool,
    stop_within: Duration,
}

impl Gateway {
    async fn start(config: Config, metrics: Arc<Metrics>, locale: Locale) -> Result<Self, Failure> {
        let environment: Arc<dyn Environment> = Arc::new(RealEnvironment);
        crate::data_directory::create(&config.data)?;
        let key = Arc::new(deployment_key(&config, &*environment)?);
        let node = match config.file.store.kind {
            values::StoreKind::Embedded => None,
            values::StoreKind::Redis => Some(Node::hold(&config.data, &*environment)?),
        };
        let storage = Storage::open(&config.data, &config.file.store, metrics.clone()).await?;
        let namespace = match &node {
            Some(node) => {
                let (store, id) = (storage.store.clone(), node.id());
                let taken = Namespace::take(store, environment.clone(), id, &config.data);
                Some(Arc::new(taken.await?))
            }
            None => None,
        };
        storage
            .refuse_other_partitions(config.file.router.partitions)
            .await?;
        // All that can be wrong with the configuration comes before the port, and before the router, which decides and sends.
        let adapters = adapters(&config)?;
        let webhook_accounts =
            Accounts::new(&config.file.webhook, &config.webchat, &config.file.email)?;
        let (agents, desk_password) = Agents::load(&config.file.desk, &config.data, &*environment)?;
        let listener = Listener::bind(config.listen).await?;
        if let Some((found, advice)) = config.webchat.what_a_proxy_would_lift(config.listen) {
            tracing::info!("{}; if there is one, {}", found.en, advice.en);
        }
        let machine_listener = match config.file.telemetry.listen.0 {
            Some(address) => {
                let listener = Listener::bind(address).await?;
                tracing::info!(address = %listener.address(), "machines have a port of their own");
                Some(listener)
            }
            None => None,
        };
        say_who_is_written_to(&config.file.delivery);
        let admin = AdminSocket::bind(&config.admin_socket)?;

        let records = BundleRecords::open(storage.store.clone(), environment.clone(), &key).await?;
        let directory = config.file.rules.directory.given();
        let first = FirstBundle::choose(directory.as_deref(), &records, &metrics).await?;
        let rules = Arc::new(RulesStatus::new(first.status()));
        let disabled = records.disabled().await?;
        for it in &disabled {
            tracing::warn!(rule = %it.rule, since = %it.since, by = it.by, "people disabled this rule; `signalbox rules enable` ends it");
        }
        let active = disabling::without(&first.bundle.active(), disabled, &rules, &metrics);
        let observer = Arc::new(MetricsObserver::new(
            metrics.clone(),
            first.bundle.hash(),
            first.bundle.rule_names(),
        ));
        let hub = Arc::new(Hub::default());
        let router = Router::start(RouterParts {
            store: storage.store.clone(),
            archive: storage.archive.clone(),
            rules: active.clone(),
            environment: environment.clone(),
            deployment_key: key.clone(),
            hints: hub.clone(),
            observer: observer.clone(),
            adapters,
            settings: router_settings(&config, node.as_ref().map(Node::id)),
        });
        let conversations = Arc::new(RouterConversations::new(router.clone()));
        let webchat = Webchat::new(
            config.webchat.clone(),
            conversations,
            hub,
            metrics.clone(),
            key.visitor_token_key(),
            Arc::new(Timestamp::now),
        )?;

        let pages = Arc::new(Pages {
            metrics: metrics.clone(),
            store: storage.store.clone(),
            router: router.clone(),
            rules: rules.clone(),
            data: config.data.clone(),
        });
        let (url, is_everywhere) = (listener.url(), listener.is_everywhere());
        let (stop_ports, stop_helpers) = (CancellationToken::new(), CancellationToken::new());
        let mut ports = Vec::new();
        let webhook = Webhook::new(
            config.file.webhook.clone(),
            webhook_accounts,
            router.clone(),
            metrics.clone(),
            Arc::new(Timestamp::now),
        );
        let desk = Desk::new(DeskParts {
            router: router.clone(),
            agents,
            key: key.clone(),
            session_lasts: config.file.desk.session.0,
            proxies: webchat::proxies(&config.webchat)?,
            accounts: ChannelAccount::all(&config.file),
            clock: Arc::new(Timestamp::now),
            leaving: stop_ports.clone(),
        });
        let mut app = webchat::router(webchat.clone())
            .merge(webhook::router(webhook))
            .merge(desk::router(desk));
        match machine_listener {
            Some(machines) => {
                let app = pages::router(pages.clone(), Audience::Everybody);
                ports.push(tokio::spawn(machines.serve(app, stop_ports.clone())));
            }
            None => app = app.merge(pages::router(pages.clone(), Audience::ThisMachine)),
        }
        ports.push(tokio::spawn(listener.serve(app, stop_ports.clone())));

        let live = Arc::new(LiveRules {
            router: router.clone(),
            observer,
            records,
            status: rules,
            metrics,
            locale,
            change: Mutex::new(active),
        });
        let mut helpers = vec![tokio::spawn(admin.serve(
            live.clone(),
            router.clone(),
            stop_helpers.clone(),
        ))];
        if config.file.store.kind == values::StoreKind::Redis {
            helpers.push(tokio::spawn(
                live.clone().follow_others(stop_helpers.clone()),
            ));
        }
        let looking = email::look_at_all(email::accounts(&config.file.email)?);
        let stopping = stop_helpers.clone();
        helpers.push(tokio::spawn(async move {
            tokio::select! {
                () = looking => {}
                () = stopping.cancelled() => {}
            }
        }));
        let lost = CancellationToken::new();
        if let Some(namespace) = namespace.clone() {
            helpers.push(tokio::spawn(
                namespace.keep(stop_helpers.clone(), lost.clone()),
            ));
        }
        if let Some(directory) = directory {
            let watch = Watch::new(directory, config.file.rules.poll.0, first.seen);
            helpers.push(tokio::spawn(watch.run(live, stop_helpers.clone())));
        }
        Ok(Self {
            pages,
            webchat,
            router,
            storage,
            node,
            namespace,
            lost,
            stop_ports,
            ports,
            stop_helpers,
            helpers,
            url,
            desk_password,
            is_everywhere,
            stop_within: config.file.stop_within.0,
        })
    }

    /// Tells people where it is, once messages are taken and decided.
    async fn say_ready(&self, locale: Locale) {
        let mut complain_at = Some(Instant::now() + READY_WITHIN);
        loop {
            let (is_ready, reasons) = self.pages.readiness().await;
            if is_ready {
                break;
            }
            if complain_at.is_some_and(|at| Instant::now() > at) {
                tracing::error!(%reasons, "not ready yet, still waiting");
                complain_at = None;
            }
            sleep(READY_POLL).await;
        }
        let mut output = std::io::stdout();
        let ready = self.ready(output.is_terminal());
        let ready = output.write_all(ready.told(locale).as_bytes());
        if let Err(error) = ready {
            tracing::debug!(%error, "nobody reads standard output");
        }
        tracing::info!(url = self.url, durability = ?self.storage.store.durability(), "ready");
    }

    /// What people are told then. A password is told to people at a terminal only: whatever else reads this keeps it.
    fn ready(&self, is_terminal: bool) -> Words {
        let url = &self.url;
        let mut ready = if self.is_everywhere {
            words!(
                "signalbox is ready: {url}\n\
                 It listens on all interfaces: others open it by a name or address of this machine.\n",
                "signalbox 已就绪：{url}\n监听所有网络接口：其他人用本机的名称或地址打开。\n"
            )
        } else {
            words!("signalbox is ready: {url}\n", "signalbox 已就绪：{url}\n")
        };
        if let Some(first) = &self.desk_password {
            let (path, password) = (first.path.display(), &first.password);
            let password = if is_terminal {
                words!(
                    "password {password} (it stands in {path}; delete that file once you have noted it)",
                    "密码 {password}（保存在 {path}；记下后请删除该文件）"
                )
            } else {
                words!("password in {path}", "密码见 {path}")
            };
            let Words { en, zh } = password;
            let desk = words!(
                "The desk for people: {url}desk, name {MADE_NAME}, {en}\n",
                "坐席台：{url}desk，用户名 {MADE_NAME}，{zh}\n"
            );
            ready.en.push_str(&desk.en);
            ready.zh.push_str(&desk.zh);
        }
        ready
    }

    async fn stop(self) {
        let deadline = Instant::now() + self.stop_within;
        self.stop_ports.cancel();
        self.stop_helpers.cancel();
        if timeout_at(deadline, self.webchat.leave()).await.is_err() {
            tracing::warn!("some web chat sessions did not close in time; their clients resume");
        }
        if !self
            .router
            .stop(deadline.saturating_duration_since(Instant::now()))
            .await
        {
            tracing::warn!(
                "not everything was decided in time; the next start goes on from the store"
            );
        }
        for task in self.ports.into_iter().chain(self.helpers) {
            let abort = task.abort_handle();
            if timeout_at(deadline, task).await.is_err() {
                abort.abort();
            }
        }
        if let Some(namespace) = &self.namespace
            && timeout_at(deadline, namespace.give_up()).await.is_err()
        {
            tracing::debug!("the store was not told in time that this gateway has stopped");
        }
        drop((self.namespace, self.pages, self.webchat, self.router));
        // Waits for the store's own threads: not on a thread that serves. An error means that it panicked, and was logged.
        let _ = tokio::task::spawn_blocking(move || drop(self.storage)).await;
        drop(self.node);
        tracing::info!("stopped");
    }
}

fn deployment_key(
    config: &Config,
    environment: &dyn Environment,
) -> Result<DeploymentKey, Failure> {
    let (key, origin) = deployment_key::load_or_generate(config, environment)?;
    match origin {
        KeyOrigin::Configured => {}
        KeyOrigin::Beside(path) => {
            tracing::info!(path = %path.display(), "using the deployment key beside the data")
        }
        KeyOrigin::Generated(path) => tracing::warn!(
            path = %path.display(),
            "made a deployment key; keep a copy elsewhere, since without it the data cannot be read"
        ),
    }
    Ok(key)
}

/// The channels that are pushed to.
fn adapters(config: &Config) -> Result<Vec<Arc<dyn Adapter>>, Failure> {
    let mut adapters: Vec<Arc<dyn Adapter>> = Vec::new();
    let accounts = email::accounts(&config.file.email)?;
    if !accounts.is_empty() {
        adapters.push(Arc::new(Email::new(accounts)));
    }
    let endpoints = webhook::endpoints(&config.file.webhook)?;
    if !endpoints.is_empty() {
        adapters.push(Arc::new(Webhooks::new(endpoints)));
    }
    Ok(adapters)
}

fn telemetry_settings(config: &Config, log_format: Option<LogFormat>) -> TelemetrySettings {
    let section = &config.file.telemetry;
    let configured = match section.log_format {
        values::LogFormat::Text => LogFormat::Text,
        values::LogFormat::Json => LogFormat::Json,
    };
    TelemetrySettings {
        log_format: log_format.unwrap_or(configured),
        log_filter: section.log_filter.0.clone(),
        otlp_endpoint: section.otlp_endpoint.given().map(str::to_owned),
        trace_ratio: section.trace_ratio,
    }
}

fn delivery_mode(written: &Delivery) -> DeliveryMode {
    match written {
        Delivery::Live => DeliveryMode::Live,
        Delivery::Sink => DeliveryMode::Sink,
        Delivery::Only(ids) => DeliveryMode::Only(ids.clone()),
    }
}

/// A staging gateway that is taken for a live one, or the other way round, is found out too late by customers.
fn say_who_is_written_to(delivery: &Delivery) {
    match delivery {
        Delivery::Live => {}
        Delivery::Sink => tracing::warn!(
            "`delivery: sink`: NOTHING is pushed to customers, whatever the rules answer; web chat pages alone get their answers"
        ),
        Delivery::Only(ids) => tracing::warn!(
            people = ids.len(),
            "`delivery: only`: nothing is pushed to customers but to those named; web chat pages get their answers"
        ),
    }
}

/// INVARIANT: the bounds of `config/sections/router.rs` fit the types.
fn router_settings(config: &Config, node: Option<NodeId>) -> RouterSettings {
    let section = &config.file.router;
    let in_memory = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    RouterSettings {
        node: node.unwrap_or(RouterSettings::default().node),
        customer_partitions: u16::try_from(section.partitions).unwrap_or(u16::MAX),
        batch_records: in_memory(section.batch_records),
        gather: section.gather.0,
        gather_at_most: section.gather_at_most.0,
        lease: section.lease.0,
        poll: section.poll.0,
        reply_not_after: section.reply_not_after.0,
        delivery: delivery_mode(&config.file.delivery),
        delivery_attempts: u32::try_from(section.delivery_attempts).unwrap_or(u32::MAX),
        delivery_backoff: section.delivery_backoff.0,
        delivery_backoff_at_most: section.delivery_backoff_at_most.0,
        dead_letters: in_memory(section.dead_letters),
        dead_letters_for: section.dead_letters_for.0,
        deliveries_at_once: in_memory(section.deliveries_at_once),
        cached_customers: in_memory(section.cached_customers),
        archive_every: section.archive_every.0,
        keep_per_thread: section.keep_per_thread,
        dedupe_for: section.dedupe_for.0,
    }
}
