//! Conversations go to people and come back, and whatever fails in between, one truth is left.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use signalbox_router::{
    AGENT_GONE_AFTER, Agent, AnswerResult, Asked, Desk, RequestId, Router, Spoken, Whisper, Wish,
};
use signalbox_store::{FaultSchedule, FaultyStore, MemoryStore, ThreadId};
use uuid::Uuid;

use crate::bed::{Bed, ToldAdapter, address, entries_of, say, transcript, until};

const SEEDS: u64 = 6;

pub(crate) fn agent(name: &str) -> Agent {
    Agent {
        id: name.into(),
        name: format!("Agent {name}"),
    }
}

pub(crate) fn request(number: u128) -> RequestId {
    RequestId(Uuid::from_u128(number))
}

pub(crate) fn thread(router: &Router, who: &str) -> ThreadId {
    router.thread(&address(who))
}

/// Hands somebody over, and waits until they wait at the desk.
pub(crate) async fn hand_over(router: &Router, who: &str) -> ThreadId {
    say(router, who, "human-1", "human").await;
    let thread = thread(router, who);
    desk_when(router, |desk| desk.case(thread).is_some()).await;
    thread
}

pub(crate) async fn desk_when(router: &Router, is_so: impl Fn(&Desk) -> bool) -> Desk {
    until(|| async { Some(router.desk().await.unwrap()).filter(&is_so) }).await
}

async fn wish(router: &Router, who: &str, thread: ThreadId, wish: Wish, number: u128) -> Asked {
    router
        .wish(agent(who), thread, wish, request(number))
        .await
        .unwrap()
}

pub(crate) async fn take(router: &Router, who: &str, thread: ThreadId, request: u128) -> Asked {
    wish(router, who, thread, Wish::Take, request).await
}

pub(crate) const DONE: Asked = Asked::Answered(AnswerResult::Done);

#[tokio::test(start_paused = true)]
async fn a_customer_goes_to_a_person_and_back_to_the_bot() {
    let router = Bed::new().start();
    let ann = hand_over(&router, "ann").await;
    let desk = router.desk().await.unwrap();
    let case = desk.case(ann).unwrap();
    assert_eq!((&*case.queue, &*case.reason.rule), ("everybody", "echo"));
    assert!(
        router.decision(ann, case.decided).await.unwrap().is_some(),
        "the whole reason is in the decision record"
    );
    say(&router, "ann", "2", "anybody?").await;
    assert_eq!(take(&router, "lin", ann, 1).await, DONE);
    entries_of(&router, "ann", 5).await;
    let said = router
        .agent_says(agent("lin"), ann, "here I am".into(), request(2))
        .await;
    assert!(matches!(said, Ok(Spoken::Said(_))), "{said:?}");
    say(&router, "ann", "3", "thanks").await;
    assert_eq!(wish(&router, "lin", ann, Wish::GiveBack, 3).await, DONE);
    entries_of(&router, "ann", 8).await;
    say(&router, "ann", "4", "bye").await;
    assert_eq!(
        entries_of(&router, "ann", 10).await,
        [
            "customer: human",
            "bot: somebody will come",
            "status: queued everybody",
            "customer: anybody?",
            "status: assigned everybody",
            "agent: here I am",
            "customer: thanks",
            "status: bot -",
            "customer: bye",
            "bot: echo: bye",
        ]
    );
    let desk = router.desk().await.unwrap();
    assert!(desk.cases.is_empty());
    assert_eq!(desk.ended.len(), 1);
}

/// The store answers late, each call by another time, so that of two requests either may be first.
fn late(seed: u64) -> FaultyStore<MemoryStore> {
    let schedule = FaultSchedule {
        seed,
        delayed: 900,
        longest_delay: Duration::from_millis(300),
        ..FaultSchedule::default()
    };
    FaultyStore::new(MemoryStore::new(), schedule)
}

#[tokio::test(start_paused = true)]
async fn of_two_agents_one_gets_the_conversation_and_the_other_hears_who() {
    let mut winners = BTreeSet::new();
    for seed in 0..2 * SEEDS {
        winners.insert(two_agents_want_one_customer(seed).await);
    }
    assert_eq!(winners.len(), 2, "they must race: {winners:?}");
}

/// Answers who got the conversation.
async fn two_agents_want_one_customer(seed: u64) -> &'static str {
    let router = Bed::on(Arc::new(late(seed))).start();
    let ann = hand_over(&router, "ann").await;
    let (lin, mia) = tokio::join!(take(&router, "lin", ann, 1), take(&router, "mia", ann, 2));
    let (winner, loser, loser_name, request_of_winner) = if lin == DONE {
        ("lin", mia, "mia", 1)
    } else {
        ("mia", lin, "lin", 2)
    };
    let told = AnswerResult::HeldBy {
        agent: agent(winner),
    };
    assert_eq!(loser, Asked::Answered(told.clone()), "seed {seed}");
    entries_of(&router, "ann", 4).await;
    let said = router
        .agent_says(agent(loser_name), ann, "me too".into(), request(3))
        .await
        .unwrap();
    assert_eq!(
        said,
        Spoken::NotYours {
            held_by: Some(agent(winner))
        }
    );
    let given_back = wish(&router, loser_name, ann, Wish::GiveBack, 4).await;
    assert_eq!(given_back, Asked::Answered(told));
    assert_eq!(transcript(&router, "ann").await.len(), 4);
    // Its answer was remembered: the same request is not handled again.
    assert_eq!(take(&router, winner, ann, request_of_winner).await, DONE);
    assert!(router.stop(Duration::from_secs(60)).await);
    winner
}

#[tokio::test(start_paused = true)]
async fn everybody_hears_what_became_of_their_wish_however_many_come_at_once() {
    const AGENTS: u128 = 300;
    let router = Bed::new().start();
    let ann = hand_over(&router, "ann").await;
    let mut wishes = tokio::task::JoinSet::new();
    for number in 0..AGENTS {
        let router = router.clone();
        wishes.spawn(async move { take(&router, &number.to_string(), ann, number).await });
    }
    let answers = wishes.join_all().await;
    let pending = answers.iter().filter(|it| **it == Asked::Pending).count();
    assert_eq!(pending, 0);
    assert_eq!(answers.iter().filter(|it| **it == DONE).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_speaks_for_a_bot_that_has_the_conversation() {
    let router = Bed::new().start();
    say(&router, "ann", "1", "hello").await;
    entries_of(&router, "ann", 2).await;
    let ann = thread(&router, "ann");
    assert_eq!(
        take(&router, "lin", ann, 1).await,
        Asked::Answered(AnswerResult::Gone)
    );
    let said = router
        .agent_says(agent("lin"), ann, "hello".into(), request(2))
        .await
        .unwrap();
    assert_eq!(said, Spoken::NotYours { held_by: None });
    assert_eq!(transcript(&router, "ann").await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_the_bot_still_has_to_send_does_not_leave_once_a_person_has_the_word() {
    let adapter = ToldAdapter::new([]);
    adapter.takes(Duration::from_secs(20), "one");
    let bed = Bed::new().pushing(&adapter);
    let router = bed.start();
    say(&router, "ann", "1", "one").await;
    say(&router, "ann", "2", "two").await;
    entries_of(&router, "ann", 4).await;
    let ann = hand_over(&router, "ann").await;
    assert_eq!(
        adapter.texts(),
        ["echo: one"],
        "the desk hears at once, whatever still waits for the platform"
    );
    assert_eq!(take(&router, "lin", ann, 1).await, DONE);
    entries_of(&router, "ann", 8).await;
    let words = || router.agent_says(agent("lin"), ann, "a person".into(), request(2));
    assert!(matches!(words().await, Ok(Spoken::Said(_))));
    // And what a person said leaves even if the bot has the word again by then.
    assert_eq!(wish(&router, "lin", ann, Wish::GiveBack, 3).await, DONE);
    until(|| async { (adapter.texts().len() >= 2).then_some(()) }).await;
    say(&router, "ann", "4", "bye").await;
    until(|| async { (adapter.texts().len() >= 3).then_some(()) }).await;
    assert_eq!(adapter.texts(), ["echo: one", "a person", "echo: bye"]);
}

#[tokio::test(start_paused = true)]
async fn assignments_survive_a_restart() {
    let bed = Bed::new();
    let router = bed.start();
    let ann = hand_over(&router, "ann").await;
    let bob = hand_over(&router, "bob").await;
    assert_eq!(take(&router, "lin", ann, 1).await, DONE);
    entries_of(&router, "ann", 4).await;
    assert!(router.stop(Duration::from_secs(5)).await);
    // Longer than an agent may be away: nobody could hear them.
    tokio::time::sleep(AGENT_GONE_AFTER * 3).await;
    let router = bed.start();
    let desk = desk_when(&router, |desk| !desk.cases.is_empty()).await;
    assert_eq!(desk.held_by("lin").len(), 1);
    assert_eq!(desk.waiting().len(), 1);
    tokio::time::sleep(AGENT_GONE_AFTER / 2).await;
    let said = router
        .agent_says(agent("lin"), ann, "still here".into(), request(2))
        .await;
    assert!(matches!(said, Ok(Spoken::Said(_))), "{said:?}");
    assert_eq!(take(&router, "lin", bob, 3).await, DONE);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_goes_back_to_its_old_place_when_its_agent_is_gone() {
    let router = Bed::new().start();
    let ann = hand_over(&router, "ann").await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let bob = hand_over(&router, "bob").await;
    assert_eq!(take(&router, "lin", ann, 1).await, DONE);
    assert_eq!(take(&router, "mia", bob, 2).await, DONE);
    for beat in 0..10_u128 {
        tokio::time::sleep(AGENT_GONE_AFTER / 3).await;
        router.agent_seen("mia", request(100 + beat)).await.unwrap();
    }
    let desk = router.desk().await.unwrap();
    assert_eq!(
        desk.case(bob)
            .unwrap()
            .held
            .as_ref()
            .map(|held| &held.agent),
        Some(&agent("mia")),
        "she is there"
    );
    let carl = hand_over(&router, "carl").await;
    let desk = router.desk().await.unwrap();
    let waiting: Vec<ThreadId> = desk.waiting().iter().map(|case| case.thread).collect();
    assert_eq!(waiting, [ann, carl], "she did not lose her place");
    assert_eq!(
        entries_of(&router, "ann", 5).await[3..],
        ["status: assigned everybody", "status: queued everybody"]
    );
    let said = router
        .agent_says(agent("lin"), ann, "sorry".into(), request(3))
        .await
        .unwrap();
    assert_eq!(said, Spoken::NotYours { held_by: None });
}

#[tokio::test(start_paused = true)]
async fn a_transfer_keeps_the_place_and_a_close_ends_the_consultation() {
    let router = Bed::new().start();
    let ann = hand_over(&router, "ann").await;
    let since = router.desk().await.unwrap().case(ann).unwrap().since;
    assert_eq!(take(&router, "lin", ann, 1).await, DONE);
    let transfer = Wish::Transfer {
        queue: "experts".into(),
    };
    assert_eq!(wish(&router, "lin", ann, transfer, 2).await, DONE);
    let desk = router.desk().await.unwrap();
    let case = desk.case(ann).unwrap();
    assert_eq!(
        (&*case.queue, case.since, &case.held),
        ("experts", since, &None)
    );
    assert_eq!(take(&router, "mia", ann, 3).await, DONE);
    assert_eq!(wish(&router, "mia", ann, Wish::Close, 4).await, DONE);
    assert_eq!(
        entries_of(&router, "ann", 7).await[4..],
        [
            "status: queued experts",
            "status: assigned experts",
            "status: closed -"
        ]
    );
    // The next one is another hand-over.
    say(&router, "ann", "human-2", "human").await;
    let desk = desk_when(&router, |desk| desk.case(ann).is_some()).await;
    assert_eq!(desk.case(ann).unwrap().handoff, 2);
}

#[tokio::test(start_paused = true)]
async fn a_note_is_for_colleagues_only() {
    let adapter = ToldAdapter::new([]);
    let bed = Bed::new().pushing(&adapter);
    let router = bed.start();
    let ann = hand_over(&router, "ann").await;
    let note = Whisper::new("she is angry").unwrap();
    router
        .whisper(agent("lin"), ann, note.clone(), request(1))
        .await
        .unwrap();
    let notes = until(|| async {
        let customers = router.customers(&[ann]).await.unwrap();
        customers
            .get(&ann)
            .map(|customer| customer.desk.notes.clone())
            .filter(|notes| !notes.is_empty())
    })
    .await;
    assert_eq!(notes[0].text, note);
    say(&router, "ann", "2", "hello?").await;
    entries_of(&router, "ann", 4).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let seen = [transcript(&router, "ann").await, adapter.texts()].concat();
    assert!(!seen.iter().any(|text| text.contains("angry")), "{seen:?}");
    assert!(
        !format!("{note:?}").contains("angry"),
        "not even a log says it"
    );
}

#[tokio::test(start_paused = true)]
async fn an_episode_that_fell_silent_leaves_the_desk() {
    let router = Bed::new().start();
    let ann = hand_over(&router, "ann").await;
    tokio::time::sleep(Duration::from_secs(25 * 3_600)).await;
    say(&router, "ann", "2", "hello again").await;
    let lines = entries_of(&router, "ann", 5).await;
    assert_eq!(lines[4], "bot: echo: hello again");
    desk_when(&router, |desk| desk.case(ann).is_none()).await;
}

/// Whatever the store does and whichever lease it drops: a conversation is with one agent in both partitions or with none.
#[tokio::test(start_paused = true)]
async fn desk_and_customers_come_to_the_same_truth_whatever_fails() {
    let mut faults = 0;
    for seed in 0..SEEDS {
        let store = FaultyStore::new(
            MemoryStore::new(),
            FaultSchedule {
                seed,
                unknown_applied: 40,
                unknown_dropped: 40,
                unavailable: 60,
                delayed: 200,
                longest_delay: Duration::from_millis(800),
                lease_dropped: 15,
            },
        );
        let mut bed = Bed::on(Arc::new(store.clone()));
        bed.settings.lease = Duration::from_secs(20);
        bed.settings.poll = Duration::from_secs(1);
        let router = bed.start();
        let mut tasks = tokio::task::JoinSet::new();
        for who in 0..3_u128 {
            let router = router.clone();
            tasks.spawn(async move { a_day_at_the_desk(&router, who).await });
        }
        tasks.join_all().await;
        let counts = store.counts();
        faults += counts.unknown_applied + counts.unknown_dropped + counts.lease_dropped;
        store.reschedule(FaultSchedule::default());
        for who in 0..3_u128 {
            let name = who.to_string();
            let thread = thread(&router, &name);
            until(|| async {
                let desk = router.desk().await.unwrap();
                let customers = router.customers(&[thread]).await.unwrap();
                let case = desk.case(thread);
                let at_desk = case.and_then(|case| case.held.as_ref());
                let customer = customers.get(&thread)?;
                let agrees = at_desk.map(|held| &held.agent) == customer.desk.agent.as_ref()
                    && case.is_some() == (customer.conversation.state.name() != "bot");
                agrees.then_some(())
            })
            .await;
            let lines = transcript(&router, &name).await;
            let handed = lines.iter().filter(|it| *it == "customer: human").count();
            assert_eq!(handed, 1, "seed {seed}: {lines:?}");
            let mut has_agent = false;
            assert_eq!(lines[2], "status: queued everybody", "seed {seed}");
            for line in &lines[3..] {
                if let Some(status) = line.strip_prefix("status: ") {
                    assert_ne!(
                        status.starts_with("assigned"),
                        has_agent,
                        "seed {seed}: each news comes once: {lines:?}"
                    );
                    has_agent = status.starts_with("assigned");
                }
                assert!(
                    has_agent || !line.starts_with("agent: "),
                    "seed {seed}: only who has it speaks: {lines:?}"
                );
                assert!(
                    !has_agent || !line.starts_with("bot: "),
                    "seed {seed}: never both: {lines:?}"
                );
            }
        }
        assert!(router.stop(Duration::from_secs(60)).await, "seed {seed}");
    }
    assert!(
        faults > SEEDS,
        "the store must have failed: {faults} faults"
    );
}

/// Hands over, and lets two agents fight for the conversation; whatever is not accepted is asked again under its name.
async fn a_day_at_the_desk(router: &Router, who: u128) {
    let name = who.to_string();
    let human = crate::bed::message(&name, "human", "human");
    while router.accept(human.clone()).await.is_err() {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let thread = thread(router, &name);
    for round in 0..2_u128 {
        let mut agents = tokio::task::JoinSet::new();
        for (number, agent_name) in [(0_u128, "lin"), (1, "mia")] {
            let router = router.clone();
            let base = (who << 32) | (round << 16) | (number << 8);
            agents.spawn(async move {
                let wishes = [(1, Wish::Take), (3, Wish::GiveBack)];
                for (place, wish) in wishes {
                    let name = request(base | place);
                    while router
                        .wish(agent(agent_name), thread, wish.clone(), name)
                        .await
                        .is_err()
                    {
                        tokio::time::sleep(Duration::from_millis(300)).await;
                    }
                    let words = request(base | (place + 1));
                    while router
                        .agent_says(agent(agent_name), thread, "words".into(), words)
                        .await
                        .is_err()
                    {
                        tokio::time::sleep(Duration::from_millis(300)).await;
                    }
                }
            });
        }
        agents.join_all().await;
    }
}

/// The user's thread and the visitor's: both have said something, and the visitor is with people.
async fn visitor_at_the_desk(router: &Router) -> (ThreadId, ThreadId) {
    say(router, "user:1", "before", "before").await;
    entries_of(router, "user:1", 2).await;
    let visitor = hand_over(router, "visitor").await;
    (thread(router, "user:1"), visitor)
}

async fn log_in(router: &Router) {
    let (visitor, user) = (address("visitor"), address("user:1"));
    router.log_in(&visitor, &user).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_visitor_who_waits_and_logs_in_waits_on_as_the_user() {
    let router = Bed::new().start();
    let (user, visitor) = visitor_at_the_desk(&router).await;
    let waited = router.desk().await.unwrap().case(visitor).unwrap().clone();
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    log_in(&router).await;
    let is_over = |desk: &Desk| desk.case(user).is_some() && desk.case(visitor).is_none();
    let desk = desk_when(&router, is_over).await;
    let case = desk.case(user).unwrap();
    assert_eq!(
        (&case.queue, &case.reason, case.since, case.priority),
        (&waited.queue, &waited.reason, waited.since, waited.priority),
        "they keep their place"
    );
    let record = router.decision(user, case.decided).await.unwrap();
    assert!(record.is_some(), "why is still on record");
    assert_eq!(take(&router, "lin", user, 1).await, DONE);
    let said = router
        .agent_says(agent("lin"), user, "here I am".into(), request(2))
        .await;
    assert!(matches!(said, Ok(Spoken::Said(_))), "{said:?}");
    say(&router, "user:1", "thanks", "thanks").await;
    assert_eq!(
        entries_of(&router, "user:1", 8).await,
        [
            "customer: before",
            "bot: echo: before",
            "customer: human",
            "bot: somebody will come",
            "status: queued everybody",
            "status: assigned everybody",
            "agent: here I am",
            "customer: thanks",
        ],
        "and the bot is silent"
    );
}

#[tokio::test(start_paused = true)]
async fn a_visitor_who_talks_to_a_person_and_logs_in_talks_on_as_the_user() {
    let router = Bed::new().start();
    let (user, visitor) = visitor_at_the_desk(&router).await;
    assert_eq!(take(&router, "lin", visitor, 1).await, DONE);
    entries_of(&router, "visitor", 4).await;
    log_in(&router).await;
    let is_over = |desk: &Desk| desk.case(user).is_some() && desk.case(visitor).is_none();
    let desk = desk_when(&router, is_over).await;
    assert!(desk.case(user).unwrap().is_held_by("lin"));
    entries_of(&router, "user:1", 5).await;
    let said = router
        .agent_says(agent("lin"), user, "still here".into(), request(2))
        .await;
    assert!(matches!(said, Ok(Spoken::Said(_))), "{said:?}");
    let lost = router
        .agent_says(agent("lin"), visitor, "anybody?".into(), request(3))
        .await;
    assert!(matches!(lost, Ok(Spoken::NotYours { .. })), "{lost:?}");
    assert_eq!(
        entries_of(&router, "user:1", 6).await[4..],
        ["status: assigned everybody", "agent: still here"]
    );
}
