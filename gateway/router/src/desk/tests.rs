use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use signalbox_dsl::bundle::Priority;
use signalbox_store::{MessageId, Offset, ThreadId};

use super::{
    Agent, Case, Decided, Desk, DeskEvent, FromDesk, Reason, RequestId, Saying, Whisper, Wish,
};
use crate::event::Event;

fn case(name: u8, priority: Priority, minutes: i64) -> Case {
    let noon: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    Case {
        thread: ThreadId([name; 16]),
        handoff: 1,
        queue: "everybody".into(),
        priority,
        score: None,
        since: noon + SignedDuration::from_mins(minutes),
        reason: Reason::default(),
        decided: Decided {
            offset: Offset(1),
            message_id: MessageId(uuid::Uuid::nil()),
            thread: None,
        },
        held: None,
    }
}

fn order(cases: impl IntoIterator<Item = Case>) -> Vec<u8> {
    let desk = Desk {
        cases: cases.into_iter().collect(),
        ..Desk::default()
    };
    desk.waiting().iter().map(|case| case.thread.0[0]).collect()
}

#[test]
fn the_more_urgent_is_first_and_among_equals_who_came_first() {
    let cases = [
        case(1, Priority::Normal, 0),
        case(2, Priority::Urgent, 3),
        case(3, Priority::Normal, -1),
        case(4, Priority::High, 2),
    ];
    assert_eq!(order(cases), [2, 4, 3, 1]);
}

#[test]
fn nobody_starves_however_many_urgent_ones_come() {
    // One level is worth ten minutes of waiting: 31 minutes make up for three.
    let cases = [case(1, Priority::Low, 0), case(2, Priority::Urgent, 31)];
    assert_eq!(order(cases), [1, 2]);
    let cases = [case(1, Priority::Low, 0), case(2, Priority::Urgent, 29)];
    assert_eq!(order(cases), [2, 1]);
}

#[test]
fn a_case_is_as_small_as_its_bound_says() {
    let mut case = case(255, Priority::Urgent, 0);
    case.reason.rule = Arc::from("升级.情绪升级");
    case.reason.keywords = vec!["转人工".into()];
    let bytes = serde_json::to_vec(&case).unwrap().len();
    assert!(bytes <= 600, "the state is written whole: {bytes}");
}

#[test]
fn whatever_is_kept_in_an_inbox_can_be_read_again() {
    let agent = Agent {
        id: "lin".into(),
        name: "林".into(),
    };
    let request = RequestId(uuid::Uuid::from_u128(u128::MAX));
    let thread = ThreadId([255; 16]);
    let wishes = [
        Wish::Take,
        Wish::GiveBack,
        Wish::Close,
        Wish::Transfer {
            queue: "售后".into(),
        },
    ];
    let wished = wishes.map(|wish| {
        Event::AtDesk(DeskEvent::Wished {
            agent: agent.clone(),
            thread,
            wish,
            request,
        })
    });
    let text = Whisper::new("note").unwrap();
    let said = [
        Saying::Customer { text: "hi".into() },
        Saying::Colleagues { text },
    ];
    let said = said.map(|saying| Event::AgentSaid {
        agent: agent.clone(),
        request,
        saying,
    });
    let news = [
        FromDesk::Assigned {
            agent: agent.clone(),
        },
        FromDesk::Requeued {
            queue: "售后".into(),
        },
        FromDesk::GivenBack,
    ];
    let news = news.map(|news| Event::FromDesk { handoff: 7, news });
    let others = [
        DeskEvent::Queued {
            case: case(1, Priority::High, 0),
            waited_in: Some("售前".into()),
        },
        DeskEvent::Changed {
            thread,
            handoff: 1,
            priority: Priority::Low,
            score: None,
        },
        DeskEvent::Left { thread, handoff: 2 },
        DeskEvent::Seen {
            agent: "lin".into(),
        },
        DeskEvent::LookForAgents,
    ];
    let events = others.map(Event::AtDesk).into_iter();
    for event in events.chain(wished).chain(said).chain(news) {
        let stored = serde_json::to_vec(&event).unwrap();
        let read: Event = serde_json::from_slice(&stored).unwrap();
        assert_eq!(read, event);
    }
}
