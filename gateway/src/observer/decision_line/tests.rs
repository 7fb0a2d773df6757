use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use serde_json::json;
use signalbox_store::{Offset, PartitionId, ThreadId};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use super::*;

/// Keeps the decision lines down to a level, each as `name=value` and a space for each field.
struct Heard {
    level: Level,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Subscriber for Heard {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET && *metadata.level() <= self.level
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.lines.lock().unwrap().push(line.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, "{}={value:?} ", field.name()).unwrap();
    }
}

fn lines(level: Level, write: impl FnOnce()) -> Vec<String> {
    let lines = Arc::default();
    let heard = Heard {
        level,
        lines: Arc::clone(&lines),
    };
    tracing::subscriber::with_default(heard, write);
    let lines = lines.lock().unwrap();
    lines.clone()
}

/// A decision with words of the customer or for the customer wherever it can hold some.
fn talkative() -> Decision {
    serde_json::from_value(json!({
        "effects": [
            {"rule": "shop.refund", "action": {"do": "reply", "template": "t", "language": "zh", "text": "SECRET reply"}},
            {"rule": "shop.refund", "action": {"do": "hand_over", "queue": "q", "note": "SECRET hand-over note"}},
            {"rule": "shop.vip", "action": {"do": "tag", "scope": "customer", "tag": "SECRET tag"}},
            {"rule": "shop.vip", "action": {"do": "note", "text": "SECRET note"}},
            {"rule": "shop.refund", "action": {"do": "set_language", "language": "SECRET"}},
        ],
        "trace": {
            "fired": [
                {"rule": "shop.refund", "keywords": ["SECRET keyword"], "withheld": []},
                {"rule": "shop.idle", "keywords": ["SECRET other"], "withheld": []},
            ],
            "floor": "shop.refund",
            "tied": [],
        },
    }))
    .unwrap()
}

fn place() -> DecisionPlace {
    DecisionPlace {
        partition: PartitionId::customer(7),
        offset: Offset(42),
        thread: ThreadId([0xab; 16]),
    }
}

#[test]
fn a_line_says_where_which_rules_and_what_and_no_text() {
    let lines = lines(Level::DEBUG, || write(&talkative(), place()));
    let conversation = "ab".repeat(16);
    let expected = format!(
        "message=decided conversation={conversation} partition=customer-7 offset=42 \
         rules=shop.refund,shop.vip effects=reply,hand_over,tag,note,set_language "
    );
    assert_eq!(lines, [expected]);
}

#[test]
fn without_being_asked_for_there_is_no_line() {
    let lines = lines(Level::INFO, || write(&talkative(), place()));
    assert_eq!(lines, [""; 0]);
}
