//! No text is taken for a token that was not signed, and none makes the reader panic.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use signalbox_adapters::webchat::visitor_token::VisitorTokenKey;

fuzz_target!(|text: &str| {
    let key = VisitorTokenKey::new(&[7; 32]);
    assert!(key.prove(text, Timestamp::UNIX_EPOCH).is_err());
});
