//! A platform that does not take who we are pauses the account: nothing is lost, tried to death or held up by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use signalbox_adapters::{Adapter, Channel, Inbound, Part, Receipt, SendError, WhenUnanswered};
use signalbox_router::{Observer, OutboxKind, OutboxPage, Router};

use crate::bed::{Bed, message, until};
use crate::deliveries::nothing_waits;

/// Takes everything, but nothing by the account `broken` while it is so.
#[derive(Default)]
struct ByAccount {
    is_mended: AtomicBool,
    tried: AtomicUsize,
    taken: Mutex<Vec<(String, String)>>,
}

#[async_trait]
impl Adapter for ByAccount {
    fn channel(&self) -> Channel {
        Channel::Webchat
    }

    fn when_unanswered(&self) -> WhenUnanswered {
        WhenUnanswered::Hold
    }

    async fn send(&self, part: &Part) -> Result<Receipt, SendError> {
        if part.to.account == "broken" && !self.is_mended.load(Ordering::SeqCst) {
            self.tried.fetch_add(1, Ordering::SeqCst);
            return Err(SendError::Unauthorized {
                code: Some(535),
                reason: "the password is wrong",
            });
        }
        let (account, text) = (part.to.account.clone(), part.content.in_words());
        self.taken.lock().push((account, text));
        Ok(Receipt::default())
    }
}

/// How many accounts are paused, as last told.
#[derive(Default)]
struct Told(AtomicUsize);

impl Observer for Told {
    fn accounts_paused(&self, channel: Channel, count: usize) {
        assert_eq!(channel, Channel::Webchat);
        self.0.store(count, Ordering::SeqCst);
    }
}

struct Paused {
    bed: Bed,
    adapter: Arc<ByAccount>,
    told: Arc<Told>,
}

fn paused() -> Paused {
    let (adapter, told) = (Arc::new(ByAccount::default()), Arc::new(Told::default()));
    let mut bed = Bed::new();
    bed.adapter = Some(adapter.clone());
    bed.observer = told.clone();
    bed.settings.customer_partitions = 1;
    bed.settings.reply_not_after = Duration::from_secs(24 * 3_600);
    Paused { bed, adapter, told }
}

async fn say_by(router: &Router, account: &str, who: &str) {
    let mut inbound: Inbound = message(who, "1", who);
    inbound.address.account = account.to_owned();
    router.accept(inbound).await.expect("the store takes it");
}

#[tokio::test(start_paused = true)]
async fn what_waits_keeps_its_time_and_leaves_once_it_is_mended() {
    let Paused { bed, adapter, told } = paused();
    let router = bed.start();
    for who in 0..40 {
        say_by(&router, "broken", &format!("user:{who}")).await;
    }
    until(|| async { (told.0.load(Ordering::SeqCst) == 1).then_some(()) }).await;
    let waiting = router
        .outbox_list(OutboxKind::Waiting, &OutboxPage::default())
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    let later = router
        .outbox_list(OutboxKind::Waiting, &OutboxPage::default())
        .await
        .unwrap();
    assert_eq!(later.entries.len(), 40);
    assert_eq!(
        waiting.entries, later.entries,
        "the same entries, due when they were, without an attempt"
    );
    let tried = adapter.tried.load(Ordering::SeqCst);
    // Those under way when the first was refused, and one a minute.
    let at_once = bed.settings.deliveries_at_once;
    assert!(
        (60..=61 + at_once).contains(&tried),
        "one message tries it every minute, not all of them: {tried}"
    );
    let paused = router.paused_accounts();
    assert_eq!(paused.len(), 1);
    assert_eq!(
        (&*paused[0].channel, &*paused[0].account),
        ("webchat", "broken")
    );
    assert!(
        paused[0]
            .reason
            .contains("the password is wrong (code 535)"),
        "{paused:?}"
    );

    adapter.is_mended.store(true, Ordering::SeqCst);
    nothing_waits(&bed).await;
    assert_eq!(adapter.taken.lock().len(), 40);
    assert_eq!(told.0.load(Ordering::SeqCst), 0);
    assert_eq!(router.paused_accounts(), []);
    let dead = router
        .outbox_list(OutboxKind::Dead, &OutboxPage::default())
        .await
        .unwrap();
    assert_eq!(dead.entries, []);
}

#[tokio::test(start_paused = true)]
async fn a_paused_account_holds_up_no_other() {
    let Paused { bed, adapter, told } = paused();
    let router = bed.start();
    // More than are looked through at first.
    for who in 0..1_500 {
        say_by(&router, "broken", &format!("user:{who}")).await;
    }
    until(|| async { (told.0.load(Ordering::SeqCst) == 1).then_some(()) }).await;
    let began = tokio::time::Instant::now();
    say_by(&router, "hello", "ann").await;
    until(|| async { (adapter.taken.lock().len() == 1).then_some(()) }).await;
    let took = began.elapsed();
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert_eq!(adapter.taken.lock()[0].0, "hello");
}

#[tokio::test(start_paused = true)]
async fn what_is_worth_nothing_any_more_goes_though_its_account_is_paused() {
    let Paused {
        mut bed, adapter, ..
    } = paused();
    bed.settings.reply_not_after = Duration::from_secs(600);
    let router = bed.start();
    say_by(&router, "broken", "ann").await;
    until(|| async { (adapter.tried.load(Ordering::SeqCst) > 0).then_some(()) }).await;
    nothing_waits(&bed).await;
    assert!(adapter.taken.lock().is_empty());
    let dead = router
        .outbox_list(OutboxKind::Dead, &OutboxPage::default())
        .await
        .unwrap();
    assert_eq!(dead.entries, []);
}
