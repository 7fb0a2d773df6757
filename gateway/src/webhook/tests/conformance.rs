//! The webhook's door keeps what every channel's has to keep.

use async_trait::async_trait;
use signalbox_adapters::conformance::taken::{Answer, Delivery, Door, Kind, keeps_the_contract};

use super::bed::{Bed, Request};

/// Longer than any tolerance.
const LONG_AGO_SECONDS: i64 = 24 * 3_600;

const HEAD: &str =
    "POST /v1/channels/webhook/app HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";

#[async_trait(?Send)]
impl Door for Bed {
    fn can(&self, _kind: Kind) -> bool {
        true
    }

    async fn deliver(&self, delivery: &Delivery) -> Answer {
        let text = String::from_utf8_lossy(&delivery.text);
        let mut request = Request::message(&delivery.id, &text);
        let answer = match delivery.kind {
            Kind::Gigabyte => {
                let head = format!("{HEAD}Content-Length: 1073741824\r\n\r\n{text}");
                self.raw(head.as_bytes()).await
            }
            Kind::NeverEnding => {
                let head = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n");
                self.raw(head.as_bytes()).await
            }
            kind => {
                match kind {
                    Kind::WrongSignature => request.secret_of = "shop",
                    Kind::NoSignature | Kind::UnsignedBody => {
                        request.signature = Some(String::new());
                    }
                    Kind::Stale => request.seconds_ago = LONG_AGO_SECONDS,
                    Kind::Early => request.seconds_ago = -LONG_AGO_SECONDS,
                    _ => {}
                }
                if matches!(kind, Kind::SignedBody | Kind::UnsignedBody) {
                    request.body = text.into_owned();
                }
                self.send(&request).await
            }
        };
        match answer.status {
            202 => Answer::Kept,
            200 => Answer::KeptBefore,
            429 | 503 => Answer::Later,
            400..=499 => Answer::Refused,
            other => panic!("{other} for {delivery:?}"),
        }
    }

    async fn kept(&self) -> Vec<String> {
        self.said().await
    }

    fn store_is_away(&self) {
        Bed::store_is_away(self);
    }

    fn store_is_back(&self) {
        Bed::store_is_back(self);
    }
}

#[tokio::test]
async fn the_webhook_keeps_what_every_channel_has_to_keep() {
    let bed = Bed::start().await;
    let checked = keeps_the_contract(&bed).await;
    assert_eq!(
        checked,
        [
            "kept when answered",
            "once",
            "one id, one content",
            "in order of arrival",
            "not answered when not kept",
            "a wrong signature",
            "no signature",
            "stale",
            "early",
            "a gigabyte",
            "a body without end",
            "garbage",
        ]
    );
}
