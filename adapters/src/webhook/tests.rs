use jiff::{SignedDuration, Timestamp};

use super::event::{BodyError, Contact, Parsed, Report, parse};
use super::key::{KeyError, PublicKey, SharedSecret};
use super::message::Told;
use super::signature::{SignatureError, Verified, Verifier};
use super::signing::Signer;
use crate::message::{Attachment, AttachmentKind, Content};

/// Standard Webhooks' own example.
const SECRET_1: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The bytes 00 to 1f.
const SECRET_2: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const PUBLIC: &str = "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
const ID: &str = "evt_01JGH8X6N3Q4R5S6T7V8W9XYZA";
const AT: &str = "1767323045";
const BODY: &str = r#"{"type":"message.received","timestamp":"2026-01-02T03:04:05Z","data":{"id":"m-1","text":"你好 👋"}}"#;
const V1: &str = "v1,yJ36pC2D4FekmOS6rywZBfrfFSThqclOjUjH+20BX8k=";
const V1A: &str =
    "v1a,Kf4miNgscW8iwX6lfyzFqRavesqa+P5Nx9qCMMcMveAvchw5E1JVYFP5U4EdmfC/vBK/gRIrcgnSJDKOCXBLAQ==";
const WRONG: &str = "v1,AAAApC2D4FekmOS6rywZBfrfFSThqclOjUjH+20BX8k=";

fn verifier(secrets: &[&str], public_keys: &[&str]) -> Verifier {
    let secrets = secrets
        .iter()
        .map(|text| SharedSecret::parse(text).unwrap());
    let keys = public_keys
        .iter()
        .map(|text| PublicKey::parse(text).unwrap());
    Verifier::new(
        secrets.collect(),
        keys.collect(),
        SignedDuration::from_mins(5),
    )
}

fn at(seconds: &str) -> Timestamp {
    Timestamp::from_second(seconds.parse().unwrap()).unwrap()
}

fn verify<'r>(
    verifier: &Verifier,
    headers: &'r [(&'r str, &'r str)],
    body: &'r str,
    now: Timestamp,
) -> Result<Verified<'r>, SignatureError> {
    let headers = headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()));
    verifier.verify(headers, body.as_bytes(), now)
}

/// The second vector's request with these signatures, to somebody who knows both its keys.
fn signed(signatures: &str) -> Result<(), SignatureError> {
    let verifier = verifier(&[SECRET_1, SECRET_2], &[PUBLIC]);
    let headers = [
        ("webhook-id", ID),
        ("webhook-timestamp", AT),
        ("webhook-signature", signatures),
    ];
    verify(&verifier, &headers, BODY, at(AT)).map(|_| ())
}

#[test]
fn the_vectors_are_proven() {
    let empty = "v1,k2F8NQghs1BHp0L2va8PB/jf2U/M1BarKD+x8W/BYuc=";
    let published = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let cases = [
        (
            SECRET_1,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            r#"{"test": 2432232314}"#,
            published,
        ),
        (SECRET_2, ID, AT, BODY, V1),
        (SECRET_2, "evt_empty", AT, "", empty),
    ];
    for (secret, id, seconds, body, signature) in cases {
        for prefix in ["webhook", "svix", "Webhook"] {
            let names = ["id", "timestamp", "signature"].map(|name| format!("{prefix}-{name}"));
            let headers = [
                (names[0].as_str(), id),
                (names[1].as_str(), seconds),
                (names[2].as_str(), signature),
            ];
            let verifier = verifier(&[secret], &[]);
            let verified = verify(&verifier, &headers, body, at(seconds)).unwrap();
            assert_eq!((verified.id(), verified.body()), (id, body.as_bytes()));
        }
    }
    assert_eq!(signed(V1A), Ok(()));
}

#[test]
fn any_right_signature_among_others_proves() {
    for signatures in [
        format!("{WRONG} {V1}"),
        format!("{V1} {WRONG}"),
        format!("v2,abc nonsense {V1A}"),
        format!("{} {V1}", [WRONG; 9].join(" ")),
    ] {
        assert_eq!(signed(&signatures), Ok(()), "{signatures}");
    }
}

#[test]
fn what_is_no_signature_proves_nothing() {
    let wrong = Err(SignatureError::Signature);
    let mac = V1.strip_prefix("v1,").unwrap();
    for signatures in [
        String::new(),
        WRONG.to_owned(),
        format!("{V1}garbage"),
        format!("{V1}="),
        format!("v2,{mac}"),
        format!("v1a,{mac}"),
        format!("v1{mac}"),
        mac.to_owned(),
        "v1,".to_owned(),
        V1A.replace("v1a", "v1"),
    ] {
        assert_eq!(signed(&signatures), wrong, "{signatures}");
    }
    assert_eq!(
        signed(&format!("{} {V1}", [WRONG; 10].join(" "))),
        Err(SignatureError::TooManySignatures)
    );
}

#[test]
fn a_change_of_anything_signed_is_noticed() {
    let verifier = verifier(&[SECRET_2], &[PUBLIC]);
    let longer = format!("{BODY} ");
    for signature in [V1, V1A] {
        for (id, seconds, body) in [
            (ID, AT, longer.as_str()),
            ("evt_another", AT, BODY),
            (ID, "1767323046", BODY),
        ] {
            let headers = [
                ("webhook-id", id),
                ("webhook-timestamp", seconds),
                ("webhook-signature", signature),
            ];
            let answer = verify(&verifier, &headers, body, at(AT)).map(|_| ());
            assert_eq!(answer, Err(SignatureError::Signature), "{id} {seconds}");
        }
    }
}

#[test]
fn a_request_is_good_for_five_minutes_either_way() {
    let verifier = verifier(&[SECRET_2], &[]);
    let headers = [
        ("webhook-id", ID),
        ("webhook-timestamp", AT),
        ("webhook-signature", V1),
    ];
    for (away, expected) in [
        (300, Ok(())),
        (-300, Ok(())),
        (301, Err(SignatureError::Stale)),
        (-301, Err(SignatureError::Stale)),
    ] {
        let now = at(AT) + SignedDuration::from_secs(away);
        let answer = verify(&verifier, &headers, BODY, now).map(|_| ());
        assert_eq!(answer, expected, "{away} s away");
    }
}

#[test]
fn headers_must_be_there_once_and_make_sense() {
    let verifier = verifier(&[SECRET_2], &[]);
    let good = [
        ("webhook-id", ID),
        ("webhook-timestamp", AT),
        ("webhook-signature", V1),
    ];
    for (place, (name, value)) in good.into_iter().enumerate() {
        let mut missing = good.to_vec();
        missing.remove(place);
        let mut double = good.to_vec();
        double.push((name, value));
        // The alias set does not fill a gap: somebody in between may have added it.
        let mut mixed = missing.clone();
        let alias = name.replace("webhook", "svix");
        mixed.push((&alias, value));
        for headers in [missing, double, mixed] {
            let answer = verify(&verifier, &headers, BODY, at(AT)).map(|_| ());
            assert_eq!(answer, Err(SignatureError::Header { name }), "{headers:?}");
        }
    }
    let long = "a".repeat(257);
    for (id, seconds, expected) in [
        ("", AT, SignatureError::Id),
        ("a.b", AT, SignatureError::Id),
        ("a b", AT, SignatureError::Id),
        ("é", AT, SignatureError::Id),
        (long.as_str(), AT, SignatureError::Id),
        (ID, "", SignatureError::Timestamp),
        (ID, "-1767323045", SignatureError::Timestamp),
        (ID, "+1767323045", SignatureError::Timestamp),
        (ID, "1767323045.0", SignatureError::Timestamp),
        (ID, " 1767323045", SignatureError::Timestamp),
        (ID, "99999999999999999999", SignatureError::Timestamp),
    ] {
        let headers = [
            ("webhook-id", id),
            ("webhook-timestamp", seconds),
            ("webhook-signature", V1),
        ];
        let answer = verify(&verifier, &headers, BODY, at(AT)).map(|_| ());
        assert_eq!(answer, Err(expected), "{id} {seconds}");
    }
}

#[test]
fn keys_are_read_strictly() {
    let short = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY=";
    let cases = [
        (short, KeyError::SecretLength { got: 23 }),
        (
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            KeyError::NotASecret,
        ),
        ("whsec_not base64", KeyError::NotASecret),
    ];
    for (text, expected) in cases {
        assert_eq!(SharedSecret::parse(text).err(), Some(expected), "{text}");
    }
    for text in [
        "whpk_AAECAwQFBgc=",
        SECRET_2,
        // The neutral element: every signature of a kind would be good under it.
        "whpk_AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ] {
        assert_eq!(
            PublicKey::parse(text).err(),
            Some(KeyError::NotAPublicKey),
            "{text}"
        );
    }
}

fn parsed(body: &str) -> Result<Parsed, BodyError> {
    use base64::Engine;
    let secret = SharedSecret::parse(SECRET_2).unwrap();
    let mac = secret.mac(&[ID.as_bytes(), b".", AT.as_bytes(), b".", body.as_bytes()]);
    let signature = base64::engine::general_purpose::STANDARD.encode(mac);
    let signature = format!("v1,{signature}");
    let headers = [
        ("webhook-id", ID),
        ("webhook-timestamp", AT),
        ("webhook-signature", signature.as_str()),
    ];
    parse(&verify(&verifier(&[SECRET_2], &[]), &headers, body, at(AT)).unwrap())
}

fn event(body: &str) -> Report {
    match parsed(body) {
        Ok(Parsed::Event(report)) => report,
        other => panic!("{other:?}"),
    }
}

fn message(data: &str) -> Result<Told, BodyError> {
    let body =
        format!(r#"{{"type":"message.created","timestamp":"2026-01-02T03:04:05Z","data":{data}}}"#);
    match parsed(&body)? {
        Parsed::Message(told) => Ok(told),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_message_is_read_with_who_said_it() {
    let told = message(
        r#"{"id":"m-1","conversation":{"external_id":"c-9"},
            "contact":{"external_id":"u-1","name":"Li\u0000 Lei","attributes":{"vip":true}},
            "content":{"type":"text","text":"你好\r\n👋"},"created_at":"2026-01-02T03:04:05Z"}"#,
    )
    .unwrap();
    assert_eq!(told.external_id, "u-1");
    assert_eq!(told.id, "m-1");
    let text = "你好\n👋".to_owned();
    assert_eq!(told.content, Content::Text { text });
    assert_eq!(told.profile.name.as_deref(), Some("Li Lei"));
    assert_eq!(told.profile.attributes["vip"], true);
}

#[test]
fn an_attachment_is_read_with_what_is_known_of_it() {
    let of = |content: &str| {
        let data =
            format!(r#"{{"id":"m-1","contact":{{"external_id":"u-1"}},"content":{content}}}"#);
        message(&data).map(|told| told.content)
    };
    let photo = of(
        r#"{"type":"image","text":"破了","media":{"url":"https://x.example/a.jpg","mime":"image/jpeg","size":20000,"name":"a.jpg"}}"#,
    );
    let expected = Attachment {
        kind: AttachmentKind::Image,
        text: Some("破了".into()),
        name: Some("a.jpg".into()),
        mime: Some("image/jpeg".into()),
        size: Some(20_000),
        url: Some("https://x.example/a.jpg".into()),
    };
    assert_eq!(photo.unwrap(), Content::Attachment(Box::new(expected)));
    let place =
        of(r#"{"type":"location","location":{"latitude":31.23,"longitude":121.47,"name":"上海"}}"#);
    let Content::Attachment(place) = place.unwrap() else {
        panic!("a place is an attachment")
    };
    assert_eq!(place.url.as_deref(), Some("geo:31.23,121.47"));
    for (content, field) in [
        (r#"{"type":"image"}"#, "data.content.media"),
        (r#"{"type":"file","media":{}}"#, "data.content.media.url"),
        (
            r#"{"type":"file","media":{"url":"javascript:alert(1)"}}"#,
            "data.content.media.url",
        ),
        (
            r#"{"type":"voice","media":{"url":"https://x.example/a","size":-1}}"#,
            "data.content.media.size",
        ),
        (
            r#"{"type":"location","location":{"latitude":91,"longitude":0}}"#,
            "data.content.location.latitude",
        ),
        (r#"{"type":"sticker"}"#, "data.content.type"),
    ] {
        assert_eq!(of(content).unwrap_err().field, field, "{content}");
    }
}

#[test]
fn the_first_field_of_a_message_that_does_not_fit_is_named() {
    let contact = r#""contact":{"external_id":"u-1"}"#;
    let text = r#""content":{"type":"text","text":"hi"}"#;
    let long = "x".repeat(8_001);
    for (data, field) in [
        (format!("{{{text}}}"), "data.contact"),
        (format!("{{{contact},{text}}}"), "data.id"),
        (format!(r#"{{"id":7,{contact},{text}}}"#), "data.id"),
        (
            format!(r#"{{"id":"m-1","from":"bot",{contact},{text}}}"#),
            "data.from",
        ),
        (format!(r#"{{"id":"m-1",{contact}}}"#), "data.content"),
        (
            format!(
                r#"{{"id":"m-1",{contact},"content":{{"type":"media","url":"https://x.example/a.png"}}}}"#
            ),
            "data.content.type",
        ),
        (
            format!(r#"{{"id":"m-1",{contact},"content":{{"type":"text","text":" \n"}}}}"#),
            "data.content.text",
        ),
        (
            format!(r#"{{"id":"m-1",{contact},"content":{{"type":"text","text":"{long}"}}}}"#),
            "data.content.text",
        ),
        (
            format!(
                r#"{{"id":"m-1","contact":{{"external_id":"u","channel":"webchat:shop"}},{text}}}"#
            ),
            "data.contact.channel",
        ),
        (
            format!(r#"{{"id":"m-1","contact":{{"external_id":"u","name":1}},{text}}}"#),
            "data.contact.name",
        ),
        (
            format!(
                r#"{{"id":"m-1","contact":{{"external_id":"u","attributes":{{"a":"{}"}}}},{text}}}"#,
                "x".repeat(8_192)
            ),
            "data.contact.attributes",
        ),
    ] {
        assert_eq!(message(&data).unwrap_err().field, field, "{data}");
    }
}

#[test]
fn what_leaves_is_signed_by_every_key_and_verified_by_each() {
    // The seed 00 to 1f, alone and with its public key behind it.
    const SEED: &str = "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const PAIR: &str = "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8DoQe/884Qvh1w3RjnS8CZZ+TWMJulDV8d3IZkElUxuA==";
    let sign = |keys: &[&str]| {
        let signer = Signer::parse(keys.iter().copied()).unwrap();
        signer.sign(ID, AT, BODY.as_bytes())
    };
    assert_eq!(sign(&[SECRET_2]), V1);
    assert_eq!(sign(&[SEED]), V1A);
    assert_eq!(sign(&[PAIR]), V1A);
    let both = sign(&[SEED, SECRET_2, SECRET_1]);
    assert_eq!(both.split(' ').count(), 3);
    for verifier in [
        verifier(&[SECRET_1], &[]),
        verifier(&[SECRET_2], &[]),
        verifier(&[], &[PUBLIC]),
    ] {
        let headers = [
            ("webhook-id", ID),
            ("webhook-timestamp", AT),
            ("webhook-signature", both.as_str()),
        ];
        assert!(verify(&verifier, &headers, BODY, at(AT)).is_ok());
    }
    let another = PAIR.replace("DoQe", "AoQe");
    for text in ["whsk_", "whsk_AAEC", &another] {
        assert_eq!(
            Signer::parse([text]).err(),
            Some(KeyError::NotASecretKey),
            "{text}"
        );
    }
}

#[test]
fn an_event_is_read_with_its_contact_and_fields() {
    let report = event(
        r#"{"type":"order.delivered","timestamp":"2026-01-02T11:04:05+08:00","data":{
            "contact":{"channel":"webchat:shop","external_id":"user:u-1"},
            "no":"A1","amount":{"amount":"300.00","currency":"CNY"}}}"#,
    );
    assert_eq!(
        report.contact,
        Contact {
            channel: Some("webchat:shop".to_owned()),
            external_id: "user:u-1".to_owned()
        }
    );
    assert_eq!(report.event.name, "order.delivered");
    let names: Vec<_> = report.event.fields.keys().collect();
    assert_eq!(names, ["amount", "no"], "the contact is no field");
    assert_eq!(report.event.digest.len(), 64);
}

#[test]
fn the_first_field_that_does_not_fit_is_named() {
    let event = |kind: &str, time: &str, data: &str| {
        format!(r#"{{"type":{kind},"timestamp":{time},"data":{data}}}"#)
    };
    let (order, time) = (r#""order.paid""#, r#""2026-01-02T03:04:05Z""#);
    let contact = r#"{"contact":{"external_id":"u"}}"#;
    let long = format!(r#"{{"contact":{{"external_id":"{}"}}}}"#, "u".repeat(301));
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let cases = [
        (String::new(), "body"),
        ("[]".to_owned(), "body"),
        ("{".to_owned(), "body"),
        (deep, "body"),
        ("{}".to_owned(), "type"),
        (event("7", time, contact), "type"),
        (event(r#""order..paid""#, time, contact), "type"),
        (event(r#""订单.paid""#, time, contact), "type"),
        (event(r#""message.deleted""#, time, contact), "type"),
        (event(r#""message.created""#, time, contact), "data.id"),
        (event(r#""typing""#, time, contact), "type"),
        (
            event(order, r#""2026-01-02T03:04:05""#, contact),
            "timestamp",
        ),
        (event(order, "1767323045", contact), "timestamp"),
        (event(order, time, "[]"), "data"),
        (event(order, time, "{}"), "data.contact"),
        (event(order, time, r#"{"contact":"u"}"#), "data.contact"),
        (
            event(order, time, r#"{"contact":{}}"#),
            "data.contact.external_id",
        ),
        (
            event(order, time, r#"{"contact":{"external_id":7}}"#),
            "data.contact.external_id",
        ),
        (
            event(order, time, r#"{"contact":{"external_id":""}}"#),
            "data.contact.external_id",
        ),
        (event(order, time, &long), "data.contact.external_id"),
        (
            event(
                order,
                time,
                r#"{"contact":{"external_id":"u","channel":1}}"#,
            ),
            "data.contact.channel",
        ),
    ];
    for (body, field) in cases {
        assert_eq!(parsed(&body).unwrap_err().field, field, "{body}");
    }
}
