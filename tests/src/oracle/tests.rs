//! An oracle that finds nothing proves nothing: every wrong that it is there for, it must find.

use super::judge;
use crate::chat_client::{ChatClient, Entry};
use crate::seed::Random;

/// What stands in the thread of a customer who said `one`, `two`, `three`, all well.
fn well(client: &ChatClient) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (number, (cid, text)) in client.said().iter().enumerate() {
        entries.push(entry(
            &format!("m_{number}"),
            "customer",
            Some(cid),
            None,
            text,
        ));
        let reply = format!("You said: {text}");
        entries.push(entry(
            &format!("m_r{number}"),
            "bot",
            None,
            Some(cid),
            &reply,
        ));
    }
    entries
}

fn entry(id: &str, from: &str, cid: Option<&str>, to: Option<&str>, text: &str) -> Entry {
    Entry {
        id: id.to_owned(),
        from: from.to_owned(),
        cid: cid.map(str::to_owned),
        in_reply_to: to.map(str::to_owned),
        text: text.to_owned(),
    }
}

/// Shows a customer a thread that was `spoiled`, and answers what the oracle finds.
fn found(spoil: impl FnOnce(&mut Vec<Entry>)) -> Vec<String> {
    let mut client = ChatClient::new(Random::from_seed(1));
    for text in ["one", "two", "three"] {
        client.say(text.to_owned());
    }
    let mut entries = well(&client);
    spoil(&mut entries);
    for (sequence, entry) in (1..).zip(entries) {
        client.enter(sequence, entry);
    }
    judge(&client)
}

#[test]
fn nothing_is_found_where_all_is_well() {
    assert_eq!(found(|_| {}), Vec::<String>::new());
}

#[test]
fn a_lost_message_is_found() {
    let findings = found(|entries| entries.truncate(4));
    assert!(
        findings
            .iter()
            .any(|what| what.contains("never acknowledged")),
        "{findings:?}"
    );
}

#[test]
fn a_message_without_answer_is_found() {
    let findings = found(|entries| entries.truncate(5));
    assert!(
        findings.iter().any(|what| what == "`three` has 0 answers"),
        "{findings:?}"
    );
}

#[test]
fn a_second_answer_is_found() {
    let findings = found(|entries| {
        let mut again = entries[5].clone();
        again.id = "m_again".to_owned();
        entries.push(again);
    });
    assert!(
        findings.iter().any(|what| what == "`three` has 2 answers"),
        "{findings:?}"
    );
}

#[test]
fn a_message_stored_twice_is_found() {
    let findings = found(|entries| {
        let mut again = entries[4].clone();
        again.id = "m_again".to_owned();
        entries.push(again);
    });
    assert!(
        findings.iter().any(|what| what.contains("and then as")),
        "{findings:?}"
    );
}

#[test]
fn another_order_is_found() {
    let findings = found(|entries| {
        entries.swap(0, 2);
        entries.swap(1, 3);
    });
    assert!(
        findings.iter().any(|what| what.contains("order")),
        "{findings:?}"
    );
}

#[test]
fn other_words_are_found() {
    let findings = found(|entries| entries[2].text = "too".to_owned());
    assert!(
        findings
            .iter()
            .any(|what| what.contains("`two` was acknowledged as")),
        "{findings:?}"
    );
    let findings = found(|entries| entries[3].text = "You said: one".to_owned());
    assert!(
        findings
            .iter()
            .any(|what| what.contains("the answer to `two`")),
        "{findings:?}"
    );
}

#[test]
fn a_sequence_used_twice_is_found() {
    let mut client = ChatClient::new(Random::from_seed(1));
    client.say("one".to_owned());
    for entry in well(&client) {
        client.enter(1, entry);
    }
    let findings = judge(&client);
    assert!(
        findings.iter().any(|what| what.contains("sequence 1 was")),
        "{findings:?}"
    );
}

#[test]
fn a_hole_is_found() {
    let mut client = ChatClient::new(Random::from_seed(1));
    client.say("one".to_owned());
    for (sequence, entry) in [1, 3].into_iter().zip(well(&client)) {
        client.enter(sequence, entry);
    }
    let findings = judge(&client);
    assert!(
        findings
            .iter()
            .any(|what| what.contains("nothing stands at sequence 2")),
        "{findings:?}"
    );
}
