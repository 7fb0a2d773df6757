//! Every message is answered once, in order, through restarts.

use std::sync::Arc;
use std::time::Duration;

use signalbox_adapters::{Inbound, InboundBody, PageEvent, PageEventKind, Profile};
use signalbox_router::AcceptError;
use signalbox_store::{FaultSchedule, FaultyStore, MemoryStore};

use crate::bed::{Bed, address, entries_of, message, say, transcript, until};

#[tokio::test(start_paused = true)]
async fn a_message_is_answered_once() {
    let router = Bed::new().start();
    say(&router, "ann", "1", "hello").await;
    assert_eq!(
        entries_of(&router, "ann", 2).await,
        ["customer: hello", "bot: echo: hello"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_repeat_gets_the_first_answer_and_changes_nothing() {
    let router = Bed::new().start();
    let first = say(&router, "ann", "1", "hello").await;
    entries_of(&router, "ann", 2).await;
    let second = say(&router, "ann", "1", "hello").await;
    assert!(
        second.repeated,
        "the channel may retry as often as it likes"
    );
    assert_eq!(
        (second.message_id, second.sequence, second.accepted_at),
        (first.message_id, first.sequence, first.accepted_at)
    );
    say(&router, "ann", "2", "again").await;
    let lines = entries_of(&router, "ann", 4).await;
    assert_eq!(
        lines,
        [
            "customer: hello",
            "bot: echo: hello",
            "customer: again",
            "bot: echo: again"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_id_with_another_content_is_a_conflict() {
    let router = Bed::new().start();
    say(&router, "ann", "1", "hello").await;
    let conflict = router.accept(message("ann", "1", "goodbye")).await;
    assert_eq!(conflict, Err(AcceptError::Conflict));
    // The same id of another customer is another message.
    assert!(!say(&router, "bob", "1", "goodbye").await.repeated);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_goes_on_after_a_restart() {
    let bed = Bed::new();
    let router = bed.start();
    say(&router, "ann", "1", "hello").await;
    entries_of(&router, "ann", 2).await;
    assert!(
        router.stop(std::time::Duration::from_secs(5)).await,
        "nothing is under way, so it stops at once"
    );
    let router = bed.start();
    say(&router, "ann", "2", "there?").await;
    let lines = entries_of(&router, "ann", 4).await;
    assert_eq!(
        lines,
        [
            "customer: hello",
            "bot: echo: hello",
            "customer: there?",
            "bot: echo: there?"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_accepted_and_not_decided_is_decided_after_a_restart() {
    let bed = Bed::new().gathering();
    let router = bed.start();
    say(&router, "ann", "1", "hello").await;
    drop(router);
    let router = bed.start();
    assert_eq!(
        entries_of(&router, "ann", 2).await,
        ["customer: hello", "bot: echo: hello"]
    );
}

#[tokio::test(start_paused = true)]
async fn many_customers_are_answered_in_their_own_order() {
    let router = Bed::new().start();
    let says = (0..40).map(|who| {
        let router = router.clone();
        tokio::spawn(async move {
            for id in 0..25 {
                say(
                    &router,
                    &who.to_string(),
                    &id.to_string(),
                    &format!("m{id}"),
                )
                .await;
            }
        })
    });
    for speaking in says.collect::<Vec<_>>() {
        speaking.await.unwrap();
    }
    for who in 0..40 {
        entries_of(&router, &who.to_string(), 50).await;
        let lines = transcript(&router, &who.to_string()).await;
        let of = |from: &str| {
            lines
                .iter()
                .filter_map(|line| line.strip_prefix(from).map(str::to_owned))
                .collect::<Vec<_>>()
        };
        let expected: Vec<String> = (0..25).map(|id| format!("m{id}")).collect();
        assert_eq!(of("customer: "), expected, "what was said, in order");
        assert_eq!(of("bot: echo: "), expected, "each answered once, in order");
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_sender_went_away_in_the_middle_is_answered_without_being_looked_for() {
    let slow = FaultSchedule {
        seed: 1,
        delayed: 1_000,
        longest_delay: Duration::from_millis(800),
        ..FaultSchedule::default()
    };
    let mut bed = Bed::on(Arc::new(FaultyStore::new(MemoryStore::new(), slow)));
    bed.settings.poll = Duration::from_secs(2 * 3_600);
    let router = bed.start();
    until(|| async { (router.owned() == router.partitions()).then_some(()) }).await;
    let accepting = router.accept(message("ann", "1", "hello"));
    assert!(
        tokio::time::timeout(Duration::from_millis(1), accepting)
            .await
            .is_err(),
        "the sender is gone before the store has answered"
    );
    assert_eq!(
        entries_of(&router, "ann", 2).await,
        ["customer: hello", "bot: echo: hello"]
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_page_event_says_of_the_customer_is_known_before_they_write() {
    let bed = Bed::new();
    let router = bed.start();
    let page = |id: &str, profile: Profile| Inbound {
        address: address("ann"),
        id: id.into(),
        body: InboundBody::Page(PageEvent {
            kind: PageEventKind::Dwell,
            url: "https://shop.example/kettle".into(),
            title: None,
            referrer: None,
            dwell_ms: None,
            at: None,
        }),
        profile,
    };
    let mut profile = Profile::default();
    profile.attributes.insert("tier".into(), "vip".into());
    let seen = router.accept(page("1", profile.clone())).await.unwrap();
    // A beacon knows nothing of its sender.
    router.accept(page("2", Profile::default())).await.unwrap();
    say(&router, "bob", "1", "hello").await;
    let known = async || router.customers(&[seen.thread]).await.unwrap();
    let customer = until(|| async { known().await.remove(&seen.thread) }).await;
    assert_eq!(customer.profile, profile);
    assert!(router.stop(Duration::from_secs(60)).await);
    assert_eq!(known().await[&seen.thread].profile, profile);
}
