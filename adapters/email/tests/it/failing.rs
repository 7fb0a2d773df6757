//! How a send ends, by what the server does.

use std::time::Duration;

use signalbox_adapters::{Adapter, SendError};
use signalbox_email::{Account, AccountError, Encryption};
use signalbox_tests::smtp_peer::{Fate, SmtpPeer};
use tokio::net::TcpListener;

use crate::{email, part, settings};

/// For servers that say nothing.
const IMPATIENT: Duration = Duration::from_millis(100);

async fn end_of(fate: Fate) -> Result<(), SendError> {
    let peer = SmtpPeer::start([fate]).await;
    let mut settings = settings(peer.address());
    if matches!(fate, Fate::SilentAfterMessage) {
        settings.accept_within = IMPATIENT;
    }
    let sent = email(settings).send(&part("1", "li@example.com")).await;
    sent.map(|_| ())
}

#[tokio::test]
async fn a_reply_decides_what_happens_next() {
    assert_eq!(end_of(Fate::Accept).await, Ok(()));
    for fate in [
        Fate::RefuseRecipient("550 5.1.1 <li@example.com>: no such user here"),
        Fate::RefuseMessage("550 5.1.1 no such user here"),
    ] {
        assert_eq!(
            end_of(fate).await,
            Err(SendError::Refused {
                code: Some(550),
                reason: "there is no such mailbox",
            }),
            "{fate:?}"
        );
    }
    for (answer, minutes) in [
        ("450 4.2.0 greylisted", Some(5)),
        ("451 4.7.1 come again", Some(5)),
        ("421 4.3.2 going down", None),
        ("452 4.3.1 full", None),
    ] {
        for fate in [Fate::RefuseRecipient(answer), Fate::RefuseMessage(answer)] {
            let end = end_of(fate).await;
            let wait = minutes.map(|minutes| Duration::from_secs(minutes * 60));
            assert!(
                matches!(&end, Err(SendError::Busy { wait: found, .. }) if *found == wait),
                "{fate:?}: {end:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_refused_of_who_we_are_is_the_accounts_fault_and_no_mails() {
    for (fate, code) in [
        (Fate::RefuseSender("550 5.7.1 not this sender"), 550),
        (Fate::RefuseSender("553 5.1.8 no such domain"), 553),
        (Fate::RefuseSender("552 5.2.2 over quota"), 552),
        (Fate::RefuseSender("535 5.7.8 sign in first"), 535),
        (Fate::RefuseRecipient("530 5.7.0 sign in first"), 530),
        (Fate::RefuseRecipient("535 5.7.8 sign in first"), 535),
        (
            Fate::RefuseRecipient("553 5.7.1 <care@shop.example>: not owned by user"),
            553,
        ),
        (
            Fate::RefuseMessage("550 5.1.8 sender's domain is not found"),
            550,
        ),
    ] {
        let end = end_of(fate).await;
        assert!(
            matches!(&end, Err(SendError::Unauthorized { code: Some(found), .. }) if *found == code),
            "{fate:?}: {end:?}"
        );
    }
    for fate in [
        Fate::RefuseSender("451 4.3.0 come again"),
        Fate::RefuseSender("421 4.3.2 going down"),
    ] {
        let end = end_of(fate).await;
        assert!(
            matches!(end, Err(SendError::Busy { .. })),
            "{fate:?}: {end:?}"
        );
    }
    // An address that the server cannot write is one customer's.
    let end = end_of(Fate::RefuseRecipient("553 5.1.3 bad address")).await;
    assert!(matches!(end, Err(SendError::Refused { .. })), "{end:?}");
}

#[tokio::test]
async fn a_check_asks_for_the_sender_too_and_sends_nothing() {
    let peer = SmtpPeer::start([Fate::RefuseSender("550 5.7.1 no"), Fate::Accept]).await;
    let account = Account::new(settings(peer.address())).unwrap();
    let found = account.check().await;
    assert!(
        matches!(&found, Err(SendError::Unauthorized { reason, .. }) if reason.contains("from")),
        "{found:?}"
    );
    assert_eq!(account.check().await, Ok(()));
    assert_eq!(peer.hellos(), ["gateway.shop.example"; 2]);
    assert!(peer.mails(0).await.is_empty());
}

#[tokio::test]
async fn a_lost_connection_is_safe_to_repeat_until_the_message_may_have_left() {
    let before = end_of(Fate::DropBeforeMessage).await;
    assert!(matches!(before, Err(SendError::Busy { .. })), "{before:?}");
    for fate in [Fate::DropAfterMessage, Fate::SilentAfterMessage] {
        let after = end_of(fate).await;
        assert!(
            matches!(after, Err(SendError::Unanswered { .. })),
            "{fate:?}: {after:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_away_or_silent_is_busy() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut impatient = settings(address);
    impatient.answer_within = IMPATIENT;
    let silent = email(impatient).send(&part("1", "li@example.com")).await;
    assert!(matches!(silent, Err(SendError::Busy { .. })), "{silent:?}");
    drop(listener);
    let away = email(settings(address))
        .send(&part("1", "li@example.com"))
        .await;
    assert!(matches!(away, Err(SendError::Busy { .. })), "{away:?}");
}

#[tokio::test]
async fn a_connection_serves_message_after_message_until_one_fails() {
    let fates = [Fate::Accept, Fate::Accept, Fate::RefuseRecipient("550 no")];
    let peer = SmtpPeer::start(fates).await;
    let email = email(settings(peer.address()));
    for key in ["1", "2"] {
        email.send(&part(key, "li@example.com")).await.unwrap();
    }
    assert_eq!(peer.connections(), 1);
    email.send(&part("3", "li@example.com")).await.unwrap_err();
    email.send(&part("4", "li@example.com")).await.unwrap();
    assert_eq!(peer.connections(), 2, "what failed is in an unknown state");
    let keys: Vec<_> = peer.mails(3).await;
    let ids: Vec<_> = keys.iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(
        ids,
        [
            Some("<1@shop.example>"),
            Some("<2@shop.example>"),
            Some("<4@shop.example>")
        ]
    );
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_replaced() {
    let peer = SmtpPeer::start([Fate::Accept]).await;
    let address = peer.address();
    let email = email(settings(address));
    email.send(&part("1", "li@example.com")).await.unwrap();
    peer.hang_up();
    email.send(&part("2", "li@example.com")).await.unwrap();
    assert_eq!(peer.connections(), 2);
}

#[tokio::test]
async fn nothing_is_sent_unencrypted_where_encryption_is_wanted() {
    let peer = SmtpPeer::start([]).await;
    let mut wanted = settings(peer.address());
    wanted.encryption = Encryption::StartTls;
    let sent = email(wanted).send(&part("1", "li@example.com")).await;
    assert!(
        matches!(sent, Err(SendError::Unauthorized { .. })),
        "{sent:?}"
    );
    assert!(peer.mails(0).await.is_empty());

    let mut elsewhere = settings(peer.address());
    elsewhere.host = "mail.shop.example".to_owned();
    let account = Account::new(elsewhere);
    assert_eq!(account.err(), Some(AccountError::NotLoopback));
}

#[tokio::test]
async fn a_rate_that_is_used_up_is_no_attempt() {
    let peer = SmtpPeer::start([]).await;
    let mut slow = settings(peer.address());
    (slow.per_minute, slow.burst) = (1.0, 1);
    let email = email(slow);
    email.send(&part("1", "li@example.com")).await.unwrap();
    let held = email.send(&part("2", "li@example.com")).await;
    assert!(matches!(held, Err(SendError::HeldBack { .. })), "{held:?}");
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn an_account_that_is_gone_takes_nothing() {
    let peer = SmtpPeer::start([]).await;
    let mut part = part("1", "li@example.com");
    part.to.account = "gone".to_owned();
    let sent = email(settings(peer.address())).send(&part).await;
    assert!(
        matches!(sent, Err(SendError::Refused { code: None, .. })),
        "{sent:?}"
    );
}
