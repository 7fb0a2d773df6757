//! No frame makes the reader panic, and reading twice gives the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signalbox_adapters::webchat::client_frame::parse;

fuzz_target!(|text: &str| {
    assert_eq!(format!("{:?}", parse(text)), format!("{:?}", parse(text)));
});
