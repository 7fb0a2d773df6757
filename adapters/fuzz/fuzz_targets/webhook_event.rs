//! No signed body makes the reader panic; none is taken that was not signed.
#![no_main]

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::fuzz_target;
use signalbox_adapters::webhook::event::parse;
use signalbox_adapters::webhook::key::SharedSecret;
use signalbox_adapters::webhook::signature::Verifier;

const SECRET: [u8; 32] = [7; 32];

fuzz_target!(|body: &[u8]| {
    let verifier = Verifier::new(
        vec![SharedSecret::of(&SECRET)],
        Vec::new(),
        SignedDuration::from_mins(5),
    );
    let verify = |signature: &[u8]| {
        let headers = [
            ("webhook-id", &b"evt"[..]),
            ("webhook-timestamp", b"0"),
            ("webhook-signature", signature),
        ];
        verifier
            .verify(headers.into_iter(), body, Timestamp::UNIX_EPOCH)
            .map(|verified| parse(&verified))
    };
    // The body as a list of signatures: nothing is proven by it.
    let line = format!("v1,{}", STANDARD.encode(body));
    assert!(verify(body).is_err() && verify(line.as_bytes()).is_err());
    let key = hmac::Key::new(hmac::HMAC_SHA256, &SECRET);
    let mac = hmac::sign(&key, &[b"evt.0.", body].concat());
    let right = format!("v1,{}", STANDARD.encode(mac));
    assert!(verify(right.as_bytes()).is_ok());
});
