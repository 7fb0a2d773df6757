//! Bursts are answered once, when the customer has been quiet for a moment.

use std::time::Duration;

use signalbox_adapters::{Attachment, AttachmentKind, Content, Inbound, InboundBody};

use crate::bed::{Bed, ToldAdapter, entries_of, message, say, until};

#[tokio::test(start_paused = true)]
async fn a_burst_is_one_turn_with_one_answer() {
    let router = Bed::new().gathering().start();
    for (id, text) in [("1", "hi"), ("2", "my order"), ("3", "where is it?")] {
        say(&router, "ann", id, text).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let lines = entries_of(&router, "ann", 4).await;
    assert_eq!(
        lines.last().unwrap(),
        "bot: echo: hi\nmy order\nwhere is it?"
    );
    say(&router, "ann", "4", "thanks").await;
    assert_eq!(
        entries_of(&router, "ann", 6).await[4..],
        ["customer: thanks", "bot: echo: thanks"]
    );
}

fn photo(who: &str, id: &str) -> Inbound {
    let photo = Attachment {
        kind: AttachmentKind::Image,
        text: None,
        name: Some("a.jpg".into()),
        mime: None,
        size: None,
        url: None,
    };
    Inbound {
        body: InboundBody::Message(Content::Attachment(Box::new(photo))),
        ..message(who, id, "")
    }
}

#[tokio::test(start_paused = true)]
async fn a_picture_and_words_are_one_turn_and_a_picture_alone_is_one_without_text() {
    let router = Bed::new().gathering().start();
    router.accept(photo("ann", "1")).await.expect("taken");
    say(&router, "ann", "2", "it broke").await;
    assert_eq!(
        entries_of(&router, "ann", 3).await,
        [
            "customer: a.jpg",
            "customer: it broke",
            "bot: echo: it broke"
        ]
    );
    router.accept(photo("ann", "3")).await.expect("taken");
    assert_eq!(
        entries_of(&router, "ann", 5).await[3..],
        ["customer: a.jpg", "bot: echo: a.jpg"]
    );
}

#[tokio::test(start_paused = true)]
async fn somebody_who_never_pauses_is_answered_all_the_same() {
    let router = Bed::new().gathering().start();
    for id in 0..8 {
        say(&router, "ann", &id.to_string(), &format!("m{id}")).await;
        tokio::time::sleep(Duration::from_millis(900)).await;
    }
    let lines = entries_of(&router, "ann", 10).await;
    let answers: Vec<&String> = lines
        .iter()
        .filter(|line| line.starts_with("bot"))
        .collect();
    assert_eq!(
        answers.first().unwrap().as_str(),
        "bot: echo: m0\nm1\nm2\nm3\nm4\nm5",
        "five seconds are enough"
    );
    assert_eq!(answers.last().unwrap().as_str(), "bot: echo: m6\nm7");
    assert_eq!(answers.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_turn_has_a_bound() {
    let router = Bed::new().gathering().start();
    for id in 0..21 {
        say(&router, "ann", &id.to_string(), "x").await;
    }
    let lines = entries_of(&router, "ann", 23).await;
    let answered: Vec<usize> = lines
        .iter()
        .filter(|line| line.starts_with("bot"))
        .map(|line| line.matches('x').count())
        .collect();
    assert_eq!(
        answered,
        [20, 1],
        "twenty messages are answered at once, the next one opens a turn of its own"
    );
}

#[tokio::test(start_paused = true)]
async fn a_wall_clock_that_steps_back_keeps_nobody_waiting() {
    let adapter = ToldAdapter::new([]);
    let mut bed = Bed::new().gathering().pushing(&adapter);
    bed.settings.customer_partitions = 1;
    let router = bed.start();
    bed.world.set_ahead(3_600);
    say(&router, "ann", "1", "an hour ahead").await;
    entries_of(&router, "ann", 2).await;
    say(&router, "cat", "1", "begun an hour ahead").await;
    bed.world.set_ahead(0);
    let began = tokio::time::Instant::now();
    for (id, text) in [("1", "hi"), ("2", "my order")] {
        say(&router, "bob", id, text).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    say(&router, "cat", "2", "and gone on").await;
    let lines = entries_of(&router, "bob", 3).await;
    assert_eq!(lines[2], "bot: echo: hi\nmy order", "still one turn");
    let lines = entries_of(&router, "cat", 3).await;
    assert_eq!(lines[2], "bot: echo: begun an hour ahead\nand gone on");
    until(|| async { (adapter.texts().len() == 3).then_some(()) }).await;
    let took = began.elapsed();
    assert!(took < Duration::from_secs(15), "they waited {took:?}");
}
