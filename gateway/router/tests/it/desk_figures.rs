//! The desk's owner tells how it stands and what agents do; nobody else does.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use signalbox_router::{AGENT_GONE_AFTER, DeskAct, DeskFigures, Observer, QueueFigures, Wish};

use crate::bed::{Bed, until};
use crate::desk::{DONE, agent, hand_over, request, take};

/// What was told last, and all acts.
#[derive(Default)]
struct Heard {
    figures: Mutex<Option<DeskFigures>>,
    acts: Mutex<Vec<DeskAct>>,
}

impl Observer for Heard {
    fn desk_stands(&self, figures: &DeskFigures, _: Timestamp) {
        *self.figures.lock() = Some(figures.clone());
    }

    fn desk_left(&self) {
        *self.figures.lock() = None;
    }

    fn desk_acted(&self, act: DeskAct) {
        self.acts.lock().push(act);
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_and_who_is_there_is_told() {
    let heard = Arc::new(Heard::default());
    let mut bed = Bed::new();
    bed.observer = heard.clone();
    let router = bed.start();
    let stands = async |is_so: &dyn Fn(&DeskFigures, &QueueFigures) -> bool| {
        until(|| async {
            let figures = heard.figures.lock().clone()?;
            let queue = *figures.queues.get("everybody")?;
            is_so(&figures, &queue).then_some(queue)
        })
        .await
    };
    let nobody = stands(&|figures, _| figures.agents_present == 0).await;
    assert_eq!(
        nobody,
        QueueFigures::default(),
        "a queue is told of from the start"
    );
    let ann = hand_over(&router, "ann").await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let bob = hand_over(&router, "bob").await;
    let two = stands(&|_, queue| queue.normal == 2).await;
    let since = router.desk().await.unwrap().case(ann).unwrap().since;
    assert_eq!((two.waiting(), two.oldest), (2, Some(since)));
    assert_eq!(take(&router, "lin", ann, 1).await, DONE);
    assert_eq!(
        take(&router, "lin", ann, 2).await,
        DONE,
        "and is so already"
    );
    stands(&|figures, queue| {
        (figures.assigned, figures.agents_present, queue.waiting()) == (1, 1, 1)
    })
    .await;
    crate::bed::entries_of(&router, "ann", 4).await;
    let said = router.agent_says(agent("lin"), ann, "hello".into(), request(3));
    said.await.unwrap();
    let close = router.wish(agent("lin"), ann, Wish::Close, request(4));
    assert_eq!(close.await.unwrap(), DONE);
    assert_eq!(take(&router, "lin", bob, 5).await, DONE);
    tokio::time::sleep(AGENT_GONE_AFTER * 2).await;
    stands(&|figures, queue| (figures.agents_present, queue.waiting()) == (0, 1)).await;
    let acts = heard.acts.lock().clone();
    let (DeskAct::Taken { since: from, at }, rest) = (acts[0], &acts[1..]) else {
        panic!("{acts:?}")
    };
    assert_eq!(from, since);
    assert!(at.duration_since(from) >= jiff::SignedDuration::from_secs(60));
    assert!(
        matches!(
            rest,
            [
                DeskAct::Answered,
                DeskAct::Closed,
                DeskAct::Taken { .. },
                DeskAct::Lost
            ]
        ),
        "{rest:?}"
    );
    assert!(router.stop(Duration::from_secs(60)).await);
    assert_eq!(*heard.figures.lock(), None, "another process tells it now");
}
