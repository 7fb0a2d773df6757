//! What is pushed leaves once its time has come, in order, and its outcome is known before it goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use signalbox_adapters::{Receipt, SendError, WhenUnanswered};
use signalbox_router::{Observer, OutboxError, OutboxKind, OutboxPage};
use signalbox_store::{DeadLetter, Offset, PartitionId};

use crate::bed::{Bed, PARTITIONS, ToldAdapter, address, entries_of, say, until};

fn busy() -> Result<Receipt, SendError> {
    Err(SendError::Busy {
        reason: "later",
        wait: Some(Duration::from_secs(7)),
    })
}

fn unanswered() -> Result<Receipt, SendError> {
    Err(SendError::Unanswered {
        waited: Duration::from_secs(5),
    })
}

async fn dead_letters(bed: &Bed) -> Vec<DeadLetter> {
    let mut all = Vec::new();
    for number in 0..PARTITIONS {
        all.extend(
            bed.store
                .dead_letters(PartitionId::customer(number), 100)
                .await
                .unwrap(),
        );
    }
    all
}

pub(crate) async fn nothing_waits(bed: &Bed) {
    until(|| async {
        for number in 0..PARTITIONS {
            if bed
                .store
                .next_outbox(PartitionId::customer(number))
                .await
                .unwrap()
                .is_some()
            {
                return None;
            }
        }
        Some(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_busy_platform_gets_it_again_and_the_line_waits_behind_it() {
    let adapter = ToldAdapter::new([busy(), busy()]);
    let bed = Bed::new().pushing(&adapter);
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    say(&router, "ann", "2", "two").await;
    entries_of(&router, "ann", 4).await;
    nothing_waits(&bed).await;
    assert_eq!(
        adapter.texts(),
        ["echo: one", "echo: one", "echo: one", "echo: two"],
        "the second waits for the first"
    );
    let sent = adapter.sent.lock();
    assert_eq!(
        sent[0].key, sent[2].key,
        "every attempt carries the same key"
    );
    assert_ne!(sent[0].key, sent[3].key);
}

#[tokio::test(start_paused = true)]
async fn a_refused_message_is_a_dead_letter_and_the_line_goes_on() {
    let adapter = ToldAdapter::new([Err(SendError::Refused {
        code: Some(45_015),
        reason: "the window is closed",
    })]);
    let bed = Bed::new().pushing(&adapter);
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    say(&router, "ann", "2", "two").await;
    entries_of(&router, "ann", 4).await;
    nothing_waits(&bed).await;
    assert_eq!(adapter.texts(), ["echo: one", "echo: two"]);
    let dead = dead_letters(&bed).await;
    assert_eq!(dead.len(), 1);
    assert!(
        dead[0].reason.contains("the window is closed (code 45015)"),
        "{}",
        dead[0].reason
    );
}

#[tokio::test(start_paused = true)]
async fn no_answer_is_an_outcome_of_its_own() {
    let holding = ToldAdapter::new([unanswered()]);
    let bed = Bed::new().pushing(&holding);
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    entries_of(&router, "ann", 2).await;
    nothing_waits(&bed).await;
    assert_eq!(
        holding.texts().len(),
        1,
        "a second one would be seen by the customer"
    );
    assert!(
        dead_letters(&bed).await[0]
            .reason
            .contains("may have arrived")
    );

    let resending = ToldAdapter::with_policy([unanswered()], WhenUnanswered::Resend);
    let bed = Bed::new().pushing(&resending);
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    entries_of(&router, "ann", 2).await;
    nothing_waits(&bed).await;
    assert_eq!(
        resending.texts().len(),
        2,
        "the platform recognises the key"
    );
    assert!(dead_letters(&bed).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn attempts_have_an_end() {
    let adapter = ToldAdapter::new(std::iter::repeat_with(busy).take(100));
    let mut bed = Bed::new().pushing(&adapter);
    bed.settings.reply_not_after = Duration::from_secs(24 * 3_600);
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    entries_of(&router, "ann", 2).await;
    nothing_waits(&bed).await;
    assert_eq!(adapter.texts().len(), 8);
    assert!(
        dead_letters(&bed).await[0]
            .reason
            .starts_with("given up after 8 attempts")
    );
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_is_too_late_does_not_leave() {
    let adapter = ToldAdapter::new([Err(SendError::Busy {
        reason: "closed",
        wait: Some(Duration::from_secs(3_000)),
    })]);
    let bed = Bed::new().pushing(&adapter);
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    entries_of(&router, "ann", 2).await;
    nothing_waits(&bed).await;
    assert_eq!(
        adapter.texts().len(),
        1,
        "fifty minutes later nobody wants it any more"
    );
    assert!(
        dead_letters(&bed).await.is_empty(),
        "and nobody has to look at it"
    );
}

#[tokio::test(start_paused = true)]
async fn once_a_person_has_the_word_the_bots_entries_do_not_pass() {
    let adapter = ToldAdapter::new([busy()]);
    let bed = Bed::new().pushing(&adapter);
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    entries_of(&router, "ann", 2).await;
    say(&router, "ann", "2", "human").await;
    entries_of(&router, "ann", 5).await;
    nothing_waits(&bed).await;
    assert_eq!(
        adapter.texts(),
        ["echo: one", "somebody will come"],
        "the retry is withheld, the last word passes"
    );
}

#[tokio::test(start_paused = true)]
async fn an_adapter_that_breaks_costs_one_message_and_no_line() {
    let adapter = ToldAdapter::new([]);
    let bed = Bed::new().pushing(&adapter);
    let router = bed.start();
    say(&router, "ann", "1", "this breaks the adapter").await;
    say(&router, "ann", "2", "two").await;
    entries_of(&router, "ann", 4).await;
    nothing_waits(&bed).await;
    assert_eq!(
        adapter.texts(),
        ["echo: this breaks the adapter", "echo: two"],
        "the next one leaves"
    );
    assert_eq!(
        dead_letters(&bed).await.len(),
        1,
        "and a person hears of the first"
    );
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_are_no_attempt() {
    let unauthorized = || {
        Err(SendError::Unauthorized {
            code: Some(40_001),
            reason: "the token is invalid",
        })
    };
    // Ten refusals are more than the attempts there are; then one that counts, and the last word is a delivery.
    let answers = std::iter::repeat_with(unauthorized)
        .take(10)
        .chain([busy()]);
    let adapter = ToldAdapter::new(answers);
    let mut bed = Bed::new().pushing(&adapter);
    bed.settings.reply_not_after = Duration::from_secs(24 * 3_600);
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    entries_of(&router, "ann", 2).await;
    nothing_waits(&bed).await;
    assert_eq!(adapter.texts().len(), 12);
    assert!(
        dead_letters(&bed).await.is_empty(),
        "once the credentials are mended, it leaves"
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_send_holds_up_nobody_elses_retry() {
    let adapter = ToldAdapter::new([busy()]);
    adapter.takes(Duration::from_secs(50), "slow");
    let mut bed = Bed::new().pushing(&adapter);
    bed.settings.customer_partitions = 1;
    let router = bed.start();
    say(&router, "ann", "1", "slow").await;
    until(|| async { (adapter.texts().len() == 1).then_some(()) }).await;
    let began = tokio::time::Instant::now();
    say(&router, "bob", "1", "quick").await;
    until(|| async { (adapter.texts().len() == 3).then_some(()) }).await;
    assert_eq!(
        adapter.texts(),
        ["echo: slow", "echo: quick", "echo: quick"]
    );
    let took = began.elapsed();
    assert!(
        took < Duration::from_secs(15),
        "the platform asked for seven seconds, and bob waited {took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_never_answers_is_not_waited_for_without_end() {
    let adapter = ToldAdapter::new([]);
    adapter.takes(Duration::from_secs(24 * 3_600), "hangs");
    let bed = Bed::new().pushing(&adapter);
    let router = bed.start();
    say(&router, "ann", "1", "hangs").await;
    say(&router, "ann", "2", "two").await;
    entries_of(&router, "ann", 4).await;
    nothing_waits(&bed).await;
    assert_eq!(adapter.texts(), ["echo: hangs", "echo: two"]);
    let dead = dead_letters(&bed).await;
    assert_eq!(dead.len(), 1);
    assert!(
        dead[0].reason.contains("may have arrived"),
        "{}",
        dead[0].reason
    );
}

#[tokio::test(start_paused = true)]
async fn a_channel_whose_places_are_taken_holds_up_no_other_way_out() {
    let adapter = ToldAdapter::new([]);
    adapter.takes(Duration::from_secs(50), "slow");
    let mut bed = Bed::new().pushing(&adapter);
    bed.settings.customer_partitions = 1;
    bed.settings.deliveries_at_once = 2;
    // The inbox is counted here, so nothing may be trimmed meanwhile.
    bed.settings.archive_every = Duration::from_secs(24 * 3_600);
    let router = bed.start();
    // Two are being sent, the others wait; all of them stand before the forward.
    for who in 0..20 {
        say(&router, &format!("user:{who}"), "1", "slow").await;
    }
    until(|| async { (adapter.texts().len() == 2).then_some(()) }).await;
    let partition = PartitionId::customer(0);
    let before = bed.store.inbox(partition, Offset(0), 100).await.unwrap();
    let (visitor, user) = (address("visitor"), address("user:1"));
    router.log_in(&visitor, &user).await.unwrap();
    // The link and its forward.
    until(|| async {
        let now = bed.store.inbox(partition, Offset(0), 100).await.unwrap();
        (now.len() >= before.len() + 2).then_some(())
    })
    .await;
    assert_eq!(
        adapter.texts().len(),
        2,
        "while the first two are being sent"
    );
}

#[tokio::test(start_paused = true)]
async fn a_receipt_does_not_write_the_customer_again() {
    let adapter = ToldAdapter::new([]);
    adapter.takes(Duration::from_secs(5), "one");
    let mut bed = Bed::new().pushing(&adapter);
    bed.settings.customer_partitions = 1;
    let router = bed.start();
    let thread = say(&router, "ann", "1", "one").await.thread;
    entries_of(&router, "ann", 2).await;
    let partition = PartitionId::customer(0);
    let before = bed.store.states(partition, &[thread]).await.unwrap();
    nothing_waits(&bed).await;
    // Whoever speaks next stands behind the receipt in the inbox.
    say(&router, "bob", "1", "two").await;
    entries_of(&router, "bob", 2).await;
    let after = bed.store.states(partition, &[thread]).await.unwrap();
    assert!(before[0].is_some());
    assert_eq!(before, after, "sealed anew, it would be other bytes");
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_is_given_back_leaves_under_its_old_key() {
    let refused = Err(SendError::Refused {
        code: Some(45_015),
        reason: "the window is closed",
    });
    let adapter = ToldAdapter::new([refused]);
    let bed = Bed::new().pushing(&adapter);
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    entries_of(&router, "ann", 2).await;
    nothing_waits(&bed).await;
    let list = router
        .outbox_list(OutboxKind::Dead, &OutboxPage::default())
        .await
        .unwrap();
    assert_eq!((list.entries.len(), list.is_cut), (1, false));
    let listed = &list.entries[0];
    assert_eq!(
        (&*listed.to, listed.account.as_deref()),
        ("webchat", Some("hello"))
    );
    assert_eq!(listed.text, None, "a list holds nobody's words");
    let shown = router.outbox_item(OutboxKind::Dead, &listed.id[..12]).await;
    assert_eq!(shown.unwrap().text.as_deref(), Some("echo: one"));
    // Long after it was worth anything as a reply: a person says that it is again.
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    router.retry_dead_letter(&listed.id).await.unwrap();
    nothing_waits(&bed).await;
    assert_eq!(adapter.texts(), ["echo: one", "echo: one"]);
    let keys: Vec<String> = adapter
        .sent
        .lock()
        .iter()
        .map(|part| part.key.clone())
        .collect();
    assert_eq!(keys[0], keys[1]);
    assert_eq!(dead_letters(&bed).await, []);
    let again = router.retry_dead_letter(&listed.id).await;
    assert_eq!(again, Err(OutboxError::Missing(listed.id.clone())));
}

#[tokio::test(start_paused = true)]
async fn dead_letters_have_bounds_and_those_that_go_are_counted() {
    let refused = || {
        Err(SendError::Refused {
            code: Some(1),
            reason: "no",
        })
    };
    let adapter = ToldAdapter::new((0..5).map(|_| refused()));
    let dropped = Arc::new(Dropped::default());
    let mut bed = Bed::new().pushing(&adapter);
    bed.settings.customer_partitions = 1;
    bed.settings.dead_letters = 3;
    bed.settings.dead_letters_for = Duration::from_secs(3_600);
    bed.observer = dropped.clone();
    let router = bed.start();
    for id in 1..=5 {
        say(&router, "ann", &id.to_string(), &id.to_string()).await;
    }
    entries_of(&router, "ann", 10).await;
    nothing_waits(&bed).await;
    until(|| async { (dropped.0.load(Ordering::SeqCst) == 2).then_some(()) }).await;
    let list = router
        .outbox_list(OutboxKind::Dead, &OutboxPage::default())
        .await
        .unwrap();
    assert_eq!(list.entries.len(), 3);
    let mut texts = Vec::new();
    for entry in &list.entries {
        let shown = router.outbox_item(OutboxKind::Dead, &entry.id).await;
        texts.extend(shown.unwrap().text);
    }
    // They were given up at one moment.
    texts.sort();
    assert_eq!(texts, ["echo: 3", "echo: 4", "echo: 5"], "the oldest go");
    // The archiver's sweep looks at their age.
    tokio::time::sleep(2 * bed.settings.dead_letters_for).await;
    assert_eq!(dropped.0.load(Ordering::SeqCst), 5);
    assert_eq!(dead_letters(&bed).await, []);
}

/// Counts dead letters that went.
#[derive(Default)]
struct Dropped(AtomicUsize);

impl Observer for Dropped {
    fn dead_letters_dropped(&self, count: usize) {
        self.0.fetch_add(count, Ordering::SeqCst);
    }
}
