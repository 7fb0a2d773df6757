//! The language of a conversation, given scores, and what is not paid for.

use super::*;

fn minutes(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_mins(minutes)
}

/// Facts of a turn in a shop whose customers are spoken to in English until they are heard.
fn says(text: &str) -> Facts {
    let mut facts = Facts::default();
    facts.set(path::LANGUAGE, Value::Language("en".into()));
    facts.set(TEXT, Value::Text(text.into()));
    facts
}

fn language_after(conversation: &mut Conversation, text: &str) -> Option<String> {
    hear(conversation, &mut says(text), false, minutes(0));
    conversation.language.as_deref().map(str::to_owned)
}

#[test]
fn a_sentence_in_another_language_switches_and_a_word_does_not() {
    let mut conversation = Conversation::default();
    let mut after = |text: &str| language_after(&mut conversation, text).unwrap_or_default();
    assert_eq!(after("ok"), "", "nothing is known yet");
    assert_eq!(after("退款"), "zh", "the first likely language is taken");
    for text in [
        "ok",
        "hi",
        "12345",
        "SF1234567890",
        "refund",
        "https://shop.example/how/to",
        "👍",
    ] {
        assert_eq!(after(text), "zh", "{text}");
    }
    assert_eq!(after("how do I track my order"), "en");
    assert_eq!(after("退款"), "en", "a word");
    assert_eq!(after("我要退款"), "zh");
    assert_eq!(after("請問什麼時候出貨"), "zh-Hant");
    assert_eq!(after("我要退款"), "zh-Hant", "the same in both scripts");
}

#[test]
fn a_chosen_language_stays() {
    let mut conversation = Conversation::default();
    conversation.pin_language("en".into());
    assert_eq!(
        language_after(&mut conversation, "我要退款，谢谢").as_deref(),
        Some("en")
    );
    let mut facts = says("我要退款，谢谢");
    hear(&mut conversation, &mut facts, false, minutes(0));
    assert_eq!(
        facts.get(path::MESSAGE_LANGUAGE),
        Some(&Value::Language("zh".into())),
        "the message is in Chinese all the same"
    );
}

#[test]
fn scores_are_facts_and_move_the_customer_s_index() {
    let mut conversation = Conversation::default();
    let mut facts = says("你们太差了，再不处理我就投诉");
    let heard = hear(&mut conversation, &mut facts, true, minutes(0));
    let emotion = heard.emotion.unwrap();
    assert_eq!(
        facts.get("message.threat"),
        Some(&percent(emotion.scores[Head::Threat]))
    );
    conversation.facts(minutes(0), &mut facts);
    let Some(Value::Percent(threat)) = facts.get("customer.threat") else {
        panic!("{facts:?}");
    };
    assert!(*threat > Decimal::from(50), "{threat}");
    let mut event = Facts::default();
    hear(&mut conversation, &mut event, true, minutes(30));
    conversation.facts(minutes(30), &mut event);
    let Some(Value::Percent(later)) = event.get("customer.threat") else {
        panic!("{event:?}");
    };
    assert!(*later < *threat && event.get("message.threat").is_none());
}

#[test]
fn a_given_score_wins_and_moves_the_index() {
    let mut conversation = Conversation::default();
    let mut facts = says("气死我了");
    facts.set("message.anger", Value::Percent(Decimal::from(10)));
    let heard = hear(&mut conversation, &mut facts, true, minutes(0));
    assert_eq!(
        facts.get("message.anger"),
        Some(&Value::Percent(Decimal::from(10)))
    );
    let index = conversation.emotion.as_ref().unwrap();
    assert_eq!(index.value(Head::Anger, minutes(0)), Score::from_percent(7));
    let explained = heard.explained("气死我了", "zh");
    let anger = explained
        .emotions
        .iter()
        .find(|it| it.head == Head::Anger)
        .unwrap();
    assert!(anger.words.is_empty(), "the words did not give it");
}

#[test]
fn without_a_rule_that_reads_scores_nothing_is_scored() {
    let mut conversation = Conversation::default();
    let mut facts = says("气死我了");
    let heard = hear(&mut conversation, &mut facts, false, minutes(0));
    conversation.facts(minutes(0), &mut facts);
    assert!(heard.emotion.is_none() && conversation.emotion.is_none());
    assert!(facts.get("message.anger").is_none() && facts.get("customer.anger").is_none());
}

#[test]
fn fields_of_scores_are_known_by_their_paths() {
    assert!(is_score("message.anger") && is_score("customer.gratitude"));
    assert!(!is_score("message.language") && !is_score("customer.name") && !is_score("text"));
}
