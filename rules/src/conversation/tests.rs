use super::*;
use crate::decision::DecidedEffect;
use crate::ledger::LedgerUse;

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_767_571_200 + hours * 3600).unwrap()
}

fn decided(action: Action) -> Decision {
    Decision {
        effects: vec![DecidedEffect {
            rule: "m.r".into(),
            action,
            ledger_use: Some(LedgerUse {
                key: "m.r#0".into(),
                scope: Scope::Episode,
                times: 2,
            }),
        }],
        ..Decision::default()
    }
}

fn fact(conversation: &Conversation, now: Timestamp, path: &str) -> Option<Value> {
    let mut facts = Facts::default();
    conversation.facts(now, &mut facts);
    facts.get(path).cloned()
}

#[test]
fn twenty_four_hours_of_silence_end_an_episode_and_all_that_lasts_as_long() {
    let mut conversation = Conversation::default();
    conversation.begin(&Trigger::Message, at(0));
    let hand_over = Action::HandOver {
        queue: "complaints".into(),
        note: None,
    };
    conversation.apply(&decided(hand_over), at(0));
    let tag = Action::Tag {
        scope: Scope::Episode,
        tag: "refund".into(),
        until: None,
    };
    conversation.apply(&decided(tag), at(0));
    assert_eq!(conversation.silent_from(), Some(at(24)));

    conversation.begin(&Trigger::Message, at(23));
    assert_eq!(
        conversation.state,
        ConversationState::Queued,
        "23 h is no silence yet"
    );
    assert_eq!(
        fact(&conversation, at(23), path::EPISODE_TURNS),
        Some(Value::Number(2.into()))
    );
    assert_eq!(conversation.ledger.uses("m.r#0", Scope::Episode).len(), 2);

    conversation.begin(&Trigger::Message, at(47));
    assert_eq!(
        conversation.state,
        ConversationState::Bot,
        "24 h of silence end the episode"
    );
    assert_eq!(
        conversation.episode.as_ref().map(|e| (e.started, e.turns)),
        Some((at(47), 1))
    );
    assert!(conversation.ledger.uses("m.r#0", Scope::Episode).is_empty());
    assert_eq!(
        fact(&conversation, at(47), path::EPISODE_TAGS),
        Some(Value::List(Vec::new()))
    );
}

#[test]
fn an_event_opens_no_episode_and_keeps_none_open() {
    let mut conversation = Conversation::default();
    let event = Trigger::Event("page.dwell".into());
    conversation.begin(&event, at(0));
    assert_eq!(conversation.episode, None);
    conversation.begin(&Trigger::Message, at(1));
    conversation.begin(&event, at(24));
    assert_eq!(conversation.silent_from(), Some(at(25)));
}

#[test]
fn a_tag_comes_off_when_its_time_is_over_and_a_renewal_never_shortens_it() {
    let mut tags = Tags::default();
    tags.put("vip".into(), at(0), Some(at(10)));
    tags.put("vip".into(), at(1), Some(at(5)));
    assert_eq!(tags.iter(at(9)).count(), 1);
    assert_eq!(tags.iter(at(10)).count(), 0);
    tags.put("vip".into(), at(2), None);
    assert_eq!(tags.iter(at(10_000)).count(), 1);
}

#[test]
fn tags_are_bounded_and_the_oldest_goes() {
    let mut tags = Tags::default();
    for n in 0..=Tags::MOST {
        tags.put(format!("t{n}").into(), at(n as i64), None);
    }
    assert_eq!(tags.0.len(), Tags::MOST);
    assert!(!tags.0.contains_key("t0"));
}

#[test]
fn priority_only_rises_within_an_episode() {
    let mut conversation = Conversation::default();
    conversation.begin(&Trigger::Message, at(0));
    for priority in [Priority::High, Priority::Low] {
        conversation.apply(&decided(Action::SetPriority { priority }), at(0));
    }
    assert_eq!(
        fact(&conversation, at(0), path::PRIORITY),
        Some(Value::Member("high".into()))
    );
    conversation.close();
    assert_eq!(fact(&conversation, at(0), path::PRIORITY), None);
}

#[test]
fn what_was_stored_before_a_field_existed_can_still_be_read() {
    let conversation: Conversation = serde_json::from_str(r#"{"language":"zh"}"#).unwrap();
    assert_eq!(conversation.language.as_deref(), Some("zh"));
    let whole = serde_json::to_string(&conversation).unwrap();
    assert_eq!(
        serde_json::from_str::<Conversation>(&whole).unwrap(),
        conversation
    );
}
