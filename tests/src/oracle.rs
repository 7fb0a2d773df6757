//! What must hold in the end, whatever was cut, killed or repeated on the way.
//!
//! * Every acknowledged message stands in the thread once, under the id and sequence of its ack, with the words said.
//! * Every one of them has exactly one answer, from the bot, which names it and quotes it; nothing else is there.
//! * Sequences are dense from 1; what one customer said stands in the order said, and so do the answers.
//! * The server never contradicted itself, and another browser of the same customer reads the same thread.

use std::collections::HashMap;

use crate::address::Address;
use crate::chat_client::{ChatClient, Entry, Step};
use crate::seed::Random;
use crate::until::within_patience;

/// Everything that was found wrong with one customer's thread; empty when all holds.
pub fn judge(client: &ChatClient) -> Vec<String> {
    let mut findings = client.violations().to_vec();
    every_said_message_was_acknowledged(client, &mut findings);
    sequences_are_dense(client, &mut findings);
    messages_stand_as_acknowledged(client, &mut findings);
    order_is_kept(client, &mut findings);
    every_message_has_one_answer(client, &mut findings);
    findings
}

/// As [`judge`], and reads the thread once more as another browser of the same customer, which knows nothing yet.
pub async fn judge_with_server(client: &ChatClient, address: &mut Address) -> Vec<String> {
    let mut findings = judge(client);
    let wanted = client.transcript().highest();
    let mut reader = client.elsewhere(Random::from_seed(wanted));
    let mut read_all = move |reader: &ChatClient| {
        if reader.transcript().last_sequence() >= wanted || !reader.violations().is_empty() {
            Step::Leave
        } else {
            Step::Wait
        }
    };
    within_patience(
        "another browser has read the thread",
        reader.chat(address, &mut read_all),
    )
    .await;
    findings.extend(
        reader
            .violations()
            .iter()
            .map(|what| format!("another browser: {what}")),
    );
    let seen: HashMap<u64, &Entry> = client.transcript().entries().collect();
    let read: HashMap<u64, &Entry> = reader.transcript().entries().collect();
    if seen != read {
        findings.push(format!(
            "another browser reads another thread: {} entries instead of {}",
            read.len(),
            seen.len()
        ));
    }
    findings
}

/// Fails the test if anything was found with any of them, saying what.
///
/// # Panics
/// When something was found.
pub async fn assert_all_well(clients: &[ChatClient], address: &mut Address) {
    let mut all = Vec::new();
    for (number, client) in clients.iter().enumerate() {
        let findings = judge_with_server(client, address).await;
        all.extend(
            findings
                .into_iter()
                .map(|what| format!("customer {number}: {what}")),
        );
    }
    assert!(
        all.is_empty(),
        "{} findings:\n{}",
        all.len(),
        all.join("\n")
    );
}

fn every_said_message_was_acknowledged(client: &ChatClient, findings: &mut Vec<String>) {
    for (cid, text) in client.said() {
        if !client.acknowledged().contains_key(cid) {
            findings.push(format!("never acknowledged: {cid} `{text}`"));
        }
    }
}

fn sequences_are_dense(client: &ChatClient, findings: &mut Vec<String>) {
    let transcript = client.transcript();
    if transcript.last_sequence() != transcript.highest() {
        findings.push(format!(
            "nothing stands at sequence {}, and the thread goes on to {}",
            transcript.last_sequence() + 1,
            transcript.highest()
        ));
    }
}

fn messages_stand_as_acknowledged(client: &ChatClient, findings: &mut Vec<String>) {
    let entries: HashMap<u64, &Entry> = client.transcript().entries().collect();
    for (cid, text) in client.said() {
        let Some(acknowledged) = client.acknowledged().get(cid) else {
            continue;
        };
        let stands = entries.get(&acknowledged.sequence).is_some_and(|entry| {
            entry.id == acknowledged.id
                && entry.cid.as_ref() == Some(cid)
                && entry.from == "customer"
                && entry.text == *text
        });
        if !stands {
            findings.push(format!(
                "{cid} `{text}` was acknowledged as {acknowledged:?}, where {:?} stands",
                entries.get(&acknowledged.sequence)
            ));
        }
    }
}

fn order_is_kept(client: &ChatClient, findings: &mut Vec<String>) {
    let said = client.said().iter().map(|(cid, _)| cid.as_str());
    let entries = client.transcript().entries();
    let own = entries.filter(|(_, entry)| entry.from == "customer");
    let stand: Vec<&str> = own.filter_map(|(_, entry)| entry.cid.as_deref()).collect();
    if !said.eq(stand.iter().copied()) {
        findings.push(format!(
            "{} messages were said, and {} stand in the thread or their order is another",
            client.said().len(),
            stand.len()
        ));
    }
    let entries = client.transcript().entries();
    let answered = entries.filter_map(|(_, entry)| entry.in_reply_to.as_deref());
    let said = client.said().iter().map(|(cid, _)| cid.as_str());
    if !said.eq(answered) {
        findings.push("the answers are not one for each message in the order said".to_owned());
    }
}

fn every_message_has_one_answer(client: &ChatClient, findings: &mut Vec<String>) {
    let texts: HashMap<&str, &str> = client
        .said()
        .iter()
        .map(|(cid, text)| (cid.as_str(), text.as_str()))
        .collect();
    let mut answers: HashMap<&str, usize> = HashMap::new();
    for (sequence, entry) in client.transcript().entries() {
        if entry.from == "customer" {
            continue;
        }
        let answered = entry.in_reply_to.as_deref();
        let Some((cid, text)) = answered.and_then(|cid| texts.get_key_value(cid)) else {
            findings.push(format!(
                "at {sequence} stands an answer to nothing we said: {entry:?}"
            ));
            continue;
        };
        *answers.entry(cid).or_default() += 1;
        if entry.from != "bot" || !entry.text.contains(text) {
            findings.push(format!("the answer to `{text}` is {entry:?}"));
        }
    }
    for (cid, text) in client.said() {
        let count = answers.get(cid.as_str()).copied().unwrap_or(0);
        if count != 1 {
            findings.push(format!("`{text}` has {count} answers"));
        }
    }
}

#[cfg(test)]
mod tests;
