//! A visitor who logs in goes on as a user, and nothing that was said is lost from sight.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use signalbox_router::{LoggedIn, Router};
use signalbox_store::{FaultSchedule, FaultyStore, MemoryStore};

use crate::bed::{Bed, address, entries_of, message, say, transcript, until};

const USER: &str = "user:1";

async fn log_in(router: &Router, visitor: &str, user: &str) -> LoggedIn {
    router
        .log_in(&address(visitor), &address(user))
        .await
        .expect("the store takes it")
}

/// Waits until nothing is on its way between partitions.
async fn is_quiet(bed: &Bed, router: &Router) {
    until(|| async {
        for number in 0..crate::bed::PARTITIONS {
            let partition = signalbox_store::PartitionId::customer(number);
            if bed.store.next_outbox(partition).await.unwrap().is_some() {
                return None;
            }
        }
        Some(())
    })
    .await;
    assert_eq!(router.missing(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_user_of_whom_nothing_is_known_takes_the_visitors_thread_over() {
    let bed = Bed::new();
    let router = bed.start();
    let first = say(&router, "visitor", "1", "human").await;
    entries_of(&router, "visitor", 3).await;
    assert!(!router.has_logged_in(&address("visitor")).await.unwrap());
    assert_eq!(log_in(&router, "visitor", USER).await, LoggedIn::AsUser);
    assert_eq!(log_in(&router, "visitor", USER).await, LoggedIn::AsUser);
    assert!(router.has_logged_in(&address("visitor")).await.unwrap());
    assert_eq!(router.home(&address(USER)).await.unwrap(), first.thread);
    // An ack that was lost before the login.
    let again = say(&router, USER, "1", "human").await;
    assert!(again.repeated);
    assert_eq!(again.message_id, first.message_id);
    say(&router, USER, "2", "are you there?").await;
    is_quiet(&bed, &router).await;
    assert_eq!(
        transcript(&router, USER).await,
        [
            "customer: human",
            "bot: somebody will come",
            "status: queued everybody",
            "customer: are you there?"
        ],
        "the conversation is as it was: with people"
    );
    // The node that comes next knows it too.
    assert!(router.stop(Duration::from_secs(5)).await);
    let router = bed.start();
    assert_eq!(router.home(&address(USER)).await.unwrap(), first.thread);
}

#[tokio::test(start_paused = true)]
async fn a_visitor_becomes_one_user_and_a_user_has_one_home() {
    let bed = Bed::new();
    let router = bed.start();
    let first = say(&router, "visitor", "1", "one").await.thread;
    say(&router, "other visitor", "1", "two").await;
    log_in(&router, "visitor", USER).await;
    assert_eq!(
        log_in(&router, "visitor", "user:2").await,
        LoggedIn::AsAnotherBefore
    );
    assert_eq!(
        log_in(&router, "other visitor", USER).await,
        LoggedIn::AsUser
    );
    assert_eq!(router.home(&address(USER)).await.unwrap(), first);
    let of_another = router.home(&address("user:2")).await.unwrap();
    assert_eq!(of_another, router.thread(&address("user:2")));
    assert_ne!(of_another, first);
}

#[tokio::test(start_paused = true)]
async fn of_two_logins_at_once_both_get_one_home() {
    let mut homes = BTreeSet::new();
    for seed in 0..16 {
        homes.insert(two_log_in_at_once(seed).await);
    }
    assert_eq!(homes.len(), 2, "they must race");
}

/// Answers whether the first one's thread became the home. The store answers late, each call by another time.
async fn two_log_in_at_once(seed: u64) -> bool {
    let schedule = FaultSchedule {
        seed,
        delayed: 900,
        longest_delay: Duration::from_millis(300),
        ..FaultSchedule::default()
    };
    let bed = Bed::on(Arc::new(FaultyStore::new(MemoryStore::new(), schedule)));
    let router = bed.start();
    let one = say(&router, "one", "1", "one").await.thread;
    let other = say(&router, "other", "1", "other").await.thread;
    let logged_in = tokio::join!(log_in(&router, "one", USER), log_in(&router, "other", USER));
    assert_eq!(logged_in, (LoggedIn::AsUser, LoggedIn::AsUser));
    let home = router.home(&address(USER)).await.unwrap();
    assert!([one, other].contains(&home));
    entries_of(&router, USER, 4).await;
    is_quiet(&bed, &router).await;
    let all = transcript(&router, USER).await;
    for said in [
        "customer: one",
        "customer: other",
        "bot: echo: one",
        "bot: echo: other",
    ] {
        let times = all.iter().filter(|line| *line == said).count();
        assert_eq!(times, 1, "seed {seed}: {all:?}");
    }
    assert!(router.stop(Duration::from_secs(60)).await);
    home == one
}

#[tokio::test(start_paused = true)]
async fn a_user_with_a_thread_is_told_there_what_was_said_to_the_visitor() {
    let mut bed = Bed::new();
    bed.settings.gather = Duration::from_secs(30);
    bed.settings.gather_at_most = Duration::from_secs(60);
    let router = bed.start();
    let own = say(&router, USER, "1", "before").await.thread;
    entries_of(&router, USER, 2).await;
    say(&router, "visitor", "2", "early").await;
    entries_of(&router, "visitor", 2).await;
    // Its answer is on its way while they log in.
    say(&router, "visitor", "3", "pending").await;
    assert_eq!(log_in(&router, "visitor", USER).await, LoggedIn::AsUser);
    assert_eq!(router.home(&address(USER)).await.unwrap(), own);
    let told = [
        "customer: before",
        "bot: echo: before",
        "customer: early",
        "bot: echo: early",
        "customer: pending",
    ];
    assert_eq!(transcript(&router, USER).await, told, "before it answers");
    let again = router.accept(message(USER, "3", "pending")).await.unwrap();
    assert!(again.repeated, "it was kept before the login");
    assert_eq!(again.sequence.unwrap().0, 5);
    assert_eq!(log_in(&router, "visitor", USER).await, LoggedIn::AsUser);
    let all = entries_of(&router, USER, 6).await;
    assert_eq!(all[5], "bot: echo: pending");
    is_quiet(&bed, &router).await;
    assert_eq!(transcript(&router, USER).await.len(), 6, "nothing twice");
    assert_eq!(
        transcript(&router, "visitor").await,
        [
            "customer: early",
            "bot: echo: early",
            "customer: pending",
            "bot: echo: pending"
        ],
        "the visitor's thread stays as it is"
    );
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_kept_only_after_the_login_is_told_again_too() {
    let bed = Bed::new();
    let router = bed.start();
    say(&router, USER, "1", "before").await;
    say(&router, "visitor", "2", "early").await;
    entries_of(&router, "visitor", 2).await;
    log_in(&router, "visitor", USER).await;
    entries_of(&router, USER, 4).await;
    is_quiet(&bed, &router).await;
    // It was let in before the login, and its append took its time.
    let late = say(&router, "visitor", "3", "late").await;
    let told = entries_of(&router, USER, 6).await;
    assert_eq!(told[4..], ["customer: late", "bot: echo: late"]);
    is_quiet(&bed, &router).await;
    let again = say(&router, USER, "3", "late").await;
    assert!(again.repeated);
    assert_ne!(
        again.message_id, late.message_id,
        "it has a place of its own there"
    );
    assert_eq!(transcript(&router, USER).await, told, "nothing twice");
}

#[tokio::test(start_paused = true)]
async fn what_is_told_again_was_said_when_it_was_said() {
    let bed = Bed::new();
    let router = bed.start();
    say(&router, USER, "1", "before").await;
    let said = say(&router, "visitor", "2", "early").await.accepted_at;
    entries_of(&router, "visitor", 2).await;
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    log_in(&router, "visitor", USER).await;
    let home = router.home(&address(USER)).await.unwrap();
    let range = signalbox_store::TranscriptRange::After(signalbox_store::Sequence(2));
    let entries = router.entries(home, range, 10).await.unwrap();
    assert_eq!(entries[0].at, said);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_again_twice_however_late_they_come_back() {
    let mut bed = Bed::new();
    bed.settings.dedupe_for = Duration::from_secs(3_600);
    bed.settings.poll = Duration::from_secs(60);
    bed.settings.lease = Duration::from_secs(300);
    let router = bed.start();
    say(&router, USER, "1", "before").await;
    say(&router, "visitor", "2", "early").await;
    entries_of(&router, "visitor", 2).await;
    log_in(&router, "visitor", USER).await;
    let told = entries_of(&router, USER, 4).await;
    is_quiet(&bed, &router).await;
    for _ in 0..2 {
        // Longer than dedupe rows are kept.
        tokio::time::sleep(Duration::from_secs(3 * 3_600)).await;
        log_in(&router, "visitor", USER).await;
        log_in(&router, "visitor", USER).await;
        is_quiet(&bed, &router).await;
        assert_eq!(transcript(&router, USER).await, told);
    }
}
