//! Mail keeps what every channel has to keep.

use std::time::Duration;

use async_trait::async_trait;
use signalbox_adapters::conformance::pushed::{Fate, Platform, Stage, Taken, keeps_the_contract};
use signalbox_adapters::{Adapter, Address, Channel};
use signalbox_email::Email;
use signalbox_tests::smtp_peer::{self, SmtpPeer};

use crate::{email, settings};

const IMPATIENT: Duration = Duration::from_millis(300);

struct Smtp;

struct SmtpStage {
    peer: SmtpPeer,
    email: Email,
}

impl SmtpStage {
    async fn start(fates: Vec<Fate>, per_minute: f64, burst: u32) -> Box<dyn Stage> {
        let peer = SmtpPeer::start(fates.iter().map(fate)).await;
        let mut settings = settings(peer.address());
        (settings.per_minute, settings.burst) = (per_minute, burst);
        // Busy machines need a while to answer; who says nothing is waited for in vain anyway.
        if matches!(fates[..], [Fate::SilentAfter | Fate::Garbage(_)]) {
            settings.accept_within = IMPATIENT;
        }
        let email = email(settings);
        Box::new(Self { peer, email })
    }
}

fn fate(fate: &Fate) -> smtp_peer::Fate {
    match fate {
        Fate::Accept => smtp_peer::Fate::Accept,
        Fate::Busy => smtp_peer::Fate::RefuseRecipient("421 4.3.2 going down"),
        Fate::Refuse => smtp_peer::Fate::RefuseMessage("550 5.1.1 no such user here"),
        Fate::Unauthorized => smtp_peer::Fate::RefuseRecipient("530 5.7.0 sign in first"),
        Fate::DropBefore => smtp_peer::Fate::DropBeforeMessage,
        Fate::DropAfter => smtp_peer::Fate::DropAfterMessage,
        Fate::SilentAfter => smtp_peer::Fate::SilentAfterMessage,
        Fate::Garbage(bytes) => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            smtp_peer::Fate::RefuseMessage(text.leak())
        }
        Fate::BusyFor(_) | Fate::EndlessAnswer => panic!("{fate:?}: SMTP knows no such thing"),
    }
}

#[async_trait(?Send)]
impl Platform for Smtp {
    fn can(&self, fate: &Fate) -> bool {
        !matches!(fate, Fate::BusyFor(_) | Fate::EndlessAnswer)
    }

    async fn stage(&self, fates: Vec<Fate>) -> Box<dyn Stage> {
        SmtpStage::start(fates, 60_000.0, 100).await
    }

    async fn narrow_stage(&self) -> Option<Box<dyn Stage>> {
        Some(SmtpStage::start(Vec::new(), 0.1, 1).await)
    }
}

#[async_trait(?Send)]
impl Stage for SmtpStage {
    fn adapter(&self) -> &dyn Adapter {
        &self.email
    }

    fn customer(&self) -> Address {
        Address {
            channel: Channel::Email,
            account: "care".to_owned(),
            external_id: "li@example.com".to_owned(),
        }
    }

    async fn taken(&self, count: usize) -> Vec<Taken> {
        let mails = self.peer.mails(count).await.into_iter();
        let taken = mails.map(|mail| Taken {
            key: mail.header("Message-ID").unwrap_or_default().to_owned(),
            text: mail
                .text
                .split_once("\r\n\r\n")
                .map_or_else(String::new, |(_, body)| body.to_owned()),
        });
        taken.collect()
    }
}

#[tokio::test]
async fn mail_keeps_what_every_channel_has_to_keep() {
    let checked = keeps_the_contract(&Smtp).await;
    assert_eq!(
        checked,
        [
            "accepted once",
            "repeats carry the key",
            "a failure is over",
            "busy",
            "refused",
            "unauthorized",
            "dropped before",
            "dropped after",
            "silent",
            "garbage",
            "the rate",
        ]
    );
}
