//! Every phase of a conversation, with every kind of trouble: bounded, told by its real cause, and nothing counted as taken.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use signalbox_adapters::{Adapter, SendError};
use signalbox_email::{AccountSettings, Encryption, Login};
use signalbox_tests::smtp_peer::{Phase, SmtpPeer, Trouble};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::{email, part, settings};

/// For servers that say nothing.
const IMPATIENT: Duration = Duration::from_millis(200);

const PERMANENT: Trouble = Trouble::Answer("554 5.3.0 no");
const TEMPORARY: Trouble = Trouble::Answer("421 4.3.0 later");

/// With all that an account can have, and little patience.
fn account(server: SocketAddr, phase: Phase) -> AccountSettings {
    AccountSettings {
        encryption: if phase == Phase::StartTls {
            Encryption::StartTls
        } else {
            Encryption::None
        },
        authorities: None,
        login: Some(Login {
            user: "care".to_owned(),
            password: "secret".to_owned(),
        }),
        answer_within: IMPATIENT,
        accept_within: IMPATIENT,
        ..settings(server)
    }
}

async fn end_of(phase: Phase, trouble: Trouble) -> Result<(), SendError> {
    let peer = SmtpPeer::start([]).await;
    peer.trouble([(phase, trouble)]);
    let email = email(account(peer.address(), phase));
    email.send(&part("1", "li@example.com")).await.map(|_| ())
}

fn kind(end: &Result<(), SendError>) -> &'static str {
    match end {
        Ok(()) => "taken",
        Err(SendError::Busy { .. }) => "busy",
        Err(SendError::HeldBack { .. }) => "held back",
        Err(SendError::Unanswered { .. }) => "unanswered",
        Err(SendError::Refused { .. }) => "refused",
        Err(SendError::Unauthorized { .. }) => "unauthorized",
    }
}

#[tokio::test]
async fn every_phase_has_an_end_whatever_the_server_does() {
    use Phase::{Data, Greeting, Hello, Message, Quit, Recipient, Sender, SignIn, StartTls};
    for (phase, hang, drop, temporary, permanent) in [
        (Greeting, "busy", "busy", "busy", "unauthorized"),
        (Hello, "busy", "busy", "busy", "unauthorized"),
        (StartTls, "busy", "busy", "busy", "unauthorized"),
        (SignIn, "busy", "busy", "busy", "unauthorized"),
        (Sender, "busy", "busy", "busy", "unauthorized"),
        (Recipient, "busy", "busy", "busy", "refused"),
        (Data, "busy", "busy", "busy", "refused"),
        (Message, "unanswered", "unanswered", "busy", "refused"),
        // Nothing is said any more once it is taken.
        (Quit, "taken", "taken", "taken", "taken"),
    ] {
        for (trouble, expected) in [
            (Trouble::Hang, hang),
            (Trouble::Drop, drop),
            (TEMPORARY, temporary),
            (PERMANENT, permanent),
        ] {
            let end = end_of(phase, trouble).await;
            assert_eq!(kind(&end), expected, "{phase:?}, {trouble:?}: {end:?}");
        }
    }
}

/// lettre says goodbye where a greeting fails, and waits for the answer.
#[tokio::test]
async fn a_server_that_refuses_and_then_hangs_is_waited_for_no_longer() {
    for phase in [Phase::Hello, Phase::StartTls, Phase::Sender] {
        let peer = SmtpPeer::start([]).await;
        peer.trouble([(phase, PERMANENT), (Phase::Quit, Trouble::Hang)]);
        let email = email(account(peer.address(), phase));
        let sent = email.send(&part("1", "li@example.com")).await;
        assert!(sent.is_err(), "{phase:?}");
    }
}

#[tokio::test]
async fn what_failed_before_it_was_taken_is_taken_once_when_the_server_is_mended() {
    for phase in [Phase::Greeting, Phase::SignIn, Phase::Sender, Phase::Data] {
        let peer = SmtpPeer::start([]).await;
        peer.trouble([(phase, Trouble::Drop)]);
        let email = email(account(peer.address(), phase));
        email.send(&part("1", "li@example.com")).await.unwrap_err();
        peer.trouble([]);
        email.send(&part("1", "li@example.com")).await.unwrap();
        assert_eq!(peer.mails(1).await.len(), 1, "{phase:?}");
    }
}

fn reason(end: Result<(), SendError>) -> String {
    end.unwrap_err().to_string()
}

#[tokio::test]
async fn the_real_cause_is_named() {
    for (phase, trouble, told) in [
        (Phase::Greeting, Trouble::Hang, "did not greet in time"),
        (
            Phase::Greeting,
            Trouble::Drop,
            "closed the connection before it had greeted",
        ),
        (Phase::Greeting, PERMANENT, "turns this machine away"),
        (
            Phase::Greeting,
            TEMPORARY,
            "takes no connections at the moment",
        ),
        (
            Phase::Greeting,
            Trouble::Answer("HTTP/1.1 400 Bad Request"),
            "speaks no SMTP",
        ),
        (Phase::Hello, PERMANENT, "turns this machine away"),
        (Phase::StartTls, PERMANENT, "refuses to encrypt"),
        (Phase::StartTls, Trouble::Hang, "did not finish in time"),
        (
            Phase::StartTls,
            Trouble::Drop,
            "broke off while it was being encrypted",
        ),
        (
            Phase::SignIn,
            Trouble::Hang,
            "whether it takes our user and password",
        ),
        (
            Phase::SignIn,
            Trouble::Answer("535 5.7.8 no"),
            "app password",
        ),
        (Phase::Sender, PERMANENT, "does not take the account's from"),
        (
            Phase::Data,
            Trouble::Hang,
            "stopped answering before it had the message",
        ),
    ] {
        let reason = reason(end_of(phase, trouble).await);
        assert!(reason.contains(told), "{phase:?}, {trouble:?}: {reason}");
    }
}

async fn sent_to(settings: AccountSettings) -> String {
    let sent = email(settings).send(&part("1", "li@example.com")).await;
    reason(sent.map(|_| ()))
}

#[tokio::test]
async fn who_is_not_there_is_told_from_who_speaks_otherwise() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let told = sent_to(account(address, Phase::Greeting)).await;
    assert!(told.contains("nothing takes connections there"), "{told}");

    let mut nowhere = account(address, Phase::StartTls);
    // RFC 6761: no name server may know it.
    nowhere.host = "mail.invalid".to_owned();
    nowhere.answer_within = Duration::from_secs(20);
    let told = sent_to(nowhere).await;
    assert!(
        told.contains("name was not found") || told.contains("no name server answered"),
        "{told}"
    );
}

#[tokio::test]
async fn a_port_and_an_encryption_that_do_not_fit_are_told_so() {
    // One that greets first, asked for encryption from the first byte.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut settings = account(listener.local_addr().unwrap(), Phase::Greeting);
    settings.encryption = Encryption::Implicit;
    settings.answer_within = Duration::from_secs(10);
    let greets = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"220 peer.test ready\r\n").await.unwrap();
        stream
    };
    let (told, _stream) = tokio::join!(sent_to(settings), greets);
    assert!(told.contains("does not begin with encryption"), "{told}");

    // One that waits for encryption, asked for its greeting.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let told = sent_to(account(listener.local_addr().unwrap(), Phase::StartTls)).await;
    assert!(told.contains("wants `tls: implicit`"), "{told}");
}
