//! Signed webhooks keep what every channel has to keep.

use std::time::Duration;

use async_trait::async_trait;
use signalbox_adapters::conformance::pushed::{Fate, Platform, Stage, Taken, keeps_the_contract};
use signalbox_adapters::{Adapter, Address};
use signalbox_tests::http_peer::{self, HttpPeer};
use signalbox_webhook::Webhooks;

use crate::{customer, settings, webhooks};

const IMPATIENT: Duration = Duration::from_millis(300);

struct Http;

struct HttpStage {
    peer: HttpPeer,
    webhooks: Webhooks,
}

impl HttpStage {
    async fn start(fates: Vec<Fate>, per_second: f64, burst: u32) -> Box<dyn Stage> {
        let peer = HttpPeer::start(fates.iter().map(fate)).await;
        let mut settings = settings(format!("http://{}/in", peer.address()));
        (settings.per_second, settings.burst) = (per_second, burst);
        // Busy machines need a while to answer; who says nothing is waited for in vain anyway.
        if matches!(fates[..], [Fate::SilentAfter]) {
            settings.answer_within = IMPATIENT;
        }
        let webhooks = webhooks(settings);
        Box::new(Self { peer, webhooks })
    }
}

fn fate(fate: &Fate) -> http_peer::Fate {
    match fate {
        Fate::Accept => http_peer::Fate::Answer("200 OK"),
        Fate::Busy => http_peer::Fate::Answer("503 Busy"),
        Fate::BusyFor(wait) => {
            let head = format!("429 Too Many Requests\r\nRetry-After: {}", wait.as_secs());
            http_peer::Fate::Answer(head.leak())
        }
        Fate::Unauthorized => http_peer::Fate::Answer("401 Unauthorized"),
        Fate::DropAfter => http_peer::Fate::Drop,
        Fate::SilentAfter => http_peer::Fate::Silent,
        Fate::EndlessAnswer => http_peer::Fate::Endless,
        Fate::Garbage(bytes) => http_peer::Fate::Raw(bytes.clone()),
        Fate::Refuse | Fate::DropBefore => panic!("{fate:?}: see `can`"),
    }
}

#[async_trait(?Send)]
impl Platform for Http {
    /// Every refusal may be a mistake of the receiver's and is tried again; and whoever hangs up may have read everything.
    fn can(&self, fate: &Fate) -> bool {
        !matches!(fate, Fate::Refuse | Fate::DropBefore)
    }

    async fn stage(&self, fates: Vec<Fate>) -> Box<dyn Stage> {
        HttpStage::start(fates, 1_000.0, 1_000).await
    }

    async fn narrow_stage(&self) -> Option<Box<dyn Stage>> {
        Some(HttpStage::start(Vec::new(), 0.01, 1).await)
    }
}

#[async_trait(?Send)]
impl Stage for HttpStage {
    fn adapter(&self) -> &dyn Adapter {
        &self.webhooks
    }

    fn customer(&self) -> Address {
        customer()
    }

    async fn taken(&self, count: usize) -> Vec<Taken> {
        let requests = self.peer.requests(count).await.into_iter();
        let taken = requests.map(|request| {
            let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
            Taken {
                key: request.header("webhook-id").unwrap().to_owned(),
                text: body["data"]["content"]["text"].as_str().unwrap().to_owned(),
            }
        });
        taken.collect()
    }
}

#[tokio::test]
async fn webhooks_keep_what_every_channel_has_to_keep() {
    let checked = keeps_the_contract(&Http).await;
    assert_eq!(
        checked,
        [
            "accepted once",
            "repeats carry the key",
            "a failure is over",
            "busy",
            "busy for a time",
            "unauthorized",
            "dropped after",
            "silent",
            "an endless answer",
            "garbage",
            "the rate",
        ]
    );
}
