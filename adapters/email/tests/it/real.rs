//! Against Exim, which wants encryption and a password.

use signalbox_adapters::{Adapter, SendError};
use signalbox_email::{AccountSettings, Encryption, Login};
use signalbox_tests::mail_server::{MailServer, NO_SUCH_MAILBOX, PASSWORD, USER};

use crate::{email, part, settings};

fn account(server: &MailServer) -> AccountSettings {
    AccountSettings {
        encryption: Encryption::StartTls,
        authorities: Some(std::fs::read(server.certificate()).unwrap()),
        login: Some(Login {
            user: USER.to_owned(),
            password: PASSWORD.to_owned(),
        }),
        ..settings(server.address())
    }
}

#[tokio::test]
async fn a_real_server_takes_it_encrypted_and_signed_in() {
    let server = MailServer::start().await;
    let email = email(account(&server));
    email.send(&part("first", "li@example.com")).await.unwrap();
    email
        .send(&part("second", "wang@example.com"))
        .await
        .unwrap();
    let refused = email
        .send(&part("third", &format!("{NO_SUCH_MAILBOX}@example.com")))
        .await;
    assert_eq!(
        refused.err(),
        Some(SendError::Refused {
            code: Some(550),
            reason: "there is no such mailbox",
        })
    );
    let mails = server.mails(2).await;
    assert_eq!(mails.len(), 2);
    for key in ["first", "second"] {
        let id = format!("Message-ID: <{key}@shop.example>");
        let mail = mails.iter().find(|mail| mail.contains(&id));
        assert!(
            mail.is_some_and(|mail| mail.contains("Auto-Submitted: auto-replied")),
            "{mails:?}"
        );
    }
}

#[tokio::test]
async fn a_wrong_password_is_about_us_and_not_about_the_message() {
    let server = MailServer::start().await;
    let mut wrong = account(&server);
    wrong.login = Some(Login {
        user: USER.to_owned(),
        password: "guessed".to_owned(),
    });
    let sent = email(wrong).send(&part("1", "li@example.com")).await;
    assert!(
        matches!(
            sent,
            Err(SendError::Unauthorized {
                code: Some(535),
                ..
            })
        ),
        "{sent:?}"
    );
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_neither_password_nor_mail() {
    let (server, other) = (MailServer::start().await, MailServer::start().await);
    let mut wrong = account(&server);
    wrong.authorities = Some(std::fs::read(other.certificate()).unwrap());
    let sent = email(wrong).send(&part("1", "li@example.com")).await;
    assert!(
        matches!(&sent, Err(SendError::Unauthorized { code: None, reason }) if reason.contains("nobody known vouches")),
        "{sent:?}"
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_is_told_so() {
    let server = MailServer::start().await;
    let mut wrong = account(&server);
    // The same place, under a name that the certificate does not have.
    wrong.host = "localhost".to_owned();
    let sent = email(wrong).send(&part("1", "li@example.com")).await;
    assert!(
        matches!(&sent, Err(SendError::Unauthorized { code: None, reason }) if reason.contains("for another name")),
        "{sent:?}"
    );
}
