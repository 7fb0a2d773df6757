//! What a message looks like.

use signalbox_adapters::{Address, Author, Channel, Content, Origin, Part};

use super::{Mail, Sender, build};

fn sender() -> Sender {
    Sender {
        address: "care@shop.example".parse().unwrap(),
        name: Some("示例商城客服".to_owned()),
        subject: None,
    }
}

fn part(text: &str) -> Part {
    Part {
        key: "00112233445566778899aabbccddeeff".to_owned(),
        to: Address {
            channel: Channel::Email,
            account: "care".to_owned(),
            external_id: "li@example.com".to_owned(),
        },
        content: Content::Text {
            text: text.to_owned(),
        },
        origin: Origin::default(),
    }
}

fn text_of(mail: Mail) -> String {
    String::from_utf8(mail.bytes).expect("7 bit")
}

fn headers(text: &str) -> Vec<&str> {
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    head.split("\r\n").collect()
}

#[test]
fn a_mail_says_who_writes_that_a_machine_does_and_which_entry_it_is() {
    let mail = build(&sender(), &part("您的订单已送达。\n谢谢！")).unwrap();
    assert_eq!(mail.from.to_string(), "care@shop.example");
    assert_eq!(mail.to.to_string(), "li@example.com");
    let text = text_of(mail);
    assert!(text.is_ascii(), "{text}");
    let headers = headers(&text);
    for header in [
        "Message-ID: <00112233445566778899aabbccddeeff@shop.example>",
        "To: li@example.com",
        "Auto-Submitted: auto-replied",
        "X-Auto-Response-Suppress: All",
        "X-Signalbox-Loop: shop.example",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(headers.contains(&header), "no `{header}` in {text}");
    }
    assert!(headers.iter().any(|header| header.starts_with("Date: ")));
    assert!(
        headers
            .iter()
            .any(|header| header.starts_with("Subject: =?utf-8?b?"))
    );
}

#[test]
fn a_persons_mail_is_no_machines() {
    let mut part = part("hello");
    part.origin.by = Author::Agent;
    let text = text_of(build(&sender(), &part).unwrap());
    assert!(
        !text.contains("Auto-Submitted") && !text.contains("Auto-Response"),
        "{text}"
    );
    assert!(text.contains("X-Signalbox-Loop: shop.example"), "{text}");
}

#[test]
fn what_follows_something_names_it_and_what_all_began_with() {
    let alone = text_of(build(&sender(), &part("hello")).unwrap());
    assert!(
        !alone.contains("In-Reply-To") && !alone.contains("References"),
        "{alone}"
    );
    let mut part = part("hello");
    part.origin.follows = vec!["a".repeat(32), "b".repeat(32)];
    let text = text_of(build(&sender(), &part).unwrap());
    let unfolded = text.replace("\r\n ", " ");
    let (first, last) = ("a".repeat(32), "b".repeat(32));
    let headers = headers(&unfolded);
    for header in [
        format!("In-Reply-To: <{last}@shop.example>"),
        format!("References: <{first}@shop.example> <{last}@shop.example>"),
    ] {
        assert!(headers.contains(&&*header), "no `{header}` in {text}");
    }
}

#[test]
fn every_attempt_is_the_same_mail() {
    let id = |mail| {
        let text = text_of(mail);
        let found = headers(&text)
            .into_iter()
            .find(|line| line.starts_with("Message-ID"));
        found.unwrap().to_owned()
    };
    let first = id(build(&sender(), &part("hello")).unwrap());
    let second = id(build(&sender(), &part("hello")).unwrap());
    assert_eq!(first, second);
}

#[test]
fn nothing_that_is_said_becomes_a_header() {
    let sender = Sender {
        name: Some("Care\r\nBcc: all@example.com".to_owned()),
        subject: Some("Order\r\nX-Evil: 1\r\n\r\nbody".to_owned()),
        ..sender()
    };
    let text = text_of(build(&sender, &part("\r\nX-Evil: 2\r\n.\r\nQUIT\r\n")).unwrap());
    let evil = headers(&text)
        .into_iter()
        .find(|line| line.starts_with("Bcc") || line.starts_with("X-Evil"));
    assert_eq!(evil, None, "{text}");
}

#[test]
fn an_address_with_more_in_it_is_refused() {
    let mut part = part("hello");
    part.to.external_id = "li@example.com\r\nRCPT TO:<all@example.com>".to_owned();
    assert!(build(&sender(), &part).is_err());
}

#[test]
fn a_subject_is_the_first_line_cut_between_letters() {
    let long = "您好".repeat(60);
    let subject = super::first_line(&format!("\n  \n{long}\nmore"));
    assert_eq!(subject.chars().count(), super::MAX_SUBJECT_CHARACTERS);
    assert!(subject.ends_with('…'), "{subject}");
    assert_eq!(super::first_line("  Arrived. \nBye"), "Arrived.");
}
